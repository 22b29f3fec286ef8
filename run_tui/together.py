"""Follows several runs at once: their events as one stream, merged by time.

Each run is read by a feed of its own, with all that a feed does for one run alone. What is still being read holds the
others back, so that nothing comes after what is later; but not for ever: see `_Lane.holds_back`.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import accumulate, compress
from math import inf

from run_tui.feed import Feed
from run_tui.model import MAX_PAGE, EventDetails, EventPage, Run, RunName, epoch_times
from run_tui.once import Once
from run_tui.pace import REAL_CLOCK, Clock
from run_tui.sources.base import Source
from run_tui.store import Attempts
from run_tui.updates import FeedState, Loaded, OneOfSeveral, Phase, Restarted, RunChanged, Update

AT_ONCE = 6
"""Pages asked for at a time, of all runs."""
PATIENCE = 5.0
"""Seconds for which a run whose server does not answer holds the others back."""


class FeedOfSeveral:
    """Follows runs of one source or of several; `updates` delivers every event once, each run's in its own order.

    Once a run has been read to its present it holds nothing back, and what it gets from then on follows what there is,
    as it comes. A run that cannot be read does not end the others; what `OneOfSeveral` tells of it says so.
    """

    stand = None
    """They stand in many places; one by one runs are kept."""

    def __init__(self, runs: Sequence[tuple[Source, Run]], *, clock: Clock = REAL_CLOCK) -> None:
        turns = asyncio.Semaphore(AT_ONCE)
        self._lanes = [_Lane(run, Feed(source, run.id, clock=clock, turns=turns), clock) for source, run in runs]
        self._clock = clock
        self._news = asyncio.Event()
        self._told: FeedState | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of any run."""
        return all(lane.feed.over for lane in self._lanes)

    @property
    def all_read(self) -> bool:
        """Whether all events there are have been delivered, but those of servers that do not answer."""
        return not any(lane.holds_back or lane.waiting for lane in self._lanes)

    def poll_now(self) -> None:
        """Ends the current wait of every run."""
        for lane in self._lanes:
            lane.feed.poll_now()

    async def updates(self) -> AsyncGenerator[Update, None]:
        """All there is to know of the runs as it becomes known; ends when the feed is `over`.

        Called again after that it looks whether anything has changed, and goes on where it stood.
        """
        tasks = [asyncio.create_task(self._read(lane), name=f"feed of {lane.run.id}") for lane in self._lanes]
        for task in tasks:
            task.add_done_callback(lambda _: self._news.set())
        try:
            ended = False
            while not ended:
                self._news.clear()
                ended = all(task.done() for task in tasks)
                for update in self._take():
                    yield update
                if not ended:
                    await self._clock.pause(PATIENCE, self._news)
            for task in tasks:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _read(self, lane: _Lane) -> None:
        async with aclosing(lane.feed.updates()) as updates:
            async for update in updates:
                lane.take(update)
                self._news.set()
                await lane.room.wait()

    def _take(self) -> Iterator[Update]:
        for lane in self._lanes:
            if lane.changed:
                lane.changed = False
                yield OneOfSeveral(lane.name, lane.run, lane.state)
        for page in self._merged():
            yield Loaded(page)
        state = self._state
        if state != self._told:
            self._told = state
            yield state

    def _merged(self) -> Iterator[EventPage]:
        """What nothing that is still to come belongs before, in pages."""
        limit = min((lane.reached for lane in self._lanes if lane.holds_back), default=inf)
        rows = _Rows()
        for lane in self._lanes:
            yield from lane.losses()
            for part, first, end in lane.up_to(limit):
                rows.add(lane.name, part, first, end)
        yield from rows.pages()

    @property
    def _state(self) -> FeedState:
        """What all feeds do together: one that is in trouble, or still reads, speaks for all."""
        states = [lane.state for lane in self._lanes]
        for phase in (Phase.RECONNECTING, Phase.LOADING):
            if found := next((state for state in states if state.phase is phase), None):
                return found
        if any(state.phase in (Phase.LIVE, Phase.WAITING) for state in states):
            return FeedState(Phase.LIVE)
        if all(state.phase is Phase.FAILED for state in states):
            return states[0]
        return FeedState(Phase.DONE, partial=any(state.partial for state in states))


@dataclass(slots=True)
class _Part:
    """A page of one run; `times` never fall, whatever its clocks did. Rows before `first` have been taken."""

    page: EventPage
    times: Sequence[int]
    attempts: Sequence[int]
    first: int = 0


class _Lane:
    """One run on its way into the stream: what its feed has delivered and nobody has taken yet."""

    def __init__(self, run: Run, feed: Feed, clock: Clock) -> None:
        self.run, self.name, self.feed = run, run.name, feed
        self.state = FeedState(Phase.LOADING)
        self.changed = True
        self.reached: float = -inf
        self.room = asyncio.Event()
        self.room.set()
        self._parts: deque[_Part] = deque()
        self._losses: list[EventPage] = []
        self._attempts, self._once = Attempts(), Once()
        self._clock = clock
        self._caught_up = False
        self._silent_since: float | None = None

    @property
    def waiting(self) -> bool:
        """Whether events of it wait for those of others."""
        return bool(self._parts)

    @property
    def holds_back(self) -> bool:
        """Whether events of its past may still come, and are worth waiting for."""
        if self._caught_up:
            return False
        return self._silent_since is None or self._clock.now() - self._silent_since < PATIENCE

    def take(self, update: Update) -> None:
        """Takes what the feed tells; after a page there is no `room` for more until that has been taken."""
        match update:
            case Loaded(page):
                self._add(page)
            case RunChanged(run):
                self.run, self.changed = self.run.updated(run), True
            case Restarted(kept=kept):
                self._once.went_back(kept)
            case FeedState(phase=phase):
                self.state, self.changed = update, True
                self._caught_up |= phase not in (Phase.LOADING, Phase.RECONNECTING)
                if phase is not Phase.RECONNECTING:
                    self._silent_since = None
                elif self._silent_since is None:
                    self._silent_since = self._clock.now()

    def _add(self, page: EventPage) -> None:
        if page.skipped:
            self._losses.append(EventPage(page.run_id, skipped=page.skipped, skipped_count=page.skipped_count))
        are_new = self._once.are_new(zip(page.timestamps, page.steps, page.types, page.messages, strict=True))
        if not all(are_new):
            page = _picked(page, are_new)
        if len(page):
            times = list(accumulate(epoch_times(page.timestamps), max))
            if times[0] < self.reached:
                times = [max(time, int(self.reached)) for time in times]
            self.reached = times[-1]
            self._parts.append(_Part(page, times, self._attempts.of(page)))
            self.room.clear()

    def losses(self) -> Iterator[EventPage]:
        """What the server could not deliver: pages without events."""
        losses, self._losses = self._losses, []
        yield from losses

    def up_to(self, limit: float) -> Iterator[tuple[_Part, int, int]]:
        """Takes the rows up to a time, as those from a first to before another of a page."""
        while self._parts:
            part = self._parts[0]
            first, part.first = part.first, bisect_right(part.times, limit, part.first)
            if first < part.first:
                yield part, first, part.first
            if part.first < len(part.times):
                return
            self._parts.popleft()
        self.room.set()


class _Rows:
    """Rows of several runs' pages, to be brought into order."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._runs: list[RunName] = []
        self._timestamps: list[str] = []
        self._levels: list[str] = []
        self._types: list[str | None] = []
        self._steps: list[str | None] = []
        self._messages: list[str] = []
        self._attempts: list[int] = []
        self._details: dict[int, EventDetails] = {}

    def add(self, name: RunName, part: _Part, first: int, end: int) -> None:
        """Takes the rows from `first` to before `end` of a run's page."""
        page, moved = part.page, len(self._times) - first
        self._times += part.times[first:end]
        self._runs += [name] * (end - first)
        self._timestamps += page.timestamps[first:end]
        self._levels += page.levels[first:end]
        self._types += page.types[first:end]
        self._steps += page.steps[first:end]
        self._messages += page.messages[first:end]
        self._attempts += part.attempts[first:end]
        self._details.update((moved + at, details) for at, details in page.details.items() if first <= at < end)

    def pages(self) -> Iterator[EventPage]:
        """All rows by time, those of one time and run as they were."""
        order = sorted(range(len(self._times)), key=self._times.__getitem__)
        for first in range(0, len(order), MAX_PAGE):
            yield self._page(order[first : first + MAX_PAGE])

    def _page(self, rows: Sequence[int]) -> EventPage:
        return EventPage(
            "",
            timestamps=[self._timestamps[row] for row in rows],
            levels=[self._levels[row] for row in rows],
            types=[self._types[row] for row in rows],
            steps=[self._steps[row] for row in rows],
            messages=[self._messages[row] for row in rows],
            details={at: self._details[row] for at, row in enumerate(rows) if row in self._details},
            attempts=[self._attempts[row] for row in rows],
            runs=[self._runs[row] for row in rows],
        )


def _picked(page: EventPage, wanted: Sequence[bool]) -> EventPage:
    """Some rows of a page."""
    rows = list(compress(range(len(page)), wanted))
    return EventPage(
        page.run_id,
        timestamps=[page.timestamps[row] for row in rows],
        levels=[page.levels[row] for row in rows],
        types=[page.types[row] for row in rows],
        steps=[page.steps[row] for row in rows],
        messages=[page.messages[row] for row in rows],
        details={at: page.details[row] for at, row in enumerate(rows) if row in page.details},
        attempts=[page.attempts[row] for row in rows] if page.attempts else (),
    )
