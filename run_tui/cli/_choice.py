"""Which server a command asks: the options that say so, with environment and settings behind them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from run_tui import config
from run_tui.cli._naming import is_url
from run_tui.errors import ConfigError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Function = Callable[..., Any]


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
