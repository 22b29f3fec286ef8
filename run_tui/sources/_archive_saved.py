"""A run in a file, read a page at a time wherever the reader stands, while the file may still be on its way."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from run_tui.errors import BadAnswer
from run_tui.model import MAX_PAGE, EventPage, Run, Step, iso_timestamp
from run_tui.sources._archive_content import Content
from run_tui.sources._archive_form import Ending, Form, Place
from run_tui.sources._archive_run import UNKNOWN, told_run

SLICE = 1 << 18
"""Bytes that are read at once: some milliseconds' work, for nothing else happens meanwhile."""
WORTHWHILE = 1 << 20
"""Bytes not read yet below which reading on is as quick as jumping to the end."""


class SavedRun:
    """The run in a file of some form: as its header tells, as its end does, or where both say nothing its events.

    Every method raises `OSError` where the file cannot be read, and `BadAnswer` for a cursor of another file.
    """

    def __init__(self, content: Content, name: str, form: Form) -> None:
        self._content, self._name, self._form = content, name, form
        self._beginning = form.beginning
        self._ending: Ending | None = None
        self._told = Run(id=self._beginning.run_id, status=UNKNOWN, created_at="", pipeline_name=self._beginning.job)
        self._last_time = ""
        self._open_end: Place | None = None
        self._hear(self._read(self._beginning.start, MAX_PAGE)[0])
        if not self._beginning.run_id:
            content.wait(sys.maxsize)
        self._look_at_end()
        if not self.run.id:
            raise BadAnswer(f"{name} holds no run: neither a saved one nor a debug export")

    @property
    def run(self) -> Run:
        """The run as it was when it was saved, as far as that has come."""
        if self._beginning.run is not None:
            return self._beginning.run
        if self._ending is None or self._ending.run is None:
            return self._told
        told = self._told
        times = {"created_at": told.created_at, "started_at": told.started_at, "ended_at": told.ended_at}
        return self._ending.run.model_copy(update=times)

    @property
    def runs(self) -> Sequence[Run]:
        """Those whose events were saved together; () where it is one."""
        return self._beginning.runs

    @property
    def steps(self) -> Sequence[Step]:
        """The steps the run planned, as far as that has come."""
        return self._beginning.steps or (self._ending.steps if self._ending else ())

    @property
    def origin(self) -> str:
        """Where the file says that it comes from, and which events are in it; "" where it does not say."""
        return self._beginning.origin

    @property
    def saved_at(self) -> str:
        """The time at which the run was as the file has it; where that is not told, its last event's is as good."""
        return self._beginning.saved_at or self._last_time or self.run.created_at

    async def whole(self) -> None:
        """Returns when all that the file tells of the run has come."""
        if self._beginning.run is None:
            await self._content.grown(sys.maxsize)
            self._look_at_end()

    async def page(self, cursor: str | None, limit: int) -> EventPage:
        """At most `limit` events from a place on, at least one unless there are no more.

        What cannot be read is left out and told of.
        """
        place = self._place(cursor)
        while True:
            size = self._content.size
            self._look_at_end()
            page, end = self._read(place, limit)
            if end != place or self._ending is not None:
                break
            await self._content.grown(size)
        if self._ending is None:
            self._hear(page)
            self._open_end = end
        has_more = self._ending is None or place.offset < end.offset < self._ending.end
        at_end = not has_more and (end != place or place == self._open_end)
        told = [*page.skipped, *(self._lost(end) if at_end else ())]
        read = None if self._ending is None else end.offset / max(1, self._ending.end)
        return replace(page, cursor=str(end), has_more=has_more, run=self.run, skipped=tuple(told), read=read)

    def tail(self, after: str | None) -> str | None:
        """A place shortly before the end, if that is far from `after`. Takes its time: what is between is counted."""
        place = self._place(after)
        if self._ending is None or self._ending.end - place.offset < WORTHWHILE:
            return None
        about = self._ending.end - SLICE
        first = self._form.first_from(self._content.read(about, SLICE))
        if first < 0:
            return None
        between = self._count(place.offset, about + first)
        return None if between is None else str(Place(place.number + between, about + first))

    def between(self, cursor: str | None, later: str) -> int:
        """How many events lie between two places, broken ones included."""
        return Place.parse(later).number - self._place(cursor).number

    def close(self) -> None:
        """Lets go of the file."""
        self._content.close()

    def _place(self, cursor: str | None) -> Place:
        return self._beginning.start if cursor is None else Place.parse(cursor)

    def _count(self, start: int, end: int) -> int | None:
        """How many events begin between two places; None where nobody wants to know any more."""
        count, separator = 0, self._form.separator
        for offset in range(start, end, SLICE):
            if self._content.closed:
                return None
            more = len(separator) - 1  # of one that begins in this piece and ends in the next
            count += self._content.read(offset, min(SLICE + more, end - offset)).count(separator)
        return count

    def _look_at_end(self) -> None:
        """As soon as the end has come, what it tells is known before all that lies between."""
        if self._ending is not None or not self._content.ended:
            return
        self._ending = self._form.ending(self._content)
        last = max(self._beginning.start.offset, self._ending.end - SLICE)
        first = self._form.first_from(self._content.read(last, SLICE))
        self._hear(self._read(Place(0, last + max(0, first)), MAX_PAGE)[0])

    def _hear(self, page: EventPage) -> None:
        """What a page tells of the run, where its beginning says nothing."""
        if self._beginning.run is None and len(page):
            self._told = told_run(self._told, page)
            self._last_time = iso_timestamp(page.timestamps[-1])

    def _read(self, place: Place, limit: int) -> tuple[EventPage, Place]:
        """What has come of the events from a place on, and the place after them."""
        pieces = self._pieces(place.offset, limit)
        events, lost = self._events(pieces)
        page = self._form.page(events)
        told = (self._damaged(place.number + 1 + lost[0], len(lost)),) if lost else ()
        end = Place(place.number + len(pieces), place.offset + sum(map(len, pieces)))
        return replace(page, skipped=told, skipped_count=len(lost)), end

    def _pieces(self, offset: int, limit: int) -> Sequence[bytes]:
        room = SLICE
        while True:
            end = self._content.size if self._ending is None else self._ending.end
            text = self._content.read(offset, min(room, end - offset))
            whole = self._ending is not None and offset + len(text) >= end
            pieces = self._form.pieces(text, limit, whole=whole)
            if pieces or len(text) < room:
                return pieces
            room *= 2

    def _events(self, pieces: Sequence[bytes]) -> tuple[Sequence[Any], list[int]]:
        """The events of some pieces, and which of these are none."""
        try:
            return self._form.events(pieces), []
        except (ValueError, RecursionError):
            events = [self._event(piece) for piece in pieces]
        lost = [index for index, event in enumerate(events) if not event and pieces[index].strip()]
        return list(chain.from_iterable(events)), lost

    def _event(self, piece: bytes) -> Sequence[Any]:
        try:
            return self._form.events([piece])
        except (ValueError, RecursionError):
            return ()

    def _damaged(self, number: int, count: int) -> str:
        more = f", nor can {count - 1:,} after it" if count > 1 else ""
        return f"{self._form.noun} {number:,} of {self._name} is damaged and cannot be shown{more}."

    def _lost(self, end: Place) -> list[str]:
        """What is missing behind the last event."""
        if self._content.broken or (self._ending is not None and not self._ending.whole):
            return [f"{self._name} is damaged or cut off: what follows the last event shown is lost."]
        count, found = self._beginning.count, end.number - self._beginning.start.number
        missing = 0 if count is None else count - found
        are = "are" if missing > 1 else "is"
        return [f"{self._name} ends early: {missing:,} of its events {are} missing."] if missing > 0 else []
