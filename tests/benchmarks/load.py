"""What loading a whole run from a real server costs, against a bare loop over the same pages."""

from __future__ import annotations

import argparse
from statistics import median
from typing import Any

from tests.benchmarks.kept_lab import lab_with_run
from tests.benchmarks.processes import module, result_of
from tests.benchmarks.report import Cell, Figures, table

HELP = "a whole run from a real server through feed and store, against bare loops that throw the pages away"
WAYS = ("bare", "product", "bare-same-query")


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5, help="how often each way is taken, in turn")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    taken: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    with lab_with_run(args.events) as (lab, run_id):
        # The first pages of a fresh server are slower: nobody's time.
        _read(lab.url, run_id, "bare", 5)
        for _ in range(args.rounds):
            for way in WAYS:
                result = _read(lab.url, run_id, way)
                if result["events"] != args.events:
                    raise RuntimeError(f"{way} read {result['events']} of {args.events} events")
                taken[way].append(result)
    seconds = {way: median(result["seconds"] for result in results) for way, results in taken.items()}
    cpu = {way: median(result["cpu_seconds"] for result in results) for way, results in taken.items()}
    size = {way: int(results[0].get("bytes", 0)) for way, results in taken.items()}
    figures: Figures = {
        "events": args.events,
        "rounds": args.rounds,
        "seconds": round(seconds["product"], 2),
        "events_per_s": round(args.events / seconds["product"]),
        "cpu_seconds": round(cpu["product"], 2),
        "cpu_us_per_event": round(cpu["product"] * 1e6 / args.events, 2),
        "bare_seconds": round(seconds["bare"], 2),
        "bare_same_query_seconds": round(seconds["bare-same-query"], 2),
        "bytes_per_event": round(size["bare"] / args.events, 1),
        "bytes_per_event_same_query": round(size["bare-same-query"] / args.events, 1),
        "ratio_to_bare_loop": _ratio(taken, "bare"),
        "ratio_to_bare_loop_same_query": _ratio(taken, "bare-same-query"),
        "all_seconds": {way: [round(result["seconds"], 2) for result in results] for way, results in taken.items()},
    }
    rows: list[list[Cell]] = [
        [way, round(seconds[way], 2), round(args.events / seconds[way]), round(cpu[way], 2)] for way in WAYS
    ]
    return table((f"{args.events:,} events", "seconds", "events/s", "client CPU s"), rows), figures


def _read(url: str, run_id: str, way: str, pages: int | None = None) -> dict[str, Any]:
    return result_of(module("client", way, url, run_id, *([] if pages is None else [pages])), timeout=1200)


def _ratio(taken: dict[str, list[dict[str, Any]]], yardstick: str) -> float:
    """The median of the ratios of neighbours: what else the machine does changes from round to round."""
    pairs = zip(taken["product"], taken[yardstick], strict=True)
    ratios: list[float] = [product["seconds"] / bare["seconds"] for product, bare in pairs]
    return round(median(ratios), 3)
