"""The view against `Filter.matches` over a plain list of events."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from run_tui.model import EventPage, RunEvent
from run_tui.query import TimeContext, parse
from run_tui.store import BLOCK_ROWS, EventStore
from run_tui.view import EventView
from tests.events import EVENTS, page_of

TIMES = TimeContext(1_795_307_802_000, 1_795_307_862_000, 1_795_307_900_000, UTC)
FILTERS = st.sampled_from(
    [
        "", "load", "lo", "größe", "-refused", "step:load", "-step:load_*", "type:STEP_FAILURE",
        "type:LOG", "level:error",
        "level:info", "-level:error", "attempt:2", "/re.used/", "-/^$/", "connection refused", "after:+10s",
        "before:+30s -load", "step:work[a] KeyError:", "step:load_users step:publish", "type:RUN_*",
        '"connection refused"',
        "after:20s level:warning step:load -größe /o/",
    ]
)  # fmt: skip


def shown(view: EventView) -> list[int]:
    return [view[index] for index in range(len(view))]


def expected(store: EventStore, text: str) -> list[int]:
    chosen = parse(text).filter
    return [row for row in range(len(store)) if chosen.matches(store.event(row), TIMES)]


@given(st.lists(EVENTS, max_size=12), st.lists(EVENTS, max_size=6), st.lists(FILTERS, min_size=1, max_size=4))
@example([], [], ["load", "load_"])
def test_the_view_shows_what_the_filter_matches(
    events: list[RunEvent], later: list[RunEvent], filters: list[str]
) -> None:
    store = EventStore("r1")
    store.append(page_of(events))
    view = EventView(store)
    for text in filters:
        view.apply(parse(text).filter, TIMES)
        assert view.advance(60)
        assert shown(view) == expected(store, text)
    store.append(page_of(later))
    assert view.advance(60)
    assert shown(view) == expected(store, filters[-1])


def big_store(rows: int) -> EventStore:
    store = EventStore("r1")
    for start in range(0, rows, 700):
        numbers = range(start, min(start + 700, rows))
        store.append(
            EventPage(
                run_id="r1",
                timestamps=[str(1_795_307_802_000 + n) for n in numbers],
                levels=["ERROR" if n % 100 == 0 else "DEBUG" for n in numbers],
                types=["STEP_FAILURE" if n == 2050 else None for n in numbers],
                steps=[f"step_{n % 600}" for n in numbers],
                messages=[f"row {n} of many" for n in numbers],
            )
        )
    return store


def slices(view: EventView, text: str) -> int:
    """In how many slices a filter is worked through."""
    view.apply(parse(text).filter, TIMES)
    return 1 + sum(1 for _ in iter(lambda: view.advance(0), True))


def test_work_is_done_in_slices_and_narrowing_looks_only_at_what_was_left() -> None:
    store = big_store(5 * BLOCK_ROWS)
    view = EventView(store)
    view.apply(parse("row 205").filter, TIMES)
    assert not view.advance(0)
    assert view.scanned < len(store)
    while not view.advance(0):
        pass
    assert shown(view) == expected(store, "row 205")
    view.apply(parse("row 2050").filter, TIMES)
    view.advance(60)
    assert slices(view, "row 2050 of") < slices(EventView(store), "row 2050 of")
    store.append(page_of([store.event(2050)]))
    view.advance(60)
    assert shown(view) == expected(store, "row 2050 of") == [2050, len(store) - 1]


def test_more_than_256_steps() -> None:
    store = big_store(3000)
    view = EventView(store)
    view.apply(parse("step:step_59").filter, TIMES)
    view.advance(60)
    assert shown(view) == expected(store, "step:step_59")
    assert len(view) > 50


def test_finding_rows() -> None:
    store = big_store(3000)
    view = EventView(store)
    assert (view.index_at(7), view[7], len(view), view.complete) == (7, 7, 3000, True)
    assert view.seek(0, 4, 1) == 100
    assert view.seek(100, 4, -1) == 0
    assert view.seek(0, 4, -1) is None
    assert view.first_of_type("STEP_FAILURE") == 2050
    assert view.first_of_type("RUN_FAILURE") is None
    view.apply(parse("level:error -2100").filter, TIMES)
    view.advance(60)
    assert view.hidden_by_level() == (sum(rank < 4 for rank in store.ranks), "ERROR")
    assert view.index_at(150) == 2
    assert view.seek(0, 4, 1) == 1
    assert view.seek(1, 5, 1) is None
    assert view.seek(3, 4, -1) == 2


def test_another_store_under_the_same_filter() -> None:
    view = EventView(big_store(100))
    view.apply(parse("row 7").filter, TIMES)
    view.advance(60)
    view.replace_store(big_store(1000), TIMES)
    view.advance(60)
    assert shown(view) == expected(view.store, "row 7")


@pytest.mark.parametrize("text", ["", "   ", "step:"])
def test_no_filter_shows_all(text: str) -> None:
    view = EventView(big_store(10))
    view.apply(parse(text).filter, TIMES)
    assert view.filter is None
    assert view.hidden_by_level() is None
    assert len(view) == 10
