"""A Hub Log run under the feed: streamed once, followed by pages, whole through every fault."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import Response

from run_tui.feed import Feed
from run_tui.model import RunStatus
from run_tui.reach import Reach
from run_tui.sources.hub_log import HubLogSource
from run_tui.updates import FeedState, Joined, Loaded, Phase, RunChanged, Update
from tests.labs.hub_log.app import Troubles, problem
from tests.labs.hub_log.data import RELOAD, STREAM
from tests.labs.hub_log.serving import Served, serving
from tests.scripted import FakeTime

LINES = 20_000
OTHERS = 51
"""Events of the long run beside its lines."""


@pytest.fixture
def hub() -> Iterator[Served]:
    with serving() as served:
        served.world.big.phases["transform"][0].logs = LINES
        yield served


class Held:
    """What an explorer would hold."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.phases: list[Phase] = []
        self.status: RunStatus | None = None
        self._end: list[str] = []
        self.jumped = False

    def take(self, update: Update) -> None:
        match update:
            case Loaded(page, of_end=True):
                self._end += page.messages
                self.jumped = True
            case Loaded(page):
                self.messages += page.messages
            case Joined():
                self.messages += self._end
                self._end = []
            case RunChanged(run):
                self.status = run.status
            case FeedState():
                self.phases.append(update.phase)
            case other:
                raise AssertionError(other)

    @property
    def lines(self) -> list[int]:
        """The numbers of the long phase's lines, in the order in which they came."""
        told = [message for message in self.messages if message.startswith("line ")]
        return [int(message.split(":")[0].removeprefix("line ")) for message in told][23 : 23 + LINES]


async def read(source: HubLogSource, run_id: str, *, jump: bool = False) -> Held:
    held = Held()
    async with aclosing(Feed(source, run_id, jump=jump, clock=FakeTime().clock).updates()) as updates:
        async for update in updates:
            held.take(update)
    assert held.phases[-1] is Phase.DONE
    return held


@asynccontextmanager
async def growing(hub: Served, between: Callable[[int], None]) -> AsyncIterator[Held]:
    """The run in progress, read to its end; `between` is told each time that the feed has caught up."""
    held, live = Held(), 0
    async with hub.source() as source:
        async with aclosing(Feed(source, hub.run_id(STREAM), clock=FakeTime().clock).updates()) as updates:
            async for update in updates:
                held.take(update)
                if isinstance(update, Loaded) and not update.page.has_more:
                    live += 1
                    between(live)
        yield held


@pytest.mark.parametrize("jump", [False, True])
async def test_a_long_phase_is_read_whole_by_one_stream(hub: Served, jump: bool) -> None:
    async with hub.source() as source:
        held = await read(source, hub.run_id(RELOAD), jump=jump)
    assert held.jumped is jump
    assert held.lines == list(range(LINES))
    assert len(held.messages) == LINES + OTHERS
    assert held.status is RunStatus.SUCCESS
    # The first page and, where the end was read first, its own two come as pages; so does the end of other phases.
    assert hub.troubles.count("/transform/logs") < 10


def broken(troubles: Troubles) -> None:
    troubles.break_stream_after = 7_321


def ended(troubles: Troubles) -> None:
    troubles.end_stream_after = 12_000


def refused(troubles: Troubles) -> None:
    troubles.no_streams = True


def failing(troubles: Troubles) -> None:
    def fail(request: Request) -> Response | None:
        busy = "ndjson" in request.headers["accept"]
        return problem(503, "Unavailable", "no more streams today") if busy else None

    troubles.fail = fail


@pytest.mark.parametrize("jump", [False, True])
@pytest.mark.parametrize("fault", [broken, ended, refused, failing])
async def test_a_stream_that_breaks_goes_on_by_pages_where_it_stood(
    hub: Served, fault: Callable[[Troubles], None], jump: bool
) -> None:
    fault(hub.troubles)
    async with hub.source() as source:
        held = await read(source, hub.run_id(RELOAD), jump=jump)
    assert held.lines == list(range(LINES))
    assert len(held.messages) == LINES + OTHERS
    assert Phase.RECONNECTING not in held.phases


async def test_a_stream_that_stalls_is_given_up(hub: Served) -> None:
    hub.troubles.stall_stream_after = 5_000
    async with hub.source(reach=Reach(read_timeout=0.5)) as source:
        held = await read(source, hub.run_id(RELOAD))
    assert held.lines == list(range(LINES))
    assert len(held.messages) == LINES + OTHERS


async def test_connections_dropped_in_the_middle_of_a_stream_lose_nothing(hub: Served) -> None:
    held = Held()
    async with (
        hub.source() as source,
        aclosing(Feed(source, hub.run_id(RELOAD), clock=FakeTime().clock).updates()) as updates,
    ):
        async for update in updates:
            held.take(update)
            if 4_000 < len(held.messages) < 5_100:
                await source.reconnect()
    assert held.lines == list(range(LINES))
    assert len(held.messages) == LINES + OTHERS


async def test_a_run_in_progress_is_followed_to_its_end_without_reading_anything_again(hub: Served) -> None:
    attempt, asked = hub.world.live.phases["transform"][0], hub.troubles.asked
    pages: list[str] = []

    def between(times: int) -> None:
        pages.extend(address for address in asked if "/transform/logs" in address and "limit=500" in address)
        asked.clear()
        if times < 6:
            attempt.logs += 333
        elif times == 6:
            attempt.success = True
            hub.world.live.done = True
            hub.world.live.phases["load"] = [attempt]

    async with growing(hub, between) as held:
        lines = [message for message in held.messages if message.startswith("line ")]
    assert held.status is RunStatus.SUCCESS
    transform = [int(line.split(":")[0].removeprefix("line ")) for line in lines[11 : 11 + attempt.logs]]
    assert transform == list(range(5 + 5 * 333))
    asked_rows = [int(page.split("page=")[1].split("&")[0]) for page in pages]
    assert asked_rows == sorted(asked_rows)


async def test_an_attempt_that_fails_is_followed_by_the_next_one(hub: Served) -> None:
    run = hub.world.live
    first = run.phases["transform"][0]
    async with hub.source() as source:
        before = await source.page(hub.run_id(STREAM))
        first.success = False
        open_still = await source.page(hub.run_id(STREAM), before.cursor)
        assert (len(open_still), open_still.run and open_still.run.status) == (0, RunStatus.STARTED)
        run.phases["transform"].append(type(first)(first.started, logs=2, success=None))
        after = await source.page(hub.run_id(STREAM), open_still.cursor)
    assert [name for name in after.types if name] == ["STEP_UP_FOR_RETRY", "STEP_RESTARTED"]
    assert len(after) == 4
