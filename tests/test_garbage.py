"""When garbage is collected."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

from run_tui.garbage import ALL, MANY, OFTEN, Collector


class Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector() -> Iterator[Collector]:
    thresholds = gc.get_threshold()
    collector = Collector()
    collector.start()
    yield collector
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def time_goes_on() -> None:
    """As many collections of younger objects as a full one waits for."""
    for _ in range(OFTEN):
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


def set_aside_and_dropped(collector: Collector) -> Callable[[], Cycle | None]:
    cycles = [Cycle() for _ in range(MANY)]
    seen = weakref.ref(cycles[0])
    time_goes_on()
    collector.collect()
    return seen
