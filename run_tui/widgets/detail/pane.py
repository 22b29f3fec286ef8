"""The pane that shows lines in full: taken, and laid out, as far as they can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, count, islice, pairwise
from time import perf_counter
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip

from run_tui.format import PLAIN, Coloured
from run_tui.widgets.detail.lines import Line
from run_tui.widgets.later import call_after
from run_tui.widgets.log_list import with_spans
from run_tui.widgets.long_view import LongView
from run_tui.widgets.styles import COMPONENTS, look_style
from run_tui.widgets.wrapping import line_starts

MOST_LINES, MOST_CHARACTERS = 10_000, 1_000_000
"""What is shown at most."""
CUT = f"… more follows: {MOST_LINES:,} lines or {MOST_CHARACTERS:,} characters are shown here"
AT_ONCE = 64
"""Rows laid out between two looks at the clock."""
SLICE = 0.004
"""Seconds of laying out between two chances for keys and frames."""

Row = tuple[int, int, int]
"""Which line, and from which of its characters to before which."""


class Detail(LongView, can_focus=True):
    """A scrolling pane of lines; what it shows is handed to it as (style, text) pairs.

    Lines are taken, and laid out in rows, as far as they can be seen; the rest follows between frames.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.back", "Close"),
        Binding("j,down", "scroll_down", "Down", show=False),
        Binding("k,up", "scroll_up", "Up", show=False),
        Binding("g,home", "scroll_home", "Top", show=False),
        Binding("G,end", "scroll_end", "Bottom", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._further: Iterator[Line] = iter(())
        self._rows: list[Row] = []
        self._coming: Iterator[Row] = iter(())
        self._width = 0
        self._waits = False

    @property
    def text(self) -> str:
        """All that is shown, each line whole."""
        self._lines.extend(self._further)
        return "\n".join(str(line) for _, line in self._lines)

    def open_on(self, lines: Iterable[Line], *, stay: bool = False) -> None:
        """Comes into view with something to show."""
        self.display = True
        self.show(lines, stay=stay)

    def show(self, lines: Iterable[Line], *, stay: bool = False) -> None:
        """Replaces what is shown and goes to its top, unless it is to stay scrolled as it was.

        Lines are taken only as far as there is room for them; where more follow, that is said.
        """
        self._lines, self._further = [], _bounded(lines)
        self._lay_out(self.scroll_offset.y if stay else 0)

    def show_scrolled(self) -> None:
        """Other rows are in view."""
        self.refresh()

    def on_resize(self) -> None:
        """Rows are laid out for the width there is."""
        if self.row_width != self._width:
            self._lay_out(self.scroll_offset.y)

    def render_line(self, y: int) -> Strip:
        """One visible row, counted from the top of the widget."""
        at, width = self.scroll_offset.y + y, self.row_width
        if at >= len(self._rows):
            return Strip.blank(width, self.ground)
        number, start, end = self._rows[at]
        strip = Strip(self._segments(number, start, end)).adjust_cell_length(width).apply_style(self.ground)
        return strip.apply_offsets(start, number)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """What the mouse has selected, lines whole however many rows they take."""
        return selection.extract("\n".join(str(line) for _, line in self._lines)), "\n"

    def action_scroll_end(self) -> None:
        """Goes to the very last row, which may have to be laid out first."""
        self._rows.extend(self._coming)
        self._rows_came()
        super().action_scroll_end()

    def _lay_out(self, top: int) -> None:
        """Begins anew: the rows down to those in view from row `top` on first."""
        self._width = self.row_width
        # Before there is any room, rows would be a character wide, and painted so before others take their place.
        self._rows, self._coming = [], self._laid_out(self._width) if self._width > 0 else iter(())
        self._rows.extend(islice(self._coming, top + self.size.height))
        self._go_on()
        self.scroll_to(y=top, animate=False, immediate=True, force=True)
        self.refresh()

    def _laid_out(self, width: int) -> Iterator[Row]:
        for number in count():
            if number == len(self._lines):
                self._lines.extend(islice(self._further, 1))
            if number == len(self._lines):
                return
            text = str(self._lines[number][1])
            for start, end in pairwise(chain(line_starts(text, width), (len(text),))):
                yield number, start, end

    def _go_on(self) -> None:
        """Lays out further rows for a while."""
        self._waits, deadline, done = False, perf_counter() + SLICE, False
        while not done and perf_counter() < deadline:
            rows = list(islice(self._coming, AT_ONCE))
            self._rows += rows
            done = not rows
        self._rows_came()
        if not done:
            self._wait()

    def _wait(self) -> None:
        if not self._waits:
            self._waits = True
            call_after(2 * SLICE, self, self._go_on)

    def _rows_came(self) -> None:
        self.virtual_size = Size(self._width, len(self._rows))

    def _segments(self, number: int, start: int, end: int) -> list[Segment]:
        """Some characters of a line, in its own colours and as they are selected."""
        style, line = self._lines[number]
        segments, at, base = [], 0, self.style(style)
        for text, look in line.pieces if isinstance(line, Coloured) else ((line, PLAIN),):
            if at < end and start < at + len(text):
                segments.append(Segment(text[max(0, start - at) : end - at], base + look_style(self, look)))
            at += len(text)
        selection = self.text_selection
        span = None if selection is None else selection.get_span(number)
        if span is None:
            return segments
        first, last = max(span[0] - start, 0), (end if span[1] < 0 else min(span[1], end)) - start
        selected = self.screen.get_component_rich_style("screen--selection")
        return with_spans(segments, [(first, last)] if first < last else [], selected)


def _bounded(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines there is room for, and that more follow where they do."""
    room = MOST_CHARACTERS
    for number, (style, line) in enumerate(lines):
        if number == MOST_LINES or room <= 0:
            yield "warning", CUT
            return
        room -= len(str(line))
        yield style, line
