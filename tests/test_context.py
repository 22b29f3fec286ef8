"""Rows around matches, against a plain walk over the rows."""

from __future__ import annotations

from datetime import UTC
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from run_tui.model import EventPage
from run_tui.query import TimeContext, parse
from run_tui.store import BLOCK_BYTES, BLOCK_ROWS, EventStore
from run_tui.timeline import Gap, Timeline
from run_tui.view import EventView, Matches

TIMES = TimeContext(0, None, 10_000, UTC)
WANTED = parse("match").filter


def page(messages: list[str]) -> EventPage:
    count = len(messages)
    return EventPage(
        run_id="r1",
        timestamps=[str(n) for n in range(count)],
        levels=["INFO"] * count,
        types=[None] * count,
        steps=[None] * count,
        messages=messages,
        details={},
        cursor=None,
    )


def store_of(hits: set[int], count: int, *, long: bool = False) -> EventStore:
    store = EventStore("r1")
    filler = "x" * (BLOCK_BYTES // 2) if long else "row"
    store.append(page(["a match" if row in hits else filler for row in range(count)]))
    return store


def around(hits: set[int], count: int, lines: int) -> list[int]:
    return [row for row in range(count) if any(row - lines <= hit <= row + lines for hit in hits)]


def check(view: EventView, hits: set[int], count: int) -> None:
    listed = [(view[index], view.left_out(index)) for index in range(len(view))]
    shown = [row for row, left_out in listed if not left_out]
    assert shown == around(hits, count, view.context)
    rules = [(before + 1, after - before - 1) for before, after in pairwise(shown) if after > before + 1]
    assert [entry for entry in listed if entry[1]] == (rules if view.context else [])
    assert [view.index_at(row) for row, _ in listed] == list(range(len(listed)))
    assert view.fitting == len(hits)
    assert {row for row in shown if view.fits(row)} == hits


@settings(deadline=None)
@given(st.sets(st.integers(0, 39)), st.lists(st.integers(0, 12), min_size=1, max_size=4), st.integers(0, 39))
def test_context_is_what_a_walk_over_the_rows_finds(hits: set[int], lines: list[int], near: int) -> None:
    view = EventView(store_of(hits, 40))
    view.apply(WANTED, TIMES, near)
    assert view.advance(60)
    for number in lines:
        view.context = number
        check(view, hits, 40)


@pytest.mark.parametrize("long", [False, True])
def test_context_reaches_across_blocks(long: bool) -> None:
    count = 12 if long else 3 * BLOCK_ROWS
    hits = {1, 7} if long else {BLOCK_ROWS - 1, 2 * BLOCK_ROWS + 3}
    store = store_of(hits, count, long=long)
    assert len(store.blocks) >= 3
    view = EventView(store)
    view.apply(WANTED, TIMES, count // 2)
    for view.context in (5, 1, 2000):
        while not view.advance(0):
            assert all(view.index_at(view[index]) == index for index in range(0, len(view), 97))
        check(view, hits, count)


def test_rows_that_come_later_widen_what_is_shown() -> None:
    view = EventView(store_of({2}, 10))
    view.apply(WANTED, TIMES)
    view.context = 1
    assert view.advance(60)
    check(view, {2}, 10)
    view.store.append(page(["row", "a match", "row"]))
    assert view.advance(60)
    check(view, {2, 11}, 13)


def timeline_of(beginning: list[str], end: list[str]) -> Timeline:
    timeline = Timeline("r1")
    timeline.add(page(beginning))
    timeline.add_to_end(page(end), TIMES)
    return timeline


def test_a_row_stands_for_what_is_not_read_yet_and_for_what_is_left_out() -> None:
    timeline = timeline_of(["match", "b", "c", "d", "match"], ["e", "match"])
    assert [timeline.gap_at(index) for index in range(len(timeline))] == [None] * 5 + [Gap(0, 5), None, None]
    timeline.apply(WANTED, TIMES, None)
    timeline.context = 1
    assert timeline.advance(60)
    gaps = {index: timeline.gap_at(index) for index in range(len(timeline)) if timeline.gap_at(index)}
    assert gaps == {2: Gap(1), 5: Gap(0, 5)}
    assert [timeline.event_near(index, 1) for index in (1, 2, 5, 7)] == [1, 3, 6, 7]
    assert [timeline.event_near(index, -1) for index in (2, 5)] == [1, 4]
    assert timeline.fitting == 3


def test_where_nothing_is_shown_but_the_gap_there_is_no_event_near() -> None:
    timeline = timeline_of(["a"], ["b"])
    timeline.apply(WANTED, TIMES, None)
    assert timeline.advance(60)
    assert (len(timeline), timeline.event_near(0, 1)) == (1, None)


@settings(deadline=None)
@given(st.sets(st.integers(0, 39)), st.sets(st.integers(0, 39)), st.integers(0, 3), st.integers(0, 39))
def test_matches_are_the_shown_rows_that_fit(hits: set[int], others: set[int], lines: int, near: int) -> None:
    store = EventStore("r1")
    store.append(page([("match " if n in hits else "") + ("other" if n in others else "") for n in range(40)]))
    view = EventView(store)
    view.apply(WANTED, TIMES, near)
    view.context = lines
    matches = Matches(view, parse("other").filter, TIMES, near)
    assert view.advance(60)
    assert matches.advance(60)
    matches.update()
    wanted = [row for row in around(hits, 40, lines) if row in others]
    assert len(matches) == len(wanted)
    assert {row for row in range(40) if matches.has(row)} == others
    for row in range(-1, 41):
        assert matches.next(row, 1) == next((other for other in wanted if other > row), None)
        assert matches.next(row, -1) == next((other for other in wanted[::-1] if other < row), None)
    assert [matches.up_to(row) for row in wanted] == [number + 1 for number in range(len(wanted))]


def test_the_next_match_is_not_told_before_all_rows_up_to_it_are_known() -> None:
    store = store_of({0, BLOCK_ROWS + 5, 3 * BLOCK_ROWS}, 3 * BLOCK_ROWS + 1)
    view = EventView(store)
    matches = Matches(view, WANTED, TIMES, BLOCK_ROWS + 10)
    assert not matches.advance(0)
    while not len(matches):
        matches.advance(0)
        matches.update()
    assert matches.next(BLOCK_ROWS + 10, -1) == BLOCK_ROWS + 5
    assert matches.next(3 * BLOCK_ROWS + 1, -1) is None
    assert matches.next(-1, 1) is None
    while not matches.advance(60):
        pass
    matches.update()
    assert matches.next(3 * BLOCK_ROWS + 1, -1) == 3 * BLOCK_ROWS
    assert matches.next(-1, 1) == 0


@pytest.mark.parametrize("near", [(0, 4), (4, 0), (2, 2), (1, 3)])
def test_what_is_told_of_matches_meanwhile_is_true(near: tuple[int, int]) -> None:
    size = 5 * BLOCK_ROWS
    store = EventStore("r1")
    store.append(page([("match " if n % 7 else "") + ("other" if n % 300 == 5 else "") for n in range(size)]))
    wanted = [row for row in range(5, size, 300) if row % 7]
    view = EventView(store)
    view.apply(WANTED, TIMES, near[0] * BLOCK_ROWS)
    matches = Matches(view, parse("other").filter, TIMES, near[1] * BLOCK_ROWS)
    told = []
    while not matches.complete:
        told.append((matches.scanned, len(matches)))
        for row in range(-1, size + 1, 150):
            assert matches.next(row, 1) in (None, next((other for other in wanted if other > row), None))
            assert matches.next(row, -1) in (None, next((other for other in wanted[::-1] if other < row), None))
        view.advance(0)
        matches.advance(0)
        matches.update()
    assert (matches.scanned, len(matches)) == (size, len(wanted))
    assert told[0] == (0, 0)
    assert told == sorted(told)
    assert len(told) > 3
