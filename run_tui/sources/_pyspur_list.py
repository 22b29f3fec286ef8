"""All runs of a PySpur server, page by page: pages are found by their number, and move when runs come and go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from run_tui.errors import TooLarge
from run_tui.model import epoch_ms
from run_tui.sources import _pyspur_wire as wire

PAGE = 51
"""Runs asked for at once, one more than a list shows first, to know of others; servers take at most 100."""
_SMALLER = {PAGE: 10, 10: 1}
"""How many to ask for where so many are more than an answer can hold."""

Fetch = Callable[[int, int], Awaitable[list[wire.Run]]]
"""The page of this number, from 1, of pages of this size."""


class RunPages:
    """Goes through the list, newest first, and remembers where runs were seen, so as not to begin again each time."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._seen_at: dict[str, int] = {}
        self._size = PAGE

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
        """A place at or before that of a run, which may have moved up since it was seen."""
        start = self._seen_at.get(run.id, 0) // PAGE * PAGE
        while start:
            page = await self._fetch(start + 1, 1)
            if page and _began(page[0]) > _began(run):
                break
            start -= PAGE
        return start

    async def _from(self, start: int) -> AsyncIterator[tuple[int, wire.Run]]:
        offset = start
        while True:
            size = self._size
            number = offset // size
            try:
                page = await self._fetch(number + 1, size)
            except TooLarge:
                if size not in _SMALLER:
                    raise
                self._size = _SMALLER[size]
                continue
            for place, run in enumerate(page, number * size):
                yield place, run
            if len(page) < size:
                return
            offset = (number + 1) * size


def _began(run: wire.Run) -> int:
    return epoch_ms(run.start_time)
