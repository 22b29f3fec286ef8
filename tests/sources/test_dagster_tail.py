"""Near the end of a run a cursor is found, whatever lies before it, and by few requests."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import MAX_PAGE
from run_tui.sources._dagster_poison import offset_cursor, storage_cursor, storage_id
from run_tui.sources._dagster_tail import HIGHEST, NEAR, SCREENFUL, WORTHWHILE, events_between, find_tail


class Log:
    """A run's events, by their ids, and how often they were looked for."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = ids
        self.asked = 0

    async def probe(self, cursor: str, count: int) -> bool:
        self.asked += 1
        return self.after(cursor) >= count

    def after(self, cursor: str | None) -> int:
        """How many events lie after a cursor."""
        id_ = storage_id(cursor)
        assert id_ is not None
        return len(self.ids) - bisect_right(self.ids, id_)


@given(count=st.integers(0, 10**12), read=st.integers(0, 10**6))
async def test_the_tail_of_a_run_whose_ids_have_no_gaps_is_a_page(count: int, read: int) -> None:
    log = Log(range(1, count + 1))
    place = await find_tail(log.probe, storage_cursor(read) if read else None)
    if place is None:
        assert count <= read + WORTHWHILE
    else:
        assert count > read + WORTHWHILE
        assert MAX_PAGE - NEAR <= log.after(place) <= MAX_PAGE
    assert log.asked < 80


@given(gap=st.integers(2, 10**7), count=st.integers(1, 10**6))
async def test_a_tail_holds_a_screenful_or_all(gap: int, count: int) -> None:
    log = Log(range(gap, gap * count + 1, gap))
    place = await find_tail(log.probe, None)
    held = log.after(place)
    assert held >= SCREENFUL or place is None
    if place is None:
        assert gap * count <= WORTHWHILE or 4 * SCREENFUL * gap + MAX_PAGE + NEAR >= gap * count
    assert log.asked < 80


@pytest.mark.parametrize(("count", "found"), [(WORTHWHILE, None), (WORTHWHILE + 1, WORTHWHILE + 1 - MAX_PAGE)])
async def test_a_short_run_is_paged_through_from_where_it_was_read_to(count: int, found: int | None) -> None:
    for read in (0, 7):
        place = await find_tail(Log(range(1, read + count + 1)).probe, storage_cursor(read))
        assert (place is None) == (found is None)
        if found is not None:
            assert found + read <= (storage_id(place) or 0) <= found + read + NEAR


async def test_a_server_that_has_more_after_any_id_is_not_asked_for_ever() -> None:
    log = Log(range(1, HIGHEST + 2**60))
    place = storage_id(await find_tail(log.probe, None))
    assert place is not None
    assert place < 2 * HIGHEST
    assert log.asked < 130


@pytest.mark.parametrize("cursor", [offset_cursor(3), "garbage"])
async def test_other_cursors_are_not_made_by_hand(cursor: str) -> None:
    log = Log(range(1, 10**6))
    assert (await find_tail(log.probe, cursor), log.asked) == (None, 0)


@given(first=st.integers(0, 10**9), second=st.integers(0, 10**9))
def test_how_many_events_can_lie_between(first: int, second: int) -> None:
    earlier, later = storage_cursor(first), storage_cursor(second)
    assert events_between(earlier, later) == second - first
    assert events_between(None, later) == second
    assert events_between(offset_cursor(first), later) is None
    assert events_between(earlier, "garbage") is None
