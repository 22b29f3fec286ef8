"""All runs of a PySpur server, page by page: pages are found by their number, and move when runs come and go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from run_tui.errors import TooLarge
from run_tui.model import epoch_ms
from run_tui.sources import _pyspur_wire as wire

PAGE = 50
"""Runs asked for at once: the server takes at most 100, and sends each with its tasks and its whole workflow."""
_SMALLER = {PAGE: 10, 10: 1}

Fetch = Callable[[int, int], Awaitable[list[wire.Run]]]
"""The page of this number, from 1, of pages of this size."""


class RunPages:
    """Goes through the list, newest first, and remembers where runs were seen, so as not to begin again each time."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._seen_at: dict[str, int] = {}

    async def after(self, run: wire.Run | None) -> AsyncIterator[wire.Run]:
        """The runs after this one, or all, each once; such as began meanwhile are not among them."""
        start = 0 if run is None else await self._page_before(run)
        told, passed = set(), run is None
        async for place, other in self._from(start):
            self._seen_at[other.id] = place
            if run is not None and not passed:
                passed = other.id == run.id or _began(other) < _began(run)
                if other.id == run.id or not passed:
                    continue
            if other.id not in told:
                told.add(other.id)
                yield other

    async def _page_before(self, run: wire.Run) -> int:
        """A place, the first of a page, at or before a run; it may have moved up since it was seen."""
        start = self._seen_at.get(run.id, 0) // PAGE * PAGE
        while start:
            page = await self._fetch(start // PAGE + 1, PAGE)
            if page and _began(page[0]) > _began(run):
                break
            start -= PAGE
        return start

    async def _from(self, start: int) -> AsyncIterator[tuple[int, wire.Run]]:
        offset, size = start, PAGE
        while True:
            try:
                page = await self._fetch(offset // size + 1, size)
            except TooLarge:
                if size not in _SMALLER:
                    raise
                size = _SMALLER[size]
                continue
            for place, run in enumerate(page, offset):
                yield place, run
            if len(page) < size:
                return
            offset += size


def _began(run: wire.Run) -> int:
    return epoch_ms(run.start_time)
