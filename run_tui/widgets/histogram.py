"""Events over time, coloured by level, above the log; moving in it moves the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from run_tui.actions import bindings
from run_tui.format import plural
from run_tui.view import Bucket, Histogram
from run_tui.widgets.styles import COMPONENTS, named_style

HEIGHT = 4
"""Lines of bars; one of words lies below them."""
_EIGHTHS = " ▁▂▃▄▅▆▇█"


class HistogramBar(Widget, can_focus=True):
    """Bars for a `Histogram`; the cursor is the span that the log's cursor is in."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("histogram")
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    class Moved(Message):
        """The user wants the log at a time, in epoch milliseconds."""

        def __init__(self, moment: float) -> None:
            super().__init__()
            self.moment = moment

    class Left(Message):
        """The user goes back to the log."""

    def __init__(self, name_time: Callable[[float], str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._name_time = name_time
        self._histogram: Histogram | None = None
        self._gap: range = range(0)
        self._cursor = 0
        self._styles: dict[str, Style] = {}

    @property
    def bars(self) -> int:
        """How many bars there is room for."""
        return max(1, self.size.width - 2)

    def show(self, histogram: Histogram, gap: tuple[float, float] | None) -> None:
        """Takes new counts; between the two times of `gap` events have not been read yet."""
        self._histogram = histogram
        self._gap = range(0) if gap is None else range(histogram.index_of(gap[0]) + 1, histogram.index_of(gap[1]))
        self._cursor = min(self._cursor, histogram.size - 1)
        self.refresh()

    def show_time(self, moment: float) -> None:
        """Puts the cursor on the span that a time lies in."""
        if self._histogram is not None and (index := self._histogram.index_of(moment)) != self._cursor:
            self._cursor = index
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of bars, or the words below them."""
        histogram, width = self._histogram, self.size.width
        if histogram is None:
            return Strip.blank(width, self.rich_style)
        segments = [Segment(" ")]
        if y < HEIGHT:
            highest = max((histogram[index].total for index in range(histogram.size)), default=0)
            segments += [
                self._cell(index, histogram[index], HEIGHT - 1 - y, highest) for index in range(histogram.size)
            ]
        else:
            segments.append(Segment(self._words(histogram), self._style("quiet")))
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """A click moves the log."""
        self._go_to(event.x - 1)

    def action_move(self, spans: int) -> None:
        """Moves by spans."""
        self._go_to(self._cursor + spans)

    def action_error(self, direction: int) -> None:
        """Moves to the next or previous span with errors."""
        histogram = self._histogram
        if histogram is not None:
            ahead = range(self._cursor + direction, histogram.size if direction > 0 else -1, direction)
            index = next((index for index in ahead if histogram[index].errors), None)
            if index is not None:
                self._go_to(index)

    def action_leave(self) -> None:
        """Back to the log."""
        self.post_message(self.Left())

    def notify_style_update(self) -> None:
        """Another theme: everything is painted anew."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = named_style(self, name)
        return self._styles[name]

    def _go_to(self, index: int) -> None:
        histogram = self._histogram
        if histogram is not None:
            self._cursor = min(max(index, 0), histogram.size - 1)
            self.refresh()
            self.post_message(self.Moved(histogram.begin_of(self._cursor)))

    def _cell(self, index: int, bucket: Bucket, line: int, highest: int) -> Segment:
        if index in self._gap:
            return Segment("░" if not line else " ", self._style("quiet"))
        eighths = 0 if not bucket.total else max(1, bucket.total * HEIGHT * 8 // highest)
        text = _EIGHTHS[min(max(eighths - line * 8, 0), 8)]
        style = self._style(_level(bucket, line, -(-eighths // 8)))
        if index == self._cursor:
            style += self._style("cursor" if self.has_focus else "cursor-away")
        return Segment(text, style)

    def _words(self, histogram: Histogram) -> str:
        bucket = histogram[self._cursor]
        begin, end = histogram.begin_of(self._cursor), histogram.begin_of(self._cursor + 1)
        parts = [f"{self._name_time(begin)} → {self._name_time(end)}", plural(bucket.total, "event")]
        if bucket.errors:
            parts.append(plural(bucket.errors, "error"))
        if bucket.warnings > bucket.errors:
            parts.append(plural(bucket.warnings - bucket.errors, "warning"))
        return " · ".join(parts)


def _level(bucket: Bucket, line: int, lines: int) -> str:
    """The style of one line of a bar of so many: errors at the bottom, a line at least, then warnings."""
    if not bucket.total:
        return "quiet"
    bad = -(-bucket.errors * lines // bucket.total)
    warned = max(bad, -(-bucket.warnings * lines // bucket.total))
    return "bad" if line < bad else "warning" if line < warned else "name"
