"""A view is a command, and the command is that view again."""

from __future__ import annotations

import asyncio
import shlex
from importlib import import_module
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from run_tui import config
from run_tui.app import RunTuiApp
from run_tui.cli import COMMANDS, _choice, cli
from run_tui.connections import Connections
from run_tui.demo import create_app
from run_tui.format import TimeMode
from run_tui.reopening import PARTS, TIMES, Look, command
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources.dagster import DagsterSource
from tests.screens import NOW, demo_app, open_long_run, open_run, run_screen, runs_screen
from tests.settling import settled, shown
from tests.sources.test_archive import EXPORTS
from tests.waiting import until

explore = import_module("run_tui.cli.explore")
SECRET = "s3cr3t"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
parts = st.lists(st.sampled_from(PARTS), unique=True).map(tuple)
spots = st.integers(1, 10**7).map(str) | st.datetimes().map(lambda at: f"{at.isoformat(timespec='milliseconds')}Z")
looks = st.builds(Look, texts, st.just("") | spots, st.sampled_from(TimeMode), st.integers(0, 50), parts)
lists = st.builds(Look, texts, time=st.sampled_from(TimeMode))
run_ids = st.uuids().map(str) | texts.map(lambda text: f"{text}1").filter(lambda text: text not in COMMANDS)


def opened_by(line: str) -> tuple[list[str], tuple[str, ...], Look]:
    """The connections, the runs and the view that a command opens, as a shell hands it on."""
    program, *words = shlex.split(line)
    assert program == "run-tui"
    found: list[tuple[list[str], tuple[str, ...], Look]] = []

    def open_explorer(*run_ids: str) -> None:
        names = [name for options in _choice._options() for name in options["connection"]]
        found.append((names, run_ids, explore._look(run_ids[0] if run_ids else None)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("run_tui.cli"), "open_explorer", open_explorer)
        patch.setattr(explore, "open_explorer", open_explorer)
        cli.main(words, prog_name=program, standalone_mode=False)
    return found[0]


@given(st.lists(texts.filter(bool), max_size=3), run_ids, looks)
def test_a_view_of_a_run_opens_again_by_its_command(names: list[str], run_id: str, look: Look) -> None:
    connection = [word for name in names for word in ("-c", name)]
    assert opened_by(command(connection, run_id, look)) == (names, (run_id,), look)


@given(st.lists(texts.filter(bool), max_size=3), run_ids, st.lists(texts.filter(bool), min_size=1, max_size=3), looks)
def test_a_view_of_several_runs_opens_again_by_its_command(
    names: list[str], run_id: str, others: list[str], look: Look
) -> None:
    connection = [word for name in names for word in ("-c", name)]
    assert opened_by(command(connection, run_id, look, others)) == (names, (run_id, *others), look)


@given(st.lists(texts.filter(bool), max_size=3), lists)
def test_a_list_of_runs_opens_again_by_its_command(names: list[str], look: Look) -> None:
    connection = [word for name in names for word in ("-c", name)]
    assert opened_by(command(connection, None, look)) == (names, (), look)


def test_the_options_know_what_a_view_knows() -> None:
    assert (tuple(TIMES), PARTS) == (explore.TIMES, explore.PARTS)


@pytest.mark.parametrize("line", ["--at x 9d38", "--at 12:30", "--time utc run list", "--show bars", "--context 2"])
def test_what_cannot_be_opened_so_is_told(line: str) -> None:
    with pytest.raises(click.UsageError):
        cli.main(line.split(), prog_name="run-tui", standalone_mode=False)


URLS = [f"http://user:{SECRET}@dagster.acme.io/base", f"https://dagster.acme.io/?key={SECRET}", "localhost:3000"]
CHOICES = [
    *(config.option_choice(url=url, token=SECRET) for url in URLS),
    config.option_choice(connection="lab"),
    config.option_choice(connection="demo"),
    config.option_choice(connection="lab", url="http://127.0.0.1:9"),
    config.option_choice(connection="plus"),
    config.option_choice(connection="plus", deployment="branch"),
    config.option_choice(organization="acme", deployment="prod", token=SECRET),
    config.option_choice(url="https://acme.dagster.cloud/prod", token=SECRET),
]
SETTINGS = f"""
[connections.lab]
url = "http://127.0.0.1:3000"
token = "{SECRET}"
[connections.plus]
organization = "acme"
deployment = "prod"
token = "{SECRET}"
"""


@pytest.mark.parametrize("choice", CHOICES, ids=range(len(CHOICES)))
def test_the_options_lead_to_the_same_server_and_hold_no_secret(choice: config.Choice, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(SETTINGS)
    path.chmod(0o600)
    environ = {"RUN_TUI_CONFIG": str(path), "HOME": str(tmp_path)}
    settings = config.load_settings(environ)
    before = config.resolve([choice], settings, environ)
    options = Connections(settings, [before], environ).options(before.name)
    assert SECRET not in " ".join(options)
    names = {"-c": "connection"} | {option: key for key, option in config.OPTIONS.items()}
    said = {names[option]: value for option, value in zip(options[::2], options[1::2], strict=True)}
    after = config.resolve([config.option_choice(**said), config.option_choice(token=SECRET)], settings, environ)
    assert (after.name, after.url.partition("?")[0]) == (before.name, before.url.partition("?")[0])


async def reopened(line: str, size: tuple[int, int] = (200, 40)) -> tuple[str, object, object]:
    """The command, the event under the cursor and the rows of the view that a command opens."""
    _, (run_id,), look = opened_by(line)
    source = DagsterSource("http://demo", app=create_app(lambda: NOW), name="demo")
    app = RunTuiApp(source, "demo", run_id, now=lambda: NOW, look=look)
    async with app.run_test(size=size) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.was_read)
        await settled(app)
        return facts_of(run_screen(pilot))


def facts_of(screen: RunScreen) -> tuple[str, object, object]:
    timeline = screen.pane.timeline
    places = [timeline[index] for index in range(len(timeline)) if timeline.gap_at(index) is None]
    return screen.command, screen.pane.current, [timeline.event(place) for place in places]


def run_tui_app(pilot: Pilot[None]) -> RunTuiApp:
    assert isinstance(pilot.app, RunTuiApp)
    return pilot.app


VIEWS = ["", "j j", "4 j", "4 plus plus j t", "/ l o a d enter g j j enter", "t t t g", "g j i", "g j b"]


@pytest.mark.parametrize("keys", VIEWS)
async def test_what_the_explorer_shows_is_shown_again(keys: str) -> None:
    async with demo_app((260, 40)) as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press(*keys.split())
        await settled(run_tui_app(pilot))
        before = facts_of(screen)
        await pilot.press("c")
        await until(lambda: screen.app.clipboard == screen.command)
        assert screen.command in shown(run_tui_app(pilot))
    assert await reopened(before[0]) == before


async def test_a_place_behind_a_gap_is_named_by_its_time() -> None:
    gate = asyncio.Event()
    async with demo_app((200, 40), gate=gate) as pilot:
        screen = await open_long_run(pilot)
        await until(lambda: screen.rows.row_count() > 3)
        await pilot.press("k", "k")
        line, event, _ = facts_of(screen)
        assert screen.pane.current is not None
        moment = screen.pane.current.timestamp
        gate.set()
        await until(lambda: screen.was_read)
    assert f"--at {moment}" in line
    assert (await reopened(line))[1] == event


async def test_a_list_of_runs_is_shown_again() -> None:
    async with demo_app((260, 40)) as pilot:
        await pilot.press("t", *"/job:nightly_etl", "enter", "c")
        screen = runs_screen(pilot)
        await until(lambda: screen.app.clipboard == screen.command)
        _, run_ids, look = opened_by(screen.command)
        assert (run_ids, look) == ((), Look("job:nightly_etl", time=TimeMode.UTC))
        rows = [run.id for run in screen.rows.runs]
    source = DagsterSource("http://demo", app=create_app(lambda: NOW), name="demo")
    app = RunTuiApp(source, "demo", now=lambda: NOW, look=look)
    async with app.run_test() as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        assert [run.id for run in runs_screen(pilot).rows.runs] == rows
        assert runs_screen(pilot).time_mode is TimeMode.UTC


def saved_view_opened_by(line: str) -> RunTuiApp:
    """The explorer that the command would run."""
    apps: list[RunTuiApp] = []

    def run(app: RunTuiApp, settings: config.Settings) -> int:
        apps.append(app)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explore, "_check_terminal", lambda *, keys: None)
        patch.setattr(explore, "_run", run)
        patch.setenv("RUN_TUI_CONFIG", "/nowhere/run-tui.toml")
        cli.main(shlex.split(line)[1:], prog_name="run-tui", standalone_mode=False)
    return apps[0]


async def look_at(app: RunTuiApp, keys: str = "") -> tuple[str, object, object]:
    async with app.run_test(size=(200, 40)) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.all_read)
        await pilot.press(*keys.split())
        await settled(app)
        return facts_of(run_screen(pilot))


async def test_a_view_of_a_saved_run_opens_again_by_its_file() -> None:
    file = EXPORTS / "sync_billing.gz"
    before = await look_at(saved_view_opened_by(f"run-tui open {file}"), "g 2 j t")
    assert before[0].startswith(f"run-tui open {file.resolve()} --filter level:info --at ")
    assert await look_at(saved_view_opened_by(before[0])) == before
