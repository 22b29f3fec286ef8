"""Saves the events a command asked for to a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from run_tui.archive import Header, RunWriter
from run_tui.cli._events import EventReader, note
from run_tui.cli._selection import Selection
from run_tui.cli.run_events import EventsRequest
from run_tui.format import clean
from run_tui.model import MAX_PAGE, Run, RunEvent, RunEventList, iso_timestamp
from run_tui.sources.base import Source


async def save_events(source: Source, run_id: str, request: EventsRequest, output: str, now: float) -> Run:
    """Writes the events to a file, which is there when all have been read, and tells how many; returns the run."""
    run = await source.run_details(run_id)
    header = Header(
        run,
        tuple(await source.steps(run_id)) if source.capabilities.steps else (),
        source.system,
        source.where,
        iso_timestamp(now),
        request.wanted,
    )
    with RunWriter(output, header, overwrite=request.overwrite) as writer:
        reader = _reader(source, run_id, request, Selection(request, run))
        async for events in reader.batches():
            writer.add(events)
            _show_progress(writer.count)
        writer.finish()
    note(f"Saved {writer.count:,} events to {clean(str(writer.path))}")
    return run


def _reader(source: Source, run_id: str, request: EventsRequest, selection: Selection) -> EventReader:
    """Reads with errors, metadata and attempts: nothing the explorer shows is to be lost."""

    async def fetch(cursor: str | None, limit: int) -> RunEventList:
        page = (await source.page(run_id, cursor, limit, with_run=False)).as_list()
        for sentence in page.skipped:
            note(sentence)
        return page.model_copy(update={"items": _numbered(page.items, selection)})

    return EventReader(
        fetch,
        selection,
        cursor=request.cursor,
        limit=request.limit or sys.maxsize,
        page_size=MAX_PAGE if request.selective else None,
    )


def _numbered(events: Iterable[RunEvent], selection: Selection) -> list[RunEvent]:
    return [
        event if event.step_key is None else event.model_copy(update={"attempt": selection.attempt(event)})
        for event in events
    ]


def _show_progress(count: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"{count:,} events\r", err=True, nl=False)
