"""A run's pages, read ahead of those who want them."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from run_tui.errors import Unreachable
from run_tui.feed import Feed
from run_tui.model import MAX_PAGE, EventPage, RunStatus
from run_tui.pages import PageReader
from run_tui.updates import Loaded
from tests.scripted import FakeTime, ScriptedSource, a_run


@dataclass
class Numbered(ScriptedSource):
    """Events whose numbers may have gaps; `asked` are the places it was asked from, with whether for the run too."""

    numbers: list[int] = field(default_factory=list)
    asked: list[tuple[int, bool]] = field(default_factory=list)
    fail_at: int | None = None

    async def page(
        self, run_id: str, cursor: str | None = None, limit: int = MAX_PAGE, *, with_run: bool = True
    ) -> EventPage:
        after = int(cursor or 0)
        self.asked.append((after, with_run))
        if self.fail_at == after:
            self.fail_at = None
            raise Unreachable("gone")
        found = [number for number in self.numbers if number > after][:limit]
        return EventPage(
            run_id=run_id,
            timestamps=["0"] * len(found),
            levels=["INFO"] * len(found),
            types=[None] * len(found),
            steps=[None] * len(found),
            messages=[str(number) for number in found],
            cursor=str(found[-1] if found else after),
            has_more=len(found) == limit,
            run=a_run(self.status) if with_run else None,
        )


async def read(source: Numbered, limit: int = 3) -> list[str]:
    """All messages, read as the feed reads."""
    reader = PageReader(source, "r1", None)
    found: list[str] = []
    while True:
        try:
            page = await reader.answer(limit)
        except Unreachable:
            continue
        reader.take(page)
        found += page.messages
        if not page.has_more:
            await reader.cancel()
            return found
        await reader.ask_ahead(limit)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6, 20, 21])
async def test_without_gaps_every_page_is_asked_for_once(count: int) -> None:
    source = Numbered(numbers=list(range(1, count + 1)))
    assert await read(source) == [str(number) for number in source.numbers]
    places = [place for place, _ in source.asked]
    assert len(places) == len(set(places))


async def test_the_next_page_is_on_its_way_before_it_is_wanted() -> None:
    source = Numbered(numbers=list(range(1, 100)))
    reader = PageReader(source, "r1", None)
    reader.take(await reader.answer(3))
    await reader.ask_ahead(3)
    assert source.asked == [(0, True), (3, False)]
    await reader.cancel()
    assert not reader.asked


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
