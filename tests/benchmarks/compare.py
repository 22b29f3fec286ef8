"""Two runs of a million events each compared: the whole of it, and the longest that a screen has to wait for it."""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import time
from collections.abc import Iterator

from run_tui.comparing import Side, Slices, compare
from run_tui.model import EventPage, Run, RunStatus
from run_tui.store import EventStore
from tests.benchmarks.client import read_by_product
from tests.benchmarks.processes import served
from tests.benchmarks.report import Figures, middle, table, worst
from tests.benchmarks.server import RUN_ID

HELP = "two runs of a million events compared: all of it, longest slice"


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    with served(args.events) as server:
        store = asyncio.run(read_by_product(server.url, RUN_ID)).beginning.store
    before, after = _side(store), _side(_with_one_more(store))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gc.disable()  # the explorer collects garbage between frames
    began = time.perf_counter()
    found = compare(before, after, time.time())
    steps_ms = (time.perf_counter() - began) * 1000
    slices = list(_timed(found.part()))
    figures: Figures = {
        "events": 2 * args.events,
        "steps_ms": round(steps_ms, 1),
        "seconds": round(sum(slices) / 1000, 2),
        "slice_ms_median": middle(slices),
        "slice_ms_max": worst(slices),
        "more_bytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) * 1024,
        "found": [parting.after for parting in found.partings] == [args.events],
    }
    return table(("two runs compared", "value"), [(name, str(value)) for name, value in figures.items()]), figures


def _side(store: EventStore) -> Side:
    side = Side(Run(id=RUN_ID, status=RunStatus.SUCCESS, created_at="2026-11-22T00:00:00Z"), [])
    side.store = store
    return side


def _with_one_more(store: EventStore) -> EventStore:
    """The same run with an event at its end that has nothing like it, so that all others are looked at."""
    more = store.head(len(store))
    step, at = store.steps[len(store) - 1], str(store.times[len(store) - 1])
    more.append(EventPage(RUN_ID, [at], ["INFO"], [None], [step], ["words that no other event has"]))
    return more


def _timed(work: Slices) -> Iterator[float]:
    """The milliseconds of each slice."""
    began = time.perf_counter()
    for _ in work:
        yield (time.perf_counter() - began) * 1000
        began = time.perf_counter()
    yield (time.perf_counter() - began) * 1000
