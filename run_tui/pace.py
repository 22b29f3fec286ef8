"""When pollers ask again: a clock that tests can move, and how long to wait after a failure."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from run_tui.errors import Busy, SourceError

T = TypeVar("T")

LONGEST_RETRY = 15.0
"""Seconds: the longest wait before a failed request is tried again, unless the server asks for a longer one."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from: `now` never goes back, `wall` is epoch seconds, `pause` waits or till the event is set.

    `chance`, between 0 and 1, keeps clients that failed together from coming back together.
    """

    now: Callable[[], float]
    wall: Callable[[], float]
    pause: Callable[[float, asyncio.Event], Awaitable[None]]
    chance: Callable[[], float] = random.random


async def _pause(seconds: float, interrupt: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await interrupt.wait()
    except TimeoutError:
        pass


REAL_CLOCK = Clock(time.monotonic, time.time, _pause)


def retry_delay(error: SourceError, failures: int, chance: float) -> float:
    """Seconds to wait after a failure that followed `failures` others: up to twice as long each time.

    `chance` chooses from the upper half of that; never less than the server asked for.
    """
    asked = error.retry_after if isinstance(error, Busy) else None
    longest = min(LONGEST_RETRY, 0.5 * 2.0 ** min(failures, 10))
    return max(asked or 0.0, longest * (1 + chance) / 2)


async def persist(
    ask: Callable[[], Awaitable[T]], failed: Callable[[SourceError, int], None], clock: Clock = REAL_CLOCK
) -> T:
    """What `ask` gives, asked again while its failures are such as pass; `failed` is told of each and its number."""
    failures = 0
    while True:
        try:
            return await ask()
        except SourceError as error:
            if not error.transient:
                raise
            delay = retry_delay(error, failures, clock.chance())
            failures += 1
            failed(error, failures)
        await clock.pause(delay, asyncio.Event())
