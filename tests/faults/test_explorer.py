"""The explorer through faults: it says what went wrong and what comes next, and ends with the server's final log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import HEARTBEAT, RunTuiApp
from run_tui.reach import Reach
from run_tui.screens.base import ViewScreen
from run_tui.screens.run import RunScreen
from run_tui.sources.dagster import DagsterSource
from run_tui.store import EventStore
from run_tui.widgets.status_line import StatusLine
from tests.faults.growing import LATE, RUN_ID, GrowingServer, Row, growing
from tests.faults.plan import Fault, Plan
from tests.faults.proxy import FaultyProxy, faulty
from tests.screens import run_screen
from tests.waiting import until


@asynccontextmanager
async def explorer(server: GrowingServer, plan: Plan) -> AsyncIterator[tuple[Pilot[None], FaultyProxy]]:
    """The explorer, which was told to open the server's run."""
    async with growing(server), faulty(server.port, plan, server.restart) as proxy:
        app = RunTuiApp(DagsterSource(proxy.url, reach=Reach(read_timeout=1.0)), "faulty", RUN_ID)
        async with app.run_test(size=(120, 30)) as pilot:
            yield pilot, proxy


def held(store: EventStore) -> list[Row]:
    """What the store has, as the server would send it."""
    return [
        (
            store.message(row),
            str(store.times[row]),
            store.levels[row],
            store.steps[row],
            store.types[row],
            None if (details := store.details(row)) is None or details.error is None else details.error.message,
        )
        for row in range(len(store))
    ]


def status(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app.screen, ViewScreen)
    return pilot.app.screen.query_one("#status", StatusLine).render().plain


async def test_what_went_wrong_and_the_next_try_are_shown_and_a_key_tries_now() -> None:
    plan = Plan(1, 0.0, [Fault.BAD_GATEWAY])
    async with explorer(GrowingServer(900, 1, begun=900 - LATE), plan) as (pilot, proxy):
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and len(run_screen(pilot).store) > 0)
        plan.rate = 1.0
        await until(lambda: "answered with a web page (HTTP 502" in status(pilot))
        assert "next try in" in status(pilot)
        # Waits of several seconds are the ones worth ending by hand.
        await until(lambda: "in 3s (ctrl+r: now)" in status(pilot))
        plan.rate, asked = 0.0, proxy.requests
        await pilot.press("ctrl+r")
        await until(lambda: proxy.requests > asked, 1.0)
        await until(lambda: "complete" in status(pilot))


async def test_a_run_that_cannot_be_opened_yet_is_opened_as_soon_as_it_can() -> None:
    server, plan = GrowingServer(500, 1, begun=500 - LATE), Plan(1, 1.0, [Fault.RESET, Fault.UNAVAILABLE])
    async with explorer(server, plan) as (pilot, _):
        await until(lambda: plan.counts.total() > 4)
        plan.rate = 0.0
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        await until(lambda: run_screen(pilot).all_read)
        assert held(run_screen(pilot).store) == server.log


async def test_steps_and_tags_come_after_all() -> None:
    plan = Plan(1, 0.0, [Fault.WEB_PAGE])
    async with explorer(GrowingServer(500, 1, begun=400), plan) as (pilot, _):
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        await pilot.press("escape", "escape")
        await until(lambda: not isinstance(pilot.app.screen, RunScreen))
        plan.rate = 1.0
        await pilot.press("enter")
        await until(lambda: plan.counts.total() > 3)
        assert not run_screen(pilot).run.tags
        plan.rate = 0.0
        await until(lambda: run_screen(pilot).run.tags == {"team": "data"})


async def test_events_that_turned_up_late_are_fetched_and_told_of() -> None:
    server = GrowingServer(9000, 2, begun=8800, stragglers=30)
    async with explorer(server, Plan(2, 0.05, [Fault.RESET, Fault.CUT_JSON, Fault.HANG_UP_WITHIN])) as (pilot, _):
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and run_screen(pilot).all_read, 60)
        assert held(run_screen(pilot).store) == server.log
        assert any("Reading on from event" in toast.message for toast in pilot.app._notifications)


async def test_waking_up_asks_at_once_on_new_connections() -> None:
    plan = Plan(1, 0.0, [Fault.STALL])
    async with explorer(GrowingServer(5000, 1), plan) as (pilot, proxy):
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and len(run_screen(pilot).store) > 0)
        plan.rate = 1.0
        await until(lambda: plan.counts.total() == 1)
        plan.rate, asked = 0.0, proxy.requests
        assert isinstance(pilot.app, RunTuiApp)
        pilot.app._heard_at -= 4 * HEARTBEAT
        pilot.app._beat()
        # The request that was under way would have failed only when its time was over.
        await until(lambda: proxy.requests > asked, 0.8)
        await pilot.pause()
        assert "next try" not in status(pilot)
