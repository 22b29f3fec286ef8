"""Events over time, coloured by level, above the log; moving in it moves the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from run_tui.actions import bindings
from run_tui.format import clock, clock_mode, plural
from run_tui.view import Bucket, Histogram
from run_tui.widgets.event_log import EventLog
from run_tui.widgets.later import call_after
from run_tui.widgets.styles import COMPONENTS, named_style

HEIGHT = 4
"""Lines of bars; one of words lies below them."""
COUNT_SLICE = 0.004
"""Seconds of counting between two chances for keys and frames."""
_EIGHTHS = " ▁▂▃▄▅▆▇█"


class HistogramBar(Widget, can_focus=True):
    """Bars for the events that a log shows; the cursor is the span that the log's cursor is in."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("histogram")
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def __init__(self, log: EventLog, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows, self._timeline = log, log.timeline
        self._counting: Histogram | None = None
        self._counted: tuple[object, ...] = ()
        self._histogram: Histogram | None = None
        self._gap: range = range(0)
        self._moves: deque[Callable[[Histogram], None]] = deque()
        self._cursor = 0
        self._styles: dict[str, Style] = {}

    @property
    def bars(self) -> int:
        """How many bars there is room for."""
        return max(1, self.size.width - 2)

    def toggle(self) -> None:
        """Opens and takes the focus, or gives it back to the log and closes."""
        self.display = not self.display
        if self.display:
            self.focus()
        else:
            self._moves.clear()
            self._rows.focus()

    def count_events(self) -> None:
        """Brings the bars up to date if they are in view, in slices between frames."""
        timeline = self._timeline
        now = (timeline.filter, timeline.scanned, timeline.held, self.bars)
        if self.display and self._counting is None and now != self._counted:
            self._counted = now
            self._counting = timeline.histogram(self.bars)
            self._count_on()

    def follow_log(self) -> None:
        """The log's cursor may be at another time, unless it went where this one led it."""
        if self.display and not self.has_focus:
            self._show_time()

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

    def on_show(self) -> None:
        """Now that there is room for bars, it is known how many to count for."""
        self.count_events()

    def on_click(self, event: events.Click) -> None:
        """A click moves the log."""
        self._go_to(event.x - 1)

    def action_move(self, spans: int) -> None:
        """Moves by spans."""
        self._once_counted(lambda histogram: self._go_to(self._cursor + spans))

    def action_error(self, direction: int) -> None:
        """Moves to the next or previous span with errors."""
        self._once_counted(lambda histogram: self._go_to_error(histogram, direction))

    def action_leave(self) -> None:
        """Back to the log."""
        self.toggle()

    def notify_style_update(self) -> None:
        """Another theme: everything is painted anew."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = named_style(self, name)
        return self._styles[name]

    def _once_counted(self, move: Callable[[Histogram], None]) -> None:
        """Moves now, or as soon as there are bars."""
        if self._histogram is None:
            self._moves.append(move)
        else:
            move(self._histogram)

    def _go_to_error(self, histogram: Histogram, direction: int) -> None:
        ahead = range(self._cursor + direction, histogram.size if direction > 0 else -1, direction)
        index = next((index for index in ahead if histogram[index].errors), None)
        if index is not None:
            self._go_to(index)

    def _go_to(self, index: int) -> None:
        histogram = self._histogram
        if histogram is not None:
            self._cursor = min(max(index, 0), histogram.size - 1)
            self.refresh()
            index = self._timeline.index_from(histogram.begin_of(self._cursor))
            self._rows.move_to(index, by_user=True, center=True)

    def _count_on(self) -> None:
        if self._counting is None:
            return
        if not self._counting.advance(COUNT_SLICE):
            call_after(2 * COUNT_SLICE, self, self._count_on)
            return
        histogram, self._counting = self._counting, None
        self._show(histogram)
        self._show_time()
        while self._moves:
            self._moves.popleft()(histogram)

    def _show(self, histogram: Histogram) -> None:
        self._histogram, gap = histogram, self._timeline.gap
        self._gap = range(0) if gap is None else range(histogram.index_of(gap[0]) + 1, histogram.index_of(gap[1]))
        self._cursor = min(self._cursor, histogram.size - 1)
        self.refresh()

    def _show_time(self) -> None:
        """Puts the cursor on the span that the log's cursor lies in."""
        place = self._rows.place
        if place is None or self._histogram is None:
            return
        index = self._histogram.index_of(self._timeline.time_of(place))
        if index != self._cursor:
            self._cursor = index
            self.refresh()

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
        mode = clock_mode(self._rows.time_mode)
        parts = [f"{clock(int(begin), mode)} → {clock(int(end), mode)}", plural(bucket.total, "event")]
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
