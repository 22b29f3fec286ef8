"""Events in order from what has been read: the beginning, and while there is a gap behind it, the end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from run_tui.model import EventPage, RunEvent
from run_tui.query import Filter, TimeContext
from run_tui.store import EventStore
from run_tui.view import EventView, Histogram


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an event is: its row in the store of the beginning, or in that of the end."""

    in_end: bool
    row: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A row that stands for events: `left_out` of them between context lines, or those not read yet, after `read`."""

    left_out: int
    read: int | None = None


class Timeline:
    """The events that a filter lets through, numbered from 0 across both parts; without a filter, all.

    Where events are missing between two rows, a row of its own stands for them: see `gap_at`.
    """

    def __init__(self, run_id: str, job: str | None = None) -> None:
        self.beginning = EventView(EventStore(run_id, job))
        self.end: EventView | None = None
        self.marked: list[Place] = []

    def __len__(self) -> int:
        return len(self.beginning) + (1 + len(self.end) if self.end is not None else 0)

    def __getitem__(self, index: int) -> Place:
        """The place of the event shown at `index`; of a gap, that of the first event it stands for."""
        before = len(self.beginning)
        if self.end is None or index < before:
            return Place(False, self.beginning[index])
        return Place(True, self.end[index - before - 1]) if index > before else Place(False, self._read)

    def gap_at(self, index: int) -> Gap | None:
        """The gap that the row at `index` stands for; None for an event."""
        for first, part in self.numbered:
            if first <= index < first + len(part):
                left_out = part.left_out(index - first)
                return Gap(left_out) if left_out else None
        return Gap(0, self._read)

    def event_near(self, index: int, direction: int) -> int | None:
        """The index of the nearest event from a row on, first in this direction; None where there is none.

        Rows that stand for gaps are never side by side.
        """
        for near in (index, index + direction, index - direction):
            if 0 <= near < len(self) and self.gap_at(near) is None:
                return near
        return None

    @property
    def parts(self) -> tuple[EventView, ...]:
        """The views of the parts, in order."""
        return (self.beginning,) if self.end is None else (self.beginning, self.end)

    @property
    def numbered(self) -> tuple[tuple[int, EventView], ...]:
        """The index of each part's first row, and the part."""
        if self.end is None:
            return ((0, self.beginning),)
        return (0, self.beginning), (len(self.beginning) + 1, self.end)

    @property
    def fitting(self) -> int:
        """How many events the filter lets through, context aside."""
        return sum(part.fitting for part in self.parts)

    @property
    def held(self) -> int:
        """How many events have been read, shown or not."""
        return sum(len(part.store) for part in self.parts)

    @property
    def scanned(self) -> int:
        """How many events the filter has looked at."""
        return sum(part.scanned for part in self.parts)

    @property
    def filter(self) -> Filter | None:
        """The filter in force."""
        return self.beginning.filter

    @property
    def complete(self) -> bool:
        """Whether the filter has looked at every event there is."""
        return all(part.complete for part in self.parts)

    @property
    def context(self) -> int:
        """How many rows are shown before and after each event that the filter lets through."""
        return self.beginning.context

    @context.setter
    def context(self, lines: int) -> None:
        for part in self.parts:
            part.context = lines

    def fits(self, place: Place) -> bool:
        """Whether the filter lets the event through; the others that are shown are context."""
        return self._part_of(place).fits(place.row)

    def store_of(self, place: Place) -> EventStore:
        """The store that holds the event."""
        return self._part_of(place).store

    def event(self, place: Place) -> RunEvent:
        """The event, whole."""
        return self.store_of(place).event(place.row)

    @property
    def _read(self) -> int:
        return len(self.beginning.store)

    def _part_of(self, place: Place) -> EventView:
        return self.end if place.in_end and self.end is not None else self.beginning

    def places_of(self, event_type: str) -> Iterator[Place]:
        """Where the events of a type are, shown or not."""
        for part in self.parts:
            yield from (Place(part is self.end, row) for row in part.store.types.rows_of(event_type))

    def places_from(self, rank: int) -> Iterator[Place]:
        """Where the events of at least this effective level are, shown or not."""
        severe = re.compile(b"[%c-\xff]" % rank)
        for part in self.parts:
            yield from (Place(part is self.end, found.start()) for found in severe.finditer(bytes(part.store.ranks)))

    def toggle_mark(self, place: Place) -> bool:
        """Marks an event, or takes its mark away; whether it is marked now."""
        at = bisect_left(self.marked, place)
        if self.is_marked(place):
            del self.marked[at]
            return False
        self.marked.insert(at, place)
        return True

    def is_marked(self, place: Place) -> bool:
        """Whether the user marked the event."""
        at = bisect_left(self.marked, place)
        return at < len(self.marked) and self.marked[at] == place

    def next_marked(self, place: Place, direction: int) -> int | None:
        """Where the next (1) or previous (-1) marked event that is shown stands; None when there is none."""
        if direction > 0:
            others = self.marked[bisect_right(self.marked, place) :]
        else:
            others = self.marked[: bisect_left(self.marked, place)][::-1]
        return next((index for other in others if (index := self.index_of(other)) is not None), None)

    def index_of(self, place: Place) -> int | None:
        """Where the event is shown; None where it is not."""
        index = self.index_at(place)
        shown = index < len(self) and self[index] == place and self.gap_at(index) is None
        return index if shown else None

    def type_counts(self) -> Counter[str | None]:
        """How many events of each type have been read, shown or not."""
        counts: Counter[str | None] = Counter()
        for part in self.parts:
            counts.update(part.store.types.counts())
        return counts

    def index_at(self, place: Place) -> int:
        """Where the event is shown, or the first one after it."""
        if place.in_end and self.end is not None:
            return len(self.beginning) + 1 + self.end.index_at(place.row)
        return self.beginning.index_at(place.row)

    def time_of(self, place: Place) -> int:
        """The event's time in epoch milliseconds."""
        return self.store_of(place).times[place.row]

    @property
    def span(self) -> tuple[int, int] | None:
        """The times (epoch milliseconds) of the first and the last event; None where there are none."""
        stores = [part.store for part in self.parts if len(part.store)]
        return (stores[0].times[0], stores[-1].times[-1]) if stores else None

    def index_from(self, moment: float) -> int:
        """Where the first event from a time on (epoch milliseconds) is shown; events are in order but for a little."""

        def find(part: EventView, _: int) -> int | None:
            at = bisect_left(range(len(part)), moment, key=lambda index: part.store.times[part[index]])
            return at if at < len(part) else None

        found = self.first(1, find)
        return len(self) if found is None else found

    def histogram(self, size: int) -> Histogram | None:
        """The events shown, to be counted in `size` spans over the time of all there are; None where there are none."""
        return None if self.span is None else Histogram(self.parts, *self.span, size)

    @property
    def gap(self) -> tuple[int, int] | None:
        """The times (epoch milliseconds) between which events have not been read yet."""
        if self.end is None or not len(self.end.store) or not len(self.beginning.store):
            return None
        return self.beginning.store.times[-1], self.end.store.times[0]

    def add(self, page: EventPage) -> None:
        """Appends to the beginning."""
        self.beginning.store.append(page)

    def end_store(self, times: TimeContext) -> EventStore:
        """The store of the end, which lies behind a gap; there is one from now on."""
        if self.end is None:
            self.end = EventView(self.beginning.store.later())
            self.end.context = self.context
            self.end.apply(self.beginning.filter, times)
        return self.end.store

    def add_to_end(self, page: EventPage, times: TimeContext) -> None:
        """Appends to the end."""
        self.end_store(times).append(page)

    def join(self, place: Place | None) -> Place | None:
        """Closes the gap; where the event at `place` is from now on."""
        before = len(self.beginning.store)

        def moved(place: Place) -> Place:
            return Place(False, before + place.row) if place.in_end else place

        if self.end is not None:
            self.beginning.store.join(self.end.store)
        self.end = None
        self.marked = [moved(marked) for marked in self.marked]
        return None if place is None else moved(place)

    def replace(self, store: EventStore, times: TimeContext, place: Place | None) -> Place | None:
        """Shows another store, read anew, under the same filter; where the event at `place` is now.

        Marks stay on their events too. An event that is no longer there takes its mark with it, and leaves its place.
        """
        chosen = None if place is None else self._places_in(store, [place]) or [place]
        self.marked = self._places_in(store, self.marked)
        self.end = None
        self.beginning.replace_store(store, times)
        return None if chosen is None else chosen[0]

    def _places_in(self, store: EventStore, places: list[Place]) -> list[Place]:
        """Where the events at `places`, which are in order, are in a store that holds the same ones and more."""
        found: list[Place] = []
        for place in places:
            held, first = self.store_of(place), 0 if place.in_end else place.row
            start = max(first, found[-1].row + 1) if found else first
            row = store.find(held.event(place.row), held.times[place.row], start)
            if row is not None:
                found.append(Place(False, row))
        return found

    def apply(self, filter: Filter | None, times: TimeContext, near: Place | None) -> None:
        """Starts over with another filter, with the rows near a place first."""
        for part in self.parts:
            part.apply(filter, times, self.row_near(part, near))

    def row_near(self, part: EventView, near: Place | None) -> int:
        """The row of a part that is nearest to a place; without one, the newest."""
        if near is not None and near.in_end == (part is self.end):
            return near.row
        return 0 if part is self.end or near is None else len(part.store)

    def advance(self, seconds: float) -> bool:
        """Filters on for about `seconds`; True when nothing is left to look at. The end goes first: it is short."""
        return all(part.advance(seconds) for part in reversed(self.parts))

    def seek(self, index: int, rank: int, direction: int) -> int | None:
        """Where the next (1) or previous (-1) event of at least this effective level is shown from `index` on."""
        return self.first(direction, lambda part, at: part.seek(at, rank, direction), index)

    def first(self, direction: int, find: Callable[[EventView, int], int | None], index: int = 0) -> int | None:
        """The first index that `find` finds in a part, from the beginning (1) or the end (-1).

        It is given the part and where `index` is in its numbers, which may be before its rows or after them.
        """
        for first, part in self.numbered[::direction]:
            found = find(part, index - first)
            if found is not None:
                return first + found
        return None

    def hidden_by_level(self) -> tuple[int, str] | None:
        """How many events a minimum level hides, and its name; None where the filter sets none."""
        hidden = [part.hidden_by_level() for part in self.parts]
        if hidden[0] is None:
            return None
        return sum(count for count, _ in filter(None, hidden)), hidden[0][1]
