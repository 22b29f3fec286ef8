"""What every command shares: working with the server chosen, and telling what went wrong."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from run_tui import config
from run_tui.cli._choice import chosen_connection, chosen_connections
from run_tui.cli._naming import is_file
from run_tui.cli._streams import end_with_reader
from run_tui.errors import RunTuiError, SourceError

if TYPE_CHECKING:
    from run_tui.cache import Cache
    from run_tui.sources.base import Source

T = TypeVar("T")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def load_settings() -> config.Settings:
    """The settings file, its warnings told on stderr."""
    settings = config.load_settings()
    for warning in settings.warnings:
        warn(warning)
    return settings


def opened_cache(settings: config.Settings) -> Cache | None:
    """The kept runs; None where the settings want none kept."""
    from run_tui.cache import Cache

    return Cache(config.cache_path(), settings.cache) if settings.cache else None


def warn(sentence: str) -> None:
    """Tells on stderr of something that works and yet should be otherwise."""
    click.echo(f"Warning: {sentence}", err=True)


def started() -> None:
    """Begins to collect garbage, which `main` puts off: what a start loads stays, and looking through it takes time."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def ask(work: Callable[[Source], Awaitable[int]], *, run_id: str | None = None, as_json: bool = False) -> NoReturn:
    """Does `work` with the chosen server and ends the program with the exit code it returns, or its error's."""

    async def session(settings: config.Settings) -> int:
        async with _opened_one(settings, run_id) as source:
            try:
                return await work(source)
            except SourceError as error:
                tell(error, f"Error querying {source.system}", run_id, as_json)
                return error.exit_code

    _run(session, run_id, as_json)


def ask_each(
    ask_one: Callable[[Source], Awaitable[T]], work: Callable[[Mapping[str, T]], None], *, as_json: bool = False
) -> NoReturn:
    """Asks every server chosen, and does `work` with what those answered that did; the others' errors are told.

    The exit code is that of the first error.
    """
    import asyncio

    async def answer(source: Source) -> T | SourceError:
        try:
            return await ask_one(source)
        except SourceError as error:
            return error

    async def session(connections: Sequence[config.Connection]) -> int:
        async with opened(connections) as sources:
            answers = dict(zip(sources, await asyncio.gather(*map(answer, sources.values())), strict=True))
            good = {name: found for name, found in answers.items() if not isinstance(found, SourceError)}
            if good:
                work(good)
            failed = {name: error for name, error in answers.items() if isinstance(error, SourceError)}
            for name, error in failed.items():
                about = {} if len(sources) == 1 else {"connection": name}
                where = f"{sources[name].system}{f' ({name})' if about else ''}"
                tell(error, f"Error querying {where}", as_json=as_json, **about)
            return next((error.exit_code for error in failed.values()), 0)

    _run(lambda settings: session(chosen_connections(settings)), None, as_json)


def _run(session: Callable[[config.Settings], Coroutine[Any, Any, int]], run_id: str | None, as_json: bool) -> NoReturn:
    import asyncio

    with telling(run_id, as_json):
        code = asyncio.run(session(load_settings()))
    click.get_current_context().exit(code)


@asynccontextmanager
async def _opened_one(settings: config.Settings, run_id: str | None) -> AsyncIterator[Source]:
    """The source of the file that a run's id names, else of the chosen server."""
    import asyncio

    from run_tui.sources import open_file

    if run_id is None or not is_file(run_id):
        async with opened([chosen_connection(settings, run_id)]) as sources:
            (source,) = sources.values()
            yield source
        return
    end_with_reader(asyncio.get_running_loop())
    file = open_file(run_id)
    started()
    try:
        await file.whole()
        yield file
    finally:
        await file.aclose()


@asynccontextmanager
async def opened(connections: Sequence[config.Connection]) -> AsyncIterator[dict[str, Source]]:
    """The sources of connections by their names, after what there is to warn of has been told."""
    import asyncio

    from run_tui.connections import open_connection

    for connection in connections:
        for warning in connection.warnings:
            warn(warning)
    end_with_reader(asyncio.get_running_loop())
    sources = {connection.name: open_connection(connection) for connection in connections}
    started()
    try:
        yield sources
    finally:
        for source in sources.values():
            await source.aclose()


@contextmanager
def telling(run_id: str | None = None, as_json: bool = False) -> Iterator[None]:
    """Ends the program with the exit code of an error raised inside, after telling it."""
    try:
        yield
    except RunTuiError as error:
        tell(error, "Error", run_id, as_json)
        click.get_current_context().exit(error.exit_code)


def tell(
    error: RunTuiError, title: str, run_id: str | None = None, as_json: bool = False, connection: str | None = None
) -> None:
    """The error on stderr, as documented: a sentence, or with `as_json` an object with the run as the user named it.

    Of several connections that object names the one which failed.
    """
    if as_json:
        about = {} if run_id is None else {"run_id": config.without_login(run_id)}
        if connection is not None:
            about["connection"] = connection
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
