"""A run in a file of the cache is the run that went in, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.archive import Header
from run_tui.cache.files import KeptRun, KeptWriter
from run_tui.marks import Marks
from run_tui.model import EventDetails, EventPage, Run, RunEvent, RunStatus, Step
from run_tui.store import EventStore, Pieces
from tests.events import EVENTS, NASTY, STEPS, numbered, page_of
from tests.scripted import a_page

RUN = Run(
    id="r1",
    status=RunStatus.FAILURE,
    created_at="2026-11-22T00:00:00.000Z",
    tags={"team": "größe"},
    config_yaml="ops: {}\n",
)
PLAN = (Step("load", depends_on=("extract",)), Step("work[a]", "MAPPED", template="work[?]"))
NASTY_EVENTS = st.builds(
    RunEvent,
    run_id=st.just("r1"),
    message=NASTY,
    timestamp=st.sampled_from(["1970-01-01T00:00:00.000Z", "2026-11-22T00:00:00.001Z", "2199-01-01T00:00:00.000Z"]),
    level=st.just("INFO"),
    step_key=STEPS,
    event_type=st.sampled_from([None, "STEP_RESTARTED"]),
)


def written(path: Path, store: EventStore) -> Path:
    marks, pieces = Marks(), Pieces(store)
    marks.add(len(store), "cursor", 0)
    with path.open("wb") as file:
        writer = KeptWriter(file)
        for piece in pieces:
            writer.add(piece)
        writer.finish(Header(RUN, PLAN, "API", "http://here", "2026-11-22T01:00:00.000Z"), marks, pieces)
    assert writer.size == path.stat().st_size
    return path


def read(path: Path) -> EventStore:
    kept, store = KeptRun(path), EventStore("r1")
    kept.prepare(store)
    for number in range(kept.pieces):
        part = kept.part(number)
        store.adopt(part.codes, part.ranks, part.blocks)
    store.count_attempts()
    return store


def store_of(events: Sequence[RunEvent]) -> EventStore:
    store = EventStore("r1")
    store.append(page_of(events))
    return store


def events_of(store: EventStore) -> list[RunEvent]:
    return [store.event(row) for row in range(len(store))]


@given(st.lists(EVENTS | NASTY_EVENTS, max_size=12), st.lists(EVENTS, max_size=4))
def test_events_come_back_as_they_went_in_and_more_may_follow(events: list[RunEvent], more: list[RunEvent]) -> None:
    with TemporaryDirectory() as folder:
        store = store_of(events)
        again = read(written(Path(folder, "r"), store))
    assert events_of(again) == events_of(store) == numbered(events)
    assert again.rank_counts == store.rank_counts
    assert [list(column) for column in again.columns] == [list(column) for column in store.columns]
    assert [block.odd_texts for block in again.blocks] == [block.odd_texts for block in store.blocks]
    again.append(page_of(more))
    assert events_of(again) == numbered(events + more)


def test_what_is_known_of_the_run_comes_back(tmp_path: Path) -> None:
    kept = KeptRun(written(tmp_path / "r", store_of([])))
    assert (kept.header.run, kept.header.steps, kept.count) == (RUN, PLAN, 0)
    assert (kept.header.system, kept.header.where) == ("API", "http://here")
    assert kept.stand.marks.places == [(0, None)]


def test_a_long_run_in_pieces_with_many_values_and_megabytes(tmp_path: Path) -> None:
    store = EventStore("r1")
    for page in range(12):
        store.append(
            EventPage(
                "r1",
                timestamps=[str(1_795_307_802_000 + page * 10**9 + row) for row in range(1000)],
                levels=["INFO"] * 1000,
                types=[None] * 1000,
                steps=[f"step {page * 1000 + row}" for row in range(1000)],
                messages=[f"message {row} " + "x" * (500 if row else 3_000_000) for row in range(1000)],
                details={7: EventDetails()} | ({} if page else {9: EventDetails()}),
            )
        )
    path = written(tmp_path / "r", store)
    assert KeptRun(path).pieces > 12
    assert path.stat().st_size < 5_000_000
    again = read(path)
    assert [again.times[row] for row in range(12_000)] == [store.times[row] for row in range(12_000)]
    for row in (0, 7, 9, 999, 1000, 1001, 5432, 11_999):
        assert again.event(row) == store.event(row)


def test_a_store_may_grow_while_it_is_written(tmp_path: Path) -> None:
    store = EventStore("r1")
    store.append(a_page(["a", "b"]))
    pieces, marks = Pieces(store), Marks()
    marks.add(2, "c", 0)
    store.append(a_page(["c"], steps=["new"]))
    with (tmp_path / "r").open("wb") as file:
        writer = KeptWriter(file)
        for piece in pieces:
            writer.add(piece)
        writer.finish(Header(RUN), marks, pieces)
    assert [event.message for event in events_of(read(tmp_path / "r"))] == ["a", "b"]


def test_a_file_that_was_cut_anywhere_is_none(tmp_path: Path) -> None:
    path = written(tmp_path / "r", store_of([]))
    long = EventStore("r1")
    long.append(a_page([f"message {row}" for row in range(40)]))
    for whole in (path.read_bytes(), written(tmp_path / "long", long).read_bytes()):
        for size in range(len(whole)):
            path.write_bytes(whole[:size])
            with pytest.raises(ValueError, match=r"cut off|another layout|damaged|directory"):
                KeptRun(path)


def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    store = EventStore("r1")
    store.append(a_page([f"message {row}" for row in range(40)]))
    path = written(tmp_path / "r", store)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        try:
            again = read(path)
        except ValueError:
            continue
        assert events_of(again) == events_of(store)  # of a few bits zlib makes no use


@pytest.mark.parametrize("content", [b"", b"\n", b"run-tui kept run 0 little\n" + bytes(100), bytes(5000), b"{" * 100])
def test_another_file_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r").write_bytes(content)
    with pytest.raises(ValueError, match="it is"):
        KeptRun(tmp_path / "r")
