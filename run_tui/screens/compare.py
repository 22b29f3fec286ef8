"""Two runs compared: what differs, and the first event of each that the other has nothing like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen

from run_tui.actions import bindings
from run_tui.comparing import Parting, Report, Side
from run_tui.format import (
    TimeMode,
    clean,
    clock,
    clock_mode,
    day_and_clock,
    duration,
    full_time,
    short_id,
    shorten,
    status_style,
    status_text,
)
from run_tui.model import Run
from run_tui.query import typable
from run_tui.reopening import DETAIL, Look
from run_tui.widgets.detail import Detail, Line, event_head, event_lines
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.report_list import ReportList
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import Activity, Fact, StatusLine

BEFORE, AFTER = 0, 1
LONGEST_JOB = 28


class CompareScreen(Screen[None]):
    """What differs in rows; below them where the events part that the row under the cursor speaks of, of each run.

    Until both have been read, it says how far that is. `command` prints the same in a shell.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("compare")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (160, "-vast")]  # noqa: RUF012  (an instance variable in Textual)

    class RunWanted(Message):
        """A run is to be opened, at an event."""

        def __init__(self, run: Run, look: Look) -> None:
            super().__init__()
            self.run, self.look = run, look

    class OtherWanted(Message):
        """The run before is to be another one of the job: the next newer (1) or older (-1) one."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    class AgainWanted(Message):
        """Both runs are to be read again."""

    class Closed(Message):
        """The user went back."""

    def __init__(self, time_mode: TimeMode, now: Callable[[], float], command: Callable[[Sequence[Run]], str]) -> None:
        super().__init__()
        self._mode, self._now, self._command = time_mode, now, command
        self._runs: Sequence[Run] = ()
        self.report: Report | None = None
        self._all_frames = False

    def compose(self) -> ComposeResult:
        """Which runs, what differs, the events side by side or one below the other, the keys."""
        yield StatusLine(id="status")
        yield ReportList(id="report")
        with Container(id="pair"):
            yield Detail(id="event-before")
            yield Detail(id="event-after")
        yield KeyBar()

    @property
    def command(self) -> str:
        """The command that prints this comparison, harmless to paste; "" where there is none."""
        return clean(self._command(self._runs)) if self._runs else ""

    @property
    def rows(self) -> ReportList:
        """What differs."""
        return self.query_one(ReportList)

    def on_mount(self) -> None:
        """Keys go to the rows."""
        self.rows.focus()
        self.set_interval(1.0, lambda: self.query_one(StatusLine).tick())
        self.rows.show_notice(("quiet", "Looking for the runs to compare …"))
        self._show_events()
        self._show_facts()

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Says which runs are compared, the one before first, and begins with them."""
        self._runs, self.report = runs, None
        self.rows.show(None)
        self._show_events()
        self._show_facts()
        self.refresh_bindings()

    def show_progress(self, counts: Sequence[int]) -> None:
        """Says how many events have been read of each."""
        before, after = counts
        self.rows.show_notice(("quiet", f"Reading both runs … {before:,} and {after:,} events"))

    def show_report(self, report: Report) -> None:
        """Shows what differs."""
        self.report = report
        self._runs = [report.found.before.run, report.found.after.run]
        self._show_facts()
        self.rows.show(report)
        self._show_events()
        self.refresh_bindings()

    def show_failure(self, message: str, hint: str) -> None:
        """Says why there is nothing to show, or not yet."""
        self.rows.show_notice(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def show_activity(self, activity: Activity) -> None:
        """Shows what the connection is doing."""
        self.query_one(StatusLine).show_activity(activity)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The events are those of the row under the cursor."""
        event.stop()
        self._show_events()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter opens the run after."""
        event.stop()
        self.action_run(AFTER)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to open before both runs have been read, and without two none beside them."""
        if action in ("other", "command"):
            return bool(self._runs)
        return self.report is not None or action not in ("run", "everything", "frames")

    def action_run(self, which: int) -> None:
        """Opens one of the runs where it parts from the other."""
        row = self.rows.current
        if self.report is None or row is None:
            return
        parting, side = row.parting, self._sides[which]
        event = None if parting is None else (parting.before, parting.after)[which]
        if event is not None:
            look = Look(at=str(event + 1), time=self._mode, shown=(DETAIL,))
        else:
            step = "" if row.step is None else f"step:{typable(row.step, exact=True)}"
            look = Look(step, time=self._mode)
        self.post_message(self.RunWanted(side.run, look))

    def action_everything(self) -> None:
        """Shows the steps that are alike, or hides them."""
        self.rows.toggle_everything()

    def action_frames(self) -> None:
        """Shows or hides stack frames inside libraries."""
        self._all_frames = not self._all_frames
        self._show_events()

    def action_other(self, direction: int) -> None:
        """Compares with another run of the job."""
        self.post_message(self.OtherWanted(direction))

    def action_command(self) -> None:
        """Copies the command that prints this comparison."""
        if self._runs:
            command = self.command
            self.app.copy_to_clipboard(command)
            self.notify(f"Copied: {command}" if command else "No command compares runs of two servers.", markup=False)

    def action_refresh(self) -> None:
        """Reads both runs again."""
        self.post_message(self.AgainWanted())

    def action_back(self) -> None:
        """From an event to the rows, from there back to where this was opened."""
        if self.rows.has_focus:
            self.post_message(self.Closed())
        else:
            self.rows.focus()

    @property
    def _sides(self) -> Sequence[Side]:
        return () if self.report is None else (self.report.found.before, self.report.found.after)

    def _show_events(self) -> None:
        row = self.rows.current
        parting = None if row is None else row.parting
        self.query_one("#pair").display = parting is not None
        if parting is None:
            return
        for which, name in enumerate(("before", "after")):
            self.query_one(f"#event-{name}", Detail).show(self._lines(parting, which))

    def _lines(self, parting: Parting, which: int) -> Iterator[Line]:
        side, row = self._sides[which], (parting.before, parting.after)[which]
        name = f"{('Before', 'After')[which]} {short_id(side.run.id)}"
        if row is None:
            yield "accent", name
            yield "quiet", _nothing(parting)
            return
        event = side.store.event(row)
        since = duration((side.store.times[row] - side.store.times[0]) / 1000)
        at, mode = side.store.times[row], clock_mode(self._mode)
        room = self.query_one("#event-before", Detail).row_width
        places = (f"{time}, after {since}" for time in (full_time(at, mode), clock(at, mode)))
        head = event_head(event, *places, room=room, run=name)
        yield from event_lines(event, head, self._all_frames)

    def _show_facts(self) -> None:
        job = self._runs[AFTER].pipeline_name if self._runs else None
        title = "compared" if self._runs else "Two runs compared"
        facts = [Fact(shorten(clean(job or ""), LONGEST_JOB), "accent", 1), Fact(title, "plain", 2)]
        for name, run in zip(("before", "after"), self._runs, strict=False):
            when = day_and_clock(run.started_at or run.created_at, clock_mode(self._mode), self._now())
            facts += [
                Fact(f"{name} {short_id(run.id)}", "plain"),
                Fact(status_text(run.status), status_style(run.status), 0, close=True),
                Fact(when, "quiet", 3, close=True),
            ]
        self.query_one(StatusLine).show([*facts, Fact(self.command, "quiet", 4)])


def _nothing(parting: Parting) -> str:
    """Why one of the runs has no event to show."""
    if parting.order:
        return "No further event of the step."
    return "No event of this step." if parting.moment is None else "Nothing that the other run has nothing like."
