"""The screen of connections, on real sockets: demos served over HTTP, servers that refuse, and ports without one."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.config import Connection, Settings, load_settings, option_choice, resolve
from run_tui.connections import Connections, open_connection
from run_tui.demo import create_app
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.connection_form import ConnectionForm
from run_tui.screens.runs import RunsScreen
from run_tui.widgets.connection_list import ConnectionRows
from run_tui.widgets.status_line import StatusLine
from tests.screens import NOW, open_run, runs_screen
from tests.sources.servers import always, served
from tests.test_explorer import visible
from tests.waiting import until


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with served(create_app(lambda: NOW)) as url:
        yield url


@pytest.fixture
def environ(tmp_path: Path, server: str, unused_tcp_port: int) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(
        f"""# kept
        [connections.prod]
        url = "{server}"
        [connections.staging]
        url = "{server}"
        [connections.dead]
        url = "http://127.0.0.1:{unused_tcp_port}"
        [connections.vault]
        url = "{server}"
        token_command = "touch {tmp_path}/ran"
        [connections.unset]
        url = "{server}"
        token_env = "NOT_SET"
        """
    )
    path.chmod(0o600)
    return {"RUN_TUI_CONFIG": str(path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "NAME": "x"}


@asynccontextmanager
async def explorer(
    environ: Mapping[str, str], *names: str, chosen: Connection | None = None, size: tuple[int, int] = (120, 30)
) -> AsyncIterator[Pilot[None]]:
    """The explorer as the command line would open it."""
    settings: Settings = load_settings(environ)
    found = [chosen] if chosen else [resolve([option_choice(connection=name)], settings, environ) for name in names]
    sources = {connection.name: open_connection(connection) for connection in found}
    first, *_ = sources
    connections = Connections(settings, found, dict(environ))
    app = RunTuiApp(sources.pop(first), first, now=lambda: NOW, beside=sources, connections=connections)
    async with app.run_test(size=size) as pilot:
        yield pilot


def connect_screen(pilot: Pilot[None]) -> ConnectScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ConnectScreen)
    return screen


async def open_connections(pilot: Pilot[None]) -> ConnectScreen:
    await until(lambda: isinstance(pilot.app.screen, RunsScreen) and runs_screen(pilot).rows.row_count() > 0)
    await pilot.press("ctrl+o")
    await until(lambda: isinstance(pilot.app.screen, ConnectScreen) and bool(pilot.app.screen.query(ConnectionRows)))
    return connect_screen(pilot)


def append(environ: Mapping[str, str], text: str) -> None:
    with Path(environ["RUN_TUI_CONFIG"]).open("a") as file:
        file.write(text)


def written(environ: Mapping[str, str]) -> tuple[str, int]:
    """The first line of the settings file, and who may read it."""
    path = Path(environ["RUN_TUI_CONFIG"])
    return path.read_text().splitlines()[0], stat.S_IMODE(path.stat().st_mode)


def line_of(screen: ConnectScreen, name: str) -> str:
    return next(line for line in visible(screen.rows) if line.split()[0] == name or line.split()[:2] == ["◆", name])


def told(screen: ConnectScreen) -> str:
    return str(screen.query_one("#state").render())


def result(form: ConnectionForm) -> str:
    return str(form.query_one("#result").render())


def connections_listed(pilot: Pilot[None]) -> set[str | None]:
    return {run.connection for run in runs_screen(pilot).rows.runs}


async def test_every_connection_tells_its_state(environ: dict[str, str], tmp_path: Path) -> None:
    async with explorer(environ, "prod") as pilot:
        screen = await open_connections(pilot)
        assert [each.name for each in screen.rows.connections][:5] == ["prod", "staging", "dead", "vault", "unset"]
        await until(lambda: all("● Dagster 1." in line_of(screen, name) for name in ("prod", "staging", "demo")))
        assert " ms " in line_of(screen, "prod")
        await until(lambda: "✗ Nothing is listening" in line_of(screen, "dead"))
        await until(lambda: "✗" in line_of(screen, "unset"))
        assert "○ not asked" in line_of(screen, "vault")
        assert not (tmp_path / "ran").exists()
        screen.rows.go_to("unset")
        await until(lambda: "NOT_SET is not set" in told(screen))
        screen.rows.go_to("vault")
        await until(lambda: "may ask you" in told(screen))
        await pilot.press("t")
        await until(lambda: (tmp_path / "ran").exists() and "what the command prints" in told(screen))


@pytest.mark.parametrize(
    ("body", "status", "kind", "sentence"),
    [
        (b'{"error": "invalid token"}', 401, "application/json", "token"),
        (b"<!doctype html><title>Log in</title>", 200, "text/html", "login page"),
        (b'{"data": {"version": 3}}', 200, "application/json", "does not fit"),
    ],
)
async def test_a_server_that_will_not_do_says_why(
    environ: dict[str, str], body: bytes, status: int, kind: str, sentence: str
) -> None:
    with served(always(body, status, kind)) as url:
        append(environ, f'\n[connections.odd]\nurl = "{url}"\n')
        async with explorer(environ, "prod") as pilot:
            screen = await open_connections(pilot)
            screen.rows.go_to("odd")
            await until(lambda: told(screen).startswith("✗") and sentence in told(screen))


async def test_switching_needs_no_restart_and_keeps_the_filter(environ: dict[str, str]) -> None:
    async with explorer(environ, "prod") as pilot:
        await until(lambda: isinstance(pilot.app.screen, RunsScreen) and runs_screen(pilot).rows.row_count() > 0)
        await pilot.press("slash", *"status:failure", "enter")
        screen = await open_connections(pilot)
        assert screen.rows.current is not None
        assert screen.rows.current.name == "prod"
        await pilot.press("j", "enter")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen) and connections_listed(pilot) == {"staging"})
        assert {run.status for run in runs_screen(pilot).rows.runs} == {"FAILURE"}
        assert runs_screen(pilot).filter_bar.text == "status:failure"
        assert "staging" in pilot.app.screen.query_one("#status", StatusLine).render().plain
        await open_run(pilot, "FAILURE", "nightly_etl")


async def test_marked_connections_are_listed_together(environ: dict[str, str]) -> None:
    async with explorer(environ, "prod") as pilot:
        screen = await open_connections(pilot)
        await pilot.press("space", "space", "space", "enter")
        await until(
            lambda: isinstance(pilot.app.screen, RunsScreen) and connections_listed(pilot) == {"prod", "staging"}
        )
        await until(lambda: "✗ dead" in pilot.app.screen.query_one("#status", StatusLine).render().plain)
        screen = await open_connections(pilot)
        assert screen.rows.marked == {"prod", "staging", "dead"}
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))


async def test_one_that_cannot_be_opened_changes_nothing(environ: dict[str, str]) -> None:
    async with explorer(environ, "prod") as pilot:
        screen = await open_connections(pilot)
        screen.rows.go_to("unset")
        await pilot.press("enter")
        await until(lambda: any("NOT_SET" in toast.message for toast in pilot.app._notifications))
        assert isinstance(pilot.app.screen, ConnectScreen)
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        assert connections_listed(pilot) == {"prod"}


async def test_a_connection_is_tested_and_then_added(environ: dict[str, str], server: str) -> None:
    async with explorer(environ, "demo") as pilot:
        screen = await open_connections(pilot)
        await pilot.press("a")
        await until(lambda: isinstance(pilot.app.screen, ConnectionForm))
        form = pilot.app.screen
        assert isinstance(form, ConnectionForm)
        await pilot.press(*"box", "enter", "enter", *"http://127.0.0.1:9", "ctrl+t")
        await until(lambda: "✗ Nothing is listening" in result(form))
        form.query_one("#url").value = server  # type: ignore[attr-defined]
        await pilot.press("ctrl+t")
        await until(lambda: "● Dagster 1." in result(form))
        assert "box" not in load_settings(environ).profiles
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(pilot.app.screen, ConnectScreen))
        await until(lambda: "● Dagster 1." in line_of(screen, "box"))
        assert screen.rows.current is not None
        assert screen.rows.current.name == "box"
        assert written(environ) == ("# kept", 0o600)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen) and connections_listed(pilot) == {"box"})


async def test_what_is_no_connection_is_said_in_the_form(environ: dict[str, str]) -> None:
    async with explorer(environ, "demo") as pilot:
        await open_connections(pilot)
        await pilot.press("a", *"prod", "ctrl+s")
        form = pilot.app.screen
        assert isinstance(form, ConnectionForm)
        await until(lambda: "'prod' already" in result(form))
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, ConnectScreen))


async def test_with_nothing_configured_and_nothing_there_the_demo_is_offered(
    environ: dict[str, str], unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    nobody_named = Connection("here", "dagster", url, origins={"name": "default", "url": "default"})
    async with explorer(environ, chosen=nobody_named, size=(80, 24)) as pilot:
        await until(
            lambda: isinstance(pilot.app.screen, ConnectScreen) and bool(pilot.app.screen.query(ConnectionRows))
        )
        screen = connect_screen(pilot)
        intro = screen.query_one("#intro")
        assert intro.display
        assert f"nothing listens at {url}" in str(intro.render())
        await until(lambda: screen.rows.current is not None and screen.rows.current.name == "demo")
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen) and connections_listed(pilot) == {"demo"})


async def test_a_server_that_was_named_and_does_not_answer_is_waited_for(
    environ: dict[str, str], unused_tcp_port: int
) -> None:
    named = Connection("here", "dagster", f"http://127.0.0.1:{unused_tcp_port}", origins={"name": "-c", "url": "--url"})
    async with explorer(environ, chosen=named) as pilot:
        await until(lambda: "next try" in pilot.app.screen.query_one("#status", StatusLine).render().plain)
        assert isinstance(pilot.app.screen, RunsScreen)


async def test_leaving_the_screen_ends_its_questions(environ: dict[str, str]) -> None:
    async with explorer(environ, "prod") as pilot:
        screen = await open_connections(pilot)
        await until(lambda: "● Dagster 1." in line_of(screen, "staging"))
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        await until(lambda: {w.group for w in pilot.app.workers if w.is_running} <= {"runs", "reasons"})
