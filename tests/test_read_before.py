"""The poller of a run that was read before, to its end: what the server says of it by now."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from run_tui.errors import RunNotFound, Unreachable
from run_tui.feed import Feed
from run_tui.marks import Stand
from run_tui.model import RunStatus
from run_tui.sources.base import Source
from run_tui.sources.dagster import DagsterSource
from run_tui.updates import FeedState, Phase, Restarted, Update
from tests.scripted import FakeTime, ScriptedSource, a_run, failing
from tests.sources.servers import RUN_ID, ScriptedDagster
from tests.test_feed import log, messages, phases

ENDED = "2020-01-01T00:00:00.000Z"


def finished(size: int) -> ScriptedSource:
    return ScriptedSource(log(size), RunStatus.SUCCESS, ended_at=ENDED)


async def read(source: Source, run_id: str = "r1", stand: Stand | None = None) -> tuple[list[Update], Feed]:
    feed = Feed(source, run_id, read=stand, clock=FakeTime().clock)
    async with aclosing(feed.updates()) as updates:
        return [update async for update in updates], feed


async def stand_of(source: Source, run_id: str = "r1") -> Stand:
    _, feed = await read(source, run_id)
    assert feed.stand is not None
    return feed.stand


@pytest.mark.parametrize("size", [0, 1, 3, 7])
async def test_where_nothing_follows_nothing_is_delivered(size: int) -> None:
    source = finished(size)
    stand = await stand_of(source)
    assert (stand.run.status, stand.marks.places[-1][0]) == ("SUCCESS", size)
    asked = len(source.cursors)
    updates, feed = await read(source, stand=stand)
    assert (messages(updates), phases(updates)) == ([], [Phase.LOADING, Phase.DONE])
    assert len(source.cursors) == asked + 1
    assert feed.stand == stand


async def test_what_follows_is_delivered_and_stands_further_on() -> None:
    source = finished(4)
    stand = await stand_of(source)
    source.log += ["late", "later"]
    updates, feed = await read(source, stand=stand)
    assert messages(updates) == ["late", "later"]
    assert feed.stand is not None
    assert feed.stand.marks.places[-1] == (6, "6")
    assert stand.marks.places[-1] == (4, "4")


async def test_a_late_event_amid_the_others_is_read_from_the_last_good_place_on() -> None:
    server = ScriptedDagster([*range(1, 1500), *range(1501, 2501)])
    source = DagsterSource("http://lab", app=server.app)
    stand = await stand_of(source, RUN_ID)
    server.ids = range(1, 2501)
    updates, feed = await read(source, RUN_ID, stand)
    [restarted] = [update for update in updates if isinstance(update, Restarted)]
    assert 0 < restarted.kept < 1500
    assert messages(updates)[-1000:] == server.good[-1000:]
    assert feed.stand is not None
    assert feed.stand.marks.places[-1][0] == 2500


async def test_another_run_of_the_same_id_is_read_from_its_beginning() -> None:
    source = finished(4)
    source.runs_held = [a_run(RunStatus.SUCCESS, ended_at=ENDED, started_at="2020-01-01T00:00:00.000Z")]
    stand = await stand_of(source)
    source.runs_held = [a_run(RunStatus.SUCCESS, ended_at=ENDED, started_at="2021-01-01T00:00:00.000Z")]
    source.log = ["quite another"]
    updates, _ = await read(source, stand=stand)
    assert [update.kept for update in updates if isinstance(update, Restarted)] == [0]
    assert messages(updates) == ["quite another"]


async def test_a_run_that_goes_on_again_is_followed() -> None:
    source = finished(4)
    stand = await stand_of(source)
    source.status = RunStatus.STARTED

    def script(source: ScriptedSource, number: int) -> None:
        if len(source.log) < 6:
            source.log.append(f"event {len(source.log)}")
        else:
            source.status = RunStatus.SUCCESS

    source.script = script
    updates, _ = await read(source, stand=stand)
    assert messages(updates) == ["event 4", "event 5"]
    assert phases(updates)[-1] is Phase.DONE


async def test_a_server_that_does_not_answer_is_asked_again_and_one_that_has_lost_the_run_is_not() -> None:
    source = finished(4)
    stand = await stand_of(source)
    source.script = failing(Unreachable("No."), RunNotFound("Run r1 not found"))
    updates, feed = await read(source, stand=stand)
    states = [update for update in updates if isinstance(update, FeedState)]
    assert [state.phase for state in states] == [Phase.LOADING, Phase.RECONNECTING, Phase.FAILED]
    assert feed.stand is None


@pytest.mark.parametrize("status", [RunStatus.STARTED, RunStatus.QUEUED])
async def test_a_run_that_has_not_ended_stands_nowhere(status: RunStatus) -> None:
    feed = Feed(ScriptedSource(log(4), status), "r1", clock=FakeTime().clock)
    async with aclosing(feed.updates()) as updates:
        async for update in updates:
            if isinstance(update, FeedState) and update.phase in (Phase.LIVE, Phase.WAITING):
                break
    assert feed.stand is None


async def test_neither_does_one_of_which_not_all_is_delivered() -> None:
    hidden = finished(5)
    hidden.hidden = {2}
    _, feed = await read(hidden)
    assert feed.stand is None
    poisoned = ScriptedDagster(range(1, 20), lone_surrogates=[7])
    _, feed = await read(DagsterSource("http://lab", app=poisoned.app), RUN_ID)
    assert feed.stand is None
