"""Several runs followed at once: each run's events in its own order, none lost, none twice, merged by time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from run_tui.errors import RunNotFound, Unreachable
from run_tui.model import EventPage, Run, RunStatus
from run_tui.store import EventStore
from run_tui.together import FeedOfSeveral
from run_tui.updates import FeedState, Loaded, OneOfSeveral, Phase
from tests.scripted import FakeTime, ScriptedSource, a_run, failing
from tests.waiting import until

ENDED = "2026-11-22T01:00:00.000Z"


@dataclass(eq=False)
class TimedSource(ScriptedSource):
    """A scripted run whose events have times of their own, epoch milliseconds each."""

    times: Sequence[int] = ()
    run_id: str = "r1"
    most_asked: list[int] = field(default_factory=list)

    async def page(self, run_id: str, cursor: str | None = None, limit: int = 1000, **options: object) -> EventPage:
        page = await super().page(run_id, cursor, limit)
        await asyncio.sleep(0)
        times = [str(self.times[self.log.index(message)]) for message in page.messages]
        run = None if page.run is None else page.run.model_copy(update={"id": self.run_id})
        return replace(page, run_id=self.run_id, timestamps=times, run=run)

    @property
    def started(self) -> Run:
        return a_run(RunStatus.STARTED, self.run_id, pipeline_name=f"job {self.run_id}")


def ended(number: int, times: Sequence[int], size: int = 3) -> TimedSource:
    """A run that has ended, with events of these times."""
    log = [f"{number}:{index}" for index in range(len(times))]
    return TimedSource(log, RunStatus.SUCCESS, size, ended_at=ENDED, times=times, run_id=f"r{number}")


def together(sources: Sequence[TimedSource], time: FakeTime | None = None) -> FeedOfSeveral:
    clock = (time or FakeTime()).clock
    return FeedOfSeveral([(source, source.started) for source in sources], clock=clock)


async def read(feed: FeedOfSeveral) -> tuple[EventStore, list[FeedState]]:
    """All that a feed of runs that have ended delivers."""
    store, states = EventStore(""), []
    async for update in feed.updates():
        match update:
            case Loaded(page):
                store.append(page)
            case FeedState():
                states.append(update)
    return store, states


def messages(store: EventStore) -> list[str]:
    return [store.message(row) for row in range(len(store))]


TIMES = st.lists(st.integers(1_000, 1_040), max_size=12)


@given(st.lists(st.tuples(TIMES, st.integers(1, 4)), min_size=1, max_size=6))
def test_each_run_keeps_its_order_and_nothing_is_lost_or_twice(runs: list[tuple[list[int], int]]) -> None:
    sources = [ended(number, times, size) for number, (times, size) in enumerate(runs)]
    store, states = asyncio.run(read(together(sources)))
    assert sorted(messages(store)) == sorted(message for source in sources for message in source.log)
    for number, source in enumerate(sources):
        own = [row for row in range(len(store)) if store.run_of(row).id == f"r{number}"]
        assert [store.message(row) for row in own] == source.log
        assert [store.times[row] for row in own] == source.times
    assert states[-1] == FeedState(Phase.DONE)


@given(st.lists(TIMES.map(sorted), min_size=1, max_size=6))
def test_times_never_fall_where_those_of_the_runs_do_not(runs: list[list[int]]) -> None:
    store, _ = asyncio.run(read(together([ended(number, times) for number, times in enumerate(runs)])))
    assert all(one <= two for one, two in pairwise(list(map(store.times.__getitem__, range(len(store))))))


async def test_a_run_that_cannot_be_read_does_not_end_the_others() -> None:
    gone = ended(0, [1, 2])
    gone.script = failing(RunNotFound("Run r0 not found", ""))
    feed, told = together([gone, ended(1, [1, 2])]), {}
    store = EventStore("")
    async for update in feed.updates():
        match update:
            case Loaded(page):
                store.append(page)
            case OneOfSeveral(run=run, state=state):
                told[run.id] = state
    assert messages(store) == ["1:0", "1:1"]
    assert told["r0"].phase is Phase.FAILED
    assert str(told["r0"].error) == "Run r0 not found"
    assert told["r1"].phase is Phase.DONE
    assert feed.over


async def test_a_server_that_does_not_answer_holds_the_others_back_for_a_while_only() -> None:
    time, silent, others = FakeTime(), ended(0, [1, 2]), ended(1, [3, 4])
    answers = asyncio.Event()

    def script(source: ScriptedSource, number: int) -> None:
        if not answers.is_set():
            raise Unreachable("No answer.", "")

    silent.script = script
    store, began = EventStore(""), time.seconds
    async for update in together([silent, others], time).updates():
        if isinstance(update, Loaded):
            store.append(update.page)
            if len(store) == 2:
                assert messages(store) == ["1:0", "1:1"]
                assert time.seconds - began >= 5
                answers.set()
    assert messages(store) == ["1:0", "1:1", "0:0", "0:1"]


async def test_what_a_live_run_gets_follows_as_it_comes() -> None:
    live, over = ended(0, [1]), ended(1, [5, 6])
    live.status, live.ended_at = RunStatus.STARTED, None
    feed, store, states = together([live, over]), EventStore(""), []
    async for update in feed.updates():
        match update:
            case Loaded(page):
                store.append(page)
            case FeedState():
                states.append(update.phase)
        if len(store) == 3 and feed.all_read and len(live.log) == 1:
            live.times, live.log = [1, 4], ["0:0", "late"]
            live.status, live.ended_at = RunStatus.SUCCESS, ENDED
    assert messages(store) == ["0:0", "1:0", "1:1", "late"]
    assert states[-2:] == [Phase.LIVE, Phase.DONE]


async def test_events_found_late_come_once() -> None:
    source = ended(0, [1, 2, 3, 4], size=1000)
    source.hidden = {1}

    def script(source: ScriptedSource, number: int) -> None:
        if number == 2:
            source.hidden = set()

    source.script = script
    store, _ = await read(together([source]))
    assert messages(store) == ["0:0", "0:2", "0:3", "0:1"]


async def test_few_pages_are_asked_for_at_a_time() -> None:
    under_way, most = 0, 0
    goes_on = asyncio.Event()

    class Slow(TimedSource):
        async def page(self, *given: object, **options: object) -> EventPage:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await goes_on.wait()
            under_way -= 1
            return await super().page(*given, **options)  # type: ignore[arg-type]

    sources = [Slow([f"{n}"], RunStatus.SUCCESS, ended_at=ENDED, times=[n], run_id=f"r{n}") for n in range(20)]
    reading = asyncio.ensure_future(read(together(sources)))
    await until(lambda: under_way == 6)
    goes_on.set()
    store, _ = await reading
    assert most == 6
    assert messages(store) == [f"{n}" for n in range(20)]


async def test_attempts_are_counted_by_run() -> None:
    class Restarting(TimedSource):
        async def page(self, *given: object, **options: object) -> EventPage:
            page = await super().page(*given, **options)  # type: ignore[arg-type]
            types = ["STEP_RESTARTED" if "again" in message else None for message in page.messages]
            return replace(page, types=types, steps=["load"] * len(page))

    sources = [
        Restarting(log, RunStatus.SUCCESS, ended_at=ENDED, times=[number, 10 + number], run_id=f"r{number}")
        for number, log in enumerate((["one", "again"], ["one", "two"]))
    ]
    store, _ = await read(together(sources))
    assert [(store.run_of(row).id, store.event(row).attempt) for row in range(4)] == [
        ("r0", 1), ("r1", 1), ("r0", 2), ("r1", 1)
    ]  # fmt: skip
