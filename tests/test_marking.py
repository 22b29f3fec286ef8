"""Events that the user marked: seen in their rows, and kept through filters, gaps and reading anew."""

from __future__ import annotations

import asyncio
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import RunEvent
from run_tui.query import TimeContext, parse
from run_tui.screens.run import RunScreen
from run_tui.timeline import Place, Timeline
from tests.events import EVENTS, page_of
from tests.screens import demo_app, open_long_run, open_run
from tests.waiting import until

TIMES = TimeContext(1_795_307_802_000, None, 1_795_307_900_000, UTC)
EVENT_LISTS = st.lists(EVENTS, max_size=8)
MARKED = st.sets(st.integers(0, 15))


def timeline_of(*parts: list[RunEvent]) -> Timeline:
    """A timeline of a beginning, and an end behind a gap if there is a second part."""
    timeline = Timeline("r1")
    timeline.add(page_of(parts[0]))
    for end in parts[1:]:
        timeline.add_to_end(page_of(end), TIMES)
    return timeline


def mark(timeline: Timeline, indexes: set[int]) -> list[RunEvent]:
    """Marks events by where they are shown, gaps left out; the events."""
    shown = [index for index in sorted(indexes) if index < len(timeline) and timeline.gap_at(index) is None]
    places = [timeline[index] for index in shown]
    for place in places:
        assert timeline.toggle_mark(place)
    return [timeline.event(place) for place in places]


def told(event: RunEvent) -> tuple[object, ...]:
    """All of an event but its attempt, which may be known better when the run is read anew."""
    return event.timestamp, event.level, event.step_key, event.event_type, event.message, event.error, event.metadata


@given(EVENT_LISTS, EVENT_LISTS, EVENT_LISTS, MARKED)
def test_marks_stay_on_their_events_when_the_gap_closes(
    first: list[RunEvent], gap: list[RunEvent], end: list[RunEvent], indexes: set[int]
) -> None:
    timeline = timeline_of(first, end)
    events = mark(timeline, indexes)
    timeline.add(page_of(gap))
    timeline.join(None)
    assert list(map(told, map(timeline.event, timeline.marked))) == list(map(told, events))


@given(st.lists(st.tuples(EVENTS, st.booleans()), max_size=12), MARKED, st.integers(0, 11))
def test_marks_and_cursor_stay_on_their_events_when_the_run_is_read_anew(
    events: list[tuple[RunEvent, bool]], indexes: set[int], chosen: int
) -> None:
    seen = [event for event, at_first in events if at_first]
    timeline, fresh = timeline_of(seen), timeline_of([event for event, _ in events])
    marked = mark(timeline, indexes)
    cursor = Place(False, chosen) if chosen < len(seen) else None
    now = timeline.replace(fresh.beginning.store, TIMES, cursor)
    assert list(map(told, map(timeline.event, timeline.marked))) == list(map(told, marked))
    if cursor is not None:
        assert now is not None
        assert told(timeline.event(now)) == told(seen[chosen].model_copy(update={"run_id": "r1"}))


def test_an_event_that_is_gone_takes_its_mark_with_it() -> None:
    first, second, other = (
        RunEvent.model_validate({"run_id": "r1", "message": text, "timestamp": "1", "level": "INFO"}) for text in "abc"
    )
    timeline = timeline_of([first, second])
    mark(timeline, {0, 1})
    assert timeline.replace(timeline_of([other, second]).beginning.store, TIMES, Place(False, 0)) == Place(False, 0)
    assert timeline.marked == [Place(False, 1)]


@given(EVENT_LISTS, EVENT_LISTS, MARKED, st.sampled_from(["", "load", "level:error"]), st.sampled_from([1, -1]))
def test_walking_marks_passes_over_what_the_filter_hides(
    first: list[RunEvent], end: list[RunEvent], indexes: set[int], text: str, direction: int
) -> None:
    timeline = timeline_of(first, end)
    mark(timeline, indexes)
    timeline.apply(parse(text).filter, TIMES, None)
    assert timeline.advance(60)
    shown = [index for index in range(len(timeline)) if timeline.is_marked(timeline[index])]
    for start in range(len(timeline)):
        order = shown if direction > 0 else shown[::-1]
        expected = next((index for index in order if (index - start) * direction > 0), None)
        assert timeline.next_marked(timeline[start], direction) == expected


def rows(screen: RunScreen) -> list[str]:
    """The visible rows that are marked."""
    lines = (screen.rows.render_line(y).text.rstrip() for y in range(screen.rows.size.height))
    return [line for line in lines if line.startswith("◆")]


async def test_keys_mark_events_and_walk_them() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("u")
        assert any("Nothing is marked" in toast.message for toast in pilot.app._notifications)
        await pilot.press("escape", "g", "j", "m", "j", "j", "m")
        assert len(rows(screen)) == 2
        await pilot.press("g", "u")
        assert screen.rows.cursor == 1
        await pilot.press("u")
        assert screen.rows.cursor == 3
        await pilot.press("u")
        assert any("No mark is shown after" in toast.message for toast in pilot.app._notifications)
        await pilot.press("U", "m")
        assert screen.rows.cursor == 1
        assert len(rows(screen)) == 1
        await pilot.press("4")
        assert screen.filter_bar.text == "level:error"
        assert not rows(screen)
        await pilot.press("0", "g", "u")
        assert screen.rows.cursor == 3


async def test_a_mark_at_the_end_of_a_long_run_stays_when_the_gap_closes() -> None:
    gate = asyncio.Event()
    async with demo_app(gate=gate) as pilot:
        screen = await open_long_run(pilot)
        await pilot.press("k", "k", "m", "g", "m")
        gate.set()
        await until(lambda: screen.all_read)
        assert screen.pane.timeline.marked == [Place(False, 0), Place(False, 49_997)]
        await pilot.press("u")
        assert screen.rows.cursor == 49_997
