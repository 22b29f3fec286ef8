"""`run-tui [RUN_ID]` and `run-tui demo`: the full-screen explorer."""

from __future__ import annotations

import io
import os
import signal
import sys

import click

from run_tui import config
from run_tui.cli._common import chosen_connections, load_settings, server_options, started, telling

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


def _check_terminal() -> None:
    """Raises `UsageError` where no full screen can be shown; makes the text for one UTF-8, as terminals read it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
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
        from run_tui.app import RunTuiApp, run_app
        from run_tui.connections import Connections, open_connection

        # Whatever ends the explorer, it puts the terminal back in order first.
        signal.signal(signal.SIGINT, signal.default_int_handler)
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
        config.forget_tokens(settings)
        started()
        code = run_app(app)
    click.get_current_context().exit(code)
