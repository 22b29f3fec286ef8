"""Reads the events of several runs as one log: once, or for as long as one of them goes on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import click

from run_tui.archive import Header, RunWriter, event_object, table_head, table_row
from run_tui.cli._common import print_json, tell
from run_tui.cli._events import EXIT_STATUS, note
from run_tui.cli._naming import with_run
from run_tui.cli._printers import EventLines, EventPrinter
from run_tui.cli._selection import Selection
from run_tui.cli.run_events import DEFAULT_EVENTS, EventsRequest
from run_tui.errors import SourceError
from run_tui.format import clean, plural, run_labels
from run_tui.model import Run, RunEvent, iso_timestamp
from run_tui.run_board import run_of_several
from run_tui.sources.base import Source
from run_tui.together import FeedOfSeveral
from run_tui.updates import FeedState, Loaded, OneOfSeveral, Phase


class TogetherReader:
    """Reads events of several runs, merged by time: all there are, or with `follow` until all runs have ended.

    `runs` are their latest states; what cannot be read is told, and its first error kept in `error`.
    """

    def __init__(
        self, source: Source, runs: Sequence[Run], select: Selection, *, limit: int | None, follow: bool
    ) -> None:
        self._feed = FeedOfSeveral([(source, run) for run in runs])
        self._select, self._missing, self._follow = select, limit, follow
        self._told: set[str] = set()
        self.runs = {run.id: run for run in runs}
        self.error: SourceError | None = None
        self.has_more = False

    async def batches(self) -> AsyncIterator[list[RunEvent]]:
        """The events as they come, at least one in each batch."""
        async with aclosing(self._feed.updates()) as updates:
            async for update in updates:
                match update:
                    case OneOfSeveral(run=run, state=state):
                        self.runs[run.id] = run
                        self._tell(run, state)
                    case Loaded(page):
                        for sentence in page.skipped:
                            note(sentence)
                        if batch := self._kept(self._select(page.as_list().items)):
                            yield batch
                        if self._missing == 0:
                            self.has_more = True
                            return
                    case FeedState() if not self._follow and self._feed.all_read:
                        return

    def _kept(self, events: list[RunEvent]) -> list[RunEvent]:
        if self._missing is not None:
            events = events[: self._missing]
            self._missing -= len(events)
        return events

    def _tell(self, run: Run, state: FeedState) -> None:
        """Says once what is wrong with a run, and that its server answers again."""
        if state.error is None:
            if run.id in self._told and state.phase is not Phase.LOADING:
                self._told.discard(run.id)
                note(f"{run.id}: the server answers again.")
        elif run.id not in self._told:
            self._told.add(run.id)
            self.error = self.error or state.error
            note(f"{run.id}: {state.error}")


class TogetherTable:
    """The documented table, with the run of each event before it."""

    def __init__(self, runs: Sequence[Run]) -> None:
        labels = run_labels(run.name for run in runs)
        self._labels = {run.id: labels[run.name] for run in runs}
        self._width = max(map(len, self._labels.values()))
        self._count = 0

    def add(self, events: list[RunEvent]) -> None:
        """Prints a line for each event."""
        if not self._count:
            *_, header, _ = table_head("")
            header = f"{'RUN':<{self._width}} {header}"
            click.echo(f"Events for {plural(len(self._labels), 'run')}:\n\n{header}\n{'-' * len(header)}")
        self._count += len(events)
        click.echo("\n".join(f"{self._labels[event.run_id]:<{self._width}} {table_row(event)}" for event in events))

    def end(self) -> None:
        """Prints the count."""
        runs = plural(len(self._labels), "run")
        click.echo(f"\nTotal events: {self._count}" if self._count else f"No events found for {runs}")


class TogetherDocument:
    """A JSON object of all events, printed whole at the end."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._ids = [run.id for run in runs]
        self._events: list[object] = []

    def add(self, events: list[RunEvent]) -> None:
        """Keeps the events for the end."""
        self._events += map(event_object, events)

    def end(self) -> None:
        """Prints the object."""
        print_json({"run_ids": self._ids, "events": self._events, "count": len(self._events)}, indent=2)


async def print_together(source: Source, texts: Sequence[str], request: EventsRequest) -> int:
    """Prints or saves events of several runs; a run that cannot be read is told of, and the others are read.

    Returns the exit code: that of the first error, else with `--exit-status` that of the runs.
    """
    runs, error = await _found(source, texts, request.as_json)
    if not runs:
        return 0 if error is None else error.exit_code
    select = Selection(request, run_of_several(runs), {run.id: run.name for run in runs})
    limit = request.limit if request.limit or request.follow or request.output else DEFAULT_EVENTS
    reader = TogetherReader(source, runs, select, limit=limit, follow=request.follow)
    if request.output is not None:
        await _save(source, runs, request, request.output, reader)
    else:
        await _print(reader, _printer(runs, request))
    if reader.has_more:
        note("More events: a higher --limit")
    error = error or reader.error
    if error is not None:
        return error.exit_code
    statuses = {run.status for run in reader.runs.values()} if request.exit_status else set()
    return next((code for status, code in EXIT_STATUS.items() if status in statuses), 0)


async def _found(source: Source, texts: Sequence[str], as_json: bool) -> tuple[list[Run], SourceError | None]:
    """The runs that are meant, each once, and the first error of those that cannot be found."""
    runs: dict[str, Run] = {}
    first: SourceError | None = None
    for text in texts:
        try:
            run = await with_run(source, text, source.run)
        except SourceError as error:
            tell(error, f"Error querying {source.system}", text, as_json)
            first = first or error
        else:
            runs[run.id] = run
    return list(runs.values()), first


def _printer(runs: Sequence[Run], request: EventsRequest) -> EventPrinter:
    if not request.as_json:
        return TogetherTable(runs)
    return EventLines() if request.follow else TogetherDocument(runs)


async def _print(reader: TogetherReader, printer: EventPrinter) -> None:
    async for events in reader.batches():
        printer.add(events)
    printer.end()


async def _save(
    source: Source, runs: Sequence[Run], request: EventsRequest, output: str, reader: TogetherReader
) -> None:
    header = Header(
        run_of_several(runs),
        system=source.system,
        where=source.where,
        saved_at=iso_timestamp(time.time()),
        filter=request.wanted,
        runs=tuple(runs),
    )
    with RunWriter(output, header, overwrite=request.overwrite) as writer:
        async for events in reader.batches():
            writer.add(events)
        writer.finish()
    note(f"Saved {writer.count:,} events to {clean(str(writer.path))}")
