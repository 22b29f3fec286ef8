"""What two runs were, as far as it differs: status, times, tags, configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice

from run_tui.format import duration, run_seconds
from run_tui.model import Run, epoch_ms

TOOK, WAITED = "Took", "Waited"
MOST_LINES = 1000
"""Lines of a configuration that are looked at."""
_LONG_WAIT = 1.0
"""Seconds from which on it is told how long a run waited for its start."""
_OWN_TAGS = (".dagster/", "run_tui/", "dagster/failure_reason", "dagster/run_key", "dagster/scheduled_execution_time")
"""Beginnings of tags that only follow from what else is told, or that no two runs have in common."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that two runs do not have in common, as the server has it; None where a run has nothing of it."""

    name: str
    before: str | None
    after: str | None

    @property
    def of_time(self) -> bool:
        """Whether it only says how long something took, which hardly ever is the same."""
        return self.name in (TOOK, WAITED)


def facts(before: Run, after: Run, now: float) -> Iterator[Fact]:
    """The facts that differ; how long the runs took is always among them. `now` is epoch seconds."""
    plain = {
        "Job": (before.pipeline_name, after.pipeline_name),
        "Status": (before.status.value, after.status.value),
        "Mode": (before.mode, after.mode),
    }
    yield from (Fact(name, *values) for name, values in plain.items() if values[0] != values[1])
    yield Fact(TOOK, _took(before, now), _took(after, now))
    waits = _waited(before), _waited(after)
    if max(waits) >= max(_LONG_WAIT, 2 * min(waits)):
        yield Fact(WAITED, *map(duration, waits))
    for key in sorted(before.tags.keys() | after.tags.keys()):
        one, other = before.tags.get(key), after.tags.get(key)
        if one != other and not key.startswith(_OWN_TAGS):
            yield Fact(f"Tag {key}", one, other)


def config_changes(before: Run, after: Run, context: int = 1) -> tuple[str, ...]:
    """The lines of the configuration that differ, after a `-` or a `+`, and `context` ones around them after a blank.

    Where lines are left out between them, there is one with `…`.
    """
    one, other = (list(islice((run.config_yaml or "").splitlines(), MOST_LINES)) for run in (before, after))
    if one == other:
        return ()
    lines = list(unified_diff(one, other, lineterm="", n=context))[2:]
    return tuple("…" if line.startswith("@@") else line for line in lines)[1:]


def _took(run: Run, now: float) -> str | None:
    seconds = run_seconds(run, now)
    return None if seconds is None else duration(seconds)


def _waited(run: Run) -> float:
    """Seconds from a run's creation to its start."""
    return (epoch_ms(run.started_at) - epoch_ms(run.created_at)) / 1000 if run.started_at else 0.0
