"""When failed requests are tried again."""

from __future__ import annotations

import asyncio

import pytest

from run_tui.errors import Busy, ServerError, SourceError, Unreachable
from run_tui.pace import LONGEST_RETRY, REAL_CLOCK, persist, retry_delay
from tests.scripted import FakeTime


@pytest.mark.parametrize(("failures", "longest"), [(0, 0.5), (1, 1), (4, 8), (5, LONGEST_RETRY), (9000, LONGEST_RETRY)])
def test_waits_double_and_chance_takes_up_to_half(failures: int, longest: float) -> None:
    error = Unreachable("away")
    assert [retry_delay(error, failures, chance) for chance in (0.0, 1.0)] == [longest / 2, longest]


def test_a_server_that_asks_for_time_gets_it() -> None:
    assert retry_delay(Busy("busy", status=429, retry_after=40.0), 0, 0.5) == 40.0
    assert retry_delay(Busy("busy", status=503, retry_after=None), 1, 1.0) == 1.0


async def test_failures_that_pass_are_outlived() -> None:
    time, told = FakeTime(), list[tuple[str, int]]()
    answers: list[SourceError | str] = [Unreachable("away"), ServerError("broke", status=500), "here"]

    async def ask() -> str:
        answer = answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return answer

    assert await persist(ask, lambda error, number: told.append((str(error), number)), time.clock) == "here"
    assert told == [("away", 1), ("broke", 2)]
    assert time.waits == [0.5, 1.0]


async def test_failures_that_stay_are_raised() -> None:
    async def ask() -> str:
        raise ServerError("no such field", status=200)

    with pytest.raises(ServerError, match="no such field"):
        await persist(ask, lambda error, number: None, FakeTime().clock)


async def test_a_pause_ends_after_its_time_or_when_it_is_interrupted() -> None:
    interrupt = asyncio.Event()
    await REAL_CLOCK.pause(0.001, interrupt)
    interrupt.set()
    async with asyncio.timeout(20):
        await REAL_CLOCK.pause(600, interrupt)
