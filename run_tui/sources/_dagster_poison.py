"""Steps over events that a Dagster server cannot deliver.

One event with a level the server does not know, or with half a surrogate pair in its message, makes every page that
holds it fail. The pages before it are found by asking for fewer events, the way past it by cursors made by hand.
Those are not documented: they are made only where the server's own cursors have been seen to look the same.

Which ids come next cannot be known, as all runs may share one sequence; but a cursor may also count a run's events.

Servers break down for other reasons too, and all that is asked in the meantime looks like poison. So an event counts as
that only where the server broke down over it TIMES times and answered something else between each two of them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, with_config

# pydantic takes the standard library's TypedDict from Python 3.12 on only, and brings this one along.
from typing_extensions import TypedDict

from run_tui.errors import ServerError
from run_tui.model import EventPage
from run_tui.sources._answer import Crashed

Fetch = Callable[[str | None, int], Awaitable[EventPage]]
"""Asks for at most so many events after a cursor (None: from the start)."""

MANY = 64
"""How many events in a row are tried one by one; what lies between more of them may be passed over with them."""
FAR = 2**20
"""How far beyond the last good id poison at the end of a log is looked for: all runs may share one sequence of ids."""
BEYOND = 2**62
"""An id that no event has, above all others."""
TIMES = 6
"""How often a server has to break down over an event. Where it does so at every third request, whatever that asks, one
event in seven hundred of those it broke down over first would pass for poison."""


@with_config(ConfigDict(defer_build=True))
class _StorageCursor(TypedDict):
    type: Literal["STORAGE_ID"]
    value: Annotated[int, Field(strict=True)]


_STORAGE_CURSOR = TypeAdapter(_StorageCursor)


def storage_cursor(id_: int) -> str:
    """The cursor after the event with the id `id_`."""
    return _encoded("STORAGE_ID", id_)


def offset_cursor(count: int) -> str:
    """The cursor after the first `count` events of a run."""
    return _encoded("OFFSET", count)


def storage_id(cursor: str | None) -> int | None:
    """The id that `cursor` stands after: 0 at the start, None where it is no such cursor."""
    if cursor is None:
        return 0
    try:
        return _STORAGE_CURSOR.validate_json(b64decode(cursor))["value"]
    except ValueError:
        return None


def is_unreadable(error: ServerError) -> bool:
    """Whether `error` says that an event has a level which the server does not know."""
    return "Invalid log level" in str(error)


def is_poison(error: ServerError) -> bool:
    """Whether `error` can be what a server answers with when it meets an event that it cannot deliver."""
    return isinstance(error, Crashed) or is_unreadable(error)


async def read_past_poison(fetch: Fetch, cursor: str | None, limit: int) -> EventPage:
    """The page `fetch` gives or, where an event in it cannot be delivered, the page up to and past that event.

    Such a page says in `skipped` what it lacks. Raises what `fetch` raised where there is no way past.
    """
    if storage_id(cursor) is None:
        return await fetch(cursor, limit)
    server = _Server(fetch)
    trouble = await server.ask(cursor, limit, times=2)
    if isinstance(trouble, EventPage):
        return trouble
    page = await _before(server, cursor, limit)
    last = storage_id(page.cursor)
    if last is None:
        return page
    if len(page):
        server.good = cursor
    with suppress(Crashed):
        alone = await server.ask(page.cursor, 1)
        if isinstance(alone, EventPage):
            return page if len(page) else alone
        way = await _past(server, last)
        if way is not None:
            return _joined(page, *way, reason=str(alone))
    if len(page):
        return page
    raise trouble


class _Server:
    """Asks `fetch`, and tells a server that broke down over an event from one that did so for a while.

    `good` is the cursor before an event that it can deliver, as far as one is known: else no event is after it.
    """

    def __init__(self, fetch: Fetch) -> None:
        self.good: str | None = storage_cursor(BEYOND)
        self._fetch = fetch

    async def ask(self, cursor: str | None, limit: int, times: int = TIMES) -> EventPage | ServerError:
        """A page, or the poison in it. Raises `Crashed` where the server cannot deliver what is good either."""
        for number in range(times):
            answer = await self.ask_once(cursor, limit)
            if not isinstance(answer, Crashed):
                break
            if number:
                await self._see_that_it_is_well(answer)
        return answer

    async def ask_once(self, cursor: str | None, limit: int) -> EventPage | ServerError:
        """A page, or what may be poison in it."""
        try:
            return await self._fetch(cursor, limit)
        except ServerError as error:
            if not is_poison(error):
                raise
            return error

    async def _see_that_it_is_well(self, trouble: ServerError) -> None:
        for _ in range(2):
            if isinstance(await self.ask_once(self.good, 1), EventPage):
                return
        raise trouble


async def _before(server: _Server, cursor: str | None, limit: int) -> EventPage:
    """The longest page after `cursor` that holds no poison; empty where the very next event is poison.

    A server that breaks down over nothing makes it shorter than it could be, which does no harm.
    """
    page = EventPage(run_id="", cursor=cursor)
    good, bad = 0, limit
    while bad - good > 1:
        middle = (good + bad) // 2
        shorter = await server.ask_once(cursor, middle)
        if isinstance(shorter, EventPage):
            page, good = shorter, middle
        else:
            bad = middle
    return page


async def _past(server: _Server, last: int) -> tuple[int, int, EventPage] | None:
    """How many events after the id `last` are poison, an id to go on after, and what the server answers from there.

    None where the server answers nowhere near.
    """
    before = await _rank(server, last)
    for count in range(1, MANY + 1):
        answer = await server.ask(offset_cursor(before + count), 1)
        if isinstance(answer, EventPage):
            next_id = storage_id(answer.cursor) if len(answer) else None
            if next_id is not None:
                return count, next_id - 1, answer
            break
    found = await _first_answer(server, last)
    return None if found is None else (count, *found)


async def _rank(server: _Server, last: int) -> int:
    """How many events have ids up to `last`, which is that of a good one: at most `last`, as ids begin at 1."""
    low, high = 0, max(0, last)
    middle = high
    while low < high:
        number, id_ = middle, None
        while number > low and (id_ := await _id_of(server, number)) is None:
            number -= 1
        if id_ == last:
            return number
        if id_ is not None and id_ > last:
            high = number - 1
        else:
            low = middle
        middle = (low + high + 1) // 2
    return low


async def _id_of(server: _Server, number: int) -> int | None:
    """The id of the run's event of this number, from 1; BEYOND beyond the last one, None for poison."""
    answer = await server.ask(offset_cursor(number - 1), 1)
    if not isinstance(answer, EventPage):
        return None
    id_ = storage_id(answer.cursor) if len(answer) else None
    return BEYOND if id_ is None else id_


async def _first_answer(server: _Server, last: int) -> tuple[int, EventPage] | None:
    """The smallest id above `last` after which the server answers again, and that answer; None where it never does.

    Where good events lie between poison it may not be the smallest.
    """
    low, high = 0, 1
    while not isinstance(answer := await server.ask(storage_cursor(last + high), 1), EventPage):
        if high >= FAR:
            return None
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        nearer = await server.ask(storage_cursor(last + middle), 1)
        if isinstance(nearer, EventPage):
            answer, high = nearer, middle
        else:
            low = middle
    return last + high, answer


def _joined(page: EventPage, count: int, resumed: int, after: EventPage, reason: str) -> EventPage:
    """`page` and the `count` poison events after it: the way leads on after the id `resumed`, to `after`."""
    what = "1 event" if count == 1 else f"{count} events"
    return replace(
        page,
        run_id=after.run_id,
        cursor=storage_cursor(resumed),
        has_more=len(after) > 0,
        run=page.run or after.run,
        skipped=(f"The server cannot deliver {what}: {reason}",),
        skipped_count=count,
    )


def _encoded(kind: str, value: int) -> str:
    return b64encode(json.dumps({"type": kind, "value": value}).encode()).decode()
