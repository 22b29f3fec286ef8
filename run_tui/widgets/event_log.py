"""The event log: one line an event, painted from the store only where it is visible."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import chain
from types import MappingProxyType

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from run_tui.finding import EventFinder
from run_tui.format import (
    Coloured,
    TimeMode,
    clean,
    clock_mode,
    event_time,
    headline,
    level_style,
    plural,
    same_day,
    shorten,
)
from run_tui.model import RunName
from run_tui.timeline import Gap, Place, Timeline
from run_tui.widgets.log_list import LogList, text_of, with_spans
from run_tui.widgets.row_lines import MOST_LINES
from run_tui.widgets.run_labels import RunLabels
from run_tui.widgets.styles import coloured_segments

LEVEL_WORDS = {"WARNING": "WARN", "CRITICAL": "CRIT"}
WIDEST_STEP = 24
MARK = "◆"
TIME, DATED_TIME = 12, 19
SHORT_ID = 8
NARROW = 72
"""Columns below which days make room for messages."""


class EventLog(LogList[EventFinder]):
    """Shows the rows of a `Timeline`; while `follow` is on, the newest one stays in view.

    `chosen` is the place the user last chose: whatever comes, goes or is filtered out, the cursor stays on it, or on
    the first row after it, and on the same line of the screen. It does not rest on rows that stand for gaps. `started`
    (epoch ms) is what times since the start count from; `dated` rows say the day beside the clock time. Of several runs
    each row tells its own, by one of the `labels`.
    """

    time_mode: reactive[TimeMode] = reactive(TimeMode.LOCAL)
    started: reactive[int | None] = reactive(None)
    dated: reactive[bool] = reactive(False)

    class FollowChanged(Message):
        """Follow was switched on or off, or new events arrived while it is off."""

    def __init__(
        self, timeline: Timeline, labels: Mapping[RunName, str] = MappingProxyType({}), *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.timeline = timeline
        self._labels = RunLabels(timeline, labels)
        self.chosen: Place | None = None
        self.unseen = 0
        self._counting = False
        self._newest_part = timeline.parts[-1]
        self._newest_rows = 0
        self._was_complete = True
        self._widest_step = 0

    def row_count(self) -> int:
        """As many as the timeline has."""
        return len(self.timeline)

    @property
    def place(self) -> Place | None:
        """The place of the event under the cursor."""
        if not self.row_count() or self.timeline.gap_at(self.cursor) is not None:
            return None
        return self.timeline[self.cursor]

    @property
    def run_label(self) -> str:
        """What the run of the event under the cursor is called, "" where there is only one."""
        return "" if self.place is None else self._labels.of(self.place)[0]

    def rows_grew(self) -> None:
        """Rows were added somewhere; those painted before still look the same."""
        self._count_unseen()
        self._show_chosen(keep_strips=True)

    def rows_replaced(self, *, keep_strips: bool = False) -> None:
        """Other rows are shown now; with `keep_strips` they are of the same events."""
        self._newest_part, self._newest_rows = self.timeline.parts[-1], self.timeline.parts[-1].fitting
        self._was_complete = self.timeline.complete
        self._show_chosen(keep_strips=keep_strips)

    def count_unseen(self) -> None:
        """What is there now is what there was; what comes from now on is new."""
        self._counting = True

    def move_to(self, index: int, *, by_user: bool = False, center: bool = False) -> None:
        """Puts the cursor on a row; a user who leaves the last one stops following."""
        super().move_to(self._event_row(index), by_user=by_user, center=center)
        self.chosen = self.place
        if by_user and self.follow and self.cursor < self._event_row(self.row_count() - 1):
            self.follow = False

    def go_to(self, place: Place) -> None:
        """Puts the cursor on an event, or on the first one shown after it, to stay with it whatever comes."""
        self.follow = False
        self.move_to(self.timeline.index_at(place), center=True)
        self.chosen = place

    def strip_key(self, index: int) -> Hashable:
        """Rows keep their looks when others come and go around them, but for times relative to the row above."""
        place, gap = self.timeline[index], self.timeline.gap_at(index)
        if gap is not None:
            return place, gap
        found = self.finder.wanted if self.finder is not None and self.finder.has(place) else None
        above = self._before(index) if self.time_mode is TimeMode.DELTA else None
        return place, self.timeline.fits(place), found, above

    def _show_chosen(self, *, keep_strips: bool) -> None:
        self._date()
        line = self.cursor - self.scroll_offset.y
        steps = (step for part in self.timeline.parts for step in part.store.steps.values if step)
        before = self._widest_step, self._labels.width
        self._widest_step = min(max(map(len, steps), default=0), WIDEST_STEP)
        self._labels.update()
        self.rows_changed(keep_strips=keep_strips and before == (self._widest_step, self._labels.width))
        if self.follow:
            self.move_to(self.row_count() - 1)
        elif self.chosen is not None:
            index = self._event_row(self.timeline.index_at(self.chosen))
            if index != self.cursor or self.cursor - self.scroll_offset.y != line:
                self.cursor = index
                self.scroll_to_row(index - line)

    def _event_row(self, index: int) -> int:
        """The nearest row with an event, first in the direction that leads to this one."""
        index = self.validate_cursor(index)
        near = self.timeline.event_near(index, 1 if index >= self.cursor else -1)
        return index if near is None else near

    def _count_unseen(self) -> None:
        part, complete = self.timeline.parts[-1], self.timeline.complete
        added = part.fitting - self._newest_rows
        grew = part is self._newest_part and self._was_complete and complete and added > 0
        if grew and self._counting and not self.follow:
            self.unseen += added
            self.post_message(self.FollowChanged())
        self._newest_part, self._newest_rows, self._was_complete = part, part.fitting, complete

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

    def action_last(self) -> None:
        """Goes to the last row and stays with the newest."""
        super().action_last()
        self.follow = True

    def toggle_mark(self) -> None:
        """Marks the event under the cursor, or takes its mark away."""
        if self.place is not None:
            self.timeline.toggle_mark(self.place)
            self.rows_touched([self.cursor])

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """Time, level, step, type and message of one event, or a rule for those of a gap."""
        gap = self.timeline.gap_at(index)
        if gap is not None:
            return [Segment(f"{f' ┄┄ {_gap_text(gap)} ':┄<{width}}", self.style("quiet" if gap.left_out else "accent"))]
        return self._event_segments(self.timeline[index], self._reference(index), width)

    def _event_segments(self, place: Place, reference: int | None, width: int) -> list[Segment]:
        store, row = self.timeline.store_of(place), place.row
        event, rank = store.event(row), store.ranks[row]
        style, quiet = self.style(level_style(rank)), self.style("quiet")
        level = "EVENT" if rank != event.level.rank else clean(LEVEL_WORDS.get(event.level, event.level))[:5]
        context, dated = not self.timeline.fits(place), self._is_dated(width)
        time = event_time(store.times[row], self.time_mode, reference, dated=dated)
        at = f"{time:>{DATED_TIME if dated else TIME}}{'┊' if context else ' '} "
        step_width = self._step_width(width)
        step = f"{shorten(clean(event.step_key or ''), step_width):<{step_width}}  " if step_width else ""
        limit = (MOST_LINES if self.wrap else 4) * width + self.text_offset
        columns = [
            [Segment(at, quiet)],
            [Segment(f"{level:<5}  ", style if rank > 2 else quiet), *self._run_segments(place, width)],
            [Segment(step, self.style("name" if rank > 1 else "quiet"))],
            self._message_segments(headline(event, limit), event.event_type, style),
        ]
        if context:
            columns = [list(Segment.apply_style(column, post_style=self.style("context"))) for column in columns]
        if self.finder is not None and self.finder.has(place):
            self._mark_found(self.finder, columns, width)
        *first, message = columns
        mark = Segment(MARK if self.timeline.is_marked(place) else " ", self.style("accent"))
        if self.text_offset:
            message = list(Strip(message).crop(self.text_offset))
        return [mark, *chain.from_iterable(first), *message]

    def _mark_found(self, finder: EventFinder, columns: list[list[Segment]], width: int) -> None:
        """Marks what was found in step and message; where it is in neither, or out of sight, the time."""
        room = (MOST_LINES if self.wrap else 1) * (width - self.wrap_indent(width))
        spans = [finder.wanted.spans(text_of(column)) for column in columns[2:]]
        seen = any(end > self.text_offset and start < self.text_offset + room for start, end in spans[1])
        time = [] if spans[0] or seen else [(0, len(text_of(columns[0])) - 2)]
        columns[:] = [
            with_spans(column, found, self.style("found"))
            for column, found in zip(columns, [time, [], *spans], strict=True)
        ]

    def _run_segments(self, place: Place, width: int) -> list[Segment]:
        """The run of an event, where there are several."""
        room = self._run_width(width)
        if not room:
            return []
        label, style = self._labels.of(place)
        return [Segment(f"{shorten(label, room):<{room}}", self.style(style)), Segment("  ")]

    def wrap_indent(self, width: int) -> int:
        """Further lines of a message stand under its first."""
        time = DATED_TIME if self._is_dated(width) else TIME
        return 10 + time + sum(room + 2 for room in (self._run_width(width), self._step_width(width)) if room)

    def _message_segments(self, message: Coloured, event_type: str | None, style: Style) -> list[Segment]:
        kind = f"{clean(event_type)}  " if event_type else ""
        kind_style = self.style("quiet") if style != self.style("bad") else style
        return [Segment(kind, kind_style), *coloured_segments(self, message, style)]

    def _reference(self, index: int) -> int | None:
        """What a relative time counts from: the run's start, or the event shown above, which may not be known yet."""
        if self.time_mode is not TimeMode.DELTA:
            return self.started if self.started is not None else self.timeline.time_of(Place(False, 0))
        before = self._before(index)
        return None if before is None else self.timeline.time_of(before)

    def _before(self, index: int) -> Place | None:
        """The event shown above, for the first one itself; None right after those that are still being read."""
        gap = self.timeline.gap_at(index - 1) if index else None
        if gap is not None and gap.read is not None:
            return None
        return self.timeline[max(0, index - (1 if gap is None else 2))]

    def _is_dated(self, width: int) -> bool:
        return self.dated and width >= NARROW and self.time_mode is clock_mode(self.time_mode)

    def _step_width(self, width: int) -> int:
        if width < 56:
            return 0
        return min(self._widest_step, (width - self._run_width(width)) // 4)

    def _run_width(self, width: int) -> int:
        return min(self._labels.width, max(SHORT_ID, width // 5))


def _gap_text(gap: Gap) -> str:
    if gap.read is not None:
        return f"reading the events between · {gap.read:,} so far"
    return f"{plural(gap.left_out, 'event')} left out"
