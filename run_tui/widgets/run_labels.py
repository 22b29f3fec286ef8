"""What the runs of a log are called, each in a colour of its own."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len

from run_tui.format import run_labels
from run_tui.model import RunName
from run_tui.timeline import Place, Timeline
from run_tui.widgets.styles import RUN_STYLES


class RunLabels:
    """The labels of a timeline's runs, those `given` or else made from the runs there are; none where it is one."""

    def __init__(self, timeline: Timeline, given: Mapping[RunName, str]) -> None:
        self._timeline, self._given = timeline, given
        self._labels = dict(given)
        self.width = 0

    def update(self) -> None:
        """Takes in the runs of new events."""
        names = self._timeline.beginning.store.runs.values
        if not names or (self.width and len(names) <= len(self._labels)):
            return
        self._labels = dict(self._given or run_labels(names))
        self.width = max(map(cell_len, self._labels.values()))

    def of(self, place: Place) -> tuple[str, str]:
        """The label of an event's run, and the name of its style."""
        store = self._timeline.store_of(place)
        if not self.width:
            return "", "quiet"
        code = store.runs.codes(place.row, place.row + 1)[0]
        return self._labels.get(store.runs.values[code], ""), RUN_STYLES[code % len(RUN_STYLES)]
