"""Finished runs in the explorer, opened again: from their copy, which the server is asked about where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.cache import Cache
from run_tui.connections import Connections
from run_tui.model import RunEvent, Step
from run_tui.screens.run import RunScreen
from run_tui.sources.dagster import DagsterSource
from run_tui.sources.hub_log import HubLogSource
from tests.cli.conftest import ScriptedServer, make_event, make_run
from tests.labs.hub_log.data import SALES
from tests.labs.hub_log.serving import HEADERS, NOW, Served, serving
from tests.screens import run_screen
from tests.sources.servers import app_of, served
from tests.test_several import status
from tests.waiting import until

RUN_ID = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
TAGS = [{"key": "team", "value": "data"}]
PLAN = {"steps": [{"key": "load", "kind": "COMPUTE", "inputs": []}]}
FAILED = make_event("load failed", level="ERROR", stepKey="load", eventType="STEP_FAILURE")


class Server(ScriptedServer):
    """One failed run of some pages."""

    def __init__(self) -> None:
        super().__init__("")
        self.events[RUN_ID] = [make_event(f"message {n}", stepKey="load") for n in range(2500)] + [FAILED]
        self.run = make_run(RUN_ID, "FAILURE", tags=TAGS, runConfigYaml="ops: {}\n", executionPlan=PLAN)
        self.runs = [self.run]

    def reread(self) -> list[str | None]:
        """The cursors of the pages asked for since this was last asked."""
        asked = [request for request in self.requests if "limit" in request["variables"]]
        self.requests.clear()
        return [request["variables"].get("afterCursor") for request in asked]


@contextmanager
def listening(server: Server) -> Iterator[str]:
    with served(app_of(server.answer)) as url:
        yield url


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "runs", 10**9)


@asynccontextmanager
async def opened(url: str, cache: Cache | None, run_id: str = RUN_ID) -> AsyncIterator[Pilot[None]]:
    app = RunTuiApp(DagsterSource(url), "prod", run_id, connections=Connections(), cache=cache)
    async with app.run_test(size=(150, 40)) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.was_read)
        yield pilot


async def kept(url: str, cache: Cache) -> list[RunEvent]:
    """Opens the run until it is kept; its events."""
    async with opened(url, cache) as pilot:
        await until(lambda: bool(cache.entries()))
        return events(run_screen(pilot))


def events(screen: RunScreen) -> list[RunEvent]:
    return [screen.store.event(row) for row in range(len(screen.store))]


def counts(cache: Cache) -> list[int]:
    """Of how many events each kept run is."""
    return [kept.count for entry in cache.entries() if (kept := cache.read(entry.path)) is not None]


def told(pilot: Pilot[None]) -> str:
    return " ".join(notification.message for notification in pilot.app._notifications)


async def test_a_finished_run_opens_from_its_copy_and_the_server_is_asked_for_what_follows(cache: Cache) -> None:
    server = Server()
    with listening(server) as url:
        first = await kept(url, cache)
        server.reread()
        async with opened(url, cache) as pilot:
            await until(lambda: "log complete" in status(pilot))
            screen = run_screen(pilot)
            assert events(screen) == first
            assert screen.pane.current is not None
            assert screen.pane.current.message == "load failed"
            assert screen.run.tags == {"team": "data"}
            assert screen.run.config_yaml == "ops: {}\n"
            assert [step.key for step in screen.plan] == ["load"]
            assert not told(pilot)
    asked = server.reread()
    assert len(asked) == 2  # what follows the last event, and whether more are held than were shown
    assert None not in asked


async def test_it_opens_from_the_list_too(cache: Cache) -> None:
    server = Server()
    server.run["status"] = "SUCCESS"  # of a failed one the list reads the reason
    with listening(server) as url:
        await kept(url, cache)
        server.reread()
        app = RunTuiApp(DagsterSource(url), "prod", cache=cache)
        async with app.run_test(size=(150, 40)) as pilot:
            await until(lambda: bool(app._runs.screen.rows.runs))
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, RunScreen) and app.screen.was_read)
            await until(lambda: "log complete" in status(pilot))
    assert len([cursor for cursor in server.reread() if cursor]) == 2


@pytest.mark.parametrize("name", [RUN_ID, RUN_ID[:8], "{url}/runs/" + RUN_ID])
async def test_without_the_server_the_copy_is_there_and_says_what_it_is(cache: Cache, name: str) -> None:
    with listening(Server()) as url:
        first = await kept(url, cache)
    async with opened(url, cache, name.format(url=url)) as pilot:
        await until(lambda: "Nothing is listening" in status(pilot))
        assert "copy kept" in status(pilot)
        await until(lambda: "Shown is the copy kept" in told(pilot))
        screen = run_screen(pilot)
        assert events(screen) == first
        assert screen.all_read
        assert "load failed" in screen.detail.text
        await pilot.press("slash", *"message 24", "enter")
        await until(lambda: screen.pane.timeline.complete and 0 < screen.pane.timeline.fitting < 200)


async def test_the_server_may_come_back(cache: Cache) -> None:
    server = Server()
    with listening(server) as url:
        await kept(url, cache)
    async with opened(url, cache) as pilot:
        await until(lambda: "Nothing is listening" in status(pilot))
        port = int(url.rpartition(":")[2])
        with served(app_of(server.answer), port=port):
            await pilot.press("ctrl+r")
            await until(lambda: "log complete" in status(pilot), 30)


async def test_what_the_server_has_more_is_read_and_kept(cache: Cache) -> None:
    server = Server()
    with listening(server) as url:
        await kept(url, cache)
        server.events[RUN_ID].append(make_event("late", stepKey="load"))
        async with opened(url, cache) as pilot:
            await until(lambda: "log complete" in status(pilot))
            await until(lambda: "1 more event than the copy" in told(pilot))
            assert run_screen(pilot).store.message(2501) == "late"
            await until(lambda: counts(cache) == [2502])
        async with opened(url, cache) as pilot:
            await until(lambda: "log complete" in status(pilot))
            assert not told(pilot)


async def test_a_run_that_the_server_has_lost_stays_on_screen(cache: Cache) -> None:
    server = Server()
    with listening(server) as url:
        first = await kept(url, cache)
        server.runs, server.events = [], {}
        async with opened(url, cache) as pilot:
            await until(lambda: "not found" in told(pilot))
            await until(lambda: "Shown is the copy kept" in told(pilot))
            assert "copy kept" in status(pilot)
            assert events(run_screen(pilot)) == first
    assert cache.entries()


async def test_another_run_of_the_same_id_takes_its_place(cache: Cache) -> None:
    server = Server()
    with listening(server) as url:
        await kept(url, cache)
        server.events[RUN_ID] = [make_event("quite another")]
        server.run.update(startTime=1795308000.0, endTime=1795308001.0, tags=[{"key": "team", "value": "ops"}])
        async with opened(url, cache) as pilot:
            await until(lambda: "log complete" in status(pilot))
            await until(lambda: "another run of this id" in told(pilot))
            screen = run_screen(pilot)
            assert [event.message for event in events(screen)] == ["quite another"]
            await until(lambda: screen.run.tags == {"team": "ops"})
            await until(lambda: len(cache.entries()) == 2)


@pytest.mark.parametrize("place", [0.3, 0.6])
async def test_a_damaged_copy_is_no_copy(cache: Cache, place: float) -> None:
    server = Server()
    with listening(server) as url:
        first = await kept(url, cache)
        path = cache.entries()[0].path
        content = bytearray(path.read_bytes())
        content[int(len(content) * place)] ^= 0xFF
        path.write_bytes(content)
        async with opened(url, cache) as pilot:
            await until(lambda: "log complete" in status(pilot))
            assert events(run_screen(pilot)) == first
            await until(lambda: bool(cache.entries()) and cache.entries()[0].path.read_bytes() != content)


async def test_a_run_that_goes_on_is_not_kept(cache: Cache) -> None:
    server = Server()
    server.run.update(status="STARTED", endTime=None)
    with listening(server) as url:
        async with opened(url, cache) as pilot:
            await until(lambda: "live" in status(pilot))
    assert not cache.folder.exists()


async def test_a_run_of_which_the_server_holds_more_than_it_shows_is_not_kept(cache: Cache) -> None:
    server = Server()
    server.deliver = lambda event: event["message"] != "message 7"
    with listening(server) as url:
        async with opened(url, cache) as pilot:
            await until(lambda: "holds more events" in status(pilot))
    assert not cache.folder.exists()


async def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with listening(Server()) as url:
        async with opened(url, Cache(tmp_path / "runs", 10**9)) as pilot:
            await until(lambda: "log complete" in status(pilot))
            await until(lambda: not any(worker.group == "keep" for worker in pilot.app.workers))
            assert not told(pilot)


async def test_a_run_of_a_hub_log_server_opens_from_its_copy_too(cache: Cache) -> None:
    with serving() as hub:
        first = await of_hub_log(hub, cache)
        assert len(first[0]) > 3
        assert [step.key for step in first[1]] == ["event", "extract", "transform", "load"]
        assert await of_hub_log(hub, cache) == first


async def of_hub_log(hub: Served, cache: Cache) -> tuple[list[RunEvent], list[Step]]:
    """The events and the plan of a run of the stand-in, opened until it is kept."""
    source = HubLogSource(hub.url, headers=HEADERS, dags=(SALES,), now=NOW.timestamp)
    app = RunTuiApp(source, "hub", hub.run_id(SALES), cache=cache, now=NOW.timestamp)
    async with app.run_test(size=(150, 40)) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.all_read)
        await until(lambda: "log complete" in status(pilot))
        await until(lambda: bool(cache.entries()))
        assert not told(pilot)
        return events(run_screen(pilot)), run_screen(pilot).plan
