"""What a step wrote to stdout and stderr."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from run_tui.actions import bindings
from run_tui.finding import LineFinder
from run_tui.format import clean, plural
from run_tui.output import Capture, OutputLines, Stream
from run_tui.query import Filter, Problem, parse_words
from run_tui.screens.base import RefreshWanted
from run_tui.screens.log_keys import LogKeys
from run_tui.screens.wishes import RunWish
from run_tui.widgets.find_bar import FindBar
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.keys import key_of
from run_tui.widgets.output_view import OutputView
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import Activity, Fact, StatusLine


class OutputScreen(LogKeys, Screen[None]):
    """One stream of one process at a time, beginning with the last one's stderr.

    `captures` are the processes of a step's attempts, at least one; `ended` says whether one can write no more.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("output", "find")

    class Wanted(RunWish):
        """A stream is to be read, in place of the one read before."""

        def __init__(self, screen: OutputScreen, capture: Capture, stream: Stream, ended: Callable[[], bool]) -> None:
            super().__init__()
            self.screen, self.capture, self.stream, self.ended = screen, capture, stream, ended

    class EarlierWanted(RunWish):
        """What was written before all that is here is to be read."""

    class Closed(RunWish):
        """The user went back."""

    def __init__(
        self, run_id: str, step: str | None, captures: Sequence[Capture], ended: Callable[[Capture], bool]
    ) -> None:
        super().__init__()
        self.run_id, self._step, self._captures, self._ended = run_id, step, captures, ended
        self._chosen = len(captures) - 1
        self._stream = Stream.STDERR
        self._from_start = self._over = False

    def compose(self) -> ComposeResult:
        """Which output it is, its lines, the keys."""
        yield StatusLine(id="status")
        rows = OutputView(id="output")
        yield rows
        yield FindBar(rows, self._look_for, id="find")
        yield KeyBar()

    @property
    def rows(self) -> OutputView:
        """The lines."""
        return self.query_one(OutputView)

    @property
    def find_bar(self) -> FindBar:
        """What is looked for in them."""
        return self.query_one(FindBar)

    @property
    def capture(self) -> Capture:
        """The process whose output is shown."""
        return self._captures[self._chosen]

    def on_mount(self) -> None:
        """Begins with what is most likely to tell of a failure."""
        self.rows.focus()
        self.set_interval(1.0, lambda: self.query_one(StatusLine).tick())
        self._read()

    def show_read(self, after: str, before: str, *, from_start: bool, over: bool) -> None:
        """Takes what has been read: text after and before what is here already."""
        self._from_start, self._over = from_start, over
        if before:
            self.rows.prepend(before)
        if after:
            self.rows.append(after)
        self.find_bar.rows_changed()
        self._show_facts()
        if not self.rows.row_count():
            self.rows.show_notice(*self._nothing())

    def show_failure(self, message: str, hint: str) -> None:
        """Says why nothing has been read yet."""
        self.rows.show_notice(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def show_activity(self, activity: Activity) -> None:
        """Shows what the connection is doing."""
        self.query_one(StatusLine).show_activity(activity)

    def on_output_view_earlier_wanted(self, event: OutputView.EarlierWanted) -> None:
        """More comes when the first line is reached."""
        event.stop()
        if not self._from_start:
            self.post_message(self.EarlierWanted())

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The cursor is on another match, or on none."""
        event.stop()
        self.find_bar.show_position()

    def action_back(self) -> None:
        """Finding ends first; then back to the run."""
        if not self.find_bar.close():
            self.action_leave()

    def action_leave(self) -> None:
        """Goes back to the run, whatever is open here."""
        self.post_message(self.Closed())

    def action_stream(self) -> None:
        """Shows the other stream."""
        self._stream = self._stream.other
        self._read()

    def action_attempt(self, direction: int) -> None:
        """Shows the process of the attempt before or after."""
        chosen = self._chosen + direction
        if 0 <= chosen < len(self._captures):
            self._chosen = chosen
            self._read()

    def action_copy(self) -> None:
        """Copies the line."""
        if self.rows.row_count():
            self.app.copy_to_clipboard(clean(self.rows.lines[self.rows.cursor]))
            self.notify("Copied the line.", timeout=2)

    def action_refresh(self) -> None:
        """Asks the server now."""
        self.post_message(RefreshWanted())

    def _look_for(self, text: str) -> LineFinder | Problem | None:
        query, rows = parse_words(text), self.rows
        found = None if query.problems or query.filter == Filter() else query.filter
        rows.finder = None if found is None else LineFinder(rows.lines, found, rows.cursor)
        return query.problems[0] if query.problems else rows.finder

    def _read(self) -> None:
        self.rows.replace(OutputLines())
        self.find_bar.look_again()
        self._from_start = self._over = False
        self._show_facts()
        if self.capture.url(self._stream) is not None:
            self.rows.show_notice(*self._nothing())
            return
        self.rows.show_notice(("quiet", f"Reading {self._stream} …"))
        capture = self.capture
        self.post_message(self.Wanted(self, capture, self._stream, lambda: self._ended(capture)))

    def _nothing(self) -> list[tuple[str, str]]:
        """Why there are no lines."""
        url = self.capture.url(self._stream)
        if url is not None:
            return [("plain", f"This server does not hold {self._stream}; it is kept at"), ("accent", clean(url))]
        written = "wrote nothing to" if self._over else "has written nothing yet to"
        other = f"{key_of(self, 'output.stream')} shows {self._stream.other}."
        return [("plain", f"The process {written} {self._stream}."), ("quiet", other)]

    def _show_facts(self) -> None:
        steps = self.capture.steps
        of_all = f"output of all {len(steps)} steps, which ran in one process" if len(steps) > 1 else ""
        attempts = len(self._captures)
        lines = plural(self.rows.row_count(), "line")
        self.query_one(StatusLine).show(
            [
                Fact(clean(self._step or "run"), "accent"),
                Fact(str(self._stream), "bad" if self._stream is Stream.STDERR else "good"),
                Fact(f"attempt {self._chosen + 1} of {attempts}" if attempts > 1 else "", "plain", 1),
                Fact(lines if self._from_start else f"last {lines}", "plain", 2),
                Fact(of_all, "quiet", 3),
            ]
        )
