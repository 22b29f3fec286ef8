"""The store against a plain list of events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import EventDetails, EventPage, MetadataEntry, RunEvent
from run_tui.store import BLOCK_BYTES, BLOCK_ROWS, PART, CodeColumn, EventStore
from tests.events import EVENTS, page_of


def numbered(store: EventStore, events: list[RunEvent]) -> list[RunEvent]:
    """The events as the store must give them back: with attempts counted by restarts of their steps."""
    attempts: dict[str, int] = {}
    expected = []
    for event in events:
        if event.step_key is not None:
            attempts.setdefault(event.step_key, 1)
            attempts[event.step_key] += event.event_type == "STEP_RESTARTED"
        expected.append(event.model_copy(update={"attempt": attempts.get(event.step_key or "")}))
    return expected


@given(st.lists(st.lists(EVENTS, max_size=6), max_size=6))
def test_events_come_back_as_they_went_in(pages: list[list[RunEvent]]) -> None:
    store = EventStore("r1")
    for page in pages:
        store.append(page_of(page))
    events = [event for page in pages for event in page]
    assert len(store) == len(events)
    assert [store.event(row) for row in range(len(store))] == numbered(store, events)


def a_page(size: int, message: str = "m") -> EventPage:
    return EventPage(
        run_id="r1",
        timestamps=["1795307802079"] * size,
        levels=["INFO"] * size,
        types=[None] * size,
        steps=[None] * size,
        messages=[f"{message}{n}" for n in range(size)],
    )


def test_rows_fill_blocks_across_pages() -> None:
    store = EventStore("r1")
    for _ in range(7):
        store.append(a_page(500))
    assert [len(block) for block in store.blocks] == [BLOCK_ROWS] * 3 + [3500 - 3 * BLOCK_ROWS]
    assert [store.message(row) for row in (0, 499, 500, 1023, 1024, 3499)] == ["m0", "m499", "m0", "m23", "m24", "m499"]
    assert store.block_of(2048).first_row == 2048


def test_a_block_of_huge_messages_is_closed_early() -> None:
    store = EventStore("r1")
    for _ in range(12):
        store.append(a_page(1, "x" * (BLOCK_BYTES // 5)))
    assert len(store.blocks) > 1
    assert [len(store.message(row)) for row in range(12)] == [BLOCK_BYTES // 5 + 1] * 12


def test_lone_surrogates_and_dividers_survive() -> None:
    store = EventStore("r1")
    details = EventDetails(metadata=(MetadataEntry(label="a" + PART, value="b"),))
    messages = ["\ud800", "one" + PART + "two", "\x00", "with" + PART]
    store.append(
        EventPage(
            run_id="r1",
            timestamps=["1"] * 4,
            levels=["INFO"] * 4,
            types=[None] * 4,
            steps=[None] * 4,
            messages=messages,
            details={3: details},
        )
    )
    assert [store.message(row) for row in range(4)] == messages
    assert store.details(3) == details
    assert store.details(0) is None


def test_unreadable_events_are_counted() -> None:
    store = EventStore("r1")
    store.append(EventPage(run_id="r1", skipped=("One event could not be read.",), skipped_count=1))
    assert (len(store), store.skipped, store.skipped_count) == (0, ["One event could not be read."], 1)


def test_a_code_column_holds_more_than_256_values() -> None:
    column: CodeColumn[int] = CodeColumn()
    for start in range(0, 1000, 100):
        column.extend(range(start, start + 100))
    assert [column[row] for row in range(1000)] == list(range(1000))
