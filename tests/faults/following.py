"""Follows a run through faults as the explorer does, and compares what has arrived with the server's final log."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from run_tui.feed import Feed
from run_tui.model import EventPage
from run_tui.pace import REAL_CLOCK, Clock
from run_tui.reach import Reach
from run_tui.sources.dagster import DagsterSource
from run_tui.updates import FeedState, Joined, Loaded, Phase, Restarted, Update
from tests.faults.growing import Row


@dataclass
class Followed:
    """What a reader holds of a run, and what it was told on the way."""

    rows: list[Row] = field(default_factory=list)
    end: list[Row] = field(default_factory=list)
    states: Counter[Phase] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    errors: set[str] = field(default_factory=set)
    skipped: int = 0
    replaced: list[int] = field(default_factory=list)
    last: FeedState | None = None

    def take(self, update: Update) -> None:
        """Does what the explorer does with its store."""
        match update:
            case Loaded(page, of_end):
                (self.end if of_end else self.rows).extend(rows_of(page))
                self.skipped += page.skipped_count
            case Joined():
                self.rows += self.end
                self.end = []
            case Restarted(_, kept):
                self.replaced.append(len(self.rows) - kept)
                del self.rows[kept:]
            case FeedState():
                self.states[update.phase] += 1
                self.last = update
                if update.retry_in is not None:
                    self.waits.append(update.retry_in)
                    self.errors.add(str(update.error))
            case _:
                pass


def rows_of(page: EventPage) -> list[Row]:
    """A page's events as rows."""
    errors = {index: found.error.message for index, found in page.details.items() if found.error is not None}
    columns = zip(page.messages, page.timestamps, page.levels, page.steps, page.types, strict=True)
    return [(*column, errors.get(index)) for index, column in enumerate(columns)]


async def follow(
    url: str,
    run_id: str,
    *,
    seed: int,
    haste: float = 1.0,
    read_timeout: float = 1.0,
    told: Callable[[Followed], None] = lambda followed: None,
) -> Followed:
    """Reads a run to its end; every wait of the feed is `haste` times as long as it would be.

    `told` is called with what is held after each update.
    """

    async def pause(seconds: float, interrupt: asyncio.Event) -> None:
        await REAL_CLOCK.pause(seconds * haste, interrupt)

    source = DagsterSource(url, reach=Reach(read_timeout=read_timeout))
    clock = Clock(time.monotonic, time.time, pause, random.Random(seed).random)
    followed = Followed()
    try:
        async with aclosing(Feed(source, run_id, jump=True, clock=clock).updates()) as updates:
            async for update in updates:
                followed.take(update)
                told(followed)
    finally:
        await source.aclose()
    return followed


def lost_and_twice(held: Sequence[Row], log: Sequence[Row]) -> tuple[int, int]:
    """How many events of the log are not held, and how many are held that the log has not, or not so often."""
    wanted, there = Counter(log), Counter(held)
    return (wanted - there).total(), (there - wanted).total()
