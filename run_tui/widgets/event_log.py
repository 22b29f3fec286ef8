"""The event log: one line an event, painted from the store only where it is visible."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.reactive import reactive

from run_tui.format import TimeMode, clean, event_time, headline, level_style, shorten
from run_tui.store import EventStore
from run_tui.view import EventView
from run_tui.widgets.row_list import RowList

LEVEL_WORDS = {"WARNING": "WARN", "CRITICAL": "CRIT"}
WIDEST_STEP = 24
SCROLL_STEP = 20


class EventLog(RowList):
    """Shows the rows of an `EventView`; while `follow` is on, the newest one stays in view."""

    follow: reactive[bool] = reactive(False)
    time_mode: reactive[TimeMode] = reactive(TimeMode.LOCAL)
    text_offset: reactive[int] = reactive(0)

    class FollowChanged(Message):
        """Follow was switched on or off, or new events arrived while it is off."""

    def __init__(self, view: EventView, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.view = view
        self.unseen = 0
        self._painted_rows = 0

    @property
    def store(self) -> EventStore:
        """The events behind the rows."""
        return self.view.store

    def row_count(self) -> int:
        """As many rows as the filter lets through."""
        return len(self.view)

    @property
    def current_row(self) -> int | None:
        """The store row under the cursor."""
        return self.view[self.cursor] if len(self.view) else None

    def rows_added(self) -> None:
        """The view grew at its end."""
        added = max(0, len(self.view) - self._painted_rows)
        self._painted_rows = len(self.view)
        self.rows_changed(keep_strips=True)
        if self.follow:
            self.move_to(self.row_count() - 1)
        elif added:
            self.unseen += added
            self.post_message(self.FollowChanged())

    def forget_unseen(self) -> None:
        """What is there now counts as seen."""
        self.unseen = 0
        self.post_message(self.FollowChanged())

    def rows_replaced(self, row: int | None) -> None:
        """The view shows other rows now; the cursor stays on store row `row`, or the next one after it."""
        self._painted_rows = len(self.view)
        self.rows_changed()
        if self.follow:
            self.move_to(self.row_count() - 1)
        elif row is not None:
            self.move_to(self.view.index_at(row), center=True)

    def move_to(self, index: int, *, by_user: bool = False, center: bool = False) -> None:
        """Puts the cursor on a row; a user who leaves the last one stops following."""
        super().move_to(index, by_user=by_user, center=center)
        if by_user and self.follow and self.cursor < self.row_count() - 1:
            self.follow = False

    def watch_follow(self, follow: bool) -> None:
        """Following starts at the end and forgets what had not been seen."""
        self.unseen = 0
        if follow:
            self.move_to(self.row_count() - 1)
        self.post_message(self.FollowChanged())

    def watch_time_mode(self) -> None:
        """Every time is written anew."""
        self.rows_changed()

    def watch_text_offset(self) -> None:
        """Every message is cut anew."""
        self.rows_changed()

    def action_last(self) -> None:
        """Goes to the last row and stays with the newest."""
        super().action_last()
        self.follow = True

    def scroll_text(self, steps: int) -> None:
        """Scrolls all messages sideways."""
        self.text_offset = max(0, self.text_offset + steps * SCROLL_STEP)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """Time, level, step, type and message of one event."""
        row = self.view[index]
        event = self.store.event(row)
        rank = self.store.ranks[row]
        style = self.style(level_style(rank))
        quiet = self.style("quiet")
        level = "EVENT" if rank != event.level.rank else clean(LEVEL_WORDS.get(event.level, event.level))[:5]
        segments = [
            Segment(f" {event_time(self.store.times[row], self.time_mode, self._reference(index)):>12}  ", quiet),
            Segment(f"{level:<5}  ", style if rank > 2 else quiet),
        ]
        step_width = self._step_width(width)
        if step_width:
            step = shorten(clean(event.step_key or ""), step_width)
            segments.append(Segment(f"{step:<{step_width}}  ", self.style("name" if rank > 1 else "quiet")))
        return segments + self._message_segments(headline(event, 4 * width + self.text_offset), event.event_type, style)

    def _message_segments(self, text: str, event_type: str | None, style: Style) -> list[Segment]:
        kind = f"{clean(event_type)}  " if event_type else ""
        shown = (kind + text)[self.text_offset :]
        cut = max(0, len(kind) - self.text_offset)
        return [
            Segment(shown[:cut], self.style("quiet") if style != self.style("bad") else style),
            Segment(shown[cut:], style),
        ]

    def _reference(self, index: int) -> int:
        """What a relative time counts from: the first event, or the one shown above."""
        if self.time_mode is TimeMode.DELTA:
            return self.store.times[self.view[max(0, index - 1)]]
        return self.store.times[0]

    def _step_width(self, width: int) -> int:
        if width < 56:
            return 0
        longest = max((len(step) for step in self.store.steps.values if step), default=0)
        return min(longest, WIDEST_STEP, width // 5)
