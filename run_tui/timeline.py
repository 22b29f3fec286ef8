"""A run's events in order from what has been read: the beginning, and while there is a gap behind it, the end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
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


class Timeline:
    """The events that a filter lets through, numbered from 0 across both parts; without a filter, all."""

    def __init__(self, run_id: str) -> None:
        self.beginning = EventView(EventStore(run_id))
        self.end: EventView | None = None
        self.marked: list[Place] = []
        self._end_pages: list[EventPage] = []

    def __len__(self) -> int:
        return len(self.beginning) + (len(self.end) if self.end is not None else 0)

    def __getitem__(self, index: int) -> Place:
        """The place of the event shown at `index`."""
        before = len(self.beginning)
        if self.end is None or index < before:
            return Place(False, self.beginning[index])
        return Place(True, self.end[index - before])

    @property
    def parts(self) -> tuple[EventView, ...]:
        """The views of the parts, in order."""
        return (self.beginning,) if self.end is None else (self.beginning, self.end)

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
    def gap_at(self) -> int | None:
        """The index of the first event after the gap; None where there is none."""
        return None if self.end is None else len(self.beginning)

    def store_of(self, place: Place) -> EventStore:
        """The store that holds the event."""
        return self.end.store if place.in_end and self.end is not None else self.beginning.store

    def event(self, place: Place) -> RunEvent:
        """The event, whole."""
        return self.store_of(place).event(place.row)

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
        return index if index < len(self) and self[index] == place else None

    def index_at(self, place: Place) -> int:
        """Where the event is shown, or the first one after it."""
        if place.in_end and self.end is not None:
            return len(self.beginning) + self.end.index_at(place.row)
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
        return bisect_left(range(len(self)), moment, key=lambda index: self.time_of(self[index]))

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

    def add_to_end(self, page: EventPage, times: TimeContext) -> None:
        """Appends to the end, which lies behind a gap."""
        if self.end is None:
            self.end = EventView(EventStore(self.beginning.store.run_id))
            self.end.apply(self.beginning.filter, times)
        self.end.store.append(page)
        self._end_pages.append(page)

    def join(self, place: Place | None) -> Place | None:
        """Closes the gap; where the event at `place` is from now on."""
        before = len(self.beginning.store)

        def moved(place: Place) -> Place:
            return Place(False, before + place.row) if place.in_end else place

        for page in self._end_pages:
            self.beginning.store.append(page)
        self.end = None
        self._end_pages.clear()
        self.marked = [moved(marked) for marked in self.marked]
        return None if place is None else moved(place)

    def replace(self, store: EventStore, times: TimeContext, place: Place | None) -> Place | None:
        """Shows another store, read anew, under the same filter; where the event at `place` is now.

        Marks stay on their events too. An event that is no longer there takes its mark with it, and leaves its place.
        """
        chosen = None if place is None else self._places_in(store, [place]) or [place]
        self.marked = self._places_in(store, self.marked)
        self.end = None
        self._end_pages.clear()
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
            part.apply(filter, times, self._row_near(part, near))

    def _row_near(self, part: EventView, near: Place | None) -> int:
        if near is not None and near.in_end == (part is self.end):
            return near.row
        return 0 if part is self.end or near is None else len(part.store)

    def advance(self, seconds: float) -> bool:
        """Filters on for about `seconds`; True when nothing is left to look at. The end goes first: it is short."""
        return all(part.advance(seconds) for part in reversed(self.parts))

    def seek(self, index: int, rank: int, direction: int) -> int | None:
        """Where the next (1) or previous (-1) event of at least this effective level is shown from `index` on."""
        before = len(self.beginning)
        if self.end is None:
            return self.beginning.seek(index, rank, direction)
        if direction > 0:
            found = self.beginning.seek(index, rank, 1) if index < before else None
            if found is None:
                later = self.end.seek(max(index - before, -1), rank, 1)
                found = None if later is None else before + later
            return found
        earlier = self.end.seek(index - before, rank, -1) if index > before else None
        return self.beginning.seek(min(index, before), rank, -1) if earlier is None else before + earlier

    def hidden_by_level(self) -> tuple[int, str] | None:
        """How many events a minimum level hides, and its name; None where the filter sets none."""
        hidden = [part.hidden_by_level() for part in self.parts]
        if hidden[0] is None:
            return None
        return sum(count for count, _ in filter(None, hidden)), hidden[0][1]
