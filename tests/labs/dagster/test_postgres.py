"""On Postgres all runs share one sequence of ids, and events become visible out of its order."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from run_tui.feed import Feed
from run_tui.model import RunFilter
from run_tui.pace import Clock
from run_tui.sources import open_source, resolve_run_id
from run_tui.store import EventStore
from run_tui.updates import Loaded, Restarted
from tests.labs.dagster.exploring import explorer, fresh, held
from tests.labs.dagster.postgres import PostgresLab, WrittenRun
from tests.screens import run_screen
from tests.scripted import FakeTime
from tests.waiting import until


def was_told(pilot: Pilot[None]) -> bool:
    return any("did not show" in notice.message for notice in pilot.app._notifications)


@asynccontextmanager
async def overtaken(lab: PostgresLab) -> AsyncIterator[tuple[Pilot[None], WrittenRun]]:
    """The explorer on a run whose second event becomes visible after the third one has been read."""
    with lab.written_run() as run:
        run.log("first")
        async with explorer(lab, run.run_id) as pilot:
            with run.uncommitted("late"):
                run.log("second")
                await until(lambda: len(run_screen(pilot).store) == 2)
            yield pilot, run


async def test_an_event_that_becomes_visible_too_late_is_found(postgres_lab: PostgresLab) -> None:
    async with overtaken(postgres_lab) as (pilot, run):
        screen = run_screen(pilot)
        run.finish()
        await until(lambda: screen.all_read)
        assert was_told(pilot)
        assert held(screen.store) == fresh(postgres_lab, run.run_id)
        assert [screen.store.message(row) for row in range(3)] == ["first", "late", "second"]


async def test_it_is_found_while_the_run_goes_on(postgres_lab: PostgresLab) -> None:
    async with overtaken(postgres_lab) as (pilot, run):
        screen = run_screen(pilot)
        await pilot.press("ctrl+r")
        await until(lambda: len(screen.store) == 3)
        assert not screen.all_read
        assert was_told(pilot)
        assert held(screen.store) == fresh(postgres_lab, run.run_id)


def test_a_command_that_follows_prints_it_late(postgres_lab: PostgresLab, tmp_path: Path) -> None:
    with postgres_lab.written_run() as run:
        run.log("first")
        options = ("--url", postgres_lab.url, "run-events", "get", run.run_id, "--follow", "--json")
        command = [sys.executable, "-m", "run_tui", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            lines = iter(program.stdout)
            printed = [json.loads(next(lines))["message"]]
            with run.uncommitted("late"):
                run.log("second")
                printed.append(json.loads(next(lines))["message"])
            run.finish()
            printed += [json.loads(line)["message"] for line in lines]
            assert program.stderr is not None
            assert "did not show" in program.stderr.read()
    assert printed[:2] == ["first", "second"]
    assert sorted(printed) == sorted(event["message"] for event in postgres_lab.events(run.run_id))


async def test_many_writers_at_a_time(postgres_lab: PostgresLab) -> None:
    time = FakeTime()

    async def pause(seconds: float, interrupt: asyncio.Event) -> None:
        time.seconds += seconds
        await asyncio.sleep(0.01)

    with postgres_lab.written_run() as run:
        source = open_source("dagster", postgres_lab.url)
        feed = Feed(source, run.run_id, clock=Clock(time.clock.now, time.clock.wall, pause))
        kept: list[list[str]] = [[]]

        async def write() -> None:
            await asyncio.to_thread(run.log_at_once, writers=6, transactions=40, each=5)
            run.finish()

        writing = asyncio.create_task(write())
        async with aclosing(feed.updates()) as updates:
            async for update in updates:
                if isinstance(update, Restarted):
                    kept.append(kept[-1][: update.kept])
                elif isinstance(update, Loaded):
                    kept[-1] += update.page.messages
        await writing
        await source.aclose()
    assert len(kept) > 1
    assert kept[-1] == [event["message"] for event in postgres_lab.events(run.run_id)]
    assert len(kept[-1]) > 1200


async def test_a_long_run_is_read_from_both_ends_where_its_ids_have_gaps(postgres_lab: PostgresLab) -> None:
    with ExitStack() as stack:
        runs = [stack.enter_context(postgres_lab.written_run()) for _ in range(3)]
        postgres_lab.write_in_turns(runs, 3000)
        run = runs[1]
        async with explorer(postgres_lab, run.run_id) as pilot:
            screen = run_screen(pilot)
            assert screen._end_was_shown
            run.log("news")
            run.finish()
            await until(lambda: screen.all_read, 60)
            assert held(screen.store) == fresh(postgres_lab, run.run_id)
            assert not was_told(pilot)


async def test_an_event_that_becomes_visible_amid_a_long_run(postgres_lab: PostgresLab) -> None:
    with postgres_lab.written_run() as run, postgres_lab.written_run() as other, ExitStack() as late:
        postgres_lab.write_in_turns([run, other], 1500)
        late.enter_context(run.uncommitted("late"))
        postgres_lab.write_in_turns([run, other], 3000)
        async with explorer(postgres_lab, run.run_id) as pilot:
            screen = run_screen(pilot)
            await until(lambda: screen.pane.timeline.end is None and len(screen.store) == 4500, 60)
            late.close()
            run.finish()
            await until(lambda: screen.all_read, 60)
            assert was_told(pilot)
            assert held(screen.store) == fresh(postgres_lab, run.run_id)
            assert screen.store.message(1500) == "late"


@pytest.mark.parametrize("apart", [1, 12])
async def test_good_events_between_those_the_server_cannot_deliver(postgres_lab: PostgresLab, apart: int) -> None:
    source = open_source("dagster", postgres_lab.url)
    with postgres_lab.written_run() as run, postgres_lab.written_run() as other:
        for number in range(6):
            run.log(f"good {number}")
            other.log(*(["other"] * apart))
            run.log("bad", level=25)
        run.finish()
        store = EventStore(run.run_id)
        async with aclosing(Feed(source, run.run_id).updates()) as updates:
            async for update in updates:
                assert not isinstance(update, Restarted)
                if isinstance(update, Loaded):
                    store.append(update.page)
    assert [store.message(row) for row in range(len(store))] == [*(f"good {n}" for n in range(6)), "Finished."]
    assert store.skipped_count == 6
    await source.aclose()


async def test_the_lists_and_names_of_runs(postgres_lab: PostgresLab) -> None:
    source = open_source("dagster", postgres_lab.url)
    with postgres_lab.written_run() as run:
        listed = await source.runs(RunFilter(), limit=1)
        assert (listed.items[0].id, listed.has_more) == (run.run_id, True)
        rest = await source.runs(RunFilter(), listed.cursor, limit=1000)
        assert run.run_id not in {item.id for item in rest.items}
        assert listed.total == 1 + len(rest.items)
        assert await resolve_run_id(source, run.run_id[:8]) == run.run_id
        assert (await source.run(run.run_id)).status == "STARTED"
    await source.aclose()
