"""A saved run, or any events one a line, read a page at a time wherever the reader stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import BinaryIO

from pydantic import ValidationError

from run_tui.archive import EVENTS, EventObject, Header, header_of, is_header, page_of
from run_tui.errors import BadAnswer
from run_tui.model import MAX_PAGE, EventPage, Run, RunName, Step, iso_timestamp
from run_tui.sources._archive_run import UNKNOWN, told_run

CHUNK = 1 << 20
"""Bytes between two places whose line number is known."""
WORTHWHILE = 4 * MAX_PAGE
"""Lines not read yet below which reading on is as quick as jumping to the end."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line begins: how many lines are before it, and how many bytes."""

    line: int
    offset: int

    @classmethod
    def parse(cls, cursor: str) -> Place:
        """The place that a cursor stands for. Raises `BadAnswer`."""
        line, _, offset = cursor.partition(":")
        if not (line.isdecimal() and offset.isdecimal()):
            raise BadAnswer(f"{cursor!r} is no cursor of a file")
        return cls(int(line), int(offset))

    def __str__(self) -> str:
        return f"{self.line}:{self.offset}"


class SavedLines:
    """The run in a file of lines: its header's, or where there is none as its events tell of it.

    `damage` tells what is known to be wrong with the file. Raises `BadAnswer` where the first line is neither a header
    nor an event.
    """

    def __init__(self, file: BinaryIO, name: str, damage: Sequence[str] = ()) -> None:
        self._file, self._name, self._damage = file, name, damage
        self._size = file.seek(0, 2)
        self._lines_before: list[int] = []
        self._start, self._last_time = Place(0, 0), ""
        self._names: dict[str, RunName] = {}
        self._run_id, self._header = "", Header(Run(id="", status=UNKNOWN, created_at=""))
        self._header = self._read_header()

    @property
    def run(self) -> Run:
        """The run as it was when it was saved."""
        return self._header.run

    @property
    def runs(self) -> Sequence[Run]:
        """Those whose events were saved together; () where it is one."""
        return self._header.runs

    @property
    def steps(self) -> Sequence[Step]:
        """The steps the run planned."""
        return self._header.steps

    @property
    def origin(self) -> str:
        """Where the header says that the run comes from, and which of its events follow."""
        origin = f", from {self._header.where}" if self._header.where else ""
        return f"{origin}, only {self._header.filter}" if self._header.filter else origin

    @property
    def saved_at(self) -> str:
        """When it was saved; where that is not told, its last event's time is as good."""
        return self._header.saved_at or self._last_time

    def page(self, cursor: str | None, limit: int) -> EventPage:
        """At most `limit` lines from a place on; those that are no events are left out and told of."""
        place = self._place(cursor)
        lines = self._lines(place, limit)
        end = Place(place.line + len(lines), place.offset + sum(map(len, lines)))
        events, lost = self._events(lines)
        has_more = bool(lines) and end.offset < self._size
        page = page_of(self._run_id, events, self._names)
        told = [self._lost(place.line + 1 + lost[0], len(lost))] if lost else []
        if lines and not has_more:
            told += [*self._damage, *self._missing(end.line - self._start.line)]
        return replace(page, cursor=str(end), has_more=has_more, skipped=tuple(told), skipped_count=len(lost))

    def tail(self, after: str | None) -> str | None:
        """The place a page before the end, if that is far from `after`."""
        place = self._place(after)
        total = self._counted()[-1]
        if total - place.line < WORTHWHILE:
            return None
        first = total - MAX_PAGE
        at = next(index for index, count in enumerate(self._lines_before) if count > first) - 1
        self._file.seek(at * CHUNK)
        # Most often a chunk begins within a line: its rest counts as the first one that ends there.
        skipped = sum(map(len, islice(self._file, first - self._lines_before[at])))
        return str(Place(first, at * CHUNK + skipped))

    def between(self, cursor: str | None, later: str) -> int:
        """How many lines lie between two places."""
        return Place.parse(later).line - self._place(cursor).line

    def _place(self, cursor: str | None) -> Place:
        return self._start if cursor is None else Place.parse(cursor)

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def _read_header(self) -> Header:
        lines = self._lines(self._start, 1)
        try:
            first = json.loads(lines[0])
        except (ValueError, RecursionError):
            raise BadAnswer(f"{self._name} holds no run: its first line is damaged") from None
        if not is_header(first):
            return Header(self._told_run(first))
        try:
            header = header_of(first)
        except ValidationError:
            raise BadAnswer(f"{self._name} holds no run: its first line is damaged") from None
        except ValueError as error:
            raise BadAnswer(f"{self._name} cannot be read: {error}") from None
        self._start, self._run_id = Place(1, len(lines[0])), header.run.id
        self._names = {run.id: run.name for run in header.runs}
        return header

    def _told_run(self, first: object) -> Run:
        try:
            self._run_id = EVENTS.validate_python([first])[0]["runId"]
        except ValidationError:
            raise BadAnswer(f"{self._name} holds no run that run-tui has saved, and no events") from None
        tail = self.tail(None)
        pages = [self.page(None, WORTHWHILE)] + ([self.page(tail, CHUNK)] if tail is not None else [])
        self._last_time = iso_timestamp(pages[-1].timestamps[-1]) if pages[-1].timestamps else ""
        return told_run(self._run_id, *pages)

    def _lines(self, place: Place, limit: int) -> list[bytes]:
        self._file.seek(place.offset)
        return list(islice(self._file, limit))

    def _events(self, lines: Sequence[bytes]) -> tuple[list[EventObject], list[int]]:
        """The events of some lines, and which lines are none."""
        try:
            events = EVENTS.validate_python(json.loads(b"[" + b",".join(lines) + b"]"))
            if len(events) == len(lines) and all(map(self._belongs, events)):
                return events, []
        except (ValueError, RecursionError):
            pass
        events, lost = [], []
        for index, line in enumerate(lines):
            event = self._event(line)
            if event is not None:
                events.append(event)
            elif line.strip():
                lost.append(index)
        return events, lost

    def _event(self, line: bytes) -> EventObject | None:
        try:
            event = EVENTS.validate_python([json.loads(line)])[0]
        except (ValueError, RecursionError):
            return None
        return event if self._belongs(event) else None

    def _belongs(self, event: EventObject) -> bool:
        return event["runId"] in self._names if self._names else event["runId"] == self._run_id

    def _lost(self, line: int, count: int) -> str:
        more = f", nor can {count - 1:,} after it" if count > 1 else ""
        return f"Line {line:,} of {self._name} is damaged and cannot be shown{more}."

    def _missing(self, found: int) -> list[str]:
        missing = 0 if self._header.count is None else self._header.count - found
        return (
            [f"{self._name} ends early: {missing:,} of its events {'are' if missing > 1 else 'is'} missing."]
            if missing > 0
            else []
        )

    def _counted(self) -> list[int]:
        """How many lines end before each chunk of the file, and at last in all of it."""
        if not self._lines_before:
            self._file.seek(0)
            counts = (chunk.count(b"\n") for chunk in iter(lambda: self._file.read(CHUNK), b""))
            self._lines_before = list(accumulate(counts, initial=0))
        return self._lines_before
