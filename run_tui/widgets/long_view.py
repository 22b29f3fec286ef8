"""A scroll view for lists of any length, which come to have more or fewer lines many times a second."""

from __future__ import annotations

from math import ceil

from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar

from run_tui.widgets.long_bar import LongBar
from run_tui.widgets.styles import named_style

EIGHTHS = 8
"""Parts of a cell by which a scrollbar's thumb moves."""


class LongView(ScrollView):
    """Lays nothing out and repaints nothing for a number of lines that changes, unless that can be seen.

    The scrollbar has its column even when there is nothing to scroll: to make room for it would lay out the screen.
    """

    DEFAULT_CSS = "LongView { overflow-y: scroll; }"
    virtual_size: reactive[Size] = reactive(Size(0, 0), layout=False, repaint=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._thumb: tuple[int, int] | None = None
        self._styles: dict[str, Style] = {}

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, made like Textual's when it is first asked for."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = LongBar(name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    @property
    def row_width(self) -> int:
        """Cells a row can fill: the scrollbar has its own."""
        return self.outer_size.width - self.gutter.width

    def style(self, name: str) -> Style:
        """A named style in the current theme."""
        if name not in self._styles:
            self._styles[name] = named_style(self, name)
        return self._styles[name]

    @property
    def ground(self) -> Style:
        """What lines are painted on; Textual would work it out anew for each of them."""
        if "" not in self._styles:
            self._styles[""] = self.rich_style
        return self._styles[""]

    def notify_style_update(self) -> None:
        """Another theme: everything is painted anew."""
        super().notify_style_update()
        self._styles.clear()

    def show_scrolled(self) -> None:
        """Repaints the lines if others are in view than were before."""
        raise NotImplementedError

    def watch_virtual_size(self, size: Size) -> None:
        """Fewer lines may not reach as far down as the view."""
        self.scroll_y = self.validate_scroll_y(self.scroll_y)
        self._move_scrollbar()

    def watch_scroll_y(self, before: float, after: float) -> None:
        """Lines that only got another number, because others came before them, stay as they are."""
        self._move_scrollbar()
        if round(before) != round(after):
            self.show_scrolled()

    def _move_scrollbar(self) -> None:
        """Repaints of the scrollbar the lines over which an end of its thumb moves: in a long list rarely any."""
        if not self.show_vertical_scrollbar:
            return
        bar, lines, height = self.vertical_scrollbar, self.virtual_size.height, self.size.height
        bar.set_reactive(ScrollBar.window_virtual_size, lines)
        bar.set_reactive(ScrollBar.position, self.scroll_y)
        before, self._thumb = self._thumb, _thumb(lines, height, self.scroll_y)
        if before is None or self._thumb is None:
            if before != self._thumb:
                bar.refresh()
            return
        for old, new in zip(before, self._thumb, strict=True):
            if old != new:
                first, last = min(old, new) // EIGHTHS, max(old, new) // EIGHTHS
                bar.refresh(Region(0, first, bar.size.width, last - first + 1))


def _thumb(lines: int, height: int, top: float) -> tuple[int, int] | None:
    """Where the scrollbar's thumb begins and ends, in eighths of a cell; None where there is nothing to scroll."""
    if lines <= height:
        return None
    length = max(1, height * height / lines)
    start = int((height - length) * top / (lines - height) * EIGHTHS)
    return start, start + ceil(length * EIGHTHS)
