"""The poller: reads a run's events to the end, then tails the run until it has ended and nothing is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from run_tui.errors import BadAnswer, Busy, RunNotFound, SourceError, Unauthorized, Unsupported
from run_tui.model import MAX_PAGE, EventPage, Run, epoch_ms
from run_tui.sources.base import Source

FAST_POLL = 0.5
"""Seconds between polls while events flow."""
SLOW_POLL = 2.0
"""Seconds between polls once a run has been quiet for a while."""
LONGEST_RETRY = 15.0
"""Seconds: the longest wait before a failed request is tried again."""
LATE_EVENTS = 30.0
"""Seconds after a run's end in which its last events may still be on their way."""
MAX_REREADS = 3
"""How often a finished run is read again because the server held more than had been delivered."""


class Phase(StrEnum):
    """What the feed is doing."""

    LOADING = "loading"
    LIVE = "live"
    WAITING = "waiting"
    RECONNECTING = "reconnecting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the feed does now; `error` and `retry_in` (seconds) only while RECONNECTING, `error` also when FAILED."""

    phase: Phase
    error: SourceError | None = None
    retry_in: float | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """New events, to be appended after all earlier ones."""

    page: EventPage


@dataclass(frozen=True, slots=True)
class RunChanged:
    """The run's metadata as just read; the first one always comes before the first page."""

    run: Run


@dataclass(frozen=True, slots=True)
class Restarted:
    """Everything delivered so far is to be replaced by what follows, for `reason` (a sentence)."""

    reason: str


Update = FeedState | Loaded | RunChanged | Restarted


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from: `now` never goes back, `wall` is epoch seconds, `pause` waits or till the event is set."""

    now: Callable[[], float]
    wall: Callable[[], float]
    pause: Callable[[float, asyncio.Event], Awaitable[None]]


async def _pause(seconds: float, interrupt: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await interrupt.wait()
    except TimeoutError:
        pass


REAL_CLOCK = Clock(time.monotonic, time.time, _pause)


def retry_delay(error: SourceError, failures: int) -> float:
    """Seconds to wait after a failure that followed `failures` others: doubling, or as long as the server asked."""
    asked = error.retry_after if isinstance(error, Busy) else None
    return max(asked or 0.0, min(LONGEST_RETRY, 0.5 * 2.0 ** min(failures, 10)))


class _Ahead:
    """At most one request under way before its answer is needed, so that the server works while pages are stored."""

    def __init__(self, source: Source, run_id: str) -> None:
        self._source, self._run_id = source, run_id
        self._task: asyncio.Task[EventPage] | None = None

    def ask(self, cursor: str | None) -> None:
        """Sends the request for the page after `cursor`."""
        self._task = asyncio.create_task(self._fetch(cursor), name=f"page of {self._run_id}")

    async def answer(self, cursor: str | None) -> EventPage:
        """The page after `cursor`, asked for now if it was not before."""
        if self._task is None:
            self.ask(cursor)
        assert self._task is not None
        try:
            return await self._task
        finally:
            self._task = None

    async def cancel(self) -> None:
        """Drops a request still under way."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _fetch(self, cursor: str | None) -> EventPage:
        return await self._source.page(self._run_id, cursor, MAX_PAGE)


class Feed:
    """Follows one run of one source; `updates` delivers every event once, in the server's order.

    A failure is a state, never an exception: the feed waits and asks again from where it stands.
    """

    def __init__(self, source: Source, run_id: str, *, cursor: str | None = None, clock: Clock = REAL_CLOCK) -> None:
        self.source, self.run_id = source, run_id
        self._cursor = cursor
        self._from_start = cursor is None
        self._clock = clock
        self._ahead = _Ahead(source, run_id)
        self._poke = asyncio.Event()
        self._held = 0
        self._run: Run | None = None
        self._state: FeedState | None = None
        self._rest = 0.0
        self._failures = 0
        self._rereads = 0
        self._quiet_since: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come: the run has ended and is all here, or it can never be read."""
        return self._state is not None and self._state.phase in (Phase.DONE, Phase.FAILED)

    def poll_now(self) -> None:
        """Ends the current wait: the next request goes out at once."""
        self._poke.set()

    async def updates(self) -> AsyncGenerator[Update, None]:
        """All there is to know of the run as it becomes known; ends when the feed is `over`."""
        try:
            for update in self._enter(Phase.LOADING):
                yield update
            while not self.over:
                try:
                    news = await self._advance()
                except SourceError as error:
                    news = self._failed(error)
                for update in news:
                    yield update
                if self._rest and not self.over:
                    await self._clock.pause(self._rest, self._poke)
                    self._poke.clear()
        finally:
            await self._ahead.cancel()

    async def _advance(self) -> list[Update]:
        """One request's worth of progress; sets how long to rest before the next."""
        page = await self._ahead.answer(self._cursor)
        moved = page.cursor is not None and page.cursor != self._cursor
        if len(page) and not moved:
            raise BadAnswer(f"{self.source.where} sent events but no new place to read on from.")
        was_finished = self._run is not None and self._run.status.finished
        news = self._accept(page)
        if page.has_more and moved:
            self._ahead.ask(page.cursor)
            self._rest = 0.0
            return news + self._enter(Phase.LOADING if self._loading else Phase.LIVE)
        if was_finished and not len(page):
            return news + await self._settle()
        self._rest = self._interval(len(page))
        return news + self._enter(Phase.WAITING if self._not_started else Phase.LIVE)

    def _accept(self, page: EventPage) -> list[Update]:
        news: list[Update] = []
        if page.run is not None and page.run != self._run:
            self._run = page.run
            news.append(RunChanged(page.run))
        self._failures = 0
        self._cursor = page.cursor if page.cursor is not None else self._cursor
        self._held += len(page) + page.skipped_count
        if len(page) or page.skipped:
            self._quiet_since = None
            news.append(Loaded(page))
        elif self._quiet_since is None:
            self._quiet_since = self._clock.now()
        return news

    async def _settle(self) -> list[Update]:
        """After the end: all is here, unless the server holds events that its cursor never showed."""
        if not self._from_start or self._rereads == MAX_REREADS:
            return self._enter(Phase.DONE)
        if not await self.source.has_more_than(self.run_id, self._held):
            return self._enter(Phase.DONE)
        self._rereads += 1
        self._cursor, self._held, self._rest = None, 0, 0.0
        return [Restarted("The server holds events that it did not show while the run was going on.")]

    def _failed(self, error: SourceError) -> list[Update]:
        if isinstance(error, RunNotFound | Unauthorized | Unsupported):
            return self._enter(Phase.FAILED, error)
        self._rest = retry_delay(error, self._failures)
        self._failures += 1
        return self._enter(Phase.RECONNECTING, error, self._rest)

    @property
    def _loading(self) -> bool:
        return self._state is None or self._state.phase in (Phase.LOADING, Phase.RECONNECTING)

    @property
    def _not_started(self) -> bool:
        return self._run is not None and not self._run.status.active and not self._run.status.finished

    def _interval(self, fresh: int) -> float:
        """Seconds to the next poll: short while events flow, longer when quiet, none to settle a run long over."""
        if self._run is not None and self._run.status.finished:
            return 0.0 if self._long_over(self._run) else FAST_POLL
        if fresh or self._quiet_since is None:
            return FAST_POLL
        return min(SLOW_POLL, FAST_POLL + (self._clock.now() - self._quiet_since) / 10)

    def _long_over(self, run: Run) -> bool:
        """Whether the run ended so long ago that no late event of it can still be on its way."""
        if run.ended_at is None:
            return False
        return self._clock.wall() - epoch_ms(run.ended_at) / 1000 > LATE_EVENTS

    def _enter(self, phase: Phase, error: SourceError | None = None, retry_in: float | None = None) -> list[Update]:
        state = FeedState(phase, error, retry_in)
        if state == self._state:
            return []
        self._state = state
        return [state]
