"""Runs as the lines, the tables and the JSON of the Run API documents, and data rows."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

import click

from run_tui import format as fmt
from run_tui.cli._common import print_json
from run_tui.model import DOCUMENTED_RUN_FIELDS, DataRows, Run, RunList, RunStatus
from run_tui.tables import value_text

STATUS_COLOURS = {"good": "green", "bad": "red", "active": "blue", "waiting": "yellow"}


def print_more(what: str, cursor: str) -> None:
    """Tells on stderr how to go on where a limit ended the output."""
    click.echo(f"More {what}: --cursor {shlex.quote(fmt.clean(cursor))}", err=True)


def print_run(run: Run, as_json: bool) -> None:
    """A run's metadata: the documented lines, or the documented object."""
    if as_json:
        print_json(run.model_dump(include=set(DOCUMENTED_RUN_FIELDS)), indent=2)
        return
    lines = {
        "Run ID": run.id,
        "Status": run.status.value,
        "Created": run.created_at,
        "Started": run.started_at,
        "Ended": run.ended_at,
        "Pipeline": run.pipeline_name,
        "Mode": run.mode,
    }
    click.echo("\n".join(f"{label}: {fmt.clean(value)}" for label, value in lines.items() if value))


def print_runs(runs: RunList, as_json: bool, *, with_connection: bool = False) -> None:
    """A list of runs: an aligned table, or an object with `items` as `print_run` has them and their tags.

    `with_connection` tells which each is of.
    """
    if as_json:
        fields = {*DOCUMENTED_RUN_FIELDS, "tags"} | ({"connection"} if with_connection else set())
        items = [run.model_dump(include=fields) for run in runs.items]
        print_json({"items": items, "cursor": runs.cursor, "has_more": runs.has_more}, indent=2)
    elif runs.items:
        click.echo("\n".join(_run_table(runs.items, with_connection)))
    else:
        click.echo("No runs found")


def print_rows(rows: DataRows, offset: int, as_json: bool) -> None:
    """Rows of a table whose columns the server names: aligned, each value on one line, or as an object."""
    has_more = offset + len(rows.items) < rows.total
    if as_json:
        items = [dict(row) for row in rows.items]
        print_json({"items": items, "total": rows.total, "attempt": rows.attempt, "has_more": has_more}, indent=2)
    elif rows.items:
        click.echo("\n".join(_data_table(rows.items)))
        click.echo(f"{offset + 1:,} to {offset + len(rows.items):,} of {rows.total:,} rows", err=True)
    else:
        click.echo("No rows found")


def _data_table(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[fmt.clean(name) for name in names]]
    cells += [[fmt.clean(value_text(row.get(name))) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip() for line in cells)


def _run_table(runs: list[Run], with_connection: bool) -> list[str]:
    """The table's lines; where a terminal is too narrow ids are cut, if what is left of them still names a run."""
    now = time.time()
    columns = RUN_COLUMNS if with_connection else RUN_COLUMNS[:-1]
    rows = [_run_cells(run, now)[: len(columns)] for run in runs]
    widths = _widths(columns, rows)
    if sys.stdout.isatty() and sum(widths) + 2 * (len(widths) - 1) > shutil.get_terminal_size().columns:
        rows = [(_shortest(run_id), *rest) for run_id, *rest in rows]
        widths = _widths(columns, rows)
    head = _line(columns, widths)
    return [head, *(_line(row, widths, run.status) for row, run in zip(rows, runs, strict=True))]


def _shortest(run_id: str) -> str:
    short = fmt.short_id(run_id)
    return short if run_id.startswith(short) else run_id


RUN_COLUMNS = ("ID", "STATUS", "JOB", "CREATED (UTC)", "DURATION", "CONNECTION")


def _run_cells(run: Run, now: float) -> tuple[str, ...]:
    seconds = fmt.run_seconds(run, now)
    created = fmt.clean(run.created_at)[:19].replace("T", " ")
    took = "" if seconds is None else fmt.duration(seconds)
    texts = (run.id, run.status.value, run.target or "", created, took, run.connection or "")
    return tuple(map(fmt.clean, texts))


def _widths(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[int]:
    return [max(map(len, column)) for column in zip(columns, *rows, strict=True)]


def _line(cells: tuple[str, ...], widths: list[int], status: RunStatus | None = None) -> str:
    padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
    if status is not None:
        padded[1] = click.style(padded[1], fg=STATUS_COLOURS.get(fmt.status_style(status)))
    return "  ".join(padded).rstrip()
