"""When garbage is collected."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from run_tui.garbage import Collector


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
    """As many collections of younger objects as Python waits for before a full one."""
    for _ in range(gc.get_threshold()[1] + 1):
        gc.collect(1)


def test_garbage_goes_once_much_has_come(collector: Collector) -> None:
    cycle = Cycle()
    seen = weakref.ref(cycle)
    time_goes_on()
    collector.collect()
    later = Cycle()
    seen_later = weakref.ref(later)
    del cycle, later
    collector.collect()
    assert seen_later() is not None
    time_goes_on()
    collector.collect()
    assert seen_later() is None
    assert seen() is not None  # it had been set aside while it was needed


def test_what_was_set_aside_goes_when_it_is_let_go(collector: Collector) -> None:
    cycle = Cycle()
    seen = weakref.ref(cycle)
    time_goes_on()
    collector.collect()
    del cycle
    collector.let_go()
    time_goes_on()
    collector.collect()
    assert seen() is None


def test_what_was_set_aside_is_looked_through_when_it_has_doubled(collector: Collector) -> None:
    cycle = Cycle()
    seen = weakref.ref(cycle)
    time_goes_on()
    collector.collect()
    del cycle
    kept = [Cycle() for _ in range(2 * gc.get_freeze_count())]
    time_goes_on()
    collector.collect()
    assert len(kept) < gc.get_freeze_count()
    time_goes_on()
    collector.collect()
    assert seen() is None
