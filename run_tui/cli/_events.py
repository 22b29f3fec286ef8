"""Reads the events a command asked for: once up to a limit, or for as long as the run goes on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from itertools import compress

import click

from run_tui.cli._output import print_more
from run_tui.cli._printers import EventDocument, EventLines, EventPrinter, EventTable
from run_tui.cli._selection import Selection
from run_tui.cli.run_events import DEFAULT_EVENTS, EventsRequest
from run_tui.errors import Busy
from run_tui.feed import Feed
from run_tui.format import clean
from run_tui.model import MAX_PAGE, EventPage, Run, RunEvent, RunEventList, RunStatus
from run_tui.once import Once
from run_tui.sources.base import Source
from run_tui.updates import FeedState, Loaded, Phase, Restarted, RunChanged

EXIT_STATUS = {RunStatus.FAILURE: 10, RunStatus.CANCELED: 11}
"""What `--exit-status` makes of a run's status; all others are 0."""

Select = Callable[[list[RunEvent]], list[RunEvent]]
"""Keeps the wanted ones of some events, in order; the events it returns are those it was given, not copies."""
Fetch = Callable[[str | None, int], Awaitable[RunEventList]]
"""The page of at most so many events after a cursor."""


def note(text: str) -> None:
    """Tells something beside the data, on stderr."""
    click.echo(clean(text), err=True)


class EventReader:
    """Reads the first `limit` events that `select` keeps; `cursor` then leads to the first one not delivered.

    `page_size` is how many events to ask for at once, None for as many as are still missing: right if all are kept.
    """

    def __init__(self, fetch: Fetch, select: Select, *, cursor: str | None, limit: int, page_size: int | None) -> None:
        self._fetch, self._select = fetch, select
        self._missing, self._page_size = limit, page_size
        self.cursor, self.has_more = cursor, True

    async def batches(self) -> AsyncIterator[list[RunEvent]]:
        """The events in the server's order, at least one in each batch."""
        while self._missing and self.has_more:
            page = await self._fetch(self.cursor, self._page_size or min(self._missing, MAX_PAGE))
            if batch := await self._take(page):
                yield batch

    async def _take(self, page: RunEventList) -> list[RunEvent]:
        if self.cursor is not None and page.cursor == self.cursor:
            self.has_more = False  # the end, or a server that sends one page for ever
            return []
        kept = self._select(page.items)
        if len(kept) > self._missing:
            kept = kept[: self._missing]
            await self._skip(next(place for place, event in enumerate(page.items, 1) if event is kept[-1]))
        else:
            self.cursor, self.has_more = page.cursor, page.has_more and page.cursor is not None
        self._missing -= len(kept)
        return kept

    async def _skip(self, count: int) -> None:
        """Moves the cursor over `count` events. Only the server makes cursors, so it is asked for just these again."""
        while count:
            page = await self._fetch(self.cursor, count)
            if len(page.items) > count or page.cursor in (None, self.cursor):
                return
            count -= len(page.items)
            self.cursor = page.cursor


class EventFollower:
    """Reads a run's events until it has ended, or `limit` of those that `select` keeps; `run` is its latest state.

    Until the server has answered once, only its wish to be asked later is obeyed: any other failure is raised. Later
    the first of several failures is told, and that the server is back.
    """

    def __init__(self, feed: Feed, select: Select, *, limit: int | None) -> None:
        self._feed = feed
        self._select = select
        self._missing = limit
        self._answered = self._broken = False
        self._once = Once()
        self.run: Run | None = None

    async def batches(self) -> AsyncIterator[list[RunEvent]]:
        """The events as they come, at least one in each batch."""
        async with aclosing(self._feed.updates()) as updates:
            async for update in updates:
                match update:
                    case FeedState():
                        self._tell(update)
                    case RunChanged(run):
                        self.run, self._answered = run, True
                    case Restarted(reason, kept):
                        note(reason)
                        self._once.went_back(kept)
                    case Loaded(page):
                        self._answered = True
                        if batch := self._take(page):
                            yield batch
                        if self._missing == 0:
                            return

    def _take(self, page: EventPage) -> list[RunEvent]:
        for sentence in page.skipped:
            note(sentence)
        # What is printed cannot be taken back.
        are_new = self._once.are_new(zip(page.timestamps, page.steps, page.types, page.messages, strict=True))
        kept = self._select(list(compress(page.as_list().items, are_new)))
        if self._missing is not None:
            kept = kept[: self._missing]
            self._missing -= len(kept)
        return kept

    def _tell(self, state: FeedState) -> None:
        if state.error is None:
            if self._broken:
                note("The server answers again.")
            if state.partial:
                note("The server counts more events than it delivers.")
            self._broken = False
            self._answered |= state.phase is not Phase.LOADING
        elif state.phase is Phase.FAILED or not (self._answered or isinstance(state.error, Busy)):
            raise state.error
        elif not self._broken:
            self._broken = True
            note(f"{state.error}; next try in {state.retry_in:.1f} s")


async def print_events(source: Source, run_id: str, request: EventsRequest) -> int:
    """Prints or saves the events asked for, and tells what there is beside them; returns the exit code."""
    if request.output is not None:
        from run_tui.cli._saving import save_events

        saved = await save_events(source, run_id, request, request.output, time.time())
        return EXIT_STATUS.get(saved.status, 0) if request.exit_status else 0
    run = None if request.filter is None else await source.run(run_id)
    if request.follow:
        feed = Feed(source, run_id, cursor=request.cursor)
        follower = EventFollower(feed, Selection(request, run), limit=request.limit)
        await _print(follower, EventLines() if request.as_json else EventTable(run_id))
        last_seen = follower.run
    else:
        reader = _reader(source, run_id, request, Selection(request, run))
        await _print(reader, EventDocument(run_id) if request.as_json else EventTable(run_id))
        if reader.has_more and request.counts_attempts:
            note("More events: a higher --limit")
        elif reader.has_more and reader.cursor is not None:
            print_more("events", reader.cursor)
        last_seen = None
    if not request.exit_status:
        return 0
    return EXIT_STATUS.get((last_seen or await source.run(run_id)).status, 0)


async def _print(reader: EventReader | EventFollower, printer: EventPrinter) -> None:
    async for events in reader.batches():
        printer.add(events)
    printer.end()


def _reader(source: Source, run_id: str, request: EventsRequest, select: Select) -> EventReader:
    """Reads with the documented query; only the filter language has to see errors and metadata too."""

    async def fetch(cursor: str | None, limit: int) -> RunEventList:
        if request.filter is None:
            page = await source.events(run_id, cursor, limit)
        else:
            page = (await source.page(run_id, cursor, limit)).as_list()
        for sentence in page.skipped:
            note(sentence)
        return page

    return EventReader(
        fetch,
        select,
        cursor=request.cursor,
        limit=request.limit or DEFAULT_EVENTS,
        page_size=MAX_PAGE if request.selective else None,
    )
