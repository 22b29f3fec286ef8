"""`run-tui run …`: one run's metadata, and the newest runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from run_tui.cli._choice import completed, names_several, server_options
from run_tui.cli._common import ask, ask_each, json_option, telling
from run_tui.cli._lazy import LazyGroup
from run_tui.cli._naming import with_run
from run_tui.errors import ConfigError

if TYPE_CHECKING:
    from run_tui.model import RunFilter, RunList, RunStatus
    from run_tui.sources.base import Source

DEFAULT_RUNS = 50


ELSEWHERE = {
    "events": "run_events:get_events",
    "compare": "compare:compare_runs",
    "launch": "act:launch",
    "terminate": "act:terminate",
    "reexecute": "act:reexecute",
    "delete": "act:delete",
}


@click.group("run", cls=LazyGroup, lazily=ELSEWHERE)
@server_options
def run_group() -> None:
    """Show runs: metadata, the newest, events, what differs between two. Change them: launch, end, delete."""


@run_group.command("get")
@click.argument("run_id", shell_complete=completed("run_ids"))
@json_option
@server_options
def get_run(run_id: str, as_json: bool) -> None:
    """Print a run's metadata.

    RUN_ID may be the beginning of an id (four characters or more), the address of the run's web page, or the path
    of a file with a run in it (see run-tui open).

    \b
    Examples:
      run-tui run get 9d38c7ea
      run-tui run get 9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11 --json
    """

    async def work(source: Source) -> int:
        from run_tui.cli._output import print_run

        print_run(await with_run(source, run_id, source.run), as_json)
        return 0

    ask(work, run_id=run_id, as_json=as_json)


def _statuses(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[RunStatus, ...]:
    return tuple(dict.fromkeys(_status(name, ctx, param) for value in values for name in value.split(",")))


def _status(name: str, ctx: click.Context, param: click.Parameter) -> RunStatus:
    from run_tui.model import RunStatus
    from run_tui.query import status_named

    status = status_named(name)
    if status is None:
        raise click.BadParameter(f"{name!r} is none of {', '.join(RunStatus.__members__)}.", ctx, param)
    return status


def tags_of(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The callback of an option that takes tags."""
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"{value!r} is not KEY=VALUE.", ctx, param)
    return tuple((key, value) for key, _, value in (text.partition("=") for text in values))


def _created(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A time, as servers compare them: those created at that very millisecond are after it."""
    if value is None:
        return None
    from run_tui.query import created_time

    try:
        seconds = created_time(value, time.time())
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}.", ctx, param) from None
    return seconds - 0.001 if param.name == "after" else seconds


@run_group.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=DEFAULT_RUNS, show_default=True, help="How many runs.")
@click.option("--cursor", help="Go on where an earlier list ended.")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    callback=_statuses,
    shell_complete=completed("statuses"),
    help="Only runs of these statuses, comma separated.",
)
@click.option("--job", help="Only runs of the job of exactly this name.")
@click.option(
    "--tag",
    "tags",
    metavar="KEY=VALUE",
    multiple=True,
    callback=tags_of,
    help="Only runs with this tag; may be repeated.",
)
@click.option("--after", "after", metavar="TIME", callback=_created, help="Only runs created then or later.")
@click.option("--before", "before", metavar="TIME", callback=_created, help="Only runs created before.")
@json_option
@server_options
def list_runs(
    *,
    limit: int,
    cursor: str | None,
    statuses: tuple[RunStatus, ...],
    job: str | None,
    tags: tuple[tuple[str, str], ...],
    after: float | None,
    before: float | None,
    as_json: bool,
) -> None:
    """Print the newest runs, the newest first.

    TIME is 2026-11-22, 2026-11-22T12:30 or 12:30, in UTC, or how long ago: 2d.

    Where there are more, the cursor to go on with is told on stderr, and in the JSON. The runs of several connections
    are printed as one list; a server that fails is told on stderr, and gives the exit code.

    \b
    Examples:
      run-tui run list --status failure,canceled --limit 10
      run-tui run list --job nightly_etl --tag team=data --json
      run-tui run list --after 2d --before 12:30
      run-tui run list -c prod -c staging
    """

    with telling(as_json=as_json):
        several = names_several()
        if several and cursor is not None:
            raise ConfigError("--cursor is for one connection, and several are named.")

    async def read(source: Source) -> RunList:
        from run_tui.model import RunFilter

        wanted = RunFilter(statuses=statuses, job=job, tags=tags, created_after=after, created_before=before)
        return await _read_runs(source, wanted, cursor, limit)

    def show(lists: Mapping[str, RunList]) -> None:
        from run_tui.cli._output import print_more, print_runs

        runs = _merged(lists, limit) if several else next(iter(lists.values()))
        print_runs(runs, as_json, with_connection=several)
        if runs.has_more and runs.cursor is not None and not as_json:
            print_more("runs", runs.cursor)

    ask_each(read, show, as_json=as_json)


def _merged(lists: Mapping[str, RunList], limit: int) -> RunList:
    """The newest runs of several connections, as many as were asked for of each."""
    from run_tui.model import RunList, epoch_ms

    runs = [run.model_copy(update={"connection": name}) for name, page in lists.items() for run in page.items]
    runs.sort(key=lambda run: -epoch_ms(run.created_at))
    more = len(runs) > limit or any(page.has_more for page in lists.values())
    return RunList(items=runs[:limit], has_more=more)


async def _read_runs(source: Source, wanted: RunFilter, cursor: str | None, limit: int) -> RunList:
    """The first `limit` runs after `cursor`, in as many requests as they take."""
    from run_tui.model import MAX_PAGE

    page = await source.runs(wanted, cursor, min(limit, MAX_PAGE))
    items = page.items
    while page.has_more and page.items and len(items) < limit:
        page = await source.runs(wanted, page.cursor, min(limit - len(items), MAX_PAGE))
        items = items + page.items
    return page.model_copy(update={"items": items})
