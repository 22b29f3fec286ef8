"""The poller against a scripted source and a clock that the test moves."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import pytest

from run_tui.errors import BadAnswer, Busy, RunNotFound, ServerError, Unreachable
from run_tui.feed import END_PAGES, FAST_POLL, MAX_REREADS, SLOW_POLL, Feed
from run_tui.marks import LATE, LOOK_EVERY
from run_tui.model import EventPage, RunStatus
from run_tui.pace import LONGEST_RETRY
from run_tui.sources.base import Capabilities
from run_tui.sources.dagster import DagsterSource
from run_tui.updates import FeedState, Joined, Loaded, Phase, Restarted, RunChanged, Update
from tests.scripted import Asked, FakeTime, ScriptedSource, a_page, failing
from tests.sources.servers import RUN_ID, ScriptedDagster, served


async def all_updates(source: ScriptedSource, time: FakeTime | None = None, jump: bool = False) -> list[Update]:
    feed = Feed(source, "r1", jump=jump, clock=(time or FakeTime()).clock)
    async with aclosing(feed.updates()) as updates:
        return [update async for update in updates]


def messages(updates: list[Update]) -> list[str]:
    """What a store would hold at the end."""
    held: list[str] = []
    end: list[str] = []
    for update in updates:
        if isinstance(update, Restarted):
            del held[update.kept :]
        elif isinstance(update, Loaded):
            (end if update.of_end else held).extend(update.page.messages)
        elif isinstance(update, Joined):
            held += end
            end = []
    assert not end
    return held


def phases(updates: list[Update]) -> list[Phase]:
    return [update.phase for update in updates if isinstance(update, FeedState)]


def log(size: int) -> list[str]:
    return [f"event {n}" for n in range(size)]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 6, 7])
async def test_a_finished_run_is_read_to_its_end_once(size: int) -> None:
    source = ScriptedSource(log(size), RunStatus.SUCCESS, ended_at="2020-01-01T00:00:00Z")
    updates = await all_updates(source)
    assert messages(updates) == log(size)
    assert phases(updates)[-1] is Phase.DONE
    assert isinstance(updates[1], RunChanged)


@pytest.mark.parametrize("status", [RunStatus.STARTED, RunStatus.SUCCESS])
async def test_a_saved_run_is_over_as_soon_as_it_has_been_read(status: RunStatus) -> None:
    time, source = FakeTime(), ScriptedSource(log(4), status, capabilities=Capabilities(saved=True))
    updates = await all_updates(source, time)
    assert messages(updates) == log(4)
    assert phases(updates) == [Phase.LOADING, Phase.LIVE, Phase.DONE]
    assert time.waits == []


async def test_the_next_page_is_asked_for_before_this_one_is_handed_on() -> None:
    source = ScriptedSource(log(6), RunStatus.SUCCESS)
    async with aclosing(Feed(source, "r1", clock=FakeTime().clock).updates()) as updates:
        async for update in updates:
            if isinstance(update, Loaded):
                break
    assert source.cursors == [None, "3"]


async def test_the_next_request_has_left_before_a_page_is_handed_on() -> None:
    server = ScriptedDagster(range(1, 2501))
    arrived: SimpleQueue[str] = SimpleQueue()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def received() -> Any:
            message = await receive()
            if not message.get("more_body"):
                arrived.put(message["type"])
            return message

        await server.app(scope, received, send)

    with served(app) as url:
        source = DagsterSource(url)
        async with aclosing(Feed(source, RUN_ID).updates()) as updates:
            async for update in updates:
                if isinstance(update, Loaded):
                    # Holds the event loop: what has not been sent by now stays here.
                    assert [arrived.get(timeout=10) for _ in range(2)] == ["http.request"] * 2
                    break
        await source.aclose()


async def test_a_run_in_progress_is_tailed_until_a_quiet_poll_after_its_end() -> None:
    def script(source: ScriptedSource, number: int) -> None:
        if number == 3:
            source.log.append("late")
            source.status = RunStatus.SUCCESS
        if number == 4:
            source.log.append("after the terminal status")

    source = ScriptedSource(log(2), script=script)
    updates = await all_updates(source)
    assert messages(updates) == [*log(2), "late", "after the terminal status"]
    assert phases(updates) == [Phase.LOADING, Phase.LIVE, Phase.DONE]


async def test_nothing_is_waited_for_between_pages_that_are_there() -> None:
    def script(source: ScriptedSource, number: int) -> None:
        if number == 2:
            source.log, source.status = log(8), RunStatus.SUCCESS

    time, source = FakeTime(), ScriptedSource(log(1), script=script, ended_at="2020-01-01T00:00:00Z")
    assert messages(await all_updates(source, time)) == log(8)
    assert time.waits == [FAST_POLL]


async def test_polls_slow_down_when_quiet_and_a_key_press_ends_the_wait() -> None:
    time = FakeTime()

    def script(source: ScriptedSource, number: int) -> None:
        if number == 30:
            source.status = RunStatus.CANCELED
            source.ended_at = "2020-01-01T00:00:00Z"

    await all_updates(ScriptedSource(log(2), script=script), time)
    assert time.waits[0] == FAST_POLL
    assert time.waits == sorted(time.waits)
    assert time.waits[-1] == SLOW_POLL


async def test_a_key_press_ends_the_wait() -> None:
    source, time = ScriptedSource(log(1)), FakeTime()
    began = time.seconds
    feed = Feed(source, "r1", clock=time.clock)
    async with aclosing(feed.updates()) as updates:
        async for update in updates:
            if isinstance(update, FeedState) and update.phase is Phase.LIVE:
                source.log.append("more")
                feed.poll_now()
            if isinstance(update, Loaded) and update.page.messages == ["more"]:
                break
    assert len(source.cursors) == 2
    assert (time.waits, time.seconds) == ([FAST_POLL], began)


async def test_after_a_key_press_the_next_waits_are_whole_again() -> None:
    time = FakeTime()

    def script(source: ScriptedSource, number: int) -> None:
        if number == 5:
            feed.poll_now()
        if number == 30:
            source.status = RunStatus.SUCCESS

    feed = Feed(ScriptedSource(log(1), script=script), "r1", clock=time.clock)
    begun = time.seconds
    async with aclosing(feed.updates()) as updates:
        assert [update async for update in updates]
    assert 0 < sum(time.waits) - (time.seconds - begun) <= SLOW_POLL


async def test_an_empty_page_that_promises_more_is_not_asked_for_at_once_again() -> None:
    class Promising(ScriptedSource):
        async def answer(self, asked: Asked) -> EventPage:
            page = await super().answer(asked)
            return page if len(page) else a_page([], asked.cursor, has_more=True, run=page.run)

    def script(source: ScriptedSource, number: int) -> None:
        if number == 10:
            source.status = RunStatus.SUCCESS
        if number == 100:
            raise RunNotFound("asked too often")

    time = FakeTime()
    updates = await all_updates(Promising(log(3), script=script), time)
    assert phases(updates)[-1] is Phase.DONE
    assert len(time.waits) > 7


async def test_failures_are_states_and_nothing_is_read_twice() -> None:
    time = FakeTime()
    source = ScriptedSource(
        log(5), RunStatus.SUCCESS, script=failing(Unreachable("down"), Unreachable("down"), BadAnswer("a web page"))
    )
    updates = await all_updates(source, time)
    assert messages(updates) == log(5)
    assert [u.retry_in for u in updates if isinstance(u, FeedState) and u.phase is Phase.RECONNECTING] == [
        0.5,
        1.0,
        2.0,
    ]
    assert time.waits[:3] == [0.5, 1.0, 2.0]


async def test_retries_never_wait_longer_than_the_longest_unless_the_server_asks() -> None:
    time = FakeTime()
    source = ScriptedSource([], RunStatus.SUCCESS, script=failing(*[Unreachable("down")] * 9))
    await all_updates(source, time)
    assert max(time.waits) == LONGEST_RETRY

    time = FakeTime()
    source = ScriptedSource([], RunStatus.SUCCESS, script=failing(Busy("busy", status=429, retry_after=40.0)))
    await all_updates(source, time)
    assert time.waits[0] == 40.0


async def test_an_unknown_run_ends_the_feed() -> None:
    updates = await all_updates(ScriptedSource(script=failing(RunNotFound("no such run"))))
    last = updates[-1]
    assert isinstance(last, FeedState)
    assert last.phase is Phase.FAILED
    assert isinstance(last.error, RunNotFound)


async def test_events_the_cursor_never_showed_are_found_after_the_end() -> None:
    def script(source: ScriptedSource, number: int) -> None:
        if number == 2:
            source.status = RunStatus.SUCCESS
        if number == 4:
            source.hidden.clear()

    source = ScriptedSource(log(5), page_size=10, hidden={1, 3}, script=script)
    updates = await all_updates(source)
    assert any(isinstance(update, Restarted) for update in updates)
    assert messages(updates) == log(5)


async def test_events_the_cursor_never_showed_are_found_while_the_run_goes_on() -> None:
    time = FakeTime()

    def script(source: ScriptedSource, number: int) -> None:
        if number == 4:
            source.hidden.clear()
        if source.cursors[-1] == "3000" and time.seconds > until:
            source.status = RunStatus.SUCCESS

    until = time.seconds + 2 * LOOK_EVERY
    source = ScriptedSource(log(3000), page_size=1000, hidden={2100, 2999}, script=script)
    updates = await all_updates(source, time)
    assert messages(updates) == log(3000)
    (kept,) = [update.kept for update in updates if isinstance(update, Restarted)]
    assert kept == 2000
    assert phases(updates) == [Phase.LOADING, Phase.LIVE, Phase.LOADING, Phase.LIVE, Phase.DONE]


async def test_a_quiet_run_is_not_looked_through_for_ever() -> None:
    class Counting(ScriptedSource):
        looks = 0

        async def cursor_after(self, run_id: str, count: int) -> str | None:
            self.looks += 1
            return await super().cursor_after(run_id, count)

    def script(source: ScriptedSource, number: int) -> None:
        if number == 500:
            source.status = RunStatus.SUCCESS

    source = Counting(log(5), script=script)
    await all_updates(source)
    assert 2 <= source.looks <= 1 + LATE / LOOK_EVERY


async def test_a_server_that_counts_otherwise_is_not_read_again_while_the_run_goes_on() -> None:
    class Otherwise(ScriptedSource):
        looks = 0

        async def cursor_after(self, run_id: str, count: int) -> str | None:
            self.looks += 1
            return "1"

    def script(source: ScriptedSource, number: int) -> None:
        feed.poll_now()
        if number == 50:
            source.status = RunStatus.SUCCESS

    source = Otherwise(log(2000), page_size=1000, script=script)
    feed = Feed(source, "r1", clock=FakeTime().clock)
    async with aclosing(feed.updates()) as news:
        updates = [update async for update in news]
    assert not any(isinstance(update, Restarted) for update in updates)
    assert messages(updates) == log(2000)
    assert source.looks <= 3, "one search among three marks, however often a key is pressed"


async def test_a_look_that_fails_is_no_trouble_while_the_run_goes_on() -> None:
    class Broken(ScriptedSource):
        looks = 0

        async def cursor_after(self, run_id: str, count: int) -> str | None:
            self.looks += 1
            raise ServerError("broke", status=500)

    def script(source: ScriptedSource, number: int) -> None:
        if number == 50:
            source.status = RunStatus.SUCCESS

    source = Broken(log(5), script=script)
    updates = await all_updates(source)
    assert source.looks
    assert messages(updates) == log(5)
    assert phases(updates) == [Phase.LOADING, Phase.LIVE, Phase.DONE]


async def test_after_an_event_that_could_not_be_read_all_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Skipping(ScriptedSource):
        async def answer(self, asked: Asked) -> EventPage:
            page = await super().answer(asked)
            if len(self.cursors) > 1:
                return page
            return a_page(page.messages[1:], page.cursor, has_more=True, skipped=("not readable",), skipped_count=1)

    def script(source: ScriptedSource, number: int) -> None:
        if number == 40:
            source.status = RunStatus.SUCCESS
            source.hidden.clear()

    monkeypatch.setattr("run_tui.marks.SPACING", 1)
    updates = await all_updates(Skipping(log(9), hidden={4}, script=script))
    assert [update.kept for update in updates if isinstance(update, Restarted)] == [0]
    assert messages(updates) == log(9)


async def test_a_server_that_never_delivers_all_is_given_up_on() -> None:
    source = ScriptedSource(log(5), RunStatus.SUCCESS, page_size=10, hidden={2})
    updates = await all_updates(source)
    assert phases(updates)[-1] is Phase.DONE
    assert messages(updates) == ["event 0", "event 1", "event 3", "event 4"]


async def test_a_cursor_that_does_not_move_is_an_error_not_an_endless_loop() -> None:
    class Stuck(ScriptedSource):
        async def answer(self, asked: Asked) -> EventPage:
            self.cursors.append(asked.cursor)
            return a_page(["again"], "7", has_more=True)

    seen: list[Update] = []
    async with aclosing(Feed(Stuck(), "r1", clock=FakeTime().clock).updates()) as updates:
        async for update in updates:
            seen.append(update)
            if isinstance(update, FeedState) and update.phase is Phase.RECONNECTING:
                break
    assert messages(seen) == ["again"]


async def test_a_queued_run_waits() -> None:
    def script(source: ScriptedSource, number: int) -> None:
        source.status = [RunStatus.QUEUED, RunStatus.STARTED, RunStatus.SUCCESS][min(number - 1, 2)]

    updates = await all_updates(ScriptedSource(script=script))
    assert phases(updates) == [Phase.LOADING, Phase.WAITING, Phase.LIVE, Phase.DONE]


@pytest.mark.parametrize("size", [7, 20, 41])
@pytest.mark.parametrize("tail", [4, 6, 18])
@pytest.mark.parametrize("finished", [True, False])
async def test_a_long_run_is_read_from_both_ends(size: int, tail: int, finished: bool) -> None:
    tail_at = max(3, size - tail)

    def script(source: ScriptedSource, number: int) -> None:
        if number in (3, 5, 8) and not finished:
            source.log.append(f"event {len(source.log)}")
        if number == 9:
            source.status = RunStatus.SUCCESS

    source = ScriptedSource(log(size), tail_at=str(tail_at), script=script)
    source.status = RunStatus.SUCCESS if finished else RunStatus.STARTED
    updates = await all_updates(source, jump=True)
    assert messages(updates) == source.log
    ends = [update for update in updates if isinstance(update, Loaded) and update.of_end]
    if tail_at > 3:
        assert ends[0].page.messages[0] == f"event {tail_at}"
        assert [type(update) for update in updates].count(Joined) == 1
    assert phases(updates)[-1] is Phase.DONE


@pytest.mark.parametrize("hidden", [{5}, {9, 10}, {5, 6, 7, 8, 9, 10}, {6, 7, 8, 9, 10}])
async def test_a_gap_in_the_ids_does_not_bend_the_join(hidden: set[int]) -> None:
    class Sparse(ScriptedSource):
        async def has_more_than(self, run_id: str, count: int) -> bool:
            return len(self.log) - len(self.hidden) > count

    source = Sparse(log(20), RunStatus.SUCCESS, page_size=5, hidden=hidden, tail_at="11")
    updates = await all_updates(source, jump=True)
    assert messages(updates) == [event for n, event in enumerate(log(20)) if n not in hidden]


async def test_failures_while_filling_the_gap_lose_nothing() -> None:
    def script(source: ScriptedSource, number: int) -> None:
        if number in (-1, 2, 3, 5, 7, 8) and number not in seen:
            seen.add(number)
            raise Unreachable("down")

    seen: set[int] = set()
    source = ScriptedSource(log(30), RunStatus.SUCCESS, tail_at="25", script=script)
    updates = await all_updates(source, jump=True)
    assert messages(updates) == log(30)
    assert seen == {-1, 2, 3, 5, 7, 8}


def errors(updates: list[Update]) -> list[str]:
    return [str(update.error) for update in updates if isinstance(update, FeedState) and update.error]


async def test_a_gap_whose_events_are_no_longer_shown_is_asked_for_again() -> None:
    class Forgetful(ScriptedSource):
        async def answer(self, asked: Asked) -> EventPage:
            page = await super().answer(asked)
            first = asked.cursor == "9" and self.cursors.count("9") == 1
            return a_page([], "9", has_more=True) if first else page

    source = Forgetful(log(30), RunStatus.SUCCESS, tail_at="25")
    updates = await all_updates(source, jump=True)
    assert messages(updates) == log(30)
    assert errors(updates) == ["scripted no longer shows events that it has shown before."]


async def test_a_gap_whose_cursors_change_is_asked_for_again() -> None:
    class Changing(ScriptedSource):
        changed = True

        def events_between(self, cursor: str | None, later: str | None) -> int | None:
            if (cursor, later, self.changed) == ("9", "25", True):
                self.changed = False
                return None
            return super().events_between(cursor, later)

    source = Changing(log(30), RunStatus.SUCCESS, tail_at="25")
    updates = await all_updates(source, jump=True)
    assert messages(updates) == log(30)
    assert errors(updates) == ["scripted changed the shape of its cursors while being read."]


async def test_nothing_is_left_under_way_when_a_feed_is_left_in_the_gap() -> None:
    class Hanging(ScriptedSource):
        async def answer(self, asked: Asked) -> EventPage:
            if asked.cursor == "6":
                self.cursors.append("6")
                await asyncio.Event().wait()
            return await super().answer(asked)

    source = Hanging(log(30), RunStatus.SUCCESS, tail_at="25")
    async with aclosing(Feed(source, "r1", jump=True, clock=FakeTime().clock).updates()) as updates:
        async for update in updates:
            if isinstance(update, Loaded) and "event 3" in update.page.messages:
                break
    assert "6" in source.cursors
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_new_events_come_first_while_the_gap_is_filled() -> None:
    time = FakeTime()

    def script(source: ScriptedSource, number: int) -> None:
        time.seconds += 0.2
        if number == 8:
            source.log.append("news")
        if number == 20:
            source.status = RunStatus.SUCCESS

    source = ScriptedSource(log(60), tail_at="57", script=script)
    updates = await all_updates(source, time, jump=True)
    assert messages(updates) == [*log(60), "news"]
    kinds = [type(update) for update in updates]
    news = next(n for n, update in enumerate(updates) if isinstance(update, Loaded) and "news" in update.page.messages)
    assert news < kinds.index(Joined)


async def test_the_gap_is_filled_although_the_end_always_has_more() -> None:
    class Fast(ScriptedSource):
        async def answer(self, asked: Asked) -> EventPage:
            if int(asked.cursor or 0) >= 57 and self.status is RunStatus.STARTED:
                self.log += log(self.page_size + 1)
            return await super().answer(asked)

    source = Fast(log(60), tail_at="57")
    read: list[Update] = []
    async with aclosing(Feed(source, "r1", jump=True, clock=FakeTime().clock).updates()) as updates:
        async for update in updates:
            read.append(update)
            if isinstance(update, Joined) or len(source.cursors) > 500:
                source.status = RunStatus.SUCCESS
    assert messages(read) == source.log
    turns = [update.of_end for update in read[: read.index(Joined())] if isinstance(update, Loaded)][1:]
    assert turns[: 4 * END_PAGES + 4] == [*[True] * END_PAGES, False] * 4
    assert len(source.cursors) < 500


@pytest.mark.parametrize(("status", "seconds"), [(RunStatus.STARTED, 0.0), (RunStatus.SUCCESS, 1.0)])
async def test_an_end_that_is_quiet_or_final_is_left_alone_while_the_gap_is_filled(
    status: RunStatus, seconds: float
) -> None:
    time = FakeTime()

    def script(source: ScriptedSource, number: int) -> None:
        time.seconds += seconds

    source = ScriptedSource(log(60), status, tail_at="57", script=script)
    async with aclosing(Feed(source, "r1", jump=True, clock=time.clock).updates()) as updates:
        async for update in updates:
            if isinstance(update, Joined):
                break
    assert [cursor for cursor in source.cursors if int(cursor or 0) >= 57] == ["57", "60"]


async def test_what_is_read_again_from_the_start_is_read_in_order() -> None:
    def script(source: ScriptedSource, number: int) -> None:
        if number == 22:
            source.hidden.clear()

    source = ScriptedSource(log(60), RunStatus.SUCCESS, hidden={1}, tail_at="57", script=script)
    updates = await all_updates(source, jump=True)
    again = next(n for n, update in enumerate(updates) if isinstance(update, Restarted))
    assert Joined() in updates[:again]
    assert messages(updates) == log(60)
    assert not any(isinstance(update, Loaded) and update.of_end for update in updates[again:])


async def test_without_a_tail_the_run_is_paged_through() -> None:
    source = ScriptedSource(log(30), RunStatus.SUCCESS)
    updates = await all_updates(source, jump=True)
    assert messages(updates) == log(30)
    assert not any(isinstance(update, Joined) for update in updates)


async def test_a_page_that_leads_back_is_not_taken() -> None:
    class Replaying(ScriptedSource):
        async def answer(self, asked: Asked) -> EventPage:
            page = await super().answer(asked)
            return await super().answer(replace(asked, cursor="3")) if len(self.cursors) == 4 else page

    source = Replaying(log(20), RunStatus.SUCCESS)
    updates = await all_updates(source)
    assert messages(updates) == log(20)
    assert [str(u.error) for u in updates if isinstance(u, FeedState) and u.error] == [
        "scripted sent events but no new place to read on from."
    ]


async def test_an_end_that_is_none_is_given_up() -> None:
    source = ScriptedSource(log(20), RunStatus.SUCCESS, tail_at="25")
    updates = await all_updates(source, jump=True)
    assert messages(updates) == log(20)
    assert not any(isinstance(update, Joined) for update in updates)


async def test_a_gap_is_repaired_from_where_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(source: ScriptedSource, number: int) -> None:
        if number == 60:
            source.hidden.clear()
            source.status = RunStatus.SUCCESS

    monkeypatch.setattr("run_tui.marks.SPACING", 6)
    source = ScriptedSource(log(120), hidden={50, 90}, script=script)
    updates = await all_updates(source, jump=True)
    (restarted,) = (update for update in updates if isinstance(update, Restarted))
    assert 40 < restarted.kept <= 50
    after = updates.index(restarted)
    assert messages(updates[:after])[: restarted.kept] + messages(updates[after:]) == log(120)


async def test_what_a_server_counts_but_never_delivers_is_said_after_one_repair() -> None:
    updates = await all_updates(ScriptedSource(log(5), RunStatus.SUCCESS, page_size=10, hidden={2}), jump=True)
    assert [type(update) for update in updates].count(Restarted) == 1
    last = updates[-1]
    assert isinstance(last, FeedState)
    assert (last.phase, last.partial) == (Phase.DONE, True)


async def test_a_server_that_always_holds_more_is_read_again_a_few_times_only() -> None:
    class Growing(ScriptedSource):
        async def has_more_than(self, run_id: str, count: int) -> bool:
            self.log.append(f"event {len(self.log)}")
            return True

    def script(source: ScriptedSource, number: int) -> None:
        if number == 100:
            raise RunNotFound("asked too often")

    updates = await all_updates(Growing(log(5), RunStatus.SUCCESS, script=script))
    assert [type(update) for update in updates].count(Restarted) == MAX_REREADS
    last = updates[-1]
    assert isinstance(last, FeedState)
    assert (last.phase, last.partial) == (Phase.DONE, True)


async def test_a_feed_that_is_over_looks_again_when_asked() -> None:
    source = ScriptedSource(log(5), RunStatus.SUCCESS, ended_at="2020-01-01T00:00:00Z")
    feed = Feed(source, "r1", clock=FakeTime().clock)
    async with aclosing(feed.updates()) as updates:
        first = [update async for update in updates]
    source.log.append("an afterthought")
    async with aclosing(feed.updates()) as updates:
        second = [update async for update in updates]
    assert messages(first) == log(5)
    assert messages(second) == ["an afterthought"]
    assert phases(second)[-1] is Phase.DONE
