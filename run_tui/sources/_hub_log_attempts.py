"""Finds out which attempts a Hub Log run has: no endpoint lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, takewhile

from run_tui.errors import BadAnswer, ServerError
from run_tui.sources import _hub_log_wire as wire
from run_tui.sources._hub_log_client import HubLogClient
from run_tui.sources._hub_log_layout import Attempt, Layout, attempt_of, decided, open_phases, phases_of
from run_tui.sources._hub_log_places import RunKey

REMEMBERED = 8
"""Runs whose attempts are kept: those that are over do not change."""
MOST_ATTEMPTS = 200
"""Attempts of a phase after which a server is taken to answer the same whatever attempt it is asked for."""


class AttemptReader:
    """The layouts of runs, and what the latest ones were."""

    def __init__(self, client: HubLogClient) -> None:
        self._client = client
        self._known: dict[RunKey, Layout] = {}

    def known(self, key: RunKey) -> Layout | None:
        """The run's layout as it was when it was last read."""
        return self._known.get(key)

    async def read(self, key: RunKey, *, counted: bool = False) -> Layout:
        """The run's layout now; `counted`, an attempt that goes on has as many lines as there are now.

        Raises `RunNotFound`.
        """
        before = self._known.pop(key, Layout({"run_id": key.run}))
        summary = await self._client.of_run(key, self._client.get(key.path, wire.adapter(wire.WireRun)))
        phases = open_phases(summary)
        lists = await asyncio.gather(*(self._of_phase(key, phase, summary, before) for phase in phases))
        begun = [any(lists[later:]) for later in range(1, len(lists) + 1)]
        told = phases_of(summary)
        attempts = chain.from_iterable(map(decided, lists, map(told.get, phases), begun))
        layout = Layout(summary, tuple([await self._counted(key, one) if counted else one for one in attempts]))
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[key] = layout
        return layout

    async def _of_phase(self, key: RunKey, phase: str, summary: wire.WireRun, before: Layout) -> Sequence[Attempt]:
        """The phase's attempts by their metadata; after one that succeeded there is no other."""
        known = (attempt for attempt in before.attempts if attempt.phase == phase)
        found = list(takewhile(lambda attempt: attempt.over, known))
        while not (found and found[-1].success):
            attempt = await self._read(key, phase, len(found) + 1, summary)
            if attempt is None:
                break
            found.append(attempt)
            if len(found) > MOST_ATTEMPTS:
                raise BadAnswer(f"{self._client.where} tells of more than {MOST_ATTEMPTS} attempts of {phase}")
        return found

    async def _read(self, key: RunKey, phase: str, number: int, summary: wire.WireRun) -> Attempt | None:
        row = await self._metadata(key, phase, number)
        if row is not None:
            return attempt_of(phase, number, row)
        result = phases_of(summary).get(phase, {}).get("success")
        if result is None:
            # Metadata may come only when the attempt is over: it has begun when there is a line of it.
            lines = await self._lines(key, phase, number)
            return Attempt(phase, number, lines) if lines else None
        return None if number > 1 else Attempt(phase, number, await self._lines(key, phase, number))

    async def _metadata(self, key: RunKey, phase: str, number: int) -> wire.Row | None:
        try:
            page = await self._client.get(
                f"{key.path}/phases/{phase}", wire.adapter(wire.RowPage), {"attempt": str(number)}
            )
        except ServerError as error:
            if error.status != 404:
                raise
            return None
        return page["items"][0] if page["items"] else None

    async def _lines(self, key: RunKey, phase: str, number: int) -> int:
        path = f"{key.path}/phases/{phase}/logs"
        return (await self._client.page(path, wire.LogPage, 0, 1, {"attempt": str(number)}))["total"]

    async def _counted(self, key: RunKey, attempt: Attempt) -> Attempt:
        if attempt.over:
            return attempt
        return replace(attempt, logs=await self._lines(key, attempt.phase, attempt.number))
