"""What every command shares: choosing the server, working with it, and telling what went wrong."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from run_tui import config
from run_tui.cli._streams import end_with_reader
from run_tui.errors import RunNotFound, RunTuiError, SourceError

if TYPE_CHECKING:
    from run_tui.sources.base import Source

T = TypeVar("T")
Function = Callable[..., Any]

UUID_DASHES = (8, 13, 18, 23)
UUID_LENGTH = 36
SHORTEST_PREFIX = 4

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def server_options(function: Function) -> Function:
    """Adds the options that choose a server, which any command and any group before it may carry."""

    @click.option("-c", "--connection", metavar="NAME", help="A connection of the settings file, or demo.")
    @click.option("--url", help="The server, e.g. localhost:3000.")
    @click.option("--organization", metavar="NAME", help="An organization of Dagster+.")
    @click.option("--deployment", metavar="NAME", help="A deployment of it: prod, or a branch deployment's name.")
    @click.option("--token", help="The token to send. Better: RUN_TUI_TOKEN or the settings file.")
    @functools.wraps(function)
    def without_server(*args: object, **options: object) -> object:
        return function(*args, **{name: value for name, value in options.items() if name not in config.OPTIONS})

    return without_server


def chosen_connection(settings: config.Settings, run_id: str | None = None) -> config.Connection:
    """The connection that options, a web page given as `run_id`, environment and settings lead to."""
    options, environment = [*_command_line()], config.environment_choices()
    pages = [config.page_choice(run_id, settings, [*options, *environment])] if run_id and is_url(run_id) else []
    return config.resolve([*options, *pages, *environment], settings)


def _command_line() -> Iterator[config.Choice]:
    """What the options say, those of the innermost command first: the later on the line wins."""
    ctx: click.Context | None = click.get_current_context()
    while ctx is not None:
        yield config.option_choice(**{name: ctx.params.get(name) for name in config.OPTIONS})
        ctx = ctx.parent


def load_settings() -> config.Settings:
    """The settings file, its warnings told on stderr."""
    settings = config.load_settings()
    for warning in settings.warnings:
        warn(warning)
    return settings


def warn(sentence: str) -> None:
    """Tells on stderr of something that works and yet should be otherwise."""
    click.echo(f"Warning: {sentence}", err=True)


def open_connection(connection: config.Connection) -> Source:
    """The source that asks this connection's server."""
    from run_tui.sources import open_source

    if connection.kind == config.DEMO:
        from run_tui.demo import create_app

        demo = create_app()
        return open_source("dagster", connection.url, app=demo, name=connection.name, read_only=connection.read_only)
    return open_source(
        connection.kind,
        connection.url,
        headers=connection.headers(),
        page=connection.page,
        reach=connection.reach,
        dags=connection.dags,
        read_only=connection.read_only,
    )


def started() -> None:
    """Begins to collect garbage, which `main` puts off: what a start loads stays, and looking through it takes time."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def ask(work: Callable[[Source], Awaitable[int]], *, run_id: str | None = None, as_json: bool = False) -> NoReturn:
    """Does `work` with the chosen server and ends the program with the exit code it returns, or its error's."""
    import asyncio

    async def session() -> int:
        end_with_reader(asyncio.get_running_loop())
        source = open_connection(connection)
        started()
        try:
            return await work(source)
        except SourceError as error:
            tell(error, f"Error querying {source.system}", run_id, as_json)
            return error.exit_code
        finally:
            await source.aclose()

    with telling(run_id, as_json):
        connection = chosen_connection(load_settings(), run_id)
        for warning in connection.warnings:
            warn(warning)
        code = asyncio.run(session())
    click.get_current_context().exit(code)


@contextmanager
def telling(run_id: str | None = None, as_json: bool = False) -> Iterator[None]:
    """Ends the program with the exit code of an error raised inside, after telling it."""
    try:
        yield
    except RunTuiError as error:
        tell(error, "Error", run_id, as_json)
        click.get_current_context().exit(error.exit_code)


def tell(error: RunTuiError, title: str, run_id: str | None = None, as_json: bool = False) -> None:
    """The error on stderr, as documented: a sentence, or with `as_json` an object with the run as the user named it."""
    if as_json:
        about = {} if run_id is None else {"run_id": config.without_login(run_id)}
        print_json({"error": str(error), **about}, err=True)
        return
    from run_tui.format import clean

    click.echo(f"{title}: {clean(str(error).strip())}", err=True)
    if error.hint and sys.stderr.isatty():
        click.echo(clean(error.hint), err=True)


def print_json(*values: object, indent: int | None = None, err: bool = False) -> None:
    """Each value as JSON in ASCII: texts are exact, and no character of theirs acts on a terminal."""
    import json

    click.echo("\n".join(json.dumps(value, indent=indent) for value in values), err=err)


def is_url(text: str) -> bool:
    """Whether the text is a web page's address and not an id."""
    return text.startswith(("http://", "https://"))


def is_id_prefix(text: str) -> bool:
    """Whether the text can be the beginning of a UUID, and not all of one."""
    shaped = all((character == "-") == (place in UUID_DASHES) for place, character in enumerate(text))
    hexadecimal = all(character in "0123456789abcdefABCDEF-" for character in text)
    return SHORTEST_PREFIX <= len(text) < UUID_LENGTH and shaped and hexadecimal


async def with_run(source: Source, text: str, work: Callable[[str], Awaitable[T]]) -> T:
    """Does `work` with the id of the run that `text` means: an id as it is, else the beginning of one, or a page."""
    from run_tui.sources import resolve_run_id

    if is_url(text):
        return await work(await resolve_run_id(source, text))
    try:
        return await work(text)
    except RunNotFound:
        if not is_id_prefix(text):
            raise
        return await work(await resolve_run_id(source, text))
