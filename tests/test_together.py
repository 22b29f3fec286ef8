"""Several runs followed at once: each run's events in its own order, none lost, none twice, merged by time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.errors import RunNotFound, Unreachable
from run_tui.model import EventDetails, EventPage, MetadataEntry, Run, RunEvent, RunStatus
from run_tui.pace import Clock
from run_tui.store import EventStore
from run_tui.together import PATIENCE, FeedOfSeveral
from run_tui.updates import FeedState, Loaded, OneOfSeveral, Phase
from tests.events import EVENTS, numbered, page_of
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


@dataclass(eq=False)
class ToldSource(TimedSource):
    """A run that has ended, with these events."""

    told: Sequence[RunEvent] = ()

    async def page(self, run_id: str, cursor: str | None = None, limit: int = 1000, **options: object) -> EventPage:
        page = await super().page(run_id, cursor, limit)
        held = page_of([self.told[int(row)] for row in page.messages])
        return replace(held, run_id=self.run_id, run=page.run, cursor=page.cursor, has_more=page.has_more)


def telling(number: int, told: Sequence[RunEvent], size: int = 3) -> ToldSource:
    rows = range(len(told))
    log = [str(row) for row in rows]
    return ToldSource(log, RunStatus.SUCCESS, size, ended_at=ENDED, times=rows, run_id=f"r{number}", told=told)


TIMES = st.lists(st.integers(1_000, 1_040), max_size=12)
RUNS = st.lists(st.tuples(st.lists(EVENTS, max_size=12), st.integers(1, 4)), min_size=1, max_size=5)


@given(RUNS)
async def test_each_run_keeps_its_events_in_its_order_and_none_is_twice(runs: list[tuple[list[RunEvent], int]]) -> None:
    feed = together([telling(number, told, size) for number, (told, size) in enumerate(runs)])
    store, states = EventStore(""), []
    async for update in feed.updates():
        match update:
            case Loaded(page):
                store.append(page)
            case FeedState():
                states.append(update)
        assert not feed.all_read or len(store) == sum(len(told) for told, _ in runs)
    assert feed.all_read
    for number, (told, _) in enumerate(runs):
        own = [store.event(row) for row in range(len(store)) if store.run_of(row).id == f"r{number}"]
        assert own == [each.model_copy(update={"run_id": f"r{number}"}) for each in numbered(told)]
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
    now, answers, store = 0.0, asyncio.Event(), EventStore("")

    async def pause(seconds: float, interrupt: asyncio.Event) -> None:
        end = now + seconds
        while now < end and not interrupt.is_set():  # noqa: ASYNC110  (the test's own time)
            await asyncio.sleep(0)

    def script(source: ScriptedSource, number: int) -> None:
        if not answers.is_set():
            raise Unreachable("No answer.", "")

    async def follow() -> None:
        async for update in feed.updates():
            if isinstance(update, Loaded):
                store.append(update.page)

    sources = silent, others = ended(0, [1, 2]), ended(1, [3, 4])
    silent.script = script
    clock = Clock(lambda: now, lambda: 4e9, pause, lambda: 1.0)
    feed = FeedOfSeveral([(source, source.started) for source in sources], clock=clock)
    following = asyncio.ensure_future(follow())
    for seconds, told in ((0.0, []), (PATIENCE - 0.1, []), (2 * PATIENCE, others.log)):
        now = seconds
        for _ in range(200):
            await asyncio.sleep(0)
        assert messages(store) == told
    answers.set()
    now = 100.0
    async with asyncio.timeout(20):
        await following
    assert messages(store) == [*others.log, *silent.log]


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


async def test_one_that_is_in_trouble_speaks_for_all() -> None:
    lost, others = ended(1, [3, 4]), ended(0, [1, 2])
    lost.script = failing(*[Unreachable("No answer.", "")] * 9)
    _, states = await read(together([others, lost]))
    phases = [phase for phase, _ in groupby(state.phase for state in states)]
    assert phases == [Phase.LOADING, Phase.RECONNECTING, Phase.LIVE, Phase.DONE]


async def test_what_all_are_when_they_are_over() -> None:
    def lost(number: int) -> TimedSource:
        source = ended(number, [1])
        source.script = failing(RunNotFound(f"Run r{number} not found", ""))
        return source

    hiding = ended(0, [1, 2, 3])
    hiding.hidden = {1}
    assert (await read(together([ended(1, [1]), hiding])))[1][-1] == FeedState(Phase.DONE, partial=True)
    assert (await read(together([ended(1, [1]), lost(0)])))[1][-1] == FeedState(Phase.DONE)
    state = (await read(together([lost(0), lost(1)])))[1][-1]
    assert (state.phase, str(state.error)) == (Phase.FAILED, "Run r0 not found")


async def test_pages_are_no_longer_than_those_of_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("run_tui.together.MAX_PAGE", 3)
    feed, pages = together([ended(0, range(5), 9), ended(1, range(5), 9)]), []
    async for update in feed.updates():
        if isinstance(update, Loaded):
            pages.append(update.page)
    assert max(map(len, pages)) <= 3
    assert sorted(message for page in pages for message in page.messages) == [
        f"{n}:{at}" for n in (0, 1) for at in range(5)
    ]


async def test_what_a_server_could_not_deliver_is_told_of_once() -> None:
    class Losing(TimedSource):
        async def page(self, *given: object, **options: object) -> EventPage:
            page = await super().page(*given, **options)  # type: ignore[arg-type]
            return replace(page, skipped=("Lost.",), skipped_count=2) if len(page) else page

    losing = Losing(["0:0", "0:1"], RunStatus.SUCCESS, ended_at=ENDED, times=[1, 2], run_id="r0")
    losses = []
    async for update in together([losing, ended(1, [1])]).updates():
        if isinstance(update, Loaded) and update.page.skipped:
            losses.append((update.page.run_id, update.page.skipped, update.page.skipped_count, len(update.page)))
    assert losses == [("r0", ("Lost.",), 2, 0)]


async def test_a_key_press_ends_the_wait_of_every_run() -> None:
    async def pause(seconds: float, interrupt: asyncio.Event) -> None:
        await interrupt.wait()

    sources = [ended(number, [number]) for number in range(3)]
    for source in sources:
        source.status, source.ended_at = RunStatus.STARTED, None
    runs = [(source, source.started) for source in sources]
    feed = FeedOfSeveral(runs, clock=Clock(lambda: 0.0, lambda: 4e9, pause))
    async with asyncio.timeout(20):
        async for update in feed.updates():
            if update == FeedState(Phase.LIVE):
                for source in sources:
                    source.status, source.ended_at = RunStatus.SUCCESS, ENDED
                feed.poll_now()
    assert feed.over


async def test_events_found_late_come_once() -> None:
    source = ended(0, [1, 2, 3, 4], size=1000)
    source.hidden = {1}

    def script(source: ScriptedSource, number: int) -> None:
        if number == 2:
            source.hidden = set()

    source.script = script
    store, _ = await read(together([source]))
    assert messages(store) == ["0:0", "0:2", "0:3", "0:1"]


async def test_attempts_that_a_server_counts_are_kept_where_events_come_late() -> None:
    class Counting(TimedSource):
        async def page(self, *given: object, **options: object) -> EventPage:
            page = await super().page(*given, **options)  # type: ignore[arg-type]
            attempts = [1 + self.log.index(message) for message in page.messages]
            details = {
                row: EventDetails(metadata=(MetadataEntry(label="", value=f"{attempt}"),))
                for row, attempt in enumerate(attempts)
            }
            return replace(page, attempts=attempts, steps=["load"] * len(page), details=details)

    source = Counting(["a", "b", "c"], RunStatus.SUCCESS, 1000, {1}, ended_at=ENDED, times=[1, 2, 3])

    def script(source: ScriptedSource, number: int) -> None:
        if number == 2:
            source.hidden = set()

    source.script = script
    store, _ = await read(together([source]))
    assert [(store.message(row), store.event(row).attempt) for row in range(3)] == [("a", 1), ("c", 3), ("b", 2)]
    assert [store.event(row).metadata[0].value for row in range(3)] == ["1", "3", "2"]


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
