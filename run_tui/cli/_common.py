"""What every command shares: choosing the server, working with it, and telling what went wrong."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from run_tui import config
from run_tui.cli._streams import end_with_reader
from run_tui.errors import ConfigError, RunNotFound, RunTuiError, SourceError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from run_tui.sources.base import Source

T = TypeVar("T")
Function = Callable[..., Any]

UUID_DASHES = (8, 13, 18, 23)
UUID_LENGTH = 36
SHORTEST_PREFIX = 4

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def completed(what: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What a shell offers for an option or an argument, by the name of the function that knows; read only then."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from run_tui.cli import _complete

        found: list[CompletionItem] = getattr(_complete, what)(ctx, param, incomplete)
        return found

    return complete


def said_connections(settings: config.Settings) -> tuple[str, ...]:
    """The names of connections that the options, else the environment, else the settings name."""
    named = tuple(name for options in _options() for name in options["connection"])
    default = config.environment_choices()[0].connection or settings.default
    return named or ((default,) if default else ())


def server_options(function: Function) -> Function:
    """Adds the options that choose a server, which any command and any group before it may carry."""

    @click.option(
        "-c",
        "--connection",
        metavar="NAME",
        multiple=True,
        shell_complete=completed("connections"),
        help="A connection of the settings file, or demo; run list and the explorer take several.",
    )
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
    first, *others = chosen_connections(settings, run_id)
    if others:
        raise ConfigError("This asks one server: give one --connection only.")
    return first


def chosen_connections(settings: config.Settings, run_id: str | None = None) -> list[config.Connection]:
    """The same, where the options may name several connections, each of which is found as if it were named alone."""
    names = _several()
    found = [_chosen(settings, run_id, name) for name in names] if names else [_chosen(settings, run_id)]
    return list({connection.name: connection for connection in found}.values())


def _chosen(settings: config.Settings, run_id: str | None, name: str | None = None) -> config.Connection:
    options, environment = [*_command_line(name)], config.environment_choices()
    pages = [config.page_choice(run_id, settings, [*options, *environment])] if run_id and is_url(run_id) else []
    return config.resolve([*options, *pages, *environment], settings)


def names_several() -> bool:
    """Whether the options name several connections. Raises `ConfigError` where they then cannot be meant so."""
    return bool(_several())


def _several() -> tuple[str, ...]:
    """The connections that the options name, if these are more than one."""
    for options in _options():
        names = tuple(dict.fromkeys(options["connection"]))
        if len(names) > 1:
            alone = (option for key, option in config.OPTIONS.items() if any(each[key] for each in _options()))
            if option := next((option for option in alone if option != config.OPTIONS["connection"]), None):
                raise ConfigError(f"{option} is for one connection, and several are named.")
            return names
        if names or options["url"] or options["organization"]:
            break
    return ()


def _command_line(name: str | None) -> Iterator[config.Choice]:
    """What the options say, those of the innermost command first: the later on the line wins.

    Where they name several connections that is the one of this `name`.
    """
    for options in _options():
        named = options.pop("connection")
        connection = name if len(set(named)) > 1 else next(iter(named), None)
        yield config.option_choice(connection, **options)


def _options() -> Iterator[dict[str, Any]]:
    """What the options that choose a server say, those of the innermost command first."""
    ctx: click.Context | None = click.get_current_context()
    while ctx is not None:
        yield {key: ctx.params.get(key) for key in config.OPTIONS} | {"connection": ctx.params.get("connection") or ()}
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


def is_file(text: str) -> bool:
    """Whether the text names a file, by a path or a suffix, where a run's id is expected."""
    return ("/" in text or "." in text) and not is_url(text) and Path(text).is_file()


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


def is_url(text: str) -> bool:
    """Whether the text is a web page's address and not an id."""
    return text.startswith(("http://", "https://"))


def is_id_prefix(text: str) -> bool:
    """Whether the text can be the beginning of a UUID, and not all of one."""
    shaped = all((character == "-") == (place in UUID_DASHES) for place, character in enumerate(text))
    hexadecimal = all(character in "0123456789abcdefABCDEF-" for character in text)
    return SHORTEST_PREFIX <= len(text) < UUID_LENGTH and shaped and hexadecimal


async def with_run(source: Source, text: str, work: Callable[[str], Awaitable[T]]) -> T:
    """Does `work` with the id of the run that `text` means: its id, the beginning of that, its page or its file."""
    from run_tui.sources import resolve_run_id

    if is_url(text) or is_file(text):
        return await work(await resolve_run_id(source, text))
    try:
        return await work(text)
    except RunNotFound:
        if not is_id_prefix(text):
            raise
        return await work(await resolve_run_id(source, text))
