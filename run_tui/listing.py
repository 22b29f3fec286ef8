"""The poller of the runs list: keeps the newest runs current and reads older ones on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf
from operator import itemgetter

from run_tui.errors import SourceError, Unsupported
from run_tui.model import Run, RunFilter, RunList, epoch_ms
from run_tui.pace import REAL_CLOCK, Clock, retry_delay
from run_tui.sources.base import Source

REFRESH = 2.0
"""Seconds between looks at the newest runs."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """The runs known now, newest first; `total` counts what the server has for the filter, None if it cannot say.

    After a failure `error` tells of it and `retry_in` says in how many seconds the next try comes, None where only the
    user can help; the runs stay.
    """

    runs: tuple[Run, ...] = ()
    total: int | None = None
    has_more: bool = False
    error: SourceError | None = None
    retry_in: float | None = None

    @property
    def reach(self) -> float:
        """Since when, as epoch milliseconds, no run is missing."""
        return epoch_ms(self.runs[-1].created_at) if self.has_more and self.runs else -inf


def merged(lists: Sequence[Listed]) -> Listed:
    """One list of several servers' runs, the newest first, as far back as all of them reach."""
    if len(lists) == 1:
        return lists[0]
    reach = max((each.reach for each in lists), default=-inf)
    created = ((epoch_ms(run.created_at), run) for run in chain.from_iterable(each.runs for each in lists))
    runs = sorted(created, key=itemgetter(0), reverse=True)
    totals = [each.total for each in lists]
    return Listed(
        tuple(run for at, run in runs if at >= reach),
        None if None in totals else sum(total or 0 for total in totals),
        any(each.has_more for each in lists),
    )


class Listing:
    """The runs of one server that fit a filter; `updates` delivers the list each time it was looked at."""

    def __init__(
        self, source: Source, filter: RunFilter, *, connection: str | None = None, clock: Clock = REAL_CLOCK
    ) -> None:
        self.source, self.filter, self.connection = source, filter, connection
        self._clock = clock
        self._poke = asyncio.Event()
        self._runs: dict[str, Run] = {}
        self._total: int | None = None
        self._has_more = False
        self._want_older = False
        self._failures = 0

    def poll_now(self) -> None:
        """Ends the current wait: the next request goes out at once."""
        self._poke.set()

    def read_older(self) -> None:
        """Asks for the page after the oldest run known."""
        self._want_older = self._has_more
        self._poke.set()

    async def updates(self) -> AsyncGenerator[Listed, None]:
        """The list, each time it was looked at; never ends by itself."""
        while True:
            try:
                await self._refresh()
                listed, rest = self._listed(), REFRESH
                self._failures = 0
            except Unsupported as error:
                # It stays so until something else is asked for.
                yield self._listed(error)
                await self._poke.wait()
                self._poke.clear()
                continue
            except SourceError as error:
                rest = retry_delay(error, self._failures, self._clock.chance())
                self._failures += 1
                listed = self._listed(error, rest)
            yield listed
            await self._clock.pause(rest, self._poke)
            self._poke.clear()

    async def _refresh(self) -> None:
        newest = await self._ask(self.filter)
        self._merge_newest(newest)
        await self._refresh_unfinished({run.id for run in newest.items})
        if self._want_older and self._runs:
            self._merge_older(await self._ask(self.filter, next(reversed(self._runs))))
            self._want_older = False

    async def _ask(self, wanted: RunFilter, cursor: str | None = None) -> RunList:
        page = await self.source.runs(wanted, cursor, PAGE)
        items = [run.model_copy(update={"connection": self.connection}) for run in page.items]
        return page.model_copy(update={"items": items})

    def _merge_newest(self, newest: RunList) -> None:
        """The first page replaces all it spans, so runs that were deleted or fit no longer go."""
        self._total = newest.total
        fresh = {run.id: run for run in newest.items}
        if not newest.has_more:
            self._runs, self._has_more = fresh, False
            return
        first = not self._runs
        known = list(self._runs)
        last = newest.items[-1].id if newest.items else None
        older = known[known.index(last) + 1 :] if last in self._runs else [key for key in known if key not in fresh]
        self._runs = fresh | {key: self._runs[key] for key in older}
        self._has_more = True if first else self._has_more

    async def _refresh_unfinished(self, just_read: set[str]) -> None:
        """Runs further down than the first page still change while they are not finished."""
        ids = tuple(run.id for run in self._runs.values() if not run.status.finished and run.id not in just_read)
        if ids:
            changed = await self._ask(RunFilter(ids=ids[:PAGE]))
            self._runs.update((run.id, run) for run in changed.items)

    def _merge_older(self, older: RunList) -> None:
        self._runs.update((run.id, run) for run in older.items)
        self._has_more = older.has_more

    def _listed(self, error: SourceError | None = None, retry_in: float | None = None) -> Listed:
        return Listed(tuple(self._runs.values()), self._total, self._has_more, error, retry_in)
