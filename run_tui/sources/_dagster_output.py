"""Places in what a process wrote to one stream: bytes from its beginning, as Dagster's cursors count them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from run_tui.errors import BadAnswer
from run_tui.output import OutputChunk, Stream

Reaches = Callable[[int], Awaitable[bool]]
"""Whether anything was written after so many bytes."""

BEYOND = 2**40
"""More bytes than any stream has: where the stream that is not wanted is read from. File systems refuse much more."""
_LOST = "\ufffd"


def cursor_at(stream: Stream, start: int) -> str:
    """The server's cursor, STDOUT:STDERR, that brings only one stream."""
    return f"{start}:{BEYOND}" if stream is Stream.STDOUT else f"{BEYOND}:{start}"


def chunk_of(stream: Stream, start: int, text: str | None, cursor: str | None) -> OutputChunk:
    """What was found after `start`, without a character at the end of which only some bytes are there.

    The server puts a mark in place of such bytes, and its cursor stands behind them. Raises `BadAnswer`.
    """
    if not text or cursor is None:
        return OutputChunk("", start, start)
    places = cursor.split(":")
    if len(places) != 2 or not all(place.isdecimal() and len(place) < 18 for place in places):
        raise BadAnswer("the server's place in the output is none that can be read on from")
    end = max(start, int(places[stream is Stream.STDERR]))
    kept = text.removesuffix(_LOST)
    if kept and kept != text and _LOST not in kept:
        whole = start + len(kept.encode(errors="replace"))
        if 0 < end - whole < 4:
            return OutputChunk(kept, start, whole)
    return OutputChunk(text, start, end)


async def near_end(reaches: Reaches, width: int) -> int:
    """A place at most about `width` bytes before the end of a stream, its beginning if it is shorter than that."""
    low, high = 0, width
    while high < BEYOND and await reaches(high):
        low, high = high, 2 * high
    if not low:
        return 0
    while high - low > width // 2:
        middle = (low + high) // 2
        if await reaches(middle):
            low = middle
        else:
            high = middle
    return max(0, high - width)
