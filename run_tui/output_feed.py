"""The poller of one stream of output: its last lines first, then what is written from now on, and earlier on demand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from run_tui.errors import SourceError
from run_tui.output import WIDTH, OutputChunk, OutputLines, Stream
from run_tui.pace import REAL_CLOCK, Clock, retry_delay
from run_tui.sources.base import Source

POLL = 1.0
"""Seconds between looks for more while the process may still write."""


LAST_BYTES, LAST_LINES = 8192, 10
"""How much of a process's end stands beside its failure."""
_LOGGED = re.compile(r"(\x1b\[\d+m)?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} - dagster - ")


async def last_lines(source: Source, run_id: str, key: str, stream: Stream) -> Sequence[str]:
    """The last lines of one stream of a `Capture`, within its last few kilobytes.

    Blank ones are left out, and so is what the framework's own logger wrote: those are events, known already.
    """
    start = await source.output_end(run_id, key, stream, LAST_BYTES)
    chunk = await source.output(run_id, key, stream, start, 2 * LAST_BYTES)
    lines = OutputLines()
    lines.append(chunk.from_whole_line().text)
    return [line for line in lines if line.strip() and not _LOGGED.match(line)][-LAST_LINES:]


@dataclass(frozen=True, slots=True)
class OutputUpdate:
    """What has been read: text after all that was there, or before it; `from_start`: nothing lies before what is here.

    `over` says that nothing more will be written. After a failure `error` tells of it, `retry_in` is in seconds.
    """

    after: str = ""
    before: str = ""
    from_start: bool = False
    over: bool = False
    error: SourceError | None = None
    retry_in: float | None = None


class OutputFeed:
    """Follows one stream of a `Capture`; a failure is told, and the feed goes on from where it stands.

    `ended` says whether the process has ended by now: what it wrote before is then read to the end, and no more.
    """

    def __init__(
        self,
        source: Source,
        run_id: str,
        key: str,
        stream: Stream,
        *,
        ended: Callable[[], bool],
        clock: Clock = REAL_CLOCK,
    ) -> None:
        self._source, self._run_id, self._key, self._stream = source, run_id, key, stream
        self._ended, self._clock = ended, clock
        self._poke = asyncio.Event()
        self._start: int | None = None
        self._end = 0
        self._wants_earlier = False
        self._failures = 0

    def poll_now(self) -> None:
        """Ends the current wait: the next request goes out at once."""
        self._poke.set()

    def read_earlier(self) -> None:
        """Asks for a piece before all that is here."""
        if self._start:
            self._wants_earlier = True
            self._poke.set()

    async def updates(self) -> AsyncGenerator[OutputUpdate, None]:
        """What was written as it becomes known; goes on after the end, for the sake of `read_earlier`."""
        while True:
            try:
                update, rest = await self._advance()
                self._failures = 0
            except SourceError as error:
                rest = retry_delay(error, self._failures, self._clock.chance())
                self._failures += 1
                update = OutputUpdate(from_start=self._start == 0, error=error, retry_in=rest)
            yield update
            if rest:
                await self._clock.pause(rest, self._poke)
                self._poke.clear()

    async def _advance(self) -> tuple[OutputUpdate, float]:
        """One piece, and the seconds to rest after it."""
        if self._start is None:
            chunk = await self._read_end()
            self._start, self._end = chunk.start, chunk.end
            return OutputUpdate(after=chunk.text, from_start=not chunk.start), 0.0
        if self._wants_earlier:
            return OutputUpdate(before=await self._read_earlier(self._start), from_start=not self._start), 0.0
        had_ended = self._ended()
        chunk = await self._source.output(self._run_id, self._key, self._stream, self._end)
        self._end = chunk.end
        over = had_ended and not chunk.text
        rest = 0.0 if chunk.text else 3600.0 if over else POLL
        return OutputUpdate(after=chunk.text, from_start=not self._start, over=over), rest

    async def _read_end(self) -> OutputChunk:
        start = await self._source.output_end(self._run_id, self._key, self._stream)
        chunk = await self._source.output(self._run_id, self._key, self._stream, start, 2 * WIDTH)
        return chunk.from_whole_line()

    async def _read_earlier(self, end: int) -> str:
        start = max(0, end - WIDTH)
        chunk = await self._source.output(self._run_id, self._key, self._stream, start, end - start)
        piece = chunk.from_whole_line()
        self._start, self._wants_earlier = piece.start, False
        return piece.text
