"""`run-tui [RUN_ID...]`, `run-tui demo` and `run-tui open`: the full-screen explorer."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from run_tui import config
from run_tui.cli._choice import Function, chosen_connections, completed, server_options
from run_tui.cli._common import load_settings, opened_cache, started, telling
from run_tui.errors import ConfigError

if TYPE_CHECKING:
    from run_tui.app import RunTuiApp
    from run_tui.reopening import Look

STANDARD_INPUT = "-"
RUN = "run_tui.run"
"""Where the command line keeps the run that stands in the command's place."""
VIEW = "run_tui.view"
"""Where it keeps what the options before that run say of the view."""
TIMES = ("local", "utc", "elapsed", "delta")
PARTS = ("bars", "histogram", "detail")


def _spot(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    if text is None or text.isdecimal():
        return text
    from run_tui.query import TimeContext, resolve_time

    try:
        resolve_time(text, TimeContext(0, None, 0))
    except ValueError:
        wanted = "an event's number nor a time: 12:30, 2026-11-22T12:30Z, 5m (before the end), +30s (after the start)"
        raise click.BadParameter(f"{text!r} is neither {wanted}.", ctx, param) from None
    return text


def view_options(function: Function) -> Function:
    """Adds the options that describe a view; `c` in the explorer writes them."""
    options = (
        click.option("--filter", metavar="QUERY", help="What the explorer's filter is to say."),
        click.option("--at", metavar="SPOT", callback=_spot, help="Open the run at this event's number, or at a time."),
        click.option("--time", type=click.Choice(TIMES), help="How times are shown."),
        click.option("--context", type=click.IntRange(0, 50), help="How many rows around each match of the filter."),
        click.option("--show", "shown", type=click.Choice(PARTS), multiple=True, help="What is open beside the rows."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _look(run_id: str | None) -> Look:
    """The view that the options describe; those after the run count before those in front of it."""
    from run_tui.reopening import TIMES, Look

    ctx = click.get_current_context()
    said = {**_said(ctx.meta.get(VIEW, {})), **_said(ctx.params)}
    if run_id is None and (alone := next((name for name in ("at", "context", "shown") if name in said), None)):
        raise click.UsageError(f"--{alone.replace('shown', 'show')} is for a run, and none is named.")
    if "time" in said:
        said["time"] = TIMES[said["time"]]
    return Look(**said)


def _said(options: Mapping[str, Any]) -> dict[str, Any]:
    names = ("filter", "at", "time", "context", "shown")
    return {name: options[name] for name in names if options.get(name) not in (None, ())}


@click.command()
@click.argument("others", metavar="[RUN_ID]...", nargs=-1, shell_complete=completed("run_ids"))
@server_options
@view_options
@click.pass_context
def explore(ctx: click.Context, /, others: tuple[str, ...], **view: Any) -> None:
    """Open the explorer on the run that stands in the command's place, several as one log.

    \b
    Examples:
      run-tui 9d38c7ea --filter 'level:error step:load_*' --time utc
      run-tui 9d38c7ea --at 12:30:05 --show detail
      run-tui -c prod 9d38c7ea --at 4711 --show bars
      run-tui 9d38c7ea 1c7c29c8 e3fd16cf --filter level:error
    """
    open_explorer(ctx.meta[RUN], *others)


@click.command("demo")
@click.argument("run_ids", metavar="[RUN_ID]...", nargs=-1)
@view_options
def demo(run_ids: tuple[str, ...], **view: Any) -> None:
    """Open the explorer on the demo: no server, no settings.

    \b
    Examples:
      run-tui demo
      run-tui demo --filter status:failure
    """
    open_explorer(*run_ids, choice=config.Choice(config.OPTIONS, connection=config.DEMO))


@click.command("open")
@click.argument("file", metavar="FILE|-", type=click.Path(allow_dash=True))
@view_options
def open_saved(file: str, **view: Any) -> None:
    """Open the explorer on a run in a file, without any server.

    FILE is what ctrl+s or run-events get --output saved, a file of `dagster debug export` or of a run's page
    (Download debug file), or what run-events get --json printed; - reads one of these from standard input, and shows
    what has come while the rest is on its way.

    \b
    Examples:
      run-tui open nightly_etl-9d38c7ea.jsonl
      run-tui open export.gz --filter level:error
      run-tui run-events get 9d38c7ea --follow --json | run-tui open -
    """
    look = _look(file)
    _check_terminal(keys=file != STANDARD_INPUT)
    with telling():
        settings = load_settings()
        from run_tui.sources import open_file

        source = open_file(file)
        if file == STANDARD_INPUT:
            _read_keys_from_terminal()
        from run_tui.app import RunTuiApp

        app = RunTuiApp(
            source,
            source.name,
            source.run_id,
            settings.keys,
            theme=settings.theme,
            now=lambda: source.saved_at,
            look=look,
            together=source.together,
            file=file if file == STANDARD_INPUT else str(Path(file).absolute()),
        )
        code = _run(app, settings)
    click.get_current_context().exit(code)


def _read_keys_from_terminal() -> None:
    """Puts the terminal in the place of standard input, which the run comes by, on a handle of its own."""
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


def open_explorer(*run_ids: str, choice: config.Choice | None = None) -> None:
    """Runs the explorer to its end on `choice`, else on the connection that the command line leads to."""
    run_id = run_ids[0] if run_ids else None
    look = _look(run_id)
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
            look=look,
            others=run_ids[1:],
            cache=opened_cache(settings),
        )
        code = _run(app, settings)
    click.get_current_context().exit(code)
