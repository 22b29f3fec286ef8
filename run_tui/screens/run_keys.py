"""What keys do with a run and its steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from run_tui.actions import bindings
from run_tui.failure import captures_of
from run_tui.format import clean
from run_tui.model import Run
from run_tui.output import Capture
from run_tui.screens.base import AlertWanted, WebPageWanted
from run_tui.screens.event_keys import EventKeys
from run_tui.screens.facts import step_filter
from run_tui.screens.wishes import RunWish
from run_tui.step_tree import StepRow
from run_tui.widgets.detail import Line, run_lines
from run_tui.widgets.row_list import RowList
from run_tui.widgets.step_list import StepList
from run_tui.widgets.step_side import StepSide


class RunKeys(EventKeys):
    """The actions of a run's screen, and what it asks for."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("run", "find")

    run: Run
    where: str
    lacks: Collection[str]
    family: Sequence[Run]

    class Closed(RunWish):
        """The user went back."""

    class OtherWanted(RunWish):
        """The next run (1) or the one before (-1) is to be shown: of the same job, or of its relatives."""

        def __init__(self, direction: int, *, relative: bool) -> None:
            super().__init__()
            self.direction, self.relative = direction, relative

    class OutputWanted(RunWish):
        """The output of a step is to be shown: `captures` are its processes, one an attempt."""

        def __init__(self, step: str | None, captures: Sequence[Capture]) -> None:
            super().__init__()
            self.step, self.captures = step, captures

    class FamilyWanted(RunWish):
        """The runs that re-execute or start each other with this one are to be listed beside what is known of it."""

    class DataWanted(RunWish):
        """The data rows of a step's attempt are to be shown; `steps` are all that have begun, with their attempts."""

        def __init__(self, step: str, attempt: int, steps: Mapping[str, int]) -> None:
            super().__init__()
            self.step, self.attempt, self.steps = step, attempt, steps

    class SaveWanted(RunWish):
        """The events are to be saved to a file."""

    @property
    def side(self) -> StepSide:
        """The steps beside the log."""
        return self.query_one(StepSide)

    @property
    def steps(self) -> StepList:
        """The list of steps."""
        return self.side.steps

    def about_run(self) -> Iterator[Line]:
        """What is known of the run itself."""
        return run_lines(self.run, self.where, self.time_mode, self.now(), self.family)

    def row_filter(self, rows: Sequence[StepRow]) -> dict[str, str]:
        """What the log's filter is to say to show only what is of these rows, by operator."""
        return step_filter(rows)

    def view_changed(self) -> None:
        """What is shown of the run has changed, and the command that opens it again."""
        raise NotImplementedError

    def leave(self) -> None:
        """Back to the runs."""
        self.post_message(self.Closed())

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter on a step filters by it."""
        self.pane.toggle_filter(self.row_filter(self.steps.chosen))
        self.remove_class("-steps", "-bars")
        self.steps.bars = False
        self.rows.focus()

    def action_find(self) -> None:
        """The log is there while something is looked for in it."""
        if self.steps.bars:
            self.action_bars()
        super().action_find()

    def action_back(self) -> None:
        """Finding ends first, then being among the steps."""
        if self.find_bar.close():
            return
        if self.steps.bars:
            self.action_bars()
        elif self.steps.has_focus:
            self.action_steps()
        else:
            super().action_back()

    def action_steps(self) -> None:
        """Goes to the steps and back; where there is no room for both they come and go."""
        self.set_class(not self.steps.has_focus, "-steps")
        (self.rows if self.steps.has_focus else self.steps).focus()

    def action_bars(self) -> None:
        """Shows the steps as bars over time, in place of the log, and back."""
        on = not self.steps.bars
        self.set_class(on, "-bars")
        self.steps.bars = on
        (self.steps if on else self.rows).focus()
        self.side.show_span(self.run)
        self.view_changed()

    def action_histogram(self) -> None:
        """Shows the events over time, above the log, and back."""
        super().action_histogram()
        self.view_changed()

    def action_run_info(self) -> None:
        """Shows the run itself in the detail pane."""
        self.pane.detail.open_on(self.about_run())
        self.post_message(self.FamilyWanted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What the run's system cannot do is not offered."""
        return action not in self.lacks and super().check_action(action, parameters)

    @property
    def chosen_runs(self) -> Sequence[Run]:
        """This one."""
        return [self.run]

    @property
    def chosen_steps(self) -> Sequence[str]:
        """Those marked; in the list of steps the one under the cursor."""
        rows = self.steps.chosen if self.steps.marked or self.steps.has_focus else []
        return [row.step.key for row in rows if row.step is not None]

    def action_data(self) -> None:
        """Shows the rows that the chosen step made, or the last step that has begun."""
        begun = {step.key: step.attempt for step in self.steps.steps if step.attempts}
        step = self._chosen_step()
        if step not in begun:
            step = next(reversed(begun), None)
        if step is None:
            self.notify("No step has begun yet.", timeout=2)
        else:
            self.post_message(self.DataWanted(step, self._chosen_attempt() or begun[step], begun))

    def action_output(self) -> None:
        """Shows what the chosen step wrote."""
        step = self._chosen_step()
        captures = captures_of(self.pane.timeline, step)
        if captures:
            self.post_message(self.OutputWanted(step, captures))
        else:
            yet = "" if self.run.status.finished else " yet"
            self.notify(f"No output of {clean(step) if step else 'the run'} has been captured{yet}.", markup=False)

    def action_save(self) -> None:
        """Asks where the events are to be saved."""
        self.post_message(self.SaveWanted())

    def action_web(self) -> None:
        """Opens the run's web page at the event under the cursor; from the steps, at its beginning."""
        self.post_message(WebPageWanted(self.run, None if self.steps.has_focus else self.pane.current))

    def action_neighbour(self, direction: int) -> None:
        """Goes to the next run of the same job, or to the one before."""
        self.post_message(self.OtherWanted(direction, relative=False))

    def action_relative(self, direction: int) -> None:
        """Goes to the next of the runs that re-execute or start each other, or to the one before."""
        self.post_message(self.OtherWanted(direction, relative=True))

    def action_alert(self) -> None:
        """Tells when the run ends, or no more."""
        self.post_message(AlertWanted(self.run))

    def _chosen_step(self) -> str | None:
        """The step under the cursor, in the list that has the focus."""
        row = self.steps.current
        if self.steps.has_focus and row is not None:
            return row.step.key if row.step is not None else None
        event = self.pane.current
        return None if event is None else event.step_key

    def _chosen_attempt(self) -> int | None:
        """The attempt under the cursor, in the list that has the focus."""
        row, event = self.steps.current, self.pane.current
        if self.steps.has_focus:
            return None if row is None else row.attempt
        return None if event is None else event.attempt
