"""What the explorer's process needs at most to hold a million events."""

from __future__ import annotations

import argparse

from tests.benchmarks import yardsticks
from tests.benchmarks.dataset import Dataset
from tests.benchmarks.explorer import wait_loaded
from tests.benchmarks.processes import environment, memory_bytes, product, served
from tests.benchmarks.report import Cell, Figures, table
from tests.benchmarks.runview import await_view
from tests.benchmarks.server import RUN_ID
from tests.terminal import Terminal

HELP = "peak memory of the app with a million events loaded, against the JSON it received"
SIZE = (160, 50)
MEGA = 1_000_000
DOCUMENTED = 254
"""Bytes of JSON an event that the target counts with."""


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--no-yardsticks", action="store_true")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    empty = _measured(1)
    figures = _measured(args.events)
    figures["empty_peak_bytes"] = empty["peak_bytes"]
    if not args.no_yardsticks:
        figures["yardsticks"] = yardsticks.memory(Dataset(args.events))
    return _table(figures), figures


def _measured(events: int) -> Figures:
    with served(events) as server, Terminal(product("--url", server.url, RUN_ID), SIZE, environment()) as terminal:
        wait_loaded(terminal, server, events)
        loaded = memory_bytes(terminal.pid)
        terminal.send("/")
        await_view(terminal, lambda view: bool(view.rows), timeout=10)
        terminal.send("retry")
        await_view(terminal, lambda view: view.shows_text("retry") and "%" not in view.counts, timeout=60)
        peak, resident = memory_bytes(terminal.pid), memory_bytes(terminal.pid, "VmRSS")
        received = server.stats()["bytes"]
    return {
        "events": events,
        "json_bytes": received,
        "json_bytes_per_event": round(received / events, 1),
        "peak_bytes": loaded,
        "peak_to_json_bytes": round(loaded / received, 3),
        "peak_to_254_bytes_an_event": round(loaded / (events * DOCUMENTED), 3),
        "peak_bytes_after_filtering": peak,
        "resident_bytes": resident,
    }


def _table(figures: Figures) -> str:
    rows: list[list[Cell]] = [
        [name.replace("_", " "), round(value / MEGA, 1)]
        for name in ("json_bytes", "empty_peak_bytes", "peak_bytes", "peak_bytes_after_filtering", "resident_bytes")
        if isinstance(value := figures[name], int)
    ]
    others = figures.get("yardsticks")
    if isinstance(others, dict):
        peaks = {name: seen["peak_bytes"] for name, seen in others.items() if seen and "peak_bytes" in seen}
        rows += [[f"{name}, peak", round(peak / MEGA, 1)] for name, peak in peaks.items()]
    return table(("MB", "bytes"), rows)
