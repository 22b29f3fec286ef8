"""The view against `Filter.matches` over a plain list of events."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from run_tui.model import EventPage, RunEvent
from run_tui.query import Filter, PatternTerm, SlowPattern, TextTerm, TimeContext, parse
from run_tui.store import BLOCK_ROWS, EventStore
from run_tui.view import EventView
from tests.events import EVENTS, SEVERAL, of_runs, page_of

TIMES = TimeContext(1_795_307_802_000, 1_795_307_862_000, 1_795_307_900_000, UTC)
FILTERS = st.sampled_from(
    [
        "", "load", "lo", "größe", "-refused", "step:load", "-step:load_*", "type:STEP_FAILURE",
        "type:LOG", "level:error",
        "level:info", "-level:error", "attempt:2", "/re.used/", "-/^$/", "connection refused", "after:+10s",
        "before:+30s -load", "step:work[a] KeyError:", "step:load_users step:publish", "type:RUN_*",
        '"connection refused"', "s", "ss", "/refused|key/", "-/conn(ection)?/", "/[a-z]{4}$/ -o",
        "after:20s level:warning step:load -größe /o/", "run:r1", "-run:r1", "run:load,r2", "-run:etl",
        "run:=etl -load",
    ]
)  # fmt: skip


def shown(view: EventView) -> list[int]:
    return [view[index] for index in range(len(view))]


def matching(store: EventStore, filter: Filter) -> list[int]:
    return [row for row in range(len(store)) if filter.matches(store.event(row), TIMES, store.run_of(row))]


def expected(store: EventStore, text: str) -> list[int]:
    return matching(store, parse(text).filter)


def find(view: EventView, text: str, near: int = 0) -> None:
    view.apply(parse(text).filter, TIMES, near)
    while not view.advance(60):
        pass


@settings(deadline=None)
@given(
    st.lists(EVENTS, max_size=12),
    st.lists(EVENTS, max_size=6),
    st.lists(FILTERS, min_size=1, max_size=4),
    st.integers(0),
    SEVERAL,
)
@example([], [], ["load", "load_"], 0, (False, Random()))
def test_the_view_shows_what_the_filter_matches(
    events: list[RunEvent], later: list[RunEvent], filters: list[str], near: int, several: tuple[bool, Random]
) -> None:
    store = EventStore("r1", "etl")
    events, later = of_runs(events, several), of_runs(later, several)
    store.append(page_of(events))
    view = EventView(store)
    for text in filters:
        find(view, text, near % (len(events) + 1))
        assert shown(view) == expected(store, text)
    store.append(page_of(later))
    assert view.advance(60)
    assert shown(view) == expected(store, filters[-1])


@settings(deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=6), st.lists(FILTERS, min_size=1, max_size=3), st.integers(0), SEVERAL)
def test_many_rows_are_searched_as_few_are(
    events: list[RunEvent], filters: list[str], near: int, several: tuple[bool, Random]
) -> None:
    store = EventStore("r1")
    events = of_runs(events, several)
    for _ in range(3):
        store.append(page_of(events * (150 // len(events))))
    view = EventView(store)
    for text in filters:
        find(view, text, near % len(store))
        assert shown(view) == expected(store, text)


def big_store(rows: int, steps: int = 600) -> EventStore:
    store = EventStore("r1")
    for start in range(0, rows, 700):
        numbers = range(start, min(start + 700, rows))
        store.append(
            EventPage(
                run_id="r1",
                timestamps=[str(1_795_307_802_000 + n) for n in numbers],
                levels=["ERROR" if n % 100 == 0 else "DEBUG" for n in numbers],
                types=["STEP_FAILURE" if n == 2050 else None for n in numbers],
                steps=[f"step_{n % steps}" for n in numbers],
                messages=[f"row {n} of many" for n in numbers],
            )
        )
    return store


def windows(view: EventView, everything: list[int], near: int) -> Iterable[range]:
    """After each slice the positions in `everything` of what is shown, which must be consecutive."""
    while True:
        done = view.advance(0)
        rows = shown(view)
        first = everything.index(rows[0]) if rows else 0
        assert rows == everything[first : first + len(rows)]
        assert [view.index_at(row) for row in rows] == list(range(len(rows)))
        assert all(view.index_at(row) == bisect_left(rows, row) for row in range(0, len(view.store), 97))
        yield range(first, first + len(rows))
        if done:
            return


@pytest.mark.parametrize("near", [0, 1, 2500, 5000, 5119])
def test_work_is_done_in_slices_from_the_cursor_outwards(near: int) -> None:
    store = big_store(5 * BLOCK_ROWS)
    everything = expected(store, "7")
    view = EventView(store)
    view.apply(parse("7").filter, TIMES, near)
    scanned, nearest = 0, sum(row < near for row in everything)
    for window in windows(view, everything, near):
        assert 0 <= view.scanned - scanned <= BLOCK_ROWS
        assert view.complete == (view.scanned == len(store))
        assert not window or window.start <= nearest <= window.stop
        scanned = view.scanned
    assert shown(view) == everything


def test_new_rows_of_a_view_that_is_not_complete() -> None:
    store = big_store(5 * BLOCK_ROWS)
    view = EventView(store)
    view.apply(parse("row 2").filter, TIMES, near=3000)
    while not view.scanned:
        view.advance(0)
    store.append(page_of([store.event(2050)]))
    assert not view.complete
    view.advance(60)
    assert shown(view) == expected(store, "row 2")
    assert view[len(view) - 1] == 5 * BLOCK_ROWS


def test_a_word_typed_letter_by_letter_over_a_growing_store() -> None:
    store = big_store(3 * BLOCK_ROWS - 20)
    view = EventView(store)
    for text in ("r", "ro", "row", "row ", "row 2", "row 20", "row 205", "row 20", "of", "of many", "man", "many 2"):
        find(view, f'"{text}"', near=1500)
        assert shown(view) == expected(store, f'"{text}"')
        find(view, f'-"{text}" row', near=2999)
        assert shown(view) == expected(store, f'-"{text}" row')
        store.append(page_of([store.event(row) for row in (1, 2050, 2051)] * 3))


def test_several_filters_at_once() -> None:
    store = big_store(3000)
    view = EventView(store)
    for text in (
        "7 -77 step:step_5",
        "/7.*7/ -/77/ level:error",
        "-/row [12]/ 5",
        "of 1 2 3",
        "step_59 -row",
        "attempt:1 /x/",
    ):
        find(view, text, near=700)
        assert shown(view) == expected(store, text)


def test_more_than_256_steps() -> None:
    store = big_store(3000, steps=2000)
    view = EventView(store)
    for text in ("step:step_59", "-step:step_1", "step_59", "-step_1 step:9"):
        find(view, text)
        assert shown(view) == expected(store, text)
        assert len(view) > 5


@pytest.mark.parametrize("text", ["after:+1s", "after:+1s before:+2s", "before:+700ms", "-after:+2999ms", "after:+1d"])
def test_times_within_blocks(text: str) -> None:
    store = big_store(3000)
    view = EventView(store)
    find(view, text)
    assert shown(view) == expected(store, text)


def test_a_filter_that_only_code_can_make() -> None:
    store = big_store(200)
    view = EventView(store)
    for filter in (Filter(texts=(TextTerm(""),)), Filter(texts=(TextTerm("", negated=True), TextTerm("row")))):
        view.apply(filter, TIMES)
        view.advance(60)
        assert shown(view) == matching(store, filter)


def test_a_pattern_that_takes_too_long_leaves_the_view_as_it_was() -> None:
    store = big_store(100)
    store.append(page_of([store.event(0).model_copy(update={"message": "a" * 40 + "!"})]))
    view = EventView(store)
    view.apply(Filter(patterns=(PatternTerm("(a|aa)+$"),)), TIMES, near=100)
    for _ in range(2):
        with pytest.raises(SlowPattern):
            view.advance(60)
    assert (view.complete, view.scanned, shown(view)) == (False, 0, [])
    find(view, "row 9")
    assert shown(view) == expected(store, "row 9")


@pytest.mark.parametrize("near", [0, 150, 299])
def test_long_work_on_one_block_pauses(near: int) -> None:
    store = EventStore("r1")
    store.append(
        page_of([big_store(1).event(0).model_copy(update={"message": f"{n} " + "x" * 500}) for n in range(300)])
    )
    view = EventView(store)
    view.apply(parse("/^1.*x$/").filter, TIMES, near)
    pauses = 0
    while not view.advance(0):
        pauses += 1
    assert pauses > 3
    assert shown(view) == expected(store, "/^1.*x$/")


def test_finding_rows() -> None:
    store = big_store(3000)
    view = EventView(store)
    assert (view.index_at(7), view[7], len(view), view.complete, view.scanned) == (7, 7, 3000, True, 3000)
    assert view.seek(0, 4, 1) == 100
    assert view.seek(100, 4, -1) == 0
    assert view.seek(0, 4, -1) is None
    assert (view.seek(-1, 4, 1), view.seek(3000, 4, -1), view.seek(2950, 4, 1)) == (0, 2900, None)
    find(view, "level:error -2100")
    assert view.hidden_by_level() == (sum(rank < 4 for rank in store.ranks), "ERROR")
    assert (view.index_at(0), view.index_at(150), view.index_at(2999), view.index_at(9999)) == (0, 2, 29, 29)
    assert view.seek(0, 4, 1) == 1
    assert view.seek(1, 5, 1) is None
    assert view.seek(3, 4, -1) == 2
    for index in (-1, 29):
        with pytest.raises(IndexError):
            view[index]


def test_another_store_under_the_same_filter() -> None:
    view = EventView(big_store(100))
    find(view, "row 7")
    view.replace_store(big_store(1000), TIMES, near=500)
    view.advance(60)
    assert shown(view) == expected(view.store, "row 7")


@pytest.mark.parametrize("text", ["load", "level:debug"])
def test_where_no_level_is_wanted_none_hides_an_event(text: str) -> None:
    view = EventView(big_store(10))
    find(view, text)
    assert view.hidden_by_level() is None


@pytest.mark.parametrize("text", ["", "   ", "step:"])
def test_no_filter_shows_all(text: str) -> None:
    view = EventView(big_store(10))
    view.apply(parse(text).filter, TIMES)
    assert view.filter is None
    assert view.hidden_by_level() is None
    assert len(view) == 10
    assert list(view.fitting_rows()) == list(range(10))


def test_rows_that_fit_are_told_without_those_around_them() -> None:
    view = EventView(big_store(1000))
    find(view, "step:step_7")
    fitting = shown(view)
    view.context = 2
    find(view, "step:step_7")
    assert len(fitting) < len(view)
    assert list(view.fitting_rows()) == fitting
