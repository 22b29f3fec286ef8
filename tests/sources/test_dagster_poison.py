"""Events that a server cannot deliver are stepped over, and told of; all others come through."""

from __future__ import annotations

import asyncio
import json
import random
from base64 import b64decode
from collections.abc import Collection, Container
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from run_tui.errors import ServerError
from run_tui.model import EventPage
from run_tui.sources._answer import Crashed
from run_tui.sources._dagster_poison import FAR, MANY, read_past_poison, storage_cursor, storage_id
from run_tui.sources.dagster import DagsterSource
from tests.sources.asking import source_of
from tests.sources.servers import RUN_ID, ScriptedDagster, served

LEVEL = "dagster_shared.check.functions.CheckError: Failure condition: Invalid log level: 25"


async def whole(source: DagsterSource, limit: int = 1000) -> list[EventPage]:
    """All pages of the run, from the first to the one after which there is no more."""
    pages = [await source.page(RUN_ID, None, limit)]
    while pages[-1].has_more:
        pages.append(await source.page(RUN_ID, pages[-1].cursor, limit))
    return pages


def messages(pages: list[EventPage]) -> list[str]:
    return [message for page in pages for message in page.messages]


@pytest.mark.parametrize(
    ("levels", "surrogates", "reason"),
    [([12], [], LEVEL), ([], [12], "http://scripted broke down over the request (HTTP 500 Internal Server Error)")],
)
async def test_one_poison_event(levels: list[int], surrogates: list[int], reason: str) -> None:
    server = ScriptedDagster(range(1, 31), levels, surrogates)
    async with source_of(server.app) as source:
        first, rest = await whole(source)
        assert (len(first), first.skipped_count, first.cursor) == (11, 1, storage_cursor(12))
        assert first.skipped == (f"The server cannot deliver 1 event: {reason}",)
        assert (rest.skipped, rest.skipped_count) == ((), 0)
        assert messages([first, rest]) == server.good
        assert [await source.has_more_than(RUN_ID, count) for count in (10, 11, 29, 30)] == [True, True, True, False]


async def test_a_whole_page_costs_few_requests() -> None:
    server = ScriptedDagster(range(1, 1001), unknown_levels=[700])
    async with source_of(server.app) as source:
        await source.page(RUN_ID)
    assert len(server.asked) <= 14
    server = ScriptedDagster(range(1, 1001), lone_surrogates=[700])
    async with source_of(server.app) as source:
        await source.page(RUN_ID)
    assert len(server.asked) <= 26


async def test_the_documented_page_steps_over_poison_too() -> None:
    server = ScriptedDagster(range(1, 31), unknown_levels=[5, 6])
    async with source_of(server.app) as source:
        first = await source.events(RUN_ID, limit=20)
        second = await source.events(RUN_ID, first.cursor, limit=20)
    assert [event.message for event in first.items] == [f"event {id_}" for id_ in range(1, 5)]
    assert (first.total, first.has_more) == (4, True)
    assert second.items[0].message == "event 7"


async def test_poison_at_both_ends() -> None:
    server = ScriptedDagster(range(1, 6), unknown_levels=[1], lone_surrogates=[5])
    async with source_of(server.app) as source:
        pages = await whole(source)
        assert messages(pages) == server.good
        assert sum(page.skipped_count for page in pages) == 2
        assert pages[0].run is not None
        assert not pages[-1].has_more
        again = await source.page(RUN_ID, pages[-1].cursor)
    assert (len(again), again.has_more, again.skipped) == (0, False, ())


async def test_poison_in_a_log_that_goes_on_growing() -> None:
    server = ScriptedDagster(list(range(1, 6)), unknown_levels=[5])
    async with source_of(server.app) as source:
        (page,) = await whole(source)
        server.ids = range(1, 8)
        later = await source.page(RUN_ID, page.cursor)
    assert list(later.messages) == ["event 6", "event 7"]


async def test_a_server_that_breaks_off_the_connection_after_it_broke_down() -> None:
    server = ScriptedDagster(range(1, 21), lone_surrogates=[4, 5, 11])
    with served(server.app) as url:
        source = DagsterSource(url)
        pages = await whole(source)
        await source.aclose()
    assert messages(pages) == server.good
    assert [page.skipped_count for page in pages] == [2, 1, 0]


@pytest.mark.parametrize("gap", [2, 9, 1000, 10 * FAR])
async def test_ids_that_all_runs_share(gap: int) -> None:
    server = ScriptedDagster([1, 2, 2 + gap, 2 + 2 * gap], unknown_levels=[2 + gap])
    async with source_of(server.app) as source:
        first, rest = await whole(source)
    assert (list(first.messages), list(rest.messages)) == (["event 1", "event 2"], [f"event {2 + 2 * gap}"])
    assert (first.skipped_count, first.cursor) == (1, storage_cursor(1 + 2 * gap))
    assert len(server.asked) < 50


async def test_too_far_away_ends_at_the_poison() -> None:
    server = ScriptedDagster([1, 2, 3 + 2 * FAR], unknown_levels=[3 + 2 * FAR])
    async with source_of(server.app) as source:
        page = await source.page(RUN_ID)
        assert (list(page.messages), page.skipped, page.has_more) == (["event 1", "event 2"], (), True)
        with pytest.raises(ServerError, match="Invalid log level: 25"):
            await source.page(RUN_ID, page.cursor)


async def test_cursors_of_an_unknown_shape_are_not_made_by_hand() -> None:
    server = ScriptedDagster(range(1, 9), unknown_levels=[4])
    async with source_of(server.app) as source:
        with pytest.raises(ServerError, match="Invalid log level: 25"):
            await source.page(RUN_ID, "eyJ0eXBlIjogIk9GRlNFVCIsICJ2YWx1ZSI6IDJ9")
    assert len(server.asked) == 1


async def test_an_error_that_is_no_poison_is_not_stepped_over() -> None:
    server = ScriptedDagster(range(1, 9), unknown_levels=[4])
    async with source_of(server.app) as source:
        with pytest.raises(ServerError, match="Incorrect padding"):
            await source.page(RUN_ID, "garbage")
        with pytest.raises(ServerError, match="Incorrect padding"):
            await source.events(RUN_ID, "garbage")


def place_of(cursor: str | None) -> int:
    """After how many events the cursor stands, of a run whose ids are their numbers."""
    return 0 if cursor is None else max(0, json.loads(b64decode(cursor))["value"])


class Moody:
    """A server of `count` events that breaks down over `poison`, and at the requests whose numbers are in `moods`."""

    def __init__(
        self, count: int, moods: Container[int], cursor: str | None = None, poison: Collection[int] = ()
    ) -> None:
        self.count, self.moods, self.cursor, self.poison = count, moods, cursor, poison
        self.requests = 0

    async def fetch(self, cursor: str | None, limit: int) -> EventPage:
        self.requests += 1
        if self.requests in self.moods:
            raise Crashed("broke down", status=500)
        start = min(place_of(cursor), self.count)
        ids = range(start + 1, min(start + limit, self.count) + 1)
        if not {*ids}.isdisjoint(self.poison):
            raise Crashed("broke down", status=500)
        texts = [str(id_) for id_ in ids]
        more = len(ids) == limit
        place = self.cursor or (storage_cursor(ids[-1]) if ids else cursor)
        return EventPage("r", texts, texts, texts, texts, texts, cursor=place, has_more=more)


async def test_a_passing_breakdown_costs_one_request_more() -> None:
    moody = Moody(100, {1})
    page = await read_past_poison(moody.fetch, None, 10)
    assert (list(page.messages), page.has_more, page.skipped) == ([str(n) for n in range(1, 11)], True, ())
    assert moody.requests == 2


async def test_a_server_that_is_broken_altogether_is_left_alone() -> None:
    moody = Moody(100, range(1, 1000))
    with pytest.raises(Crashed):
        await read_past_poison(moody.fetch, None, 10)
    assert moody.requests <= 4


async def read_to_the_end(moody: Moody) -> tuple[list[str], int]:
    """What is read of a server, and how much of it is left out; who was told of a breakdown comes again."""
    read: list[str] = []
    cursor, skipped = None, 0
    while True:
        try:
            page = await read_past_poison(moody.fetch, cursor, 10)
        except Crashed:
            continue
        read += page.messages
        skipped += page.skipped_count
        if not page.has_more:
            return read, skipped
        cursor = page.cursor


POISON: list[set[int]] = [set(), {1}, {3}, {3, 4}, {10, 12}, {12}, {24, 25}, {*range(5, 10)}]


@pytest.mark.parametrize("poison", POISON, ids=str)
@pytest.mark.parametrize("length", range(1, 20))
async def test_a_breakdown_of_any_length_leaves_only_poison_out(length: int, poison: set[int]) -> None:
    good = [str(n) for n in range(1, 26) if n not in poison]
    for start in range(1, 60):
        moods = range(start, start + length)
        assert await read_to_the_end(Moody(25, moods, poison=poison)) == (good, len(poison))


class Bursts:
    """Moods that come and go: one request in 30 begins a breakdown of up to `longest` requests."""

    def __init__(self, seed: int, longest: int) -> None:
        self._chance, self._longest, self._left = random.Random(seed), longest, 0

    def __contains__(self, number: object) -> bool:
        if not self._left and self._chance.random() < 1 / 30:
            self._left = self._chance.randint(1, self._longest)
        self._left = max(0, self._left - 1)
        return self._left > 0


@pytest.mark.parametrize("poison", POISON, ids=str)
@pytest.mark.parametrize("longest", [2, 5, 40])
async def test_breakdowns_that_come_and_go_leave_only_poison_out(longest: int, poison: set[int]) -> None:
    good = [str(n) for n in range(1, 26) if n not in poison]
    for seed in range(25):
        assert await read_to_the_end(Moody(25, Bursts(seed, longest), poison=poison)) == (good, len(poison))


async def test_a_server_with_other_cursors_gives_what_it_can() -> None:
    page = await read_past_poison(Moody(100, {1, 2}, cursor="opaque").fetch, None, 10)
    assert (page.cursor, page.skipped, len(page)) == ("opaque", (), 9)


@pytest.mark.parametrize(
    ("cursor", "id_"),
    [
        (None, 0),
        (storage_cursor(59), 59),
        (storage_cursor(-1), -1),
        ("eyJ0eXBlIjogIlNUT1JBR0VfSUQiLCAidmFsdWUiOiAxMH0=", 10),
        ("eyJ0eXBlIjogIk9GRlNFVCIsICJ2YWx1ZSI6IDJ9", None),
        ("garbage", None),
        ("é", None),
        ("", None),
        ("W1tbW1tbW1tb" * 5000, None),
    ],
)
def test_which_cursors_hold_an_id(cursor: str | None, id_: int | None) -> None:
    assert storage_id(cursor) == id_


def all_pages(server: ScriptedDagster, limit: int) -> list[EventPage]:
    async def read() -> list[EventPage]:
        async with source_of(server.app) as source:
            return await whole(source, limit)

    return asyncio.run(read())


@settings(max_examples=80, deadline=None)
@given(
    data=st.data(),
    steps=st.lists(st.integers(1, 300) | st.just(1), max_size=40),
    start=st.integers(1, 1000),
    limit=st.integers(1, 50),
)
def test_any_poison_in_ids_with_and_without_gaps(data: st.DataObject, steps: list[int], start: int, limit: int) -> None:
    ids = list(accumulate(steps, initial=start))
    poison = data.draw(st.sets(st.sampled_from(ids)))
    levels = data.draw(st.sets(st.sampled_from(sorted(poison)))) if poison else set()
    server = ScriptedDagster(ids, levels, poison - levels)
    pages = all_pages(server, limit)
    assert messages(pages) == server.good
    assert sum(page.skipped_count for page in pages) == len(poison)


def test_more_poison_in_a_row_than_is_tried_one_by_one() -> None:
    ids = range(5, 5 + 3 * MANY)
    server = ScriptedDagster([1, *ids, 1000, 1001], unknown_levels=set(ids))
    assert messages(all_pages(server, 1000)) == server.good
