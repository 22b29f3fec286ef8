"""The event log: one line an event, painted from the store only where it is visible."""

from __future__ import annotations

from collections.abc import Hashable

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from run_tui.format import Coloured, TimeMode, clean, clock_mode, event_time, headline, level_style, same_day, shorten
from run_tui.timeline import Place, Timeline
from run_tui.widgets.row_list import MOST_LINES, RowList
from run_tui.widgets.styles import coloured_segments

LEVEL_WORDS = {"WARNING": "WARN", "CRITICAL": "CRIT"}
WIDEST_STEP = 24
MARK = "◆"
TIME, DATED_TIME = 12, 19
NARROW = 72
"""Columns below which days make room for messages."""
SCROLL_STEP = 20


class EventLog(RowList):
    """Shows the rows of a `Timeline`; while `follow` is on, the newest one stays in view.

    `chosen` is the place the user last chose: whatever comes, goes or is filtered out, the cursor stays on it, or on
    the first row after it, and on the same line of the screen. `started` (epoch ms) is what times since the start count
    from; `dated` rows say the day beside the clock time.
    """

    follow: reactive[bool] = reactive(False)
    time_mode: reactive[TimeMode] = reactive(TimeMode.LOCAL)
    started: reactive[int | None] = reactive(None)
    dated: reactive[bool] = reactive(False)
    text_offset: reactive[int] = reactive(0)

    class FollowChanged(Message):
        """Follow was switched on or off, or new events arrived while it is off."""

    def __init__(self, timeline: Timeline, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timeline = timeline
        self.chosen: Place | None = None
        self.unseen = 0
        self._newest_part = timeline.parts[-1]
        self._newest_rows = 0
        self._was_complete = True
        self._widest_step = 0

    def row_count(self) -> int:
        """As many rows as the filter lets through."""
        return len(self.timeline)

    @property
    def place(self) -> Place | None:
        """The place under the cursor."""
        return self.timeline[self.cursor] if self.row_count() else None

    def rows_grew(self) -> None:
        """Rows were added somewhere; those painted before still look the same."""
        self._count_unseen()
        self._show_chosen(keep_strips=True)

    def rows_replaced(self, *, keep_strips: bool = False) -> None:
        """Other rows are shown now; with `keep_strips` they are of the same events."""
        self._newest_part, self._newest_rows = self.timeline.parts[-1], len(self.timeline.parts[-1])
        self._was_complete = self.timeline.complete
        self._show_chosen(keep_strips=keep_strips)

    def forget_unseen(self) -> None:
        """What is there now counts as seen."""
        self.unseen = 0
        self.post_message(self.FollowChanged())

    def move_to(self, index: int, *, by_user: bool = False, center: bool = False) -> None:
        """Puts the cursor on a row; a user who leaves the last one stops following."""
        super().move_to(index, by_user=by_user, center=center)
        self.chosen = self.place
        if by_user and self.follow and self.cursor < self.row_count() - 1:
            self.follow = False

    def strip_key(self, index: int) -> Hashable:
        """Rows keep their looks when others come and go around them, but for times relative to the row above."""
        place = self.timeline[index]
        return place if self.time_mode is not TimeMode.DELTA else (self._before(index), place)

    def _show_chosen(self, *, keep_strips: bool) -> None:
        self._date()
        line = self.cursor - self.scroll_offset.y
        steps = (step for part in self.timeline.parts for step in part.store.steps.values if step)
        before, self._widest_step = self._widest_step, min(max(map(len, steps), default=0), WIDEST_STEP)
        self.rows_changed(keep_strips=keep_strips and self._widest_step == before)
        if self.follow:
            self.move_to(self.row_count() - 1)
        elif self.chosen is not None:
            index = self.validate_cursor(self.timeline.index_at(self.chosen))
            if index != self.cursor or self.cursor - self.scroll_offset.y != line:
                self.cursor = index
                self.scroll_to_row(index - line)

    def _count_unseen(self) -> None:
        part, complete = self.timeline.parts[-1], self.timeline.complete
        added = len(part) - self._newest_rows
        if part is self._newest_part and self._was_complete and complete and added > 0 and not self.follow:
            self.unseen += added
            self.post_message(self.FollowChanged())
        self._newest_part, self._newest_rows, self._was_complete = part, len(part), complete

    def watch_follow(self, follow: bool) -> None:
        """Following starts at the end and forgets what had not been seen."""
        self.unseen = 0
        if follow:
            self.move_to(self.row_count() - 1)
        self.post_message(self.FollowChanged())

    def watch_time_mode(self) -> None:
        """Every time is written anew."""
        self._date()
        self.rows_changed()

    def watch_started(self) -> None:
        """Every time since the start is written anew."""
        self.rows_changed()

    def watch_dated(self) -> None:
        """Every time takes other room."""
        self.rows_changed()

    def _date(self) -> None:
        """A run that goes on past midnight has each day's clock times twice."""
        span = self.timeline.span
        self.dated = span is not None and not same_day(*span, clock_mode(self.time_mode))

    def watch_text_offset(self) -> None:
        """Every message is cut anew."""
        self.rows_changed()

    def action_last(self) -> None:
        """Goes to the last row and stays with the newest."""
        super().action_last()
        self.follow = True

    def toggle_mark(self) -> None:
        """Marks the event under the cursor, or takes its mark away."""
        if self.row_count():
            self.timeline.toggle_mark(self.timeline[self.cursor])
            self.rows_touched([self.cursor])

    def scroll_text(self, steps: int) -> None:
        """Scrolls all messages sideways."""
        self.text_offset = max(0, self.text_offset + steps * SCROLL_STEP)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """Time, level, step, type and message of one event."""
        place = self.timeline[index]
        store, row = self.timeline.store_of(place), place.row
        event, rank = store.event(row), store.ranks[row]
        style, quiet = self.style(level_style(rank)), self.style("quiet")
        level = "EVENT" if rank != event.level.rank else clean(LEVEL_WORDS.get(event.level, event.level))[:5]
        dated = self._is_dated(width)
        time = event_time(store.times[row], self.time_mode, self._reference(index), dated=dated)
        segments = [
            Segment(MARK if self.timeline.is_marked(place) else " ", self.style("accent")),
            Segment(f"{time:>{DATED_TIME if dated else TIME}}  ", quiet),
            Segment(f"{level:<5}  ", style if rank > 2 else quiet),
        ]
        step_width = self._step_width(width)
        if step_width:
            step = shorten(clean(event.step_key or ""), step_width)
            segments.append(Segment(f"{step:<{step_width}}  ", self.style("name" if rank > 1 else "quiet")))
        return segments + self._message_segments(
            headline(event, (MOST_LINES if self.wrap else 4) * width + self.text_offset), event.event_type, style
        )

    def wrap_indent(self, width: int) -> int:
        """Further lines of a message stand under its first."""
        step_width = self._step_width(width)
        return 10 + (DATED_TIME if self._is_dated(width) else TIME) + (step_width + 2 if step_width else 0)

    def _message_segments(self, message: Coloured, event_type: str | None, style: Style) -> list[Segment]:
        kind = f"{clean(event_type)}  " if event_type else ""
        segments = [
            Segment(kind, self.style("quiet") if style != self.style("bad") else style),
            *coloured_segments(self, message, style),
        ]
        return list(Strip(segments).crop(self.text_offset)) if self.text_offset else segments

    def _reference(self, index: int) -> int | None:
        """What a relative time counts from: the run's start, or the event shown above, which may not be known yet."""
        if self.time_mode is not TimeMode.DELTA:
            return self.started if self.started is not None else self.timeline.time_of(Place(False, 0))
        before = self._before(index)
        return None if before is None else self.timeline.time_of(before)

    def _before(self, index: int) -> Place | None:
        """The event shown above, for the first one itself; None right after the gap."""
        return None if index == self.timeline.gap_at else self.timeline[max(0, index - 1)]

    def _is_dated(self, width: int) -> bool:
        return self.dated and width >= NARROW and self.time_mode is clock_mode(self.time_mode)

    def _step_width(self, width: int) -> int:
        if width < 56:
            return 0
        return min(self._widest_step, width // 4)
