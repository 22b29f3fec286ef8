"""`run-tui phase …`: the data rows that a phase of a Hub Log run made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from run_tui.cli._choice import server_options
from run_tui.cli._common import ask, json_option

if TYPE_CHECKING:
    from run_tui.model import DataRows
    from run_tui.sources.base import Source, Tables

DEFAULT_ROWS = 50
PAGE = 500
"""Rows asked for at once."""


@click.group("phase")
@server_options
def phase_group() -> None:
    """Show what a phase of a Hub Log run made."""


@phase_group.command("data")
@click.argument("dag")
@click.argument("date")
@click.argument("run")
@click.argument("phase")
@click.option("--attempt", type=click.IntRange(min=1), help="The attempt, from 1.  [default: the last one]")
@click.option("--keyword", help="Only rows in which the server finds this text, in either case.")
@click.option("--limit", type=click.IntRange(min=1), default=DEFAULT_ROWS, show_default=True, help="How many rows.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="How many rows to leave out before them.")
@json_option
@server_options
def print_data(
    *,
    dag: str,
    date: str,
    run: str,
    phase: str,
    attempt: int | None,
    keyword: str | None,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """Print data rows of a phase: event, extract, transform or load.

    \b
    Examples:
      run-tui -c etl phase data nightly-sales 2026-05-01 scheduled__2026-05-01T02:00:00+00:00 transform
      run-tui -c etl phase data nightly-sales 2026-05-01 manual__x load --keyword customer-17 --json
    """
    run_id = f"{dag}/{date}/{run}"

    async def work(source: Source) -> int:
        from run_tui.cli._output import print_rows

        rows = await _read(_tables(source), run_id, phase, attempt, offset=offset, limit=limit, keyword=keyword)
        print_rows(rows, offset, as_json)
        return 0

    ask(work, run_id=run_id, as_json=as_json)


def _tables(source: Source) -> Tables:
    from run_tui.errors import Unsupported

    if source.tables is None:
        raise Unsupported(f"{source.where} is no Hub Log server: it keeps no data rows of phases")
    return source.tables


async def _read(
    tables: Tables, run_id: str, phase: str, attempt: int | None, *, offset: int, limit: int, keyword: str | None
) -> DataRows:
    """The rows from `offset` on, in as many requests as they take."""
    from run_tui.model import DataRows

    items: list[dict[str, object]] = []
    while True:
        room = min(PAGE, limit - len(items))
        rows = await tables.rows(run_id, phase, attempt, start=offset + len(items), limit=room, keyword=keyword)
        items += map(dict, rows.items[:room])
        if not rows.items or len(items) == limit or offset + len(items) >= rows.total:
            return DataRows(items, rows.total, rows.attempt)
        attempt = rows.attempt
