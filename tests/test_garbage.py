"""When garbage is collected."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

from run_tui.garbage import ALL, FEW, IDLE, LATE, MANY, OFTEN, Collector


class Cycle:
    def __init__(self) -> None:
        self.itself = self


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def collector(clock: Clock) -> Iterator[Collector]:
    thresholds = gc.get_threshold()
    collector = Collector(clock)
    collector.start()
    yield collector
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def time_goes_on(looks: int = OFTEN) -> None:
    """As many collections of younger objects as a full one waits for."""
    for _ in range(looks):
        gc.collect(1)


def test_garbage_goes_once_there_is_something_to_do(collector: Collector) -> None:
    time_goes_on()
    collector.collect()
    cycle = Cycle()
    seen = weakref.ref(cycle)
    del cycle
    collector.collect()
    assert seen() is not None
    time_goes_on()
    collector.collect()
    assert seen() is None


def test_what_is_alive_is_set_aside_once_it_is_much(collector: Collector) -> None:
    before = gc.get_freeze_count()
    few = [Cycle() for _ in range(MANY // 10)]
    time_goes_on()
    collector.collect()
    assert gc.get_freeze_count() <= before
    many = [Cycle() for _ in range(MANY)]
    time_goes_on()
    collector.collect()
    assert gc.get_freeze_count() >= before + len(few) + len(many)


def test_what_was_set_aside_goes_when_it_is_let_go(collector: Collector) -> None:
    seen = set_aside_and_dropped(collector)
    time_goes_on()
    collector.collect()
    assert seen() is not None
    collector.let_go()
    time_goes_on()
    collector.collect()
    assert seen() is None


def test_what_was_set_aside_is_looked_through_when_it_has_become_much(collector: Collector) -> None:
    seen = set_aside_and_dropped(collector)
    kept = []
    for _ in range(ALL // MANY):
        kept.append([Cycle() for _ in range(MANY)])
        time_goes_on()
        collector.collect()
    assert seen() is None


def test_who_types_waits_for_no_full_collection_until_there_is_much_to_do(collector: Collector, clock: Clock) -> None:
    seen = old_garbage()
    time_goes_on()
    collector.put_off()
    collector.collect()
    assert seen() is not None
    clock.seconds += IDLE
    collector.collect()
    assert seen() is None

    seen = old_garbage()
    time_goes_on(LATE)
    collector.put_off()
    collector.collect()
    assert seen() is None


def test_who_types_does_not_wait_for_what_was_let_go(collector: Collector, clock: Clock) -> None:
    seen = set_aside_and_dropped(collector)
    collector.let_go()
    time_goes_on(LATE)
    collector.put_off()
    collector.collect()
    assert seen() is not None
    clock.seconds += IDLE
    time_goes_on()
    collector.collect()
    assert seen() is None


def test_much_that_is_new_is_looked_at_even_while_somebody_types(collector: Collector) -> None:
    time_goes_on()
    collector.collect()
    collector.put_off()
    cycle = Cycle()
    seen = weakref.ref(cycle)
    del cycle
    kept = [Cycle() for _ in range(FEW)]
    collector.collect()
    assert seen() is None
    assert len(kept) == FEW


def old_garbage() -> Callable[[], Cycle | None]:
    """A cycle that is no longer looked at with what is new."""
    cycle = Cycle()
    seen = weakref.ref(cycle)
    gc.collect(1)
    gc.collect(1)
    return seen


def set_aside_and_dropped(collector: Collector) -> Callable[[], Cycle | None]:
    cycles = [Cycle() for _ in range(MANY)]
    seen = weakref.ref(cycles[0])
    time_goes_on()
    collector.collect()
    return seen
