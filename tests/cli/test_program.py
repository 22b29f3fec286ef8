"""The real program in its own process: pipes, signals, terminals, and what it loads to start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from run_tui import __version__
from tests.cli.at_terminal import at_terminal
from tests.cli.conftest import ScriptedServer, make_event, make_run
from tests.terminal import Terminal

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
Program = Callable[..., subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def _run(server: ScriptedServer) -> None:
    server.runs = [make_run(RUN, "FAILURE"), make_run("1c7c29c8-1e8a-4cb3-9896-1e495055d3ac")]
    server.events[RUN] = [make_event(f"\x1b[31mred\x1b[0m message {number}") for number in range(5000)]


def test_commands_over_a_real_connection(program: Program) -> None:
    out, err = program("run", "get", RUN).communicate(timeout=30)
    assert out.startswith(f"Run ID: {RUN}\nStatus: FAILURE\n")
    assert err == ""


def test_the_installed_command_is_the_same() -> None:
    command = [str(Path(sys.executable).parent / "run-tui"), "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == f"run-tui {__version__}\n"


def shown(environ: dict[str, str], columns: int, *args: str) -> str:
    """What a command writes to a terminal of this width."""
    return at_terminal(environ | {"COLUMNS": str(columns)}, *args)[1]


def test_colour_is_for_terminals_that_want_it(environ: dict[str, str], program: Program) -> None:
    coloured = shown(environ, 120, "run", "list")
    assert "\x1b[31mFAILURE" in coloured
    assert "\x1b" not in shown(environ | {"NO_COLOR": "1"}, 120, "run", "list")
    out, _ = program("run", "list", FORCE_COLOR="1").communicate(timeout=30)
    assert "\x1b" not in out


def test_ids_are_short_where_whole_ones_do_not_fit(environ: dict[str, str]) -> None:
    plain = environ | {"NO_COLOR": "1"}
    assert RUN in shown(plain, 120, "run", "list")
    narrow = shown(plain, 80, "run", "list")
    assert "\n9d38c7ea  FAILURE" in narrow
    assert max(map(len, narrow.splitlines())) <= 80


def test_no_byte_of_a_message_acts_on_the_terminal(environ: dict[str, str]) -> None:
    assert "\x1b" not in shown(environ, 120, "run-events", "get", RUN, "--limit", "3")


def test_a_hint_follows_an_error_at_a_terminal(server: ScriptedServer, environ: dict[str, str]) -> None:
    first, second = shown(environ, 120, "run", "get", "nonexistent-run").splitlines()
    assert first == "Error querying Dagster Plus API: Run nonexistent-run not found"
    assert server.url in second
    assert len(shown(environ, 120, "run", "get", "nonexistent-run", "--json").splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "unwanted"),
    [
        (["--version"], {"textual", "httpx", "pydantic", "asyncio", "rich"}),
        (["run-events", "get", "--help"], {"textual", "httpx", "pydantic", "asyncio", "rich"}),
        (["config", "path"], {"textual", "httpx", "pydantic", "asyncio", "rich"}),
        (
            ["run", "get", RUN],
            {"textual", "rich", "pygments", "tomllib", "run_tui.feed", "run_tui.demo", "run_tui.query"},
        ),
    ],
)
def test_a_command_loads_only_what_it_needs(environ: dict[str, str], args: list[str], unwanted: set[str]) -> None:
    loaded = at_the_end("*sys.modules", environ, args).split()
    assert unwanted.isdisjoint(loaded)
    assert "run_tui.cli" in loaded


def test_a_command_that_works_collects_garbage(environ: dict[str, str]) -> None:
    assert at_the_end("gc.isenabled()", environ, ["run", "get", RUN]) == "True\n"


def at_the_end(expression: str, environ: dict[str, str], args: list[str]) -> str:
    """What an expression is worth when a command has ended."""
    script = (
        "import atexit, gc, sys\n"
        f"atexit.register(lambda: print({expression}, file=sys.stderr))\n"
        f"sys.argv = ['run-tui', *{args!r}]\n"
        "from run_tui.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **environ}, capture_output=True, text=True, check=True
    )
    return done.stderr


def test_the_explorer_paints_utf8_whatever_python_makes_of_the_locale(environ: dict[str, str]) -> None:
    line = [sys.executable, "-m", "run_tui", "demo"]
    with Terminal(line, (100, 30), environ | {"PYTHONIOENCODING": "ascii", "TERM": "xterm"}) as terminal:
        assert terminal.settle(lambda: "● started    clickstream_ingest" in terminal.drained().text, 0.05, 30)


def test_a_dumb_terminal_is_told_of_the_commands(environ: dict[str, str]) -> None:
    line = [sys.executable, "-m", "run_tui", "demo"]
    with Terminal(line, (100, 30), environ | {"TERM": "dumb"}) as terminal:
        terminal.wait(30)
        assert "needs a terminal, and not a dumb one" in " ".join(terminal.drained().text.split())
        assert terminal.process.returncode == 2
