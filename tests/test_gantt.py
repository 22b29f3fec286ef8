"""Bars over time."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as some

from run_tui.gantt import Window, bar, ticks, whole_window
from run_tui.model import StepState
from run_tui.steps import Attempt

DONE, BAD, GOING = StepState.SUCCESS, StepState.FAILURE, StepState.RUNNING
SECONDS = Window(0, 10_000)


def drawn(
    *attempts: Attempt, waits: Sequence[tuple[int, int]] = (), window: Window = SECONDS, now: float | None = None
) -> str:
    return "".join(text for _, text in bar(attempts, waits, window, 10, now))


def test_a_bar_lies_where_its_attempt_was() -> None:
    assert drawn(Attempt(DONE, 2000, 5000)) == "  ███     "
    assert bar([Attempt(BAD, 0, 10_000)], [], SECONDS, 10, None) == [("bad", "█" * 10)]


def test_waiting_is_dotted() -> None:
    assert drawn(Attempt(DONE, 2000, 5000), waits=[(0, 2000)]) == "··███     "
    assert drawn(Attempt(BAD, 0, 2000), Attempt(DONE, 5000, 7000), waits=[(2000, 5000)]) == "██···██   "


def test_the_shortest_attempt_has_a_cell() -> None:
    assert drawn(Attempt(DONE, 2000, 2001)) == "  █       "


def test_a_running_attempt_reaches_the_present() -> None:
    assert drawn(Attempt(GOING, 2000), now=5000) == "  ███│    "


def test_what_lies_outside_the_window_is_cut() -> None:
    assert drawn(Attempt(DONE, 0, 10_000), window=Window(4000, 6000)) == "█" * 10
    assert drawn(Attempt(DONE, 0, 1000), window=Window(4000, 6000)) == " " * 10


@given(
    some.lists(some.tuples(some.integers(0, 20_000), some.integers(0, 20_000)), max_size=4),
    some.integers(1, 120),
    some.floats(0, 9_000),
    some.floats(20, 10_000),
)
def test_a_bar_is_as_wide_as_it_is_asked_for(
    spans: list[tuple[int, int]], width: int, start: float, length: float
) -> None:
    attempts = [Attempt(DONE, first, first + size) for first, size in spans]
    pieces = bar(attempts, [(0, 500)], Window(start, start + length), width, 7_000.0)
    assert len("".join(text for _, text in pieces)) == width


def test_the_whole_run_ends_on_a_round_time() -> None:
    assert whole_window(5000, 5000) == Window(5000, 6000)
    assert whole_window(0, 100_001).end >= 100_001
    assert whole_window(0, 100_001) == whole_window(0, 100_900)


@given(some.floats(0.1, 10), some.floats(0, 10_000), some.integers(-9, 9))
def test_a_window_stays_within_the_whole(factor: float, centre: float, moves: int) -> None:
    window = SECONDS.zoomed(factor, SECONDS, centre).moved(moves / 4, SECONDS)
    assert -0.001 <= window.start < window.end <= SECONDS.end + 0.001


def test_zooming_in_and_out_comes_back() -> None:
    assert SECONDS.zoomed(0.5, SECONDS).zoomed(2, SECONDS) == SECONDS
    assert SECONDS.zoomed(0.5, SECONDS, 9000) == Window(5000, 10_000)


def test_the_axis_names_round_times() -> None:
    assert list(ticks(Window(0, 60_000), 0, 48)) == [(0, "0"), (12, "15s"), (24, "30s"), (36, "45s")]
    assert [name for _, name in ticks(Window(0, 7_200_000), 0, 60)] == ["0", "30m", "1h", "1h 30m"]
    assert [name for _, name in ticks(Window(100, 400), 0, 48)] == ["100ms", "200ms", "300ms"]
    assert [name for _, name in ticks(Window(90_000, 150_000), 0, 36)][-1] == "2m"


@given(some.floats(0, 1e9), some.floats(20, 1e10), some.integers(10, 250))
def test_names_on_the_axis_have_room(start: float, length: float, width: int) -> None:
    columns = [column for column, _ in ticks(Window(start, start + length), 0, width)]
    assert columns == sorted(columns)
    assert len(columns) <= width // 12 + 2
