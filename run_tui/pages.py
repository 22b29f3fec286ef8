"""Reads a run's pages one after the other, the next one always on its way while this one is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial

from run_tui.errors import BadAnswer
from run_tui.marks import Marks, Stand
from run_tui.model import MAX_PAGE, EventPage
from run_tui.sources.base import Source

SENDING = 6
"""Turns of the event loop in which a request is sent: httpx needs four of them."""


Turns = AbstractAsyncContextManager[object]
"""What to hold while a page is asked for, such as a semaphore."""


class PageReader:
    """Reads one page after the other from a cursor on; at most two are asked for before they are wanted.

    A page is asked for as soon as the answer before it has told where it starts, while the rest of that is still on
    its way. `room` says how many events may be asked for after a place; where it leaves none, none are asked for ahead.
    """

    def __init__(self, source: Source, run_id: str, cursor: str | None, turns: Turns | None = None) -> None:
        self.cursor = cursor
        self.held = 0
        self.marks = Marks()
        self.room: Callable[[str | None], int] = any_number
        self._source, self._run_id = source, run_id
        self._turns: Turns = turns or nullcontext()
        self._asked: dict[str | None, asyncio.Task[EventPage]] = {}

    @property
    def asked(self) -> bool:
        """Whether the next page has been asked for already."""
        return self.cursor in self._asked

    async def ask_ahead(self, *, with_run: bool = False) -> None:
        """Sees to it that the request for the next page is on its way before the caller goes on.

        Asking for the run's state, too, would make each page of a long run cost the server more.
        """
        if not self.asked and self.room(self.cursor) > 0:
            await self._send(self.cursor, with_run=with_run)

    async def answer(self) -> EventPage:
        """The next page, asked for now if it was not before; `take` it to go on after it."""
        try:
            page = await (self._asked.get(self.cursor) or self._ask(self.cursor, with_run=True))
        finally:
            self._asked.pop(self.cursor, None)
        if len(page) and not self.moved(page):
            raise BadAnswer(f"{self._source.where} sent events but no new place to read on from.")
        return page

    def moved(self, page: EventPage) -> bool:
        """Whether the page leads on, to a place that lies behind the one it was asked for from."""
        return self._leads_on(self.cursor, page.cursor)

    def take(self, page: EventPage) -> None:
        """Counts the page as delivered."""
        self.cursor = page.cursor if page.cursor is not None else self.cursor
        self.held += len(page) + page.skipped_count
        self.marks.add(self.held, self.cursor, page.skipped_count)
        # A page that had to be asked for anew, in a smaller piece, ends before the place that was told of first.
        for place in [place for place in self._asked if place != self.cursor]:
            self._asked.pop(place).cancel()

    def back_at(self, kept: int, cursor: str | None) -> PageReader:
        """A reader of the same run that stands after the first `kept` events."""
        reader = PageReader(self._source, self._run_id, cursor, self._turns)
        reader.held, reader.marks = kept, self.marks.up_to(kept)
        return reader

    def standing(self, read: Stand) -> PageReader:
        """A reader of the same run that stands where another one ended."""
        self.marks = read.marks
        return self.back_at(*read.marks.places[-1])

    async def cancel(self) -> None:
        """Drops requests still under way."""
        tasks = list(self._asked.values())
        self._asked.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _leads_on(self, place: str | None, cursor: str | None) -> bool:
        if cursor is None or cursor == place:
            return False
        between = self._source.events_between(place, cursor)
        return between is None or between > 0

    async def _go_on(self, place: str | None, cursor: str) -> None:
        """Asks for the page at `cursor`, where the one at `place` was just seen to end, if that is the next one."""
        wanted = place == self.cursor and cursor not in self._asked
        if wanted and self._leads_on(place, cursor) and self.room(cursor) > 0:
            await self._send(cursor)

    async def _send(self, cursor: str | None, *, with_run: bool = False) -> None:
        self._ask(cursor, with_run=with_run)
        for _ in range(SENDING):
            await asyncio.sleep(0)

    def _ask(self, cursor: str | None, *, with_run: bool) -> asyncio.Task[EventPage]:
        page = self._page(cursor, with_run=with_run)
        task = self._asked[cursor] = asyncio.create_task(page, name=f"page of {self._run_id}")
        task.add_done_callback(_excuse)
        return task

    async def _page(self, cursor: str | None, *, with_run: bool) -> EventPage:
        async with self._turns:
            return await self._source.page(
                self._run_id,
                cursor,
                max(1, self.room(cursor)),
                with_run=with_run,
                ahead=None if with_run else partial(self._go_on, cursor),
            )


def _excuse(task: asyncio.Task[EventPage]) -> None:
    """A failure is met when the page is wanted; asyncio would print those of pages that nobody wants any more."""
    if not task.cancelled():
        task.exception()


def any_number(_: str | None) -> int:
    """As many events as a page can hold."""
    return MAX_PAGE
