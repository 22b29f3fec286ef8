"""Several runs opened together: their events under one filter, beside them the runs in the place of steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from run_tui.format import TimeMode, clean
from run_tui.model import Run, RunName
from run_tui.query.tokens import typable
from run_tui.reopening import Look, command
from run_tui.run_board import RunBoard, run_of_several
from run_tui.screens.base import WebPageWanted
from run_tui.screens.facts import held_facts, several_facts
from run_tui.screens.run import NO_LOOK, RunScreen
from run_tui.step_tree import StepRow
from run_tui.widgets.detail import Line, run_lines
from run_tui.widgets.status_line import Fact

ALONE = frozenset(
    {"output", "data", "neighbour", "relative", "alert", "terminate", "reexecute", "delete_runs", "launch"}
)
"""The actions that are for one run, opened by itself."""


class TogetherScreen(RunScreen):
    """Several runs under the eyes of someone who looks for the same thing in all of them."""

    def __init__(
        self, runs: Sequence[Run], where: str, time_mode: TimeMode, now: Callable[[], float], look: Look = NO_LOOK
    ) -> None:
        self.runs = RunBoard(runs)
        super().__init__(run_of_several(runs), where, time_mode, now, look, lacks=ALONE, board=self.runs)
        self.pane.labels = self.runs.labels

    @property
    def several(self) -> Sequence[Run]:
        """The runs as they are now."""
        return self.runs.runs

    @property
    def compared_runs(self) -> Sequence[Run]:
        """All that are shown."""
        return self.several

    def show_one(self, name: RunName, run: Run, *, readable: bool) -> None:
        """Takes one of the runs as it is now."""
        self.runs.take(name, run, readable=readable)
        self.show_run(run_of_several(self.several))

    def head_facts(self) -> list[Fact]:
        """How many runs there are and how they fare."""
        return several_facts(self.several, self.run, self.time_mode, self.now())

    def event_facts(self) -> list[Fact]:
        """The events; how the runs fare is told above."""
        return held_facts(self.run, self.pane.timeline)

    def row_filter(self, rows: Sequence[StepRow]) -> dict[str, str]:
        """What the filter is to say to show only the events of these runs."""
        return {"run": ",".join(self._term(self.runs.run_at(row.key)) for row in rows)}

    def _term(self, run: Run) -> str:
        """The id's beginning, as the rows show it, where no other run is found by that."""
        short = self.runs.labels[run.name].partition(" ")[0]
        found = Counter(short in other.id for other in self.several)
        return short if found[True] == 1 and short.isalnum() else typable(run.id, exact=True)

    def about_run(self) -> Iterator[Line]:
        """What is known of the run under the cursor."""
        run = self._chosen_run
        return iter(()) if run is None else run_lines(run, self.where, self.time_mode, self.now())

    def action_web(self) -> None:
        """Opens the web page of the run under the cursor, at the event."""
        run = self._chosen_run
        if run is not None:
            self.post_message(WebPageWanted(run, None if self.steps.has_focus else self.pane.current))

    @property
    def command(self) -> str:
        """The command that opens this view again, harmless to paste."""
        first, *others = (run.id for run in self.several)
        return clean(command(self.leading_to, first, self.look, others))

    @property
    def _chosen_run(self) -> Run | None:
        """The run under the cursor, in the list that has the focus."""
        row, place = self.steps.current, self.rows.place
        if self.steps.has_focus:
            return None if row is None else self.runs.run_at(row.key)
        if place is None:
            return None
        return self.runs.run_named(self.pane.timeline.store_of(place).run_of(place.row))
