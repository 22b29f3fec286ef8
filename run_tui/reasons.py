"""Why the failed runs of a list failed: asked of the server for those in view, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from run_tui.errors import SourceError
from run_tui.failure import failure_of, reason_of
from run_tui.model import RunStatus
from run_tui.sources.base import Source
from run_tui.timeline import Timeline

AT_ONCE = 3
"""Runs asked about at the same time, so that a list of failures is no load for its server."""


class Reasons:
    """Finds reasons, as many at a time as there are `found()`; a run that cannot be read has none for now."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._wanted: list[str] = []
        self._taken: set[str] = set()
        self._poke = asyncio.Event()

    def want(self, run_ids: Sequence[str]) -> None:
        """Asks for these, instead of those asked for before that nobody has begun with."""
        self._wanted = [run_id for run_id in run_ids if run_id not in self._taken]
        self._poke.set()

    async def found(self) -> AsyncGenerator[tuple[str, str], None]:
        """Run ids with their reasons; never ends by itself."""
        while True:
            while not self._wanted:
                self._poke.clear()
                await self._poke.wait()
            run_id = self._wanted.pop(0)
            self._taken.add(run_id)
            try:
                reason = await read_reason(self._source, run_id)
            except SourceError:
                reason = None
            finally:
                self._taken.discard(run_id)
            if reason is not None:
                yield run_id, reason


async def read_reason(source: Source, run_id: str) -> str:
    """Why a failed run failed, "" where it does not say. Of a long run only the two ends are read.

    A run's last event repeats what failed first, so nothing is lost with what lies between.
    """
    timeline = Timeline(run_id)
    page = await source.page(run_id, with_run=False)
    timeline.add(page)
    if page.has_more and next(timeline.places_of("STEP_FAILURE"), None) is None:
        cursor = await source.find_tail(run_id, page.cursor) or page.cursor
        while page.has_more:
            page = await source.page(run_id, cursor, with_run=False)
            cursor = page.cursor
            timeline.add(page)
    place = failure_of(timeline, RunStatus.FAILURE)
    return "" if place is None else reason_of(timeline, place)
