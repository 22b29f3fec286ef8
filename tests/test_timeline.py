"""Beginning and end of a run, with the gap between them and after it has closed."""

from __future__ import annotations

from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import RunEvent
from run_tui.query import TimeContext, parse
from run_tui.timeline import Gap, Place, Timeline
from tests.events import EVENTS, page_of

TIMES = TimeContext(1_795_307_802_000, None, 1_795_307_900_000, UTC)
EVENT_LISTS = st.lists(EVENTS, max_size=8)
FILTERS = st.sampled_from(["", "load", "step:load", "level:error", "type:LOG -refused"])


def shown(timeline: Timeline) -> list[Place]:
    return [timeline[index] for index in range(len(timeline)) if timeline.gap_at(index) is None]


@given(EVENT_LISTS, EVENT_LISTS, EVENT_LISTS, FILTERS, FILTERS)
def test_what_is_shown_before_and_after_the_gap_closes(
    first: list[RunEvent], gap: list[RunEvent], end: list[RunEvent], text: str, other: str
) -> None:
    timeline = Timeline("r1")
    timeline.add(page_of(first))
    timeline.apply(parse(text).filter, TIMES, None)
    timeline.add_to_end(page_of(end), TIMES)
    assert timeline.advance(60)
    assert timeline.gap_at(len(timeline.beginning)) == Gap(0, len(first))
    assert timeline.held == len(first) + len(end)
    before = shown(timeline)
    assert before == sorted(before)
    indexes = [index for index in range(len(timeline)) if timeline.gap_at(index) is None]
    assert [timeline.index_at(place) for place in before] == indexes
    chosen = before[-1] if before else None
    event = timeline.event(chosen) if chosen else None
    timeline.add(page_of(gap))
    chosen = timeline.join(chosen)
    timeline.apply(parse(other).filter, TIMES, chosen)
    assert timeline.advance(60)
    wanted = parse(other).filter
    store = timeline.beginning.store
    assert [place.row for place in shown(timeline)] == [
        row for row in range(len(store)) if wanted.matches(store.event(row), TIMES)
    ]
    assert len(store) == len(first) + len(gap) + len(end)
    if chosen is not None and event is not None:
        found = timeline.event(chosen)
        assert (found.message, found.timestamp, found.step_key) == (event.message, event.timestamp, event.step_key)
    assert len(shown(timeline)) == len(timeline)


@given(EVENT_LISTS, EVENT_LISTS, st.integers(-1, 16), st.sampled_from([3, 4, 5]), st.sampled_from([1, -1]))
def test_seeking_goes_across_the_gap(
    first: list[RunEvent], end: list[RunEvent], start: int, rank: int, direction: int
) -> None:
    timeline = Timeline("r1")
    timeline.add(page_of(first))
    timeline.add_to_end(page_of(end), TIMES)
    everything = [None if timeline.gap_at(n) is not None else timeline[n] for n in range(len(timeline))]
    ranks = [0 if place is None else timeline.store_of(place).ranks[place.row] for place in everything]
    start = min(start, len(ranks) - 1)
    order = range(start + 1, len(ranks)) if direction > 0 else range(start - 1, -1, -1)
    assert timeline.seek(start, rank, direction) == next((n for n in order if ranks[n] >= rank), None)
    failed = [n for n, place in enumerate(everything) if place and timeline.event(place).event_type == "STEP_FAILURE"]
    assert [timeline.index_at(place) for place in timeline.places_of("STEP_FAILURE")] == failed
    assert [timeline.index_at(place) for place in timeline.places_from(rank)] == [
        n for n, other in enumerate(ranks) if other >= rank
    ]


def test_a_store_read_anew_replaces_both_parts() -> None:
    timeline, fresh = Timeline("r1"), Timeline("r1")
    event = RunEvent.model_validate({"run_id": "r1", "message": "m", "timestamp": "1", "level": "INFO"})
    timeline.add(page_of([event]))
    timeline.add_to_end(page_of([event, event]), TIMES)
    timeline.apply(parse("level:error").filter, TIMES, None)
    assert timeline.advance(60)
    assert timeline.hidden_by_level() == (3, "ERROR")
    fresh.add(page_of([event] * 4))
    timeline.replace(fresh.beginning.store, TIMES, None)
    assert timeline.advance(60)
    assert (timeline.held, len(timeline), timeline.end) == (4, 0, None)
