"""A view becomes a file, or a command, and either is that view again: of every system, with all there is to know."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.cli import cli
from run_tui.demo import create_app
from run_tui.model import Run, RunEvent, RunFilter, Step
from run_tui.reopening import Look
from run_tui.screens.run import RunScreen
from run_tui.screens.save import SaveScreen
from run_tui.sources import open_file
from run_tui.sources.base import Source
from run_tui.sources.dagster import DagsterSource
from run_tui.sources.hub_log import HubLogSource
from run_tui.sources.pyspur import PySpurSource
from run_tui.steps import StepProgress
from tests import pyspur_screens, screens
from tests.labs.hub_log.app import TOKEN, HubLog
from tests.labs.hub_log.data import SALES, STREAM, World
from tests.labs.hub_log.serving import HEADERS
from tests.labs.hub_log.serving import NOW as HUB_NOW
from tests.settling import settled
from tests.sources.servers import served
from tests.test_reopening import opened_by, run_tui_app
from tests.waiting import until

SIZE = (200, 40)


@dataclass(frozen=True)
class System:
    """A server with finished runs: how a source asks it in this process, and a settings file of one on a socket."""

    source: Callable[[], Source]
    runs: tuple[str, ...]
    now: float
    settings: Callable[[], AbstractContextManager[str]]
    lines: str
    """What a filter lets some of the events through by."""


def hub() -> HubLog:
    return HubLog(World(HUB_NOW))


@contextmanager
def of_demo() -> Iterator[str]:
    with served(create_app(lambda: screens.NOW)) as url:
        yield f'[connections.dagster]\nurl = "{url}"\n'


@contextmanager
def of_hub() -> Iterator[str]:
    with served(hub().app()) as url:
        yield f'[connections.hub]\nkind = "hub_log"\nurl = "{url}"\ntoken = "{TOKEN}"\ndags = ["{SALES}", "{STREAM}"]\n'


@contextmanager
def of_spur() -> Iterator[str]:
    with served(pyspur_screens.desk().app) as url:
        yield f'[connections.spur]\nkind = "pyspur"\nurl = "{url}"\n'


def demo_source() -> Source:
    return DagsterSource("http://demo", app=create_app(lambda: screens.NOW), name="demo")


def hub_source() -> Source:
    now = HUB_NOW.timestamp
    return HubLogSource("http://hub", headers=HEADERS, app=hub().app(), name="hub", dags=(SALES, STREAM), now=now)


def spur_source() -> Source:
    return PySpurSource("http://spur", app=pyspur_screens.desk().app, name="spur", now=lambda: pyspur_screens.NOW)


def hub_run(dag: str, number: int) -> str:
    run = World(HUB_NOW).dags[dag][number]
    return f"{run.dag}/{run.date}/{run.run_id}"


JOBS = ("sync_billing", "nightly_etl", "import_catalog", "sales_assets")
HUB_RUNS = (hub_run(SALES, 0), hub_run(SALES, 1))
SYSTEMS = {
    "dagster": System(demo_source, JOBS, screens.NOW, of_demo, "level:warning"),
    "hub": System(hub_source, HUB_RUNS, HUB_NOW.timestamp(), of_hub, "attempt:2"),
    "spur": System(spur_source, ("R14", "R9"), pyspur_screens.NOW, of_spur, "step:draft"),
}
RUNS = [(system, run) for system, told in SYSTEMS.items() for run in told.runs]


@dataclass
class Shown:
    """What the explorer shows of a run, and the command that it copies."""

    run: Run
    plan: list[Step]
    steps: list[StepProgress]
    events: list[RunEvent]
    current: RunEvent | None
    command: str


async def run_id_of(source: Source, wanted: str) -> str:
    """The newest finished run of a job of the demo; any other is named by its id."""
    if wanted not in JOBS:
        return wanted
    runs = (await source.runs(RunFilter(), limit=500)).items
    return next(run.id for run in runs if run.pipeline_name == wanted and run.status.finished)


@asynccontextmanager
async def explorer(source: Source, run_id: str, now: float, look: Look, file: str | None) -> AsyncIterator[Pilot[None]]:
    app = RunTuiApp(source, "place", run_id, now=lambda: now, look=look, file=file)
    async with app.run_test(size=SIZE) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.all_read)
        await settled(app)
        yield pilot


def shown(pilot: Pilot[None]) -> Shown:
    screen = screens.run_screen(pilot)
    timeline = screen.pane.timeline
    places = [timeline[index] for index in range(len(timeline)) if timeline.gap_at(index) is None]
    events = [timeline.event(place) for place in places]
    run = screen.run.model_copy(update={"connection": None})
    return Shown(run, list(screen.plan), list(screen.steps.steps), events, screen.pane.current, screen.command)


async def in_file(path: Path, now: float, filter: str = "") -> Shown:
    source = open_file(str(path))
    async with explorer(source, source.run_id, now, Look(filter), str(path)) as pilot:
        return shown(pilot)


def assert_same(found: Shown, wanted: Shown) -> None:
    assert found.events == wanted.events
    assert found.run == wanted.run
    assert found.plan == wanted.plan
    assert found.steps == wanted.steps


@pytest.mark.parametrize(("system", "wanted"), RUNS)
async def test_a_view_is_saved_and_shown_again(system: str, wanted: str, tmp_path: Path) -> None:
    place, path, part = SYSTEMS[system], tmp_path / "saved.jsonl", tmp_path / "part.jsonl"
    source = place.source()
    run_id = await run_id_of(source, wanted)
    async with explorer(source, run_id, place.now, Look(), None) as pilot:
        before = shown(pilot)
        await save(pilot, path)
        screens.run_screen(pilot).filter_bar.text = place.lines
        await settled(run_tui_app(pilot))
        filtered = shown(pilot)
        await save(pilot, part)
    assert any(event.error or event.metadata for event in before.events)
    assert 0 < len(filtered.events) < len(before.events) or wanted in ("R9", HUB_RUNS[1], "sales_assets")
    after = await in_file(path, place.now)
    assert_same(after, before)
    assert (await in_file(part, place.now)).events == filtered.events
    assert (await in_file(path, place.now, place.lines)).events == filtered.events
    # And a file of that file has the same once more.
    source = open_file(str(path))
    async with explorer(source, source.run_id, place.now, Look(), str(path)) as pilot:
        await save(pilot, tmp_path / "again.jsonl")
    assert_same(await in_file(tmp_path / "again.jsonl", place.now), before)


async def save(pilot: Pilot[None], path: Path) -> None:
    run_screen = pilot.app.screen
    await pilot.press("ctrl+s")
    await until(lambda: isinstance(pilot.app.screen, SaveScreen))
    screen = pilot.app.screen
    assert isinstance(screen, SaveScreen)
    screen.path.value = str(path)
    await pilot.press("enter")
    await until(lambda: pilot.app.screen is run_screen)


@pytest.mark.parametrize(("system", "wanted"), RUNS)
async def test_what_a_command_saves_is_what_the_explorer_shows(system: str, wanted: str, tmp_path: Path) -> None:
    place, path = SYSTEMS[system], tmp_path / "saved.jsonl"
    source = place.source()
    run_id = await run_id_of(source, wanted)
    async with explorer(source, run_id, place.now, Look(), None) as pilot:
        before = shown(pilot)
    with place.settings() as settings:
        (tmp_path / "config.toml").write_text(settings)
        (tmp_path / "config.toml").chmod(0o600)
        words = ["-c", system, "run-events", "get", run_id, "--output", str(path)]
        environ = {"RUN_TUI_CONFIG": str(tmp_path / "config.toml"), "RUN_TUI_URL": None}
        result = await asyncio.to_thread(CliRunner().invoke, cli, words, env=environ, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    assert_same(await in_file(path, place.now), before)


@pytest.mark.parametrize(("system", "wanted"), RUNS)
async def test_a_view_is_opened_again_by_its_command(system: str, wanted: str) -> None:
    place = SYSTEMS[system]
    source = place.source()
    run_id = await run_id_of(source, wanted)
    async with explorer(source, run_id, place.now, Look(place.lines), None) as pilot:
        await pilot.press("g", "j", "t", "plus")
        await settled(run_tui_app(pilot))
        before = shown(pilot)
    _, (named,), look = opened_by(before.command)
    assert named == run_id
    async with explorer(place.source(), named, place.now, look, None) as pilot:
        after = shown(pilot)
    assert (after.events, after.current, after.command) == (before.events, before.current, before.command)
    assert shlex.split(before.command)[0] == "run-tui"
