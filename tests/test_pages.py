"""A run's pages, read ahead of those who want them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import pytest

from run_tui.errors import Unreachable
from run_tui.feed import Feed
from run_tui.model import EventPage, RunStatus
from run_tui.pages import PageReader
from run_tui.updates import Loaded
from tests.scripted import Asked, FakeTime, ScriptedSource, a_page, a_run
from tests.waiting import until


@dataclass
class Numbered(ScriptedSource):
    """Events whose numbers may have gaps; `asked` are the places it was asked from, with whether for the run too."""

    numbers: list[int] = field(default_factory=list)
    asked: list[tuple[int, bool]] = field(default_factory=list)
    fail_at: int | None = None

    async def answer(self, asked: Asked) -> EventPage:
        after = int(asked.cursor or 0)
        self.asked.append((after, asked.with_run))
        if self.fail_at == after:
            self.fail_at = None
            raise Unreachable("gone")
        found = [number for number in self.numbers if number > after][: asked.limit]
        return a_page(
            [str(number) for number in found],
            str(found[-1] if found else after),
            has_more=len(found) == asked.limit,
            run=a_run(self.status) if asked.with_run else None,
        )


def reader_of(source: Numbered, limit: int = 3) -> PageReader:
    """A reader of pages of so many events."""
    reader = PageReader(source, "r1", None)
    reader.room = lambda _: limit
    return reader


async def read(source: Numbered) -> list[str]:
    """All messages, read as the feed reads."""
    reader = reader_of(source)
    found: list[str] = []
    while True:
        try:
            page = await reader.answer()
        except Unreachable:
            continue
        reader.take(page)
        found += page.messages
        if not page.has_more:
            await reader.cancel()
            return found
        await reader.ask_ahead()


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6, 20, 21])
async def test_without_gaps_every_page_is_asked_for_once(count: int) -> None:
    source = Numbered(numbers=list(range(1, count + 1)))
    assert await read(source) == [str(number) for number in source.numbers]
    places = [place for place, _ in source.asked]
    assert len(places) == len(set(places))


async def test_the_next_page_is_on_its_way_before_it_is_wanted() -> None:
    source = Numbered(numbers=list(range(1, 100)))
    reader = reader_of(source)
    reader.take(await reader.answer())
    await reader.ask_ahead()
    assert source.asked == [(0, True), (3, False)]
    await reader.cancel()
    assert not reader.asked


@dataclass
class Telling(Numbered):
    """Tells where a page ends before it is all there, and sends it when `rest` is set; `short` of all but one event."""

    rest: asyncio.Event = field(default_factory=asyncio.Event)
    short: bool = False

    async def answer(self, asked: Asked) -> EventPage:
        page = await super().answer(asked)
        if asked.ahead is not None and page.has_more and page.cursor is not None:
            await asked.ahead(page.cursor)
            await self.rest.wait()
        return await super().answer(replace(asked, limit=1)) if self.short and asked.ahead else page


async def test_a_page_is_asked_for_while_the_one_before_it_is_on_its_way() -> None:
    source = Telling(numbers=list(range(1, 14)))
    reader = reader_of(source)
    reader.take(await reader.answer())
    await reader.ask_ahead()
    assert source.asked == [(0, True), (3, False), (6, False)]
    source.rest.set()
    await until(lambda: all(task.done() for task in reader._asked.values()))
    assert len(source.asked) == 3, "two pages are read ahead of those who want them, not more"
    for expected in (["4", "5", "6"], ["7", "8", "9"]):
        page = await reader.answer()
        reader.take(page)
        assert page.messages == expected
        await reader.ask_ahead()
    assert [place for place, _ in source.asked[3:]] == [9, 12]
    await reader.cancel()


async def test_nothing_is_asked_for_ahead_where_there_is_no_room() -> None:
    source = Telling(numbers=list(range(1, 100)))
    source.rest.set()
    reader = reader_of(source)
    reader.room = lambda cursor: 3 if int(cursor or 0) < 6 else 0
    reader.take(await reader.answer())
    await reader.ask_ahead()
    reader.take(await reader.answer())
    await reader.ask_ahead()
    assert [place for place, _ in source.asked] == [0, 3]
    assert not reader.asked


@pytest.mark.parametrize("fail_at", [None, 3, 6])
async def test_what_was_told_of_a_page_is_not_believed_once_it_is_there(fail_at: int | None) -> None:
    source = Telling(numbers=list(range(1, 14)), fail_at=fail_at, short=True)
    source.rest.set()
    assert await read(source) == [str(number) for number in source.numbers]


async def test_a_place_that_leads_back_is_not_asked_for() -> None:
    class Misleading(Numbered):
        async def answer(self, asked: Asked) -> EventPage:
            if asked.ahead is not None:
                await asked.ahead("1")
            return await super().answer(asked)

    source = Misleading(numbers=list(range(1, 14)))
    assert await read(source) == [str(number) for number in source.numbers]
    assert [place for place, _ in source.asked] == [0, 3, 6, 9, 12]


@pytest.mark.parametrize("gap", [2, 3, 5, 7, 12])
async def test_gaps_in_the_numbers_lose_and_repeat_nothing(gap: int) -> None:
    source = Numbered(numbers=[number for number in range(1, 40) if number % gap])
    assert await read(source) == [str(number) for number in source.numbers]


@pytest.mark.parametrize("place", [0, 3, 6, 9, 12])
async def test_a_failure_ahead_is_met_when_its_page_is_wanted(place: int) -> None:
    source = Numbered(numbers=list(range(1, 14)), fail_at=place)
    assert await read(source) == [str(number) for number in source.numbers]


async def test_the_run_is_asked_for_at_the_start_and_at_the_end_only() -> None:
    source = Numbered(numbers=list(range(1, 3001)), status=RunStatus.SUCCESS)
    async with aclosing(Feed(source, "r1", clock=FakeTime().clock).updates()) as updates:
        held = sum([len(update.page) async for update in updates if isinstance(update, Loaded)])
    assert held == 3000
    asked = [with_run for _, with_run in source.asked]
    assert asked[:4] == [True, False, False, False]
    assert all(asked[4:])


async def test_every_page_is_asked_for_in_its_turn() -> None:
    turns, source = asyncio.Semaphore(1), ScriptedSource(["a", "b"])
    taken: list[bool] = []
    source.script = lambda source, number: taken.append(turns.locked())
    reader = PageReader(source, "r1", None, turns)
    for one in (reader, reader.back_at(0, None)):
        assert list((await one.answer()).messages) == ["a", "b"]
        assert not turns.locked()
    assert taken == [True, True]
