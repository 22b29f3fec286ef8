"""What a shell offers at a place of the command line. Where nothing is known, nothing is offered: that is no error.

Shells put what is offered into the line as it is: what could mean anything to one of them is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from run_tui import config
from run_tui.cli._choice import chosen_connections, said_connections
from run_tui.cli._common import opened_cache
from run_tui.errors import RunTuiError

if TYPE_CHECKING:
    from run_tui.cache import Cache

TIME_LIMIT = 1.5
"""Seconds that servers have to tell their newest runs."""
RUNS = 100
_HARMLESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:+@=-]*")
_ASKING = ("token_command", "token_keyring")
"""Where a token comes from a program, which may ask the user for something."""


def connections(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The connections of the settings file, and the demo."""
    try:
        names = (*config.load_settings().profiles, config.DEMO)
    except RunTuiError:
        names = (config.DEMO,)
    return _offered(dict.fromkeys(names), incomplete)


def statuses(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The statuses of runs, the last of a list with commas."""
    from run_tui.model import RunStatus

    return _last_of_list([name.lower() for name in RunStatus.__members__], incomplete)


def event_types(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The types of events, the last of a list with commas."""
    from run_tui.query.event_types import KNOWN_TYPES, LOG

    return _last_of_list(sorted({*KNOWN_TYPES, LOG}), incomplete)


def run_ids(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest runs of the servers that the line names so far, as far as they answer in time, and those kept."""
    import asyncio

    with ctx.scope(cleanup=False):
        try:
            settings = config.load_settings()
            if any(_asks(settings, name) for name in said_connections(settings)):
                return []
            chosen = chosen_connections(settings)
        except RunTuiError:
            return []
    runs = asyncio.run(_newest(chosen, opened_cache(settings)))
    return _offered(runs, incomplete)


def _asks(settings: config.Settings, name: str) -> bool:
    profile = settings.profiles.get(name)
    return profile is not None and profile.token is not None and profile.token.way in _ASKING


async def _newest(chosen: Sequence[config.Connection], cache: Cache | None) -> dict[str, str]:
    """Ids with a word about each run."""
    import asyncio

    found: dict[str, str] = {}
    for answer in await asyncio.gather(*(_newest_of(connection, cache) for connection in chosen)):
        found |= answer
    return found


async def _newest_of(connection: config.Connection, cache: Cache | None) -> dict[str, str]:
    import asyncio

    from run_tui.connections import open_connection
    from run_tui.model import RunFilter

    try:
        source = open_connection(connection)
    except RunTuiError:
        return {}
    kept = {} if cache is None else dict.fromkeys(cache.ids(source), "kept here")
    try:
        async with asyncio.timeout(TIME_LIMIT):
            runs = (await source.runs(RunFilter(), None, RUNS)).items
            newest = {run.id: f"{run.status.value} {run.pipeline_name or ''}" for run in runs}
            return newest | {**kept, **newest}
    except (RunTuiError, TimeoutError):
        return kept
    finally:
        await source.aclose()


def _last_of_list(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    before, comma, begun = incomplete.rpartition(",")
    taken = before.lower().split(",")
    left = [name for name in names if name.lower() not in taken and name.lower().startswith(begun.lower())]
    return [CompletionItem(f"{before}{comma}{name}") for name in left]


def _offered(names: dict[str, str] | dict[str, None], incomplete: str) -> list[CompletionItem]:
    from run_tui.format import clean

    return [
        CompletionItem(name, help=None if about is None else clean(about).strip())
        for name, about in names.items()
        if name.startswith(incomplete) and _HARMLESS.fullmatch(name)
    ]
