"""Waits for the end of the runs that the user wants to be told of, whichever screen is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from run_tui.errors import SourceError
from run_tui.model import Run, RunFilter
from run_tui.pace import REAL_CLOCK, Clock, retry_delay
from run_tui.sources.base import Source

LOOK = 5.0
"""Seconds between two looks at the runs that are watched."""


class Watch:
    """The runs that somebody waits for; `updates` delivers each when it has ended, or is no longer there."""

    def __init__(self, source: Source, *, clock: Clock = REAL_CLOCK) -> None:
        self.source, self._clock = source, clock
        self._runs: dict[str, Run] = {}
        self._poke = asyncio.Event()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the runs watched."""
        return frozenset(self._runs)

    def add(self, run: Run) -> None:
        """Waits for the end of a run."""
        self._runs[run.id] = run
        self._poke.set()

    def drop(self, run_id: str) -> None:
        """Waits for it no more."""
        self._runs.pop(run_id, None)

    def poll_now(self) -> None:
        """Ends the current wait."""
        self._poke.set()

    async def updates(self) -> AsyncGenerator[Run, None]:
        """Each run once, as it ended; as it was last seen, unfinished, if it was deleted. Ends when none is left."""
        failures = 0
        while self._runs:
            self._poke.clear()
            try:
                over = await self._look()
                rest, failures = LOOK, 0
            except SourceError as error:
                over, rest = [], retry_delay(error, failures, self._clock.chance())
                failures += 1
            for run in over:
                self.drop(run.id)
                yield run
            if self._runs:
                await self._clock.pause(rest, self._poke)

    async def _look(self) -> list[Run]:
        watched = tuple(self._runs)
        found = {run.id: run for run in (await self.source.runs(RunFilter(ids=watched), None, len(watched))).items}
        gone = [self._runs[run_id] for run_id in watched if run_id not in found and run_id in self._runs]
        self._runs.update((run_id, run) for run_id, run in found.items() if run_id in self._runs)
        return gone + [run for run in found.values() if run.status.finished and run.id in self._runs]
