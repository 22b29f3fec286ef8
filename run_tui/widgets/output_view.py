"""The lines that a process wrote."""

from __future__ import annotations

from collections.abc import Hashable

from rich.segment import Segment
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from run_tui.finding import LineFinder
from run_tui.format import coloured
from run_tui.output import OutputLines
from run_tui.widgets.log_list import LogList, text_of, with_spans
from run_tui.widgets.styles import coloured_segments


class OutputView(LogList[LineFinder]):
    """Shows the lines of one stream; while `follow` is on, the last one stays in view."""

    follow: reactive[bool] = reactive(True)

    class EarlierWanted(Message):
        """The user has come to the first line there is."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines = OutputLines()

    def row_count(self) -> int:
        """As many as there are lines."""
        return len(self.lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A line has nothing to open."""
        return action != "open"

    def watch_follow(self, follow: bool) -> None:
        """Following starts at the end."""
        if follow:
            self.move_to(self.row_count() - 1)

    def append(self, text: str) -> None:
        """Adds text at the end."""
        last = len(self.lines) - 1
        self.lines.append(text)
        self.rows_changed(keep_strips=last < 0)
        if self.follow:
            self.move_to(self.row_count() - 1)

    def prepend(self, text: str) -> None:
        """Adds lines at the beginning; those in view stay where they are."""
        line = self.cursor - self.scroll_offset.y
        added = self.lines.prepend(text)
        self.rows_changed()
        self.cursor += added
        self.scroll_to_row(self.cursor - line)

    def replace(self, lines: OutputLines) -> None:
        """Shows other lines, from their end."""
        self.lines = lines
        self.text_offset = 0
        self.rows_changed()
        self.follow = True
        self.move_to(self.row_count() - 1)

    def strip_key(self, index: int) -> Hashable:
        """Lines look different once something is found in them."""
        return index, self.finder.wanted if self.finder is not None and self.finder.has(index) else None

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """One line."""
        line = self.lines[index]
        segments = coloured_segments(self, coloured(line, len(line)), self.style("plain"))
        if self.finder is not None and self.finder.has(index):
            segments = with_spans(segments, self.finder.wanted.spans(text_of(segments)), self.style("found"))
        return [Segment(" "), *Strip(segments).crop(self.text_offset)]

    def move_to(self, index: int, *, by_user: bool = False, center: bool = False) -> None:
        """Puts the cursor on a line; a user who leaves the last one stops following, at the first asks for more."""
        super().move_to(index, by_user=by_user, center=center)
        if by_user:
            self.follow = self.cursor == self.row_count() - 1
            if not self.cursor:
                self.post_message(self.EarlierWanted())
