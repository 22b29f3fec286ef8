"""What runs are called beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from run_tui.format.clean import clean
from run_tui.format.values import short_id
from run_tui.model import RunName


def run_labels(names: Iterable[RunName]) -> Mapping[RunName, str]:
    """What tells runs from each other, harmless: the id's beginning, and the job and the connection if they differ."""
    several = list(dict.fromkeys(names))
    jobs, connections = {name.job for name in several}, {name.connection for name in several}

    def label(name: RunName, run_id: str) -> str:
        told = (name.job if len(jobs) > 1 else None, name.connection if len(connections) > 1 else None)
        return " ".join([run_id, *map(clean, filter(None, told))])

    short = {name: label(name, short_id(name.id)) for name in several}
    often = Counter(short.values())
    return {name: text if often[text] == 1 else label(name, clean(name.id)) for name, text in short.items()}
