"""Reads log lines of a Hub Log server, by pages and as one long stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from run_tui.errors import SourceError, TooLarge
from run_tui.model import MAX_PAGE
from run_tui.sources import _hub_log_wire as wire
from run_tui.sources._body import LARGEST, checked_body
from run_tui.sources._hub_log_client import HubLogClient
from run_tui.sources._page_size import PageSize

MOST_ROWS = 500
"""Rows that a server gives on one page of a phase at most."""
NDJSON = "application/x-ndjson"
WORTHWHILE = 4 * MAX_PAGE
"""Lines left from which on a stream is opened."""
SKIPPED = 2 * MAX_PAGE
"""Lines that a stream, which always begins with the first, may send in vain."""


@dataclass(frozen=True, slots=True)
class LogLines:
    """Lines from a row on; `more` says that others follow, `skipped` that the first one is too large to be read."""

    lines: list[wire.Log]
    more: bool
    skipped: str | None = None


class LogReader:
    """The log lines of attempts: a long one's as a stream once its first page is read, else by pages."""

    def __init__(self, client: HubLogClient) -> None:
        self._client = client
        self._size = PageSize(MOST_ROWS)
        self._stream: LogStream | None = None

    async def read(self, path: str, params: Mapping[str, str], row: int, room: int, expected: int) -> LogLines:
        """At most `room` lines from `row` on; `expected` is how many lines there may be in all.

        A stream that breaks or ends is followed up by pages, which know better whether that was the end.
        """
        name = (path, params["attempt"])
        if self._stream is None and MAX_PAGE // 2 < row <= SKIPPED and expected - row > WORTHWHILE:
            self._stream = LogStream(name, self._client.stream(path, NDJSON, params), row)
        stream = self._stream
        if stream is not None and (stream.name, stream.row) == (name, row):
            # While it is being read nobody else may; if that is cut short it is not put back.
            self._stream = None
            lines = await stream.read(room)
            if lines and stream.row != stream.until:
                self._stream = stream
            else:
                await stream.aclose()
            if lines:
                return LogLines(lines, more=True)
        return await self._read_pages(path, params, row, room)

    def stop_at(self, path: str, attempt: str, row: int) -> None:
        """What lies behind `row` is read elsewhere: a stream that gets there is closed."""
        if self._stream is not None and self._stream.name == (path, attempt):
            self._stream.until = row

    async def aclose(self) -> None:
        """Closes the stream."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.aclose()

    async def _read_pages(self, path: str, params: Mapping[str, str], row: int, room: int) -> LogLines:
        lines: list[wire.Log] = []
        more = True
        while more and len(lines) < room:
            try:
                page = await self._page(path, params, row + len(lines))
            except TooLarge as error:
                return LogLines(lines, True, None if lines else f"1 event is left out: {error}")
            fresh = page["items"]
            lines += fresh
            more = bool(fresh) and row + len(lines) < page["total"]
        return LogLines(lines[:room], more or len(lines) > room)

    async def _page(self, path: str, params: Mapping[str, str], row: int) -> wire.LogPage:
        """A page's lines from `row` on: the page that holds it may begin before."""

        async def ask(limit: int) -> wire.LogPage:
            page = await self._client.page(path, wire.LogPage, row // limit, limit, params)
            return {**page, "items": page["items"][row % limit :]}

        return await self._size.ask(ask, MOST_ROWS)


class LogStream:
    """A stream of log lines that stands before `row`; it is to be read up to `until`, where that is known."""

    def __init__(self, name: tuple[str, str], pieces: AsyncGenerator[bytes, None], row: int) -> None:
        self.name, self.row, self.until = name, row, -1
        self._pieces = pieces
        self._unwanted = row
        self._held = b""

    async def read(self, room: int) -> list[wire.Log]:
        """The next lines, at most `room`; none when the stream is at its end, however that came."""
        try:
            while self._unwanted:
                self._unwanted -= len(await self._take(self._unwanted))
            if self.until > self.row:
                room = min(room, self.until - self.row)
            lines = checked_body(b"[" + b",".join(await self._take(room)) + b"]", _LINES)
        except (SourceError, ValidationError, EOFError):
            return []
        self.row += len(lines)
        return lines

    async def _take(self, room: int) -> list[bytes]:
        """Whole lines, at least one. Raises `EOFError` where none is left, or one is too large to be held."""
        pieces, count = [self._held], self._held.count(b"\n")
        size = len(self._held)
        while count < room:
            piece = await anext(self._pieces, b"")
            if not piece or size > LARGEST:
                break
            pieces.append(piece)
            count += piece.count(b"\n")
            size += len(piece)
        *lines, self._held = b"".join(pieces).split(b"\n", room)
        if not lines:
            raise EOFError
        return lines

    async def aclose(self) -> None:
        """Lets go of the connection."""
        await self._pieces.aclose()


_LINES = wire.adapter(list[wire.Log])
