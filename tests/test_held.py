"""A run as it is held, against plain lists of its events: whatever comes in and is asked, in whatever order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from run_tui.model import EventDetails, RunEvent, effective_rank, epoch_ms
from run_tui.query import TimeContext, parse
from run_tui.store import PART, EventStore
from run_tui.timeline import Place, Timeline
from run_tui.view.events import LEVEL_NAMES
from tests.events import EVENTS, NASTY, numbered, page_of, parts

TIMES = TimeContext(1_795_307_802_000, 1_795_307_862_000, 1_795_307_900_000, UTC)
FILTERS = st.sampled_from(
    [
        "", "load", "-load", "größe s", "step:load", "-step:*", "type:LOG", "type:STEP_FAILURE", "level:error",
        "level:5", "level:info -refused", "attempt:2", "-/^$/", "/re.used|k/", "after:+20s before:+40s",
    ]
)  # fmt: skip
TYPES = ("STEP_FAILURE", "STEP_RESTARTED", "RUN_START", "none such")
NASTY_EVENTS = st.builds(lambda event, text: event.model_copy(update={"message": text}), EVENTS, NASTY)
RESTARTS = EVENTS.map(lambda event: event.model_copy(update={"step_key": "publish", "event_type": "STEP_RESTARTED"}))
SMALL = st.lists(EVENTS | NASTY_EVENTS | RESTARTS, max_size=5)
WIDE = st.builds(lambda page: page * (700 // max(len(page), 1)), SMALL)
PAGES = st.one_of(SMALL, SMALL, SMALL, WIDE)
"""Some fill whole blocks of the store."""
EDGE = 3

T = TypeVar("T")


class HeldRun(RuleBasedStateMachine):
    """Pages come to the beginning and to the end, the gap closes, the run is read anew from some event on."""

    def __init__(self) -> None:
        super().__init__()
        self.timeline = Timeline("r1")
        self.beginning: list[RunEvent] = []
        self.end: list[RunEvent] | None = None
        self.text = ""

    @rule(page=PAGES)
    def add(self, page: list[RunEvent]) -> None:
        self.timeline.add(page_of(page))
        self.beginning += page

    @rule(page=PAGES)
    def add_to_end(self, page: list[RunEvent]) -> None:
        self.timeline.add_to_end(page_of(page), TIMES)
        self.end = [*(self.end or []), *page]

    @precondition(lambda self: self.end is not None)
    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        assert self.end is not None
        rows = st.integers(0, max(len(self.end) - 1, 0))
        row = data.draw(rows)
        assert self.timeline.join(Place(True, row)) == Place(False, len(self.beginning) + row)
        self.beginning, self.end = self.beginning + self.end, None

    @rule(data=st.data())
    def read_anew(self, data: st.DataObject) -> None:
        kept = data.draw(st.integers(0, len(self.beginning)))
        self.timeline.replace(self.timeline.beginning.store.head(kept), TIMES, None)
        self.beginning, self.end = self.beginning[:kept], None

    @rule(text=FILTERS, data=st.data())
    def filter(self, text: str, data: st.DataObject) -> None:
        near = data.draw(st.none() | st.builds(Place, st.booleans(), st.integers(0, 5000)))
        self.timeline.apply(parse(text).filter, TIMES, near)
        self.text = text

    @rule()
    def filter_a_little(self) -> None:
        self.timeline.advance(0)
        shown = self.shown()
        assert shown == sorted(shown)
        assert set(shown) <= set(self.expected())

    @rule(rank=st.integers(2, 5), start=st.integers(-1, 30), direction=st.sampled_from([1, -1]))
    def look(self, rank: int, start: int, direction: int) -> None:
        assert self.timeline.advance(60)
        assert self.timeline.complete
        assert self.timeline.scanned == self.timeline.held == len(self.beginning) + len(self.end or ())
        expected = self.expected()
        assert self.shown() == expected
        assert self.timeline.fitting == len(expected)
        indexes = [self.timeline.index_at(place) for place in expected]
        assert [self.timeline[index] for index in indexes] == expected
        start = min(start, len(self.timeline))
        ranks = {index: self.rank(place) for index, place in zip(indexes, expected, strict=True)}
        ahead = [n for n in indexes if n > start] if direction > 0 else [n for n in indexes[::-1] if n < start]
        assert self.timeline.seek(start, rank, direction) == next((n for n in ahead if ranks[n] >= rank), None)

    @invariant()
    def all_is_held(self) -> None:
        check(self.timeline.beginning.store, self.beginning)
        assert (self.timeline.end is None) == (self.end is None)
        if self.timeline.end is not None and self.end is not None:
            check(self.timeline.end.store, self.end)
        places = list(self.places())
        for name in TYPES:
            assert list(self.timeline.places_of(name)) == [p for p in places if self.event(p).event_type == name]
        for rank in range(1, 6):
            assert list(self.timeline.places_from(rank)) == [p for p in places if self.rank(p) >= rank]
        for place in near_edges(places):
            assert self.timeline.time_of(place) == epoch_ms(self.event(place).timestamp)
        least = parse(self.text).filter.min_rank
        hidden = sum(self.rank(place) < least for place in places)
        assert self.timeline.hidden_by_level() == (None if least <= 1 else (hidden, LEVEL_NAMES[least]))
        gap = (self.beginning[-1], self.end[0]) if self.beginning and self.end else None
        assert self.timeline.gap == (gap and (epoch_ms(gap[0].timestamp), epoch_ms(gap[1].timestamp)))

    def shown(self) -> list[Place]:
        """The places of the rows shown, without the row that tells of the gap."""
        timeline = self.timeline
        return [timeline[index] for index in range(len(timeline)) if timeline.gap_at(index) is None]

    def places(self) -> Iterator[Place]:
        for row in range(len(self.beginning)):
            yield Place(False, row)
        for row in range(len(self.end or ())):
            yield Place(True, row)

    def event(self, place: Place) -> RunEvent:
        return (self.end or [])[place.row] if place.in_end else self.beginning[place.row]

    def rank(self, place: Place) -> int:
        return effective_rank(self.event(place).level, self.event(place).event_type)

    def expected(self) -> list[Place]:
        """The places of the events that the filter matches."""
        wanted = parse(self.text).filter
        events = [*numbered(self.beginning), *numbered(self.end or [])]
        return [place for place, event in zip(self.places(), events, strict=True) if wanted.matches(event, TIMES)]


def check(store: EventStore, events: list[RunEvent]) -> None:
    """Compares all that a store can be asked; of a long one, only what is near the edges of its blocks row by row."""
    ranks = [effective_rank(event.level, event.event_type) for event in events]
    assert len(store) == len(events) == len(store.times)
    assert list(store.ranks) == ranks
    assert store.rank_counts == [ranks.count(rank) for rank in range(6)]
    assert [block.first_row for block in store.blocks] == starts([len(block) for block in store.blocks])
    whole = numbered(events)
    edges = [row for block in store.blocks for row in (block.first_row, block.first_row + len(block))]
    for row in near_edges(range(len(events)), *edges):
        event = whole[row]
        details = EventDetails(error=event.error, metadata=event.metadata) if event.error or event.metadata else None
        assert store.event(row) == event
        assert (store.message(row), store.details(row)) == (event.message, details)
        assert store.text(row) == PART.join(parts(event.message, details))
        assert store.times[row] == epoch_ms(event.timestamp)
        assert (store.levels[row], store.types[row], store.steps[row]) == (
            event.level,
            event.event_type,
            event.step_key,
        )
        assert store.attempts[row] == (event.attempt or 0)
        block = store.block_of(row)
        assert block.decoded(row - block.first_row) == store.text(row)


def near_edges(items: Sequence[T], *edges: int) -> Iterator[T]:
    """The first, the last, and those about some other positions."""
    near = {at + offset for at in (0, len(items), *edges) for offset in range(-EDGE, EDGE)}
    return (items[at] for at in sorted(near) if 0 <= at < len(items))


def starts(sizes: Sequence[int]) -> list[int]:
    return [sum(sizes[:number]) for number in range(len(sizes))]


TestHeldRun = HeldRun.TestCase
TestHeldRun.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
