"""Steps over events that a Dagster server cannot deliver.

One event with a level the server does not know, or with half a surrogate pair in its message, makes every page that
holds it fail. The pages before it are found by asking for fewer events, the way past it by cursors made by hand.
Those are not documented: they are made only where the server's own cursors have been seen to look the same.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

# pydantic takes the standard library's TypedDict from Python 3.12 on only, and brings this one along.
from typing_extensions import TypedDict

from run_tui.errors import ServerError
from run_tui.model import EventPage
from run_tui.sources._http import Crashed

Fetch = Callable[[str | None, int], Awaitable[EventPage]]
"""Asks for at most so many events after a cursor (None: from the start)."""

NEAR = 8
"""How many ids after the last good one are tried one by one: on SQLite a run's ids have no gaps."""
BEYOND = 2**62
"""An id that no event has."""
FAR = 2**20
"""How far the search for the next good id goes: on Postgres all runs share one sequence of ids."""


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
    trouble = await _attempt(fetch, cursor, limit)
    if isinstance(trouble, EventPage):
        return trouble
    if storage_id(cursor) is None or not await _is_well(fetch, trouble):
        raise trouble
    page = await _before(fetch, cursor, limit)
    last = storage_id(page.cursor)
    if last is None:
        return page
    alone = await _attempt(fetch, page.cursor, 1)
    if isinstance(alone, EventPage):
        return page if len(page) else alone
    found = await _first_answer(fetch, last)
    if found is None or not await _stays(fetch, alone, found[0] - 1):
        if len(page):
            return page
        raise trouble
    return _joined(page, last, *found, reason=str(alone))


async def _attempt(fetch: Fetch, cursor: str | None, limit: int) -> EventPage | ServerError:
    """A page or the poison in it. A breakdown counts only if it happens again: servers have other troubles too."""
    trouble = await _once(fetch, cursor, limit)
    return await _once(fetch, cursor, limit) if isinstance(trouble, Crashed) else trouble


async def _once(fetch: Fetch, cursor: str | None, limit: int) -> EventPage | ServerError:
    try:
        return await fetch(cursor, limit)
    except ServerError as error:
        if not is_poison(error):
            raise
        return error


async def _is_well(fetch: Fetch, trouble: ServerError) -> bool:
    """Whether a server that broke down is well where there are no events at all."""
    return is_unreadable(trouble) or isinstance(await _attempt(fetch, storage_cursor(BEYOND), 1), EventPage)


async def _stays(fetch: Fetch, trouble: ServerError, last: int) -> bool:
    """Whether a breakdown after `last` goes on though the server answers behind it: else no event caused it."""
    return is_unreadable(trouble) or not isinstance(await _attempt(fetch, storage_cursor(last), 1), EventPage)


async def _before(fetch: Fetch, cursor: str | None, limit: int) -> EventPage:
    """The longest page after `cursor` that holds no poison; empty where the very next event is poison."""
    page = EventPage(run_id="", cursor=cursor)
    good, bad = 0, limit
    while bad - good > 1:
        middle = (good + bad) // 2
        shorter = await _attempt(fetch, cursor, middle)
        if isinstance(shorter, EventPage):
            page, good = shorter, middle
        else:
            bad = middle
    return page


async def _first_answer(fetch: Fetch, last: int) -> tuple[int, EventPage] | None:
    """The smallest id above `last` after which the server answers again, and that answer; None where it never does."""
    for step in range(1, NEAR + 1):
        answer = await _attempt(fetch, storage_cursor(last + step), 1)
        if isinstance(answer, EventPage):
            return last + step, answer
    low, high = NEAR, 2 * NEAR
    while not isinstance(answer := await _attempt(fetch, storage_cursor(last + high), 1), EventPage):
        if high >= FAR:
            return None
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        nearer = await _attempt(fetch, storage_cursor(last + middle), 1)
        if isinstance(nearer, EventPage):
            answer, high = nearer, middle
        else:
            low = middle
    return last + high, answer


def _joined(page: EventPage, last: int, resumed: int, after: EventPage, reason: str) -> EventPage:
    """`page` and the poison after it: `resumed` is the last poison's id, `after` what follows it."""
    dense = not len(after) or storage_id(after.cursor) == resumed + 1
    count = resumed - last if dense and resumed - last <= NEAR else 1
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
