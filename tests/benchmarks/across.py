"""What a keystroke in the filter costs over many runs opened together, as `filter` has it for one."""

from __future__ import annotations

import argparse

from tests.benchmarks.filter import KINDS, SIZES, figures_of, table_of, typed_with_care
from tests.benchmarks.oracle import Oracle
from tests.benchmarks.processes import served
from tests.benchmarks.report import Figures
from tests.benchmarks.server import run_ids

HELP = "the filter over 50 runs opened together, a million events altogether"
SOUGHT = ("level", "common word", "absent word", "combination")
"""What is typed, of the kinds that `filter` types."""


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(SOUGHT), help="only these filters")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures. The runs take turns at the events of one: merged, they are that run again."""
    oracle = Oracle(args.events)
    with served(args.events, runs=args.runs) as server:
        keys, seconds = typed_with_care(server, oracle, args.kinds, SIZES[:1], run_ids(args.runs))
    told = ("events", "keystrokes", "wrong", "key_echo_ms_median", "first_paint_ms_median", "full_count_ms_median")
    taken = figures_of(keys, args.events)
    figures = {"across_runs": args.runs, **{name: taken[name] for name in told}}
    return table_of(keys), {**figures, "seconds_to_all_events": round(seconds, 1)}
