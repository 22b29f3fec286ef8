"""The store against a plain list of events."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import (
    ErrorInfo,
    EventDetails,
    EventPage,
    MetadataEntry,
    RunEvent,
    RunEventLevel,
    RunName,
    epoch_ms,
    iso_timestamp,
)
from run_tui.store import (
    ARENA_BYTES,
    BLOCK_BYTES,
    BLOCK_ROWS,
    PART,
    CodeColumn,
    EventStore,
    Piece,
    Pieces,
    read_piece,
)
from tests.events import EVENTS, NASTY, RUN_NAMES, SEVERAL, numbered, of_runs, page_of, parts

DETAILS = st.builds(
    EventDetails,
    error=st.none()
    | st.recursive(
        st.builds(ErrorInfo, class_name=st.none() | NASTY, message=NASTY, stack=st.lists(NASTY, max_size=2).map(tuple)),
        lambda cause: st.builds(ErrorInfo, class_name=st.none() | NASTY, message=NASTY, cause=cause),
        max_leaves=3,
    ),
    metadata=st.lists(
        st.builds(MetadataEntry, label=NASTY, value=NASTY, description=st.none() | NASTY), max_size=3
    ).map(tuple),
)


@given(st.lists(st.lists(EVENTS, max_size=6), max_size=6), SEVERAL)
def test_events_come_back_as_they_went_in(pages: list[list[RunEvent]], several: tuple[bool, Random]) -> None:
    store = EventStore("r1", "etl")
    pages = [of_runs(page, several) for page in pages]
    for page in pages:
        store.append(page_of(page))
    events = [event for page in pages for event in page]
    assert len(store) == len(events)
    assert [store.event(row) for row in range(len(store))] == numbered(events)
    assert [store.message(row) for row in range(len(store))] == [event.message for event in events]
    names = [RUN_NAMES.get(event.run_id, RunName("r1", "etl")) for event in events]
    assert [store.run_of(row) for row in range(len(store))] == names
    assert store.rank_counts == [store.ranks.count(rank) for rank in range(6)]


@given(st.lists(EVENTS, max_size=12), st.lists(EVENTS, max_size=6), SEVERAL, st.data())
def test_a_head_goes_on_by_itself(
    events: list[RunEvent], others: list[RunEvent], several: tuple[bool, Random], data: st.DataObject
) -> None:
    rows = data.draw(st.integers(0, len(events)))
    store = EventStore("r1", "etl")
    events, others = of_runs(events, several), of_runs(others, several)
    for event in events:
        store.append(page_of([event]))
    head = store.head(rows)
    assert head.run == store.run
    assert head.rank_counts == [head.ranks.count(rank) for rank in range(6)]
    head.append(page_of(others))
    store.append(page_of(others))
    for held, expected in ((head, events[:rows] + others), (store, events + others)):
        assert len(held) == len(expected)
        assert [held.event(row) for row in range(len(held))] == numbered(expected)


@given(
    st.lists(st.lists(EVENTS, max_size=6), max_size=3),
    st.lists(st.tuples(st.booleans(), st.lists(EVENTS, max_size=6)), max_size=6),
    st.lists(EVENTS, max_size=6),
    SEVERAL,
)
def test_later_events_are_joined(
    before: list[list[RunEvent]],
    both: list[tuple[bool, list[RunEvent]]],
    after: list[RunEvent],
    several: tuple[bool, Random],
) -> None:
    store = EventStore("r1", "etl")
    before, after = [of_runs(page, several) for page in before], of_runs(after, several)
    both = [(of_later, of_runs(page, several)) for of_later, page in both]
    for page in before:
        store.append(page_of(page))
    later = store.later()
    assert later.run == store.run
    for of_later, page in both:
        (later if of_later else store).append(page_of(page))
    ends = [page for of_later, page in both if of_later]
    events = [event for page in (*before, *(page for of_later, page in both if not of_later), *ends) for event in page]
    store.join(later)
    store.append(page_of(after))
    assert [store.event(row) for row in range(len(store))] == numbered(events + after)
    assert store.rank_counts == [store.ranks.count(rank) for rank in range(6)]
    assert [store.block_of(row).first_row for row in range(len(store))] == [
        block.first_row for block in store.blocks for _ in range(len(block))
    ]


def test_no_text_is_copied_when_later_events_are_joined() -> None:
    store = EventStore("r1")
    store.append(a_page(["m"] * 10))
    later = store.later()
    later.append(a_page([f"m{n}" for n in range(2 * BLOCK_ROWS)]))
    texts = [block.text for block in (*store.blocks, *later.blocks)]
    store.join(later)
    assert all(joined.text is text for joined, text in zip(store.blocks, texts, strict=True))
    assert [block.first_row for block in store.blocks] == [0, 10, 10 + BLOCK_ROWS]


def test_unreadable_events_are_joined() -> None:
    store = EventStore("r1")
    later = store.later()
    for held in (store, later):
        held.append(EventPage(run_id="r1", skipped=("One event could not be read.",), skipped_count=2))
    store.join(later)
    assert (len(store), len(store.skipped), store.skipped_count) == (0, 2, 4)


@pytest.mark.parametrize("first", [3, 300])
@pytest.mark.parametrize("second", [3, 300])
def test_columns_of_many_values_are_joined(first: int, second: int) -> None:
    column: CodeColumn[int] = CodeColumn()
    later = column.alike()
    later.extend(range(second))
    column.extend(range(1000, 1000 + first))
    column.join(later)
    column.extend([1000, 2])
    assert list(column) == [*range(1000, 1000 + first), *range(second), 1000, 2]
    assert [column[row] for row in range(len(column))] == list(column)


def test_a_head_shares_whole_blocks() -> None:
    store = EventStore("r1")
    store.append(a_page([f"m{n}" for n in range(3 * BLOCK_ROWS)]))
    head = store.head(2 * BLOCK_ROWS + 10)
    assert head.blocks[:2] == store.blocks[:2]
    assert [len(block) for block in head.blocks] == [BLOCK_ROWS, BLOCK_ROWS, 10]
    head.append(a_page(["new"]))
    assert (head.message(2 * BLOCK_ROWS + 9), head.message(2 * BLOCK_ROWS + 10)) == ("m2057", "new")
    assert store.message(2 * BLOCK_ROWS + 10) == "m2058"


def test_attempts_that_a_server_counts_are_counted_on_from() -> None:
    store = EventStore("r1")
    store.append(a_page(["a", "b", "c"], steps=["load", None, "publish"], attempts=[3, 7, 1]))
    store.append(a_page(["d", "e"], steps=["load", "publish"]))
    store.append(a_page(["f", "g"], types=["STEP_RESTARTED", None], steps=["load", "load"]))
    assert [store.event(row).attempt for row in range(len(store))] == [3, None, 1, 3, 1, 4, 4]


def a_page(messages: list[str], times: list[str] | None = None, **columns: object) -> EventPage:
    size = len(messages)
    page = {
        "timestamps": times or ["1795307802079"] * size,
        "levels": ["INFO"] * size,
        "types": [None] * size,
        "steps": [None] * size,
    }
    return EventPage(run_id="r1", messages=messages, **(page | columns))  # type: ignore[arg-type]


@given(st.lists(st.tuples(NASTY, st.none() | DETAILS), min_size=1, max_size=8))
def test_any_text_comes_back_to_the_letter(rows: list[tuple[str, EventDetails | None]]) -> None:
    store = EventStore("r1")
    details = {index: found for index, (_, found) in enumerate(rows) if found is not None}
    store.append(a_page([message for message, _ in rows], details=details))
    assert [(store.message(row), store.details(row)) for row in range(len(rows))] == rows
    for row, (message, found) in enumerate(rows):
        assert store.text(row) == PART.join(parts(message, found))


def test_rows_fill_blocks_across_pages() -> None:
    store = EventStore("r1")
    for _ in range(7):
        store.append(a_page([f"m{n}" for n in range(500)]))
    assert [len(block) for block in store.blocks] == [BLOCK_ROWS] * 3 + [3500 - 3 * BLOCK_ROWS]
    assert [store.message(row) for row in (0, 499, 500, 1023, 1024, 3499)] == ["m0", "m499", "m0", "m23", "m24", "m499"]
    assert store.block_of(2048).first_row == 2048


def test_blocks_end_where_text_is_long_and_where_an_arena_is_full() -> None:
    store = EventStore("r1")
    sizes = [BLOCK_BYTES // 5] * 60 + [ARENA_BYTES + 1, 3, BLOCK_BYTES * 2, 5]
    for start in range(0, len(sizes), 7):
        store.append(a_page(["é" * (size // 2) + "x" * (size % 2) for size in sizes[start : start + 7]]))
    assert [len(store.message(row).encode()) for row in range(len(sizes))] == sizes
    assert all(len(block) == 1 or len(block.text) <= BLOCK_BYTES for block in store.blocks)
    assert sum(map(len, store.blocks)) == len(sizes)


def test_times_of_any_distance() -> None:
    store = EventStore("r1")
    times = ["1795307802079", "1795307802080", "-5", "9" * 40, "-" + "9" * 40, "0"]
    store.append(a_page(["m"] * 2, times[:2]))
    store.append(a_page(["m"] * 4, times[2:]))
    assert [store.times[row] for row in (0, 1, 2, 5)] == [int(times[row]) for row in (0, 1, 2, 5)]
    assert store.times[3] == -store.times[4] > 1 << 61
    assert (len(store.times), store.times[-1]) == (6, 0)
    store.append(a_page(["m"] * 2, ["2026-11-22T00:36:51.079Z", "no time"]))
    assert (store.times[6], store.times[7]) == (1_795_307_811_079, 0)


def test_an_event_is_found_again_among_those_like_it() -> None:
    store = EventStore("r1")
    store.append(a_page(["rows written"], steps=["load"]))
    event = store.event(0)
    others = [
        event.model_copy(update=change)
        for change in (
            {"message": "rows read"},
            {"step_key": None},
            {"event_type": "STEP_START"},
            {"level": RunEventLevel.ERROR},
            {"error": ErrorInfo(message="none")},
            {"metadata": (MetadataEntry(label="rows", value="7"),)},
            {"timestamp": iso_timestamp("1795307802080")},
        )
    ]
    held = [*others, event] * 300 + others
    store = EventStore("r1")
    for first in range(0, len(held), 500):
        store.append(page_of(held[first : first + 500]))
    for kind in (event, *others):
        for start in (0, 7, 8, 1030, 2050, 2399, 2400, len(held)):
            expected = next((row for row in range(start, len(held)) if held[row] == kind), None)
            assert store.find(kind, epoch_ms(kind.timestamp), start) == expected


def test_unreadable_events_are_counted() -> None:
    store = EventStore("r1")
    store.append(EventPage(run_id="r1", skipped=("One event could not be read.",), skipped_count=1))
    assert (len(store), store.skipped, store.skipped_count) == (0, ["One event could not be read."], 1)


@pytest.mark.parametrize("distinct", [1, 5, 256, 257, 700])
def test_a_column_is_a_list_of_few_distinct_values(distinct: int) -> None:
    column: CodeColumn[int] = CodeColumn()
    values = [number * 89 % distinct for number in range(1500)]
    for start in range(0, 1500, 100):
        column.extend(values[start : start + 100])
    assert (len(column), list(column), len(column.high)) == (1500, values, 1500 if distinct > 256 else 0)
    assert [column[row] for row in range(1500)] == values
    assert column.counts() == Counter(values)
    for value in (0, 1, 255, 256, distinct):
        assert list(column.rows_of(value)) == [row for row, other in enumerate(values) if other == value]
    for first, last in ((0, 0), (0, 7), (90, 260), (1400, 1500)):
        assert [column.values[code] for code in column.codes(first, last)] == values[first:last]


def test_a_code_column_tells_65536_values_apart() -> None:
    column: CodeColumn[int] = CodeColumn()
    column.extend(range(70_000))
    column.extend([3, 65_534, 69_999])
    assert [column[row] for row in (0, 65_535, 70_000, 70_001)] == [0, 65_535, 3, 65_534]
    assert column[69_999] == column[70_002] == 65_535


def test_a_step_may_be_tried_a_thousand_times() -> None:
    store = EventStore("r1")
    store.append(a_page(["m"] * 1000, types=["STEP_RESTARTED"] * 1000, steps=["load"] * 1000))
    store.append(a_page(["m"] * 2, steps=["load", None]))
    assert [store.attempts[row] for row in (0, 253, 254, 999, 1000, 1001)] == [2, 255, 256, 1001, 1001, 0]
    assert (store.event(1000).attempt, store.event(1001).attempt) == (1001, None)


def plain_page(messages: list[str]) -> EventPage:
    count = len(messages)
    return EventPage("r1", ["0"] * count, ["INFO"] * count, [None] * count, [None] * count, messages)


@pytest.mark.parametrize("message", ["plain", "größe"])
def test_texts_of_some_rows_are_those_of_each(message: str) -> None:
    store = EventStore("r1")
    store.append(plain_page([message] * 5))
    [block] = store.blocks
    assert list(block.texts([0, 3])) == [(row, block.decoded(row)) for row in (0, 3)]
    assert list(block.texts([])) == []


def test_a_piece_that_is_cut_off_or_holds_more_is_none() -> None:
    store = EventStore("r1")
    store.append(plain_page(["one", "two"]))
    [piece] = Pieces(store)
    assert sum(map(len, read_piece(piece, ()).blocks)) == 2
    cut = [Piece(piece.rows, piece.columns[:end], piece.text) for end in range(len(piece.columns))]
    for wrong in (*cut, Piece(piece.rows, piece.columns, piece.text + b"x"), Piece(3, piece.columns, piece.text)):
        with pytest.raises(ValueError, match=r"\w"):
            read_piece(wrong, ())
