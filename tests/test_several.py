"""Runs of several connections in one list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.demo import create_app
from run_tui.errors import Unreachable
from run_tui.model import RunStatus
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources.base import Capabilities, Source
from run_tui.sources.dagster import DagsterSource
from run_tui.widgets.status_line import StatusLine
from tests.screens import NOW, open_run, runs_screen
from tests.scripted import ScriptedSource, a_run, failing
from tests.test_explorer import counts, detail_text, hint, visible
from tests.waiting import until


@asynccontextmanager
async def explorer(
    size: tuple[int, int] = (120, 30), run_id: str | None = None, **beside: Source
) -> AsyncIterator[Pilot[None]]:
    """The explorer on the demo and others."""
    demo = DagsterSource("http://demo", app=create_app(lambda: NOW), name="demo")
    app = RunTuiApp(demo, "demo", run_id, now=lambda: NOW, beside=beside)
    async with app.run_test(size=size) as pilot:
        if run_id is None:
            await until(lambda: isinstance(app.screen, RunsScreen) and listed_on(app.screen, "demo"))
        yield pilot


def staging() -> ScriptedSource:
    failed = a_run(RunStatus.FAILURE, "s-2", created_at="2026-11-22T12:00:00.000Z", tags={"team": "qa"})
    return ScriptedSource(["a", "b"], runs_held=[failed, a_run(RunStatus.SUCCESS, "s-1")], where="staging.acme.io")


def listed_on(screen: RunsScreen, name: str) -> bool:
    return any(run.connection == name for run in screen.rows.runs)


def status(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one("#status", StatusLine).render().plain


async def test_runs_of_all_are_listed_by_time_and_tell_their_connection() -> None:
    async with explorer(staging=staging()) as pilot:
        screen = runs_screen(pilot)
        await until(lambda: listed_on(screen, "staging"))
        created = [run.created_at for run in screen.rows.runs]
        assert created == sorted(created, reverse=True)
        place = next(n for n, run in enumerate(screen.rows.runs) if run.id == "s-2")
        screen.rows.move_to(place)
        shown = visible(screen.rows)[place - screen.rows.scroll_offset.y]
        assert shown.split()[:4] == ["✗", "failure", "staging", "etl"]
        assert "● demo" in status(pilot)
        assert "● staging" in status(pilot)
        assert counts(screen).startswith(f"{len(created)} runs")
        await pilot.press("r")
        await until(lambda: "staging.acme.io" in detail_text(screen))


async def test_one_connection_alone_needs_no_column() -> None:
    async with explorer() as pilot:
        assert not any(" demo " in line for line in visible(runs_screen(pilot).rows))
        assert "● demo" not in status(pilot)


async def test_the_filter_knows_connections_and_only_those_wanted_are_asked() -> None:
    source = staging()
    async with explorer(staging=source) as pilot:
        screen = runs_screen(pilot)
        await pilot.press("slash", *"on:st")
        await until(lambda: "staging" in hint(screen))
        await pilot.press("tab", "enter")
        await until(lambda: {run.connection for run in screen.rows.runs} == {"staging"})
        await until(lambda: counts(screen).startswith("2 runs"))
        assert "○ demo" in status(pilot)
        screen.filter_bar.text = "on:demo"
        await until(lambda: {run.connection for run in screen.rows.runs} == {"demo"})
        running = [worker.group for worker in pilot.app.workers if worker.is_running]
        assert running.count("runs") == 1
        screen.filter_bar.text = ""
        await until(lambda: listed_on(screen, "demo") and listed_on(screen, "staging"))


async def test_a_failing_server_hides_no_other() -> None:
    dead = staging()
    dead.script = failing(*[Unreachable("Nothing is listening at staging.acme.io")] * 1000)
    async with explorer(staging=dead) as pilot:
        screen = runs_screen(pilot)
        await until(lambda: "✗ staging" in status(pilot))
        assert "● demo" in status(pilot)
        assert "Nothing is listening at staging" in status(pilot)
        assert listed_on(screen, "demo")
        await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("escape", "escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        dead.script = lambda source, number: None
        await pilot.press("ctrl+r")
        await until(lambda: listed_on(screen, "staging") and "● staging" in status(pilot))


async def test_a_run_is_opened_at_its_own_server() -> None:
    source = staging()
    async with explorer(staging=source) as pilot:
        screen = runs_screen(pilot)
        await until(lambda: listed_on(screen, "staging"))
        screen.rows.move_to(next(n for n, run in enumerate(screen.rows.runs) if run.id == "s-2"))
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and len(pilot.app.screen.store) == 2)
        assert isinstance(pilot.app.screen, RunScreen)
        assert (pilot.app.screen.run.connection, pilot.app.screen.where) == ("staging", "staging.acme.io")


async def test_the_same_id_on_two_servers_is_two_runs() -> None:
    one, other = (
        ScriptedSource(["x"], runs_held=[a_run(status, "R1", pipeline_name=name)], where=name)
        for status, name in ((RunStatus.STARTED, "left"), (RunStatus.FAILURE, "right"))
    )
    async with explorer(one=one, other=other) as pilot:
        screen = runs_screen(pilot)
        await until(lambda: listed_on(screen, "one") and listed_on(screen, "other"))
        await until(lambda: ("other", "R1") in screen.rows.reasons)
        assert ("one", "R1") not in screen.rows.reasons
        screen.rows.move_to([run.key for run in screen.rows.runs].index(("one", "R1")))
        await pilot.press("a")
        assert screen.rows.watched == {("one", "R1")}
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        assert isinstance(pilot.app.screen, RunScreen)
        assert pilot.app.screen.where == "left"


async def test_a_run_named_at_the_start_is_looked_for_everywhere() -> None:
    async with explorer(run_id="s-1", staging=staging()) as pilot:
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        assert isinstance(pilot.app.screen, RunScreen)
        assert pilot.app.screen.run.key == ("staging", "s-1")
        assert not pilot.app._notifications


async def test_a_run_is_found_though_another_server_does_not_answer() -> None:
    dead = ScriptedSource(script=failing(*[Unreachable("down")] * 1000), capabilities=Capabilities())
    dead.whole_id = lambda text: None  # type: ignore[method-assign]
    async with explorer(run_id="s-1", dead=dead, staging=staging()) as pilot:
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        assert isinstance(pilot.app.screen, RunScreen)
        assert pilot.app.screen.run.key == ("staging", "s-1")
        await until(lambda: not any(w.group == "open" and w.is_running for w in pilot.app.workers))
