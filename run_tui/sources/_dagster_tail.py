"""Finds the end of a long run by cursors made by hand: a page lies there, however much lies before it.

Those cursors are not documented. They are made only where the server's own have been seen to look the same; elsewhere
the run is paged through from its start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from run_tui.model import MAX_PAGE
from run_tui.sources._dagster_poison import storage_cursor, storage_id

Probe = Callable[[str, int], Awaitable[bool]]
"""Whether at least so many events lie after a cursor."""

WORTHWHILE = 4 * MAX_PAGE
"""Ids beyond the first page below which paging on is as quick as looking for the end."""
NEAR = MAX_PAGE // 2
"""How closely the end is narrowed down, in ids."""
SCREENFUL = 200
"""Events the tail should hold at least: ids that runs share have gaps."""
HIGHEST = 2**62


async def find_tail(probe: Probe, after: str | None) -> str | None:
    """A cursor before the last page or so of a run of which all up to `after` has been read, None if that is near."""
    base = storage_id(after)
    if base is None:
        return None
    low, step = base, WORTHWHILE
    while low + step < HIGHEST and await probe(storage_cursor(low + step), 1):
        low, step = low + step, step * 2
    if low == base:
        return None
    end = await _narrowed(probe, low, low + step)
    width = MAX_PAGE
    while end - width > base and not await probe(storage_cursor(end - width), SCREENFUL):
        width *= 4
    return storage_cursor(end - width) if end - width > base else None


async def _narrowed(probe: Probe, low: int, high: int) -> int:
    """An id at most NEAR beyond the last event; one lies after `low`, none after `high`."""
    while high - low > NEAR:
        middle = (low + high) // 2
        if await probe(storage_cursor(middle), 1):
            low = middle
        else:
            high = middle
    return high


def events_between(cursor: str | None, later: str | None) -> int | None:
    """How many events can lie between two cursors at most, negative where `later` comes first; None if unknown."""
    first, second = storage_id(cursor), storage_id(later)
    return None if first is None or second is None else second - first
