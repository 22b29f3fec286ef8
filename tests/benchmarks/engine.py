"""What a keystroke in the filter costs before anything is painted: the view alone, in this process."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from run_tui.query import Filter, TimeContext, parse
from run_tui.view import EventView
from tests.benchmarks.client import read_by_product
from tests.benchmarks.filter import KINDS
from tests.benchmarks.processes import served
from tests.benchmarks.report import Figures, middle, table, worst
from tests.benchmarks.server import RUN_ID

HELP = "each key of the filter at a million events without a terminal: whole result, longest slice"

SLICE = 0.003
"""Seconds asked for at once."""
TIMES = TimeContext(0, None, 0)


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One key: `rows` that fit in the end, after so many milliseconds in all; `first_rows` after the first slice."""

    kind: str
    text: str
    rows: int
    milliseconds: float
    longest_slice: float
    first_rows: int


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="only these filters")
    parser.add_argument("--letters", action="store_true", help="every keystroke in the figures")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    with served(args.events) as server:
        view = asyncio.run(read_by_product(server.url, RUN_ID)).beginning
    ready = _get_ready(view)
    keys = [key for kind in args.kinds for near in (0, args.events) for key in _typed(view, kind, near)]
    return _table(keys), {**_figures(keys, args), "getting_ready": ready}


def _get_ready(view: EventView) -> Figures:
    """What the view does as long as there is no filter."""
    slices, ready = [], False
    while not ready:
        began = time.perf_counter()
        ready = view.advance(SLICE)
        slices.append((time.perf_counter() - began) * 1000)
    return {"ms": round(sum(slices)), "slice_ms_median": middle(slices), "slice_ms_max": worst(slices)}


def _typed(view: EventView, kind: str, near: int) -> Iterator[Keystroke]:
    """A filter typed letter by letter; keys that do not change it, or leave it wrong, do no work."""
    view.apply(None, TIMES)
    before = Filter()
    for length in range(1, len(KINDS[kind]) + 1):
        query = parse(KINDS[kind][:length])
        if query.problems or query.filter == before:
            continue
        before = query.filter
        slices: list[float] = []
        first_rows, done = 0, False
        began = time.perf_counter()
        view.apply(query.filter, TIMES, near)
        while not done:
            done = view.advance(SLICE)
            slices.append(time.perf_counter() - began - sum(slices))
            if len(slices) == 1:
                first_rows = len(view)
        yield Keystroke(kind, KINDS[kind][:length], len(view), sum(slices) * 1000, max(slices) * 1000, first_rows)


def _figures(keys: list[Keystroke], args: argparse.Namespace) -> Figures:
    figures: Figures = {
        "events": args.events,
        "keystrokes": len(keys),
        "full_count_ms_median": middle([key.milliseconds for key in keys]),
        "longest_slice_ms": worst([key.longest_slice for key in keys]),
        "kinds": {
            kind: {
                "full_count_ms_median": middle([key.milliseconds for key in some]),
                "full_count_ms_max": worst([key.milliseconds for key in some]),
                "longest_slice_ms": worst([key.longest_slice for key in some]),
            }
            for kind, some in _by_kind(keys)
        },
    }
    if args.letters:
        figures["letters"] = [[key.text, key.rows, round(key.milliseconds, 1), key.first_rows] for key in keys]
    return figures


def _table(keys: list[Keystroke]) -> str:
    rows = [
        (
            kind,
            len(some),
            middle([key.milliseconds for key in some]),
            worst([key.milliseconds for key in some]),
            worst([key.longest_slice for key in some]),
            min(key.first_rows for key in some if key.rows) if any(key.rows for key in some) else None,
        )
        for kind, some in [*_by_kind(keys), ("all", keys)]
    ]
    return table(("filter, ms a key", "keys", "count", "count max", "slice max", "first rows, least"), rows)


def _by_kind(keys: Iterable[Keystroke]) -> Iterator[tuple[str, list[Keystroke]]]:
    for kind, some in groupby(keys, lambda key: key.kind):
        yield kind, list(some)
