"""`run-tui [RUN_ID]`, `run-tui demo` and `run-tui open`: the full-screen explorer."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from run_tui import config
from run_tui.cli._common import chosen_connections, load_settings, server_options, started, telling
from run_tui.errors import ConfigError

if TYPE_CHECKING:
    from run_tui.app import RunTuiApp

STANDARD_INPUT = "-"
RUN = "run_tui.run"
"""Where the command line keeps the run that stands in the command's place."""


@click.command()
@server_options
@click.pass_context
def explore(ctx: click.Context) -> None:
    """Open the explorer on the run that stands in the command's place."""
    open_explorer(ctx.meta[RUN])


@click.command("demo")
@click.argument("run_id", required=False)
def demo(run_id: str | None) -> None:
    """Open the explorer on the demo: no server, no settings.

    \b
    Example:
      run-tui demo
    """
    open_explorer(run_id, config.Choice(config.OPTIONS, connection=config.DEMO))


@click.command("open")
@click.argument("file", metavar="FILE|-")
def open_saved(file: str) -> None:
    """Open the explorer on a run in a file, without any server.

    FILE is what ctrl+s or run-events get --output saved, a file of `dagster debug export` or of a run's page
    (Download debug file), or what run-events get --json printed; - reads one of these from standard input.

    \b
    Examples:
      run-tui open nightly_etl-9d38c7ea.jsonl
      run-tui open export.gz
      run-tui run-events get 9d38c7ea --limit 10000 --json | run-tui open -
    """
    _check_terminal(keys=file != STANDARD_INPUT)
    with telling():
        settings = load_settings()
        from run_tui.sources import open_file

        source = open_file(file)
        if file == STANDARD_INPUT:
            _read_keys_from_terminal()
        from run_tui.app import RunTuiApp

        app = RunTuiApp(
            source, source.name, source.run_id, settings.keys, theme=settings.theme, now=lambda: source.saved_at
        )
        code = _run(app, settings)
    click.get_current_context().exit(code)


def _read_keys_from_terminal() -> None:
    """Puts the terminal in the place of standard input, which has brought the run."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise ConfigError(f"no terminal to read keys from: /dev/tty: {error.strerror}") from None
    os.dup2(terminal, sys.__stdin__.fileno() if sys.__stdin__ else 0)
    os.close(terminal)


def _run(app: RunTuiApp, settings: config.Settings) -> int:
    from run_tui.app import run_app

    # Whatever ends the explorer, it puts the terminal back in order first.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.forget_tokens(settings)
    started()
    return run_app(app)


def _check_terminal(*, keys: bool = True) -> None:
    """Raises `UsageError` where no full screen can be shown, or no `keys` read; makes the text for one UTF-8."""
    if not (sys.stdout.isatty() and (sys.stdin.isatty() or not keys)) or os.environ.get("TERM") == "dumb":
        raise click.UsageError(
            "The explorer needs a terminal, and not a dumb one. For scripts and pipes there are the commands "
            "run-tui run list, run-tui run get RUN_ID and run-tui run-events get RUN_ID."
        )
    if isinstance(sys.__stderr__, io.TextIOWrapper):
        sys.__stderr__.reconfigure(encoding="utf-8")  # what Textual paints on


def open_explorer(run_id: str | None = None, choice: config.Choice | None = None) -> None:
    """Runs the explorer to its end on `choice`, else on the connection that the command line leads to."""
    _check_terminal()
    with telling():
        settings = load_settings()
        chosen = chosen_connections(settings, run_id) if choice is None else [config.resolve([choice], settings)]
        from run_tui.app import RunTuiApp
        from run_tui.connections import Connections, open_connection

        app = RunTuiApp(
            open_connection(chosen[0]),
            chosen[0].name,
            run_id,
            settings.keys,
            alert=settings.alert,
            theme=settings.theme,
            warnings=dict.fromkeys(warning for connection in chosen for warning in connection.warnings),
            beside={connection.name: open_connection(connection) for connection in chosen[1:]},
            connections=Connections(settings, chosen),
        )
        code = _run(app, settings)
    click.get_current_context().exit(code)
