"""What the runs screen and the run screen share: status line, filter bar, rows, detail pane and their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.acts import Act
from run_tui.format import TimeMode, clean
from run_tui.model import Run, RunEvent
from run_tui.reopening import Look, command
from run_tui.screens.wishes import ActWanted, JobsWanted, LaunchWanted
from run_tui.widgets.covered import Covered
from run_tui.widgets.detail import Detail, Line
from run_tui.widgets.filter_bar import FilterBar, FilterInput
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import Activity, StatusLine

SMALLEST = (60, 14)
"""Columns and rows below which nothing useful fits."""


_ACTS = {
    "terminate": Act.TERMINATE,
    "reexecute": Act.REEXECUTE,
    "delete_runs": Act.DELETE,
    "launch": Act.LAUNCH,
}
"""What the actions of these names do to runs."""


class RefreshWanted(Message):
    """The user wants the server asked now."""


class WebPageWanted(Message):
    """The user wants the web page of a run, at an event of it if one is given."""

    def __init__(self, run: Run, event: RunEvent | None = None) -> None:
        super().__init__()
        self.run, self.event = run, event


class AlertWanted(Message):
    """The user wants to be told when a run ends, or no more."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


class CompareWanted(Message):
    """Two runs are to be compared, or one with the last before it that succeeded."""

    def __init__(self, runs: Sequence[Run], time_mode: TimeMode) -> None:
        super().__init__()
        self.runs, self.time_mode = runs, time_mode


class ViewScreen(Screen[None]):
    """A status line, a filter bar, a list of rows, a detail pane and the footer.

    `leading_to` are the options of a command line that lead to the servers shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("view", "act")
    AUTO_FOCUS = ""
    BLANK = True
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (SMALLEST[0], "-narrow"), (100, "-wide"), (160, "-vast")]  # noqa: RUF012  (an instance variable in Textual)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (SMALLEST[1], "-tall")]  # noqa: RUF012

    focused: reactive[Widget | None] = reactive(None, repaint=False)
    """What has the focus; it and what lost it repaint themselves, where Textual would repaint the whole screen."""
    time_mode: reactive[TimeMode] = reactive(TimeMode.LOCAL)

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self.now = now
        self._offered: Mapping[Act, bool] = {}
        self.leading_to: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """The frame; the middle is the subclass's."""
        with Covered(id="all"):
            yield StatusLine(id="status")
            yield from self.compose_body()
            yield KeyBar()
        columns, rows = SMALLEST
        yield Static(f"This terminal is too small: run-tui needs {columns}×{rows}.", id="too-small", markup=False)

    def compose_body(self) -> ComposeResult:
        """What lies between the status line and the footer."""
        raise NotImplementedError

    @property
    def rows(self) -> RowList:
        """The list that the keys move in."""
        raise NotImplementedError

    @property
    def filter_bar(self) -> FilterBar:
        """The bar above the list."""
        return self.query_one(FilterBar)

    @property
    def detail(self) -> Detail:
        """The pane below the list."""
        return self.query_one(Detail)

    def on_mount(self) -> None:
        """Keys go to the list, clocks run."""
        self.rows.focus()
        self.set_interval(1.0, self._count_second)

    def on_screen_resume(self) -> None:
        """What stood still while another screen was shown is brought up to date."""
        if self.is_mounted:
            self.tick()

    def _count_second(self) -> None:
        # Textual paints the whole screen shown anew for every change on the one right below it.
        if self.app.screen is self or self.app.screen.is_modal:
            self.tick()

    def tick(self) -> None:
        """A second has passed."""
        self.query_one(StatusLine).tick()

    def show_activity(self, activity: Activity) -> None:
        """Shows what the connection is doing."""
        self.query_one(StatusLine).show_activity(activity)

    def show_detail(self, lines: Iterable[Line]) -> None:
        """Opens the detail pane on something."""
        self.detail.open_on(lines)

    def hide_detail(self) -> bool:
        """Closes the detail pane; False when it was closed already."""
        shown = bool(self.detail.display)
        if self.detail.has_focus:
            self.rows.focus()
        self.detail.display = False
        return shown

    def on_filter_input_left(self, event: FilterInput.Left) -> None:
        """From the filter back to the rows."""
        event.stop()
        self.rows.focus()

    def offer(self, acts: Mapping[Act, bool]) -> None:
        """Offers what can be done to runs; what is not allowed (False) is shown in grey."""
        self._offered = acts
        if self.is_mounted:
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done to runs is not offered."""
        if action == "jobs":
            return Act.LAUNCH in self._offered
        if action in _ACTS:
            return (self._offered[_ACTS[action]] or None) if _ACTS[action] in self._offered else False
        return True

    @property
    def chosen_runs(self) -> Sequence[Run]:
        """The runs that something is done to."""
        raise NotImplementedError

    def weigh_keys(self) -> None:
        """The footer rather shows how to execute again what has ended, and how to end what has not."""
        ended = all(run.status.finished for run in self.chosen_runs)
        self.query_one(KeyBar).needless = frozenset(["terminate" if ended else "reexecute"])

    @property
    def compared_runs(self) -> Sequence[Run]:
        """The runs that are compared: two, or one with an earlier one."""
        return self.chosen_runs

    @property
    def chosen_steps(self) -> Sequence[str]:
        """Of one run, the steps that may be executed again."""
        return ()

    def action_terminate(self) -> None:
        """Asks whether the runs are to end."""
        self._want(Act.TERMINATE)

    def action_reexecute(self) -> None:
        """Asks which part of the runs is to be executed again."""
        self._want(Act.REEXECUTE)

    def action_delete_runs(self) -> None:
        """Asks whether the runs are to be deleted."""
        self._want(Act.DELETE)

    def action_launch(self) -> None:
        """Goes to the launch of the run's job."""
        if self.chosen_runs:
            self.post_message(LaunchWanted(self.chosen_runs[0]))

    def action_compare(self) -> None:
        """Compares two runs, or one with the last before it that succeeded."""
        runs = self.compared_runs
        if len(runs) > 2:
            self.notify(f"Two runs are compared at a time, here are {len(runs):,}: mark two.", severity="warning")
        elif runs:
            self.post_message(CompareWanted(runs, self.time_mode))

    def action_jobs(self) -> None:
        """Shows all jobs."""
        self.post_message(JobsWanted())

    def _want(self, act: Act) -> None:
        if self.chosen_runs:
            self.post_message(ActWanted(act, self.chosen_runs, self.chosen_steps))

    @property
    def look(self) -> Look:
        """The view, as it can be opened again."""
        return Look(self.filter_bar.text, time=self.time_mode)

    @property
    def command(self) -> str:
        """The command that opens this view again, harmless to paste."""
        return clean(command(self.leading_to, None, self.look))

    def action_command(self) -> None:
        """Copies the command that opens this view again."""
        self.app.copy_to_clipboard(self.command)
        self.notify(f"Copied: {self.command}", timeout=4, markup=False)

    def action_filter(self) -> None:
        """Goes to the filter."""
        self.filter_bar.input.focus()

    def action_back(self) -> None:
        """Closes what is open, innermost first."""
        if self.hide_detail():
            return
        if self.filter_bar.text:
            self.filter_bar.text = ""
            return
        self.leave()

    def leave(self) -> None:
        """Goes back to where this screen was opened from."""

    def action_refresh(self) -> None:
        """Asks the server now."""
        self.post_message(RefreshWanted())

    def action_time(self) -> None:
        """Shows times another way."""
        self.time_mode = self.time_mode.following
