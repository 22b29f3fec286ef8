"""When pollers ask again: a clock that tests can move, and how long to wait after a failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from run_tui.errors import Busy, SourceError

LONGEST_RETRY = 15.0
"""Seconds: the longest wait before a failed request is tried again."""


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
