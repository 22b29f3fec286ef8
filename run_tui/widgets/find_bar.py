"""The find bar: what is looked for in a log whose rows all stay, and which match the cursor is on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from run_tui.finding import Finder
from run_tui.query import Problem, SlowPattern
from run_tui.widgets.filter_bar import LineInput
from run_tui.widgets.later import call_after
from run_tui.widgets.log_list import LogList

FIRST_SLICE = 0.003
"""Seconds of looking done at once, so that the first matches are in the very next frame."""
SLICE = 0.008
"""Seconds of looking between two chances for keys and frames."""
PAUSE = 0.001
"""Seconds of such a chance."""
COUNT_GAP = 1 / 15
"""Seconds between two frames that only say how far the search has come."""

LookFor = Callable[[str], Finder | Problem | None]
"""Makes a finder the one of a list: None for a text that says nothing, or what is wrong with it."""


class FindInput(LineInput):
    """The text itself; up and down go through the matches while it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "To the rows"),
        Binding("ctrl+f", "select_all", "Find anew", show=False),
        Binding("down", "step(1)", "Next match", show=False),
        Binding("up", "step(-1)", "Previous match", show=False),
        Binding("escape", "close", "Close"),
    ]

    class Left(Message):
        """The user is done typing; `closed` when the bar is not needed any more."""

        def __init__(self, closed: bool) -> None:
            super().__init__()
            self.closed = closed

    class Stepped(Message):
        """The next (1) or previous (-1) match is wanted."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    def action_leave(self) -> None:
        """Back to the rows, the marks stay."""
        self.post_message(self.Left(False))

    def action_close(self) -> None:
        """Back to the rows, without marks."""
        self.post_message(self.Left(True))

    def action_step(self, direction: int) -> None:
        """Goes to another match."""
        self.post_message(self.Stepped(direction))


class FindBar(Horizontal):
    """Looks in a list of rows for what is typed, goes from match to match and counts them.

    While the user types, the cursor goes to the first match from the row where typing began; it stays where it is
    when the bar closes.
    """

    def __init__(self, rows: LogList[Any], look_for: LookFor, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.input = FindInput(self._text_changed, id="find-input", select_on_focus=True)
        self._rows, self._look_for = rows, look_for
        self._finder: Finder | None = None
        self._origin = 0
        self._wanted: tuple[int, int, bool] | None = None
        self._further: deque[int] = deque()
        self._waits = False
        self._said = ""
        self._told_at = 0.0

    def compose(self) -> ComposeResult:
        """The text, and the count."""
        yield Static("find", id="find-sign", markup=False)
        yield self.input
        yield Static(id="find-count", markup=False)

    @property
    def text(self) -> str:
        """What is looked for."""
        return self.input.value

    def open(self) -> None:
        """Asks what to look for, from the cursor's row on."""
        self._origin = self._rows.cursor
        self.display = True
        self.input.focus()

    def close(self) -> bool:
        """Looks for nothing any more; False when it did not before."""
        was_open = bool(self.display)
        if self.input.has_focus:
            self._rows.focus()
        self.display = False
        self.input.value = ""
        self._begin("")
        return was_open

    def step(self, direction: int) -> None:
        """Goes to the next (1) or previous (-1) match, as soon as it is found."""
        if self._finder is None:
            self.open()
            return
        self._origin = self._rows.cursor
        self._further.append(direction)
        self._go_on(FIRST_SLICE)

    def look_again(self) -> None:
        """Looks for the same among rows that are others altogether."""
        if self._finder is not None:
            self._begin(self.text)
            self._wanted = None

    def rows_changed(self) -> None:
        """Other rows are there."""
        if self._finder is not None:
            self._go_on(FIRST_SLICE)

    def show_position(self) -> None:
        """Says which match the cursor is on."""
        if self._finder is not None:
            self._say(_count_text(self._finder, self._rows.cursor))

    def on_find_input_left(self, event: FindInput.Left) -> None:
        """From the text back to the rows."""
        event.stop()
        if event.closed or not self.text:
            self.close()
        self._rows.focus()

    def on_find_input_stepped(self, event: FindInput.Stepped) -> None:
        """Another match, while typing."""
        event.stop()
        self.step(event.direction)

    def _text_changed(self) -> None:
        if self.display:
            self._begin(self.text)

    def _begin(self, text: str) -> None:
        found = self._look_for(text)
        self._wanted = None
        self._further.clear()
        self._finder = None if isinstance(found, Problem) else found
        if self._finder is not None:
            self._wanted, self._told_at = (self._origin - 1, 1, True), 0.0
            self._go_on(FIRST_SLICE)
            return
        self._rows.found_changed()
        self._say(found.message if isinstance(found, Problem) else "")

    def _go_on(self, seconds: float) -> None:
        if self._finder is None:
            return
        try:
            done = self._finder.advance(seconds)
        except SlowPattern as error:
            self._finder = self._rows.finder = None
            self._rows.found_changed()
            self._say(str(error))
            return
        if self._reach_all(self._finder, done) or done or time.monotonic() - self._told_at >= COUNT_GAP:
            self._told_at = time.monotonic()
            self._rows.found_changed()
            self.show_position()
        if not done and not self._waits:
            self._waits = True
            call_after(PAUSE, self, self._after_pause)

    def _after_pause(self) -> None:
        self._waits = False
        self._go_on(SLICE)

    def _reach_all(self, finder: Finder, done: bool) -> bool:
        """Goes on from match to match as far as they are wanted and known; False where it goes nowhere."""
        reached = self._reach(finder, done)
        while self._wanted is None and self._further:
            self._wanted = self._rows.cursor, self._further.popleft(), False
            reached |= self._reach(finder, done)
        return reached

    def _reach(self, finder: Finder, done: bool) -> bool:
        """Goes to the match that is wanted, if it is known by now; False where it is not, or none is wanted."""
        if self._wanted is None:
            return False
        index, direction, or_before = self._wanted
        found = finder.next(index, direction)
        if found is None and not done:
            return False
        self._wanted = None
        if found is None and or_before:
            found = finder.next(index + 1, -direction)
        if found is not None:
            self._rows.move_to(found, by_user=True, center=True)
        elif not or_before:
            self.notify(f"No match {'after' if direction > 0 else 'before'} this one.", timeout=2)
        return True

    def _say(self, text: str) -> None:
        if text != self._said:
            # Text of the same length has the same room, so that the screen is not laid out for every count.
            self.query_one("#find-count", Static).update(text, layout=len(text) != len(self._said))
            self._said = text


def _count_text(finder: Finder, cursor: int) -> str:
    found, position = len(finder), finder.position(cursor) if len(finder) else None
    text = f"{found:,} found" if position is None else f"{position:,} of {found:,}"
    if finder.searched < 1:
        return f"{text} · {finder.searched:.0%} searched"
    text = text if found else "nothing found"
    return text if finder.all_read else f"{text} in what has been read"
