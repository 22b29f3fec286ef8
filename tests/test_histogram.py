"""Events over time: the counts against a plain count, and the bars as the user meets them on the demo connection."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from run_tui.model import EventPage, effective_rank
from run_tui.query import TimeContext, parse
from run_tui.store import EventStore
from run_tui.view import Bucket, EventView, Histogram
from run_tui.widgets.histogram import _level
from tests.screens import demo_app, open_run
from tests.waiting import until

START = 1_795_307_802_000
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def view(times: list[int], query: str = "") -> EventView:
    """Events at these times, of one level after the other, under a filter."""
    store = EventStore("r1")
    levels = [LEVELS[number % len(LEVELS)] for number in range(len(times))]
    for first in range(0, len(times), 700):
        part = slice(first, first + 700)
        size = len(times[part])
        store.append(
            EventPage(
                run_id="r1",
                timestamps=[str(START + time) for time in times[part]],
                levels=levels[part],
                types=[None] * size,
                steps=[None] * size,
                messages=[f"message {number % 7}" for number in range(first, first + size)],
            )
        )
    found = EventView(store)
    found.apply(parse(query).filter, TimeContext(START, None, START))
    while not found.advance(1):
        pass
    return found


def plain(found: EventView, histogram: Histogram) -> list[Bucket]:
    counts = [Counter[int]() for _ in range(histogram.size)]
    for index in range(len(found)):
        row = found[index]
        span = counts[histogram.index_of(found.store.times[row])]
        rank = effective_rank(found.store.levels[row], found.store.types[row])
        span.update([0, *(limit for limit in (3, 4) if rank >= limit)])
    return [Bucket(span[0], span[3], span[4]) for span in counts]


def counted(*views: EventView, end: int, size: int) -> Histogram:
    histogram = Histogram(views, START, START + end, size)
    while not histogram.advance(1):
        pass
    return histogram


@pytest.mark.parametrize("query", ["", "message", '"message 3"', "level:warning", "nothing at all"])
@pytest.mark.parametrize("order", ["in order", "nearly", "not at all"])
def test_the_counts_are_those_of_a_plain_count(query: str, order: str) -> None:
    chance = random.Random(5)
    times = [n * 40 + (chance.randrange(3000) if order == "nearly" else 0) for n in range(3000)]
    if order == "not at all":
        chance.shuffle(times)
    found = view(times, query)
    for size in (1, 7, 100):
        histogram = counted(found, end=max(times), size=size)
        assert [histogram[index] for index in range(size)] == plain(found, histogram)


@given(some.lists(some.integers(0, 5000), min_size=1, max_size=40), some.integers(1, 50))
def test_every_event_is_in_one_span(times: list[int], size: int) -> None:
    histogram = counted(view(times), end=5000, size=size)
    assert sum(histogram[index].total for index in range(size)) == len(times)
    assert all(histogram.index_of(histogram.begin_of(index)) in (index - 1, index) for index in range(size))


def test_several_parts_are_counted_together() -> None:
    histogram = counted(view([0, 100]), view([900, 1000]), end=1000, size=2)
    assert [histogram[index].total for index in range(2)] == [2, 2]


def test_one_moment_is_one_span() -> None:
    histogram = counted(view([0, 0]), end=0, size=5)
    assert histogram[0].total == 2


def test_an_error_colours_the_foot_of_its_bar() -> None:
    bucket = Bucket(1000, 300, 1)
    assert [_level(bucket, line, 4) for line in range(4)] == ["bad", "warning", "name", "name"]
    assert _level(Bucket(), 0, 0) == "quiet"


async def test_the_histogram_moves_the_log_and_the_log_its_cursor() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        bar = screen.pane.histogram
        await pilot.press("i")
        await until(lambda: "▇" in bar.render_line(3).text or "█" in bar.render_line(3).text)
        assert bar.has_focus
        await pilot.press("g", *["h"] * 100)
        first = screen.rows.place
        assert first is not None
        assert first.row == 0
        await pilot.press("e")
        place = screen.rows.place
        assert place is not None
        await until(lambda: "error" in bar.render_line(4).text)
        words = bar.render_line(4).text
        await pilot.press("l")
        await until(lambda: bar.render_line(4).text != words)
        await pilot.click(bar, offset=(bar.size.width - 2, 2))
        assert screen.rows.cursor > screen.rows.row_count() - 20
        await pilot.press("escape")
        await until(lambda: not bar.display and screen.rows.has_focus)


async def test_the_histogram_counts_what_the_filter_shows() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("i")
        await until(lambda: "event" in screen.pane.histogram.render_line(4).text)
        screen.filter_bar.text = "level:error"
        await until(lambda: screen.rows.row_count() < 20)
        screen.tick()

        def shown() -> int:
            histogram = screen.pane.histogram._histogram
            assert histogram is not None
            return sum(histogram[index].total for index in range(histogram.size))

        await until(lambda: shown() == screen.rows.row_count())
