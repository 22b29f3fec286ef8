"""A list of one-line rows with a cursor, drawn a visible row at a time: the base of every list on the screens."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import islice, repeat
from typing import ClassVar, Self

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from run_tui.actions import bindings
from run_tui.widgets.long_view import LongView
from run_tui.widgets.row_lines import fitted, notice_lines, under_cursor, wrapped
from run_tui.widgets.styles import COMPONENTS

SCREENFULS = 3
"""How many painted rows are remembered: a scrolled page leaves one behind and finds one ahead."""
NO_FRAME = Spacing()


class RowList(LongView, can_focus=True):
    """Rows are asked for by index only when they are painted, so their number does not matter.

    A subclass says how many rows there are (`row_count`) and what is in one (`row_segments`), and calls
    `rows_changed` when either changes.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    cursor: reactive[int] = reactive(0, repaint=False)
    wrap: reactive[bool] = reactive(False)

    class Opened(Message):
        """A row was chosen: enter, or a second click on it."""

        def __init__(self, row_list: RowList, index: int) -> None:
            super().__init__()
            self.row_list, self.index = row_list, index

        @property
        def control(self) -> RowList:
            """The list."""
            return self.row_list

    class Moved(Message):
        """The cursor is on another row, by the user's own move when `by_user`."""

        def __init__(self, row_list: RowList, index: int, by_user: bool) -> None:
            super().__init__()
            self.row_list, self.index, self.by_user = row_list, index, by_user

        @property
        def control(self) -> RowList:
            """The list."""
            return self.row_list

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: LRUCache[tuple[Hashable, int], list[Strip]] = LRUCache(SCREENFULS)
        self._centered = False
        self._notice: list[tuple[str, str]] = []
        self._in_view: tuple[Hashable, ...] = ()
        self._painted: tuple[Region, list[Strip]] | None = None
        self._has_rows = False

    def show_notice(self, *lines: tuple[str, str]) -> None:
        """What stands here while there are no rows: (style name, harmless text) pairs."""
        if list(lines) != self._notice:
            self._notice = list(lines)
            self.refresh()

    def row_count(self) -> int:
        """How many rows there are now."""
        raise NotImplementedError

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """The row's content, harmless already; cut or padded to `width` cells here."""
        raise NotImplementedError

    def wrap_indent(self, width: int) -> int:
        """Cells left blank before the further lines of a wrapped row."""
        return 2

    def strip_key(self, index: int) -> Hashable:
        """What a row's looks are remembered by."""
        return index

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there are no rows none can be opened."""
        return action != "open" or self.row_count() > 0

    def rows_changed(self, *, keep_strips: bool = False) -> None:
        """Rows came, went or look different; with `keep_strips` those painted before still look the same."""
        if not keep_strips:
            self._strips.clear()
            self._in_view = ()
        # Wrapped rows may need several lines: the last row can be scrolled up to the top.
        size = Size(self.row_width, self.row_count() + (self.size.height - 1 if self.wrap else 0))
        if self.virtual_size != size:
            self.virtual_size = size
        self.cursor = self.validate_cursor(self.cursor)
        self.show_scrolled()
        if bool(self.row_count()) != self._has_rows:
            self._has_rows = not self._has_rows
            if self.is_attached:
                self.refresh_bindings()

    @property
    def rows_in_view(self) -> range:
        """The indexes of the rows that can be seen."""
        top = self.scroll_offset.y
        return range(top, min(top + self.size.height, self.row_count()))

    def forget_out_of_view(self) -> None:
        """Rows that cannot be seen may look different once they can."""
        width = self.row_width
        in_view = {(self.strip_key(index), width) for index in self.rows_in_view}
        for key in [key for key in self._strips.keys() if key not in in_view]:  # noqa: SIM118
            self._strips.discard(key)

    def rows_touched(self, indexes: Iterable[int]) -> None:
        """These rows may look different now: repaints those in view that do."""
        in_view, width = self.rows_in_view, self.row_width
        for index in indexes:
            key = (self.strip_key(index), width)
            before = self._strips.get(key)
            self._strips.discard(key)
            if index in in_view and before != self._row_strips(index, width):
                self._repaint(index)

    def move_to(self, index: int, *, by_user: bool = False, center: bool = False) -> None:
        """Puts the cursor on a row and the row into view."""
        before, self.cursor = self.cursor, index
        self._centered = False
        self._bring_into_view(center)
        if self.cursor != before or by_user:
            self.post_message(self.Moved(self, self.cursor, by_user))

    def center_cursor(self) -> None:
        """Scrolls so that the cursor has a third of the rows above it, and keeps it there until it moves."""
        self._centered = True
        self.scroll_to_row(self.cursor - self.size.height // 3)

    def validate_cursor(self, cursor: int) -> int:
        """The cursor stays on the rows there are; 0 when there are none."""
        return max(0, min(cursor, self.row_count() - 1))

    def show_scrolled(self) -> None:
        """Repaints the list if other rows are in view than were before."""
        rows = self.rows_in_view
        in_view = (len(rows), *map(self.strip_key, rows))
        if in_view != self._in_view:
            self._in_view = in_view
            self.refresh()

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaints the row left and the row reached."""
        self._repaint(before)
        self._repaint(after)

    def watch_wrap(self) -> None:
        """Rows take other room."""
        if self.is_mounted:
            self.rows_changed()
            self._bring_into_view(center=False)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The visible lines; without a frame around them they are painted as they are remembered.

        Textual would make others of them, and work out anew what filters, cuts and colours it found for them before.
        """
        if self._painted is not None and self._painted[0] == crop:
            return self._painted[1]
        if self.styles.gutter != NO_FRAME:
            return super().render_lines(crop)
        lines = list(islice(self._lines(crop.y), crop.height))
        ground = self.background_colors[1]
        for line_filter in self.get_line_filters():
            lines = [line.apply_filter(line_filter, ground) for line in lines]
        if crop.column_span != (0, self.outer_size.width):
            lines = [line.crop(*crop.column_span) for line in lines]
        self._painted = crop, lines
        return lines

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Has the lines painted anew; until then they are as they were, whatever changes beside this list."""
        self._painted = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_line(self, y: int) -> Strip:
        """One visible line, counted from the top of the widget."""
        return next(self._lines(y))

    def _lines(self, y: int) -> Iterator[Strip]:
        """The visible lines from this one on, without end."""
        width, rows, cursor = self.row_width, self.row_count(), self.cursor
        index, line = self._row_at(y)
        while index < rows:
            strips = self._row_strips(index, width)[line:]
            yield from map(self._under_cursor, strips) if index == cursor else strips
            index, line = index + 1, 0
        if not rows:
            below = notice_lines(self._notice, width, self.size.height, self.style)[y:]
            yield from (self._line(notice, width) for notice in below)
        yield from repeat(self._line((), width))

    def notify_style_update(self) -> None:
        """Another theme: everything is painted anew."""
        super().notify_style_update()
        self._strips.clear()
        self._painted = None

    def on_resize(self) -> None:
        """Rows are laid out for the width there is, and the cursor stays in sight."""
        room = SCREENFULS * self.size.height
        if room > self._strips.maxsize:
            self._strips = LRUCache(room)
        self.rows_changed(keep_strips=True)
        if self._centered:
            self.center_cursor()
        else:
            self._bring_into_view(center=True)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The cursor row looks different with the focus, which changes no style: Textual would work out all of them."""
        self._repaint(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row, a second one opens it."""
        index, _ = self._row_at(event.y)
        if index < self.row_count():
            self.move_to(index, by_user=True)
            if event.chain == 2:
                self.action_open()

    def action_move(self, rows: int) -> None:
        """Moves the cursor by rows."""
        self.move_to(self.cursor + rows, by_user=True)

    def action_page(self, pages: int) -> None:
        """Moves the cursor by screenfuls."""
        self.move_to(self.cursor + pages * max(1, self.size.height - 1), by_user=True)

    def action_first(self) -> None:
        """Goes to the first row."""
        self.move_to(0, by_user=True)

    def action_last(self) -> None:
        """Goes to the last row."""
        self.move_to(self.row_count() - 1, by_user=True)

    def action_open(self) -> None:
        """Opens the row under the cursor."""
        if self.row_count():
            self.post_message(self.Opened(self, self.cursor))

    def _row_at(self, y: int) -> tuple[int, int]:
        """The row painted at line `y` of the widget, and which of its lines that is."""
        index = self.scroll_offset.y
        if not self.wrap:
            return index + y, 0
        rows, width = self.row_count(), self.row_width
        while index < rows:
            lines = len(self._row_strips(index, width))
            if y < lines:
                return index, y
            index, y = index + 1, y - lines
        return index, 0

    def _row_strips(self, index: int, width: int) -> list[Strip]:
        key = (self.strip_key(index), width)
        strips = self._strips.get(key)
        if strips is None:
            segments = self.row_segments(index, width)
            lines = wrapped(Strip(segments), width, self.wrap_indent(width)) if self.wrap else [segments]
            strips = self._strips[key] = [self._line(line, width) for line in lines]
        return strips

    def _line(self, segments: Iterable[Segment], width: int) -> Strip:
        """A line on the list's ground, `width` cells wide, and what lies under the scrollbar."""
        return fitted(segments, width, self.scrollbar_size_vertical, self.ground)

    def _under_cursor(self, strip: Strip) -> Strip:
        return under_cursor(strip, self.style("cursor" if self.has_focus else "cursor-away"), self.ground)

    def _repaint(self, index: int) -> None:
        if self.wrap:
            self.refresh()
        else:
            self.refresh_lines(index, 1)

    def _bring_into_view(self, center: bool) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if center and not top <= self.cursor < top + height:
            top = self.cursor - height // 3
        elif self.cursor < top:
            top = self.cursor
        elif self.cursor >= top + height:
            top = self.cursor - height + 1
        if self.wrap:
            top = max(top, self._lowest_top())
        self.scroll_to_row(top)

    def _lowest_top(self) -> int:
        """The first row from which the cursor's row is still in view whole."""
        width, top = self.row_width, self.cursor
        room = self.size.height - len(self._row_strips(top, width))
        while top > 0 and room >= len(self._row_strips(top - 1, width)):
            top -= 1
            room -= len(self._row_strips(top, width))
        return top

    def scroll_to_row(self, top: int) -> None:
        """Scrolls until this row is the topmost, as far as there are rows."""
        self.scroll_to(y=max(0, top), animate=False, immediate=True, force=True)
