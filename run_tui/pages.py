"""Reads a run page by page, the next one always on its way while this one is looked at."""

from __future__ import annotations

import asyncio

from run_tui.errors import BadAnswer
from run_tui.marks import Marks
from run_tui.model import MAX_PAGE, EventPage
from run_tui.sources.base import Source

SENDING = 6
"""Turns of the event loop in which a request is sent: httpx needs four of them."""


class PageReader:
    """Reads one page after the other from a cursor on; at most one is asked for before it is needed."""

    def __init__(self, source: Source, run_id: str, cursor: str | None) -> None:
        self.cursor = cursor
        self.held = 0
        self.marks = Marks()
        self._source, self._run_id = source, run_id
        self._next: asyncio.Task[EventPage] | None = None

    @property
    def asked(self) -> bool:
        """Whether a page has been asked for already."""
        return self._next is not None

    async def ask_ahead(self, limit: int = MAX_PAGE) -> None:
        """Sends the request for the next page: it is on its way before the caller goes on.

        It does not ask for the run's state, which would make each page of a long run cost the server more.
        """
        self._next = self._ask(limit, with_run=False)
        for _ in range(SENDING):
            await asyncio.sleep(0)

    async def answer(self, limit: int = MAX_PAGE) -> EventPage:
        """The next page, asked for now if it was not before; `take` it to go on after it."""
        self._next = self._next or self._ask(limit, with_run=True)
        try:
            page = await self._next
        finally:
            self._next = None
        if len(page) and not self.moved(page):
            raise BadAnswer(f"{self._source.where} sent events but no new place to read on from.")
        return page

    def moved(self, page: EventPage) -> bool:
        """Whether the page leads on, to a place that lies behind the one it was asked for from."""
        if page.cursor is None or page.cursor == self.cursor:
            return False
        between = self._source.events_between(self.cursor, page.cursor)
        return between is None or between > 0

    def take(self, page: EventPage) -> None:
        """Counts the page as delivered."""
        self.cursor = page.cursor if page.cursor is not None else self.cursor
        self.held += len(page) + page.skipped_count
        self.marks.add(self.held, self.cursor, page.skipped_count)

    def back_at(self, kept: int, cursor: str | None) -> PageReader:
        """A reader of the same run that stands after the first `kept` events."""
        reader = PageReader(self._source, self._run_id, cursor)
        reader.held, reader.marks = kept, self.marks.up_to(kept)
        return reader

    async def cancel(self) -> None:
        """Drops a request still under way."""
        task, self._next = self._next, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def _ask(self, limit: int, *, with_run: bool) -> asyncio.Task[EventPage]:
        page = self._source.page(self._run_id, self.cursor, limit, with_run=with_run)
        return asyncio.create_task(page, name=f"page of {self._run_id}")
