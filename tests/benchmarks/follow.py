"""What following a long run costs that writes as fast as a server can tell, and what it costs when nothing happens.

The writer begins once the run's last events are on screen, while most of those before them have not been read yet.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from typing import Any

from tests.benchmarks.explorer import BLOCKS, Probed
from tests.benchmarks.generate import SPACING_MS, START_MS
from tests.benchmarks.probe import digest_of_run
from tests.benchmarks.processes import Served, cpu_seconds, memory_bytes, served
from tests.benchmarks.report import Cell, Figures, middle, p95, table, worst
from tests.benchmarks.runview import await_view, read_view
from tests.terminal import Terminal

HELP = "10,000 events a second for 30 s behind a gap, then a quiet minute: nothing dropped, frames, processor time"
SIZE = (160, 50)
FRAME = b"\x1b[?2026l"
"""Ends a frame of synchronised output."""


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--rate", type=float, default=10_000, help="events a second")
    parser.add_argument("--seconds", type=float, default=30, help="how long they come")
    parser.add_argument("--written", type=int, default=100_000, help="events that there are before")
    parser.add_argument("--quiet-seconds", type=float, default=60, help="how long nothing comes after that")
    parser.add_argument("--microseconds", type=float, default=50.0, help="what an event of a page costs the server")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    count = args.written + int(args.rate * args.seconds)
    with (
        served(count, rate=args.rate, written=args.written, microseconds=args.microseconds) as server,
        Probed(server.url, SIZE, (START_MS + count * SPACING_MS) / 1000) as probed,
    ):
        terminal = probed.terminal
        _until(lambda: args.written - 1 in read_view(terminal.drained()).rows, 60, "last events on screen")
        probed.begin()
        unread = args.written - server.write()["events"]
        busy_from, cpu_from = time.perf_counter(), cpu_seconds(terminal.pid)
        arrived = _arrived(server, count, args.seconds)
        busy_cpu = (cpu_seconds(terminal.pid) - cpu_from) / (time.perf_counter() - busy_from)
        frames = _frame_gaps(terminal)
        await_view(terminal, lambda view: view.shows_count(None, count), timeout=60)
        report = probed.report()
        idle_cpu, idle_bytes = _idle(terminal, args.quiet_seconds)
        end = probed.report()
        peak = memory_bytes(terminal.pid)
    figures: Figures = {
        "events": count,
        "rate": args.rate,
        "seconds": args.seconds,
        "unread_when_writing_began": unread,
        "dropped": count - end["held"],
        "same_sequence": end["digest"] == digest_of_run(count),
        "seconds_to_last_event": round(arrived, 2),
        "frame_ms_max": report["max_block_ms"],
        "frame_cpu_ms_max": report["max_block_cpu_ms"],
        "between_frames_ms_median": middle(frames),
        "between_frames_ms_p95": p95(frames),
        "between_frames_ms_max": worst(frames),
        "cpu_percent": round(busy_cpu * 100, 1),
        "idle_cpu_percent": round(idle_cpu, 2),
        "idle_bytes_per_second": round(idle_bytes),
        "peak_bytes": peak,
        **{name: report[name] for name in BLOCKS},
    }
    return _table(figures, report), figures


def _arrived(server: Served, count: int, seconds: float) -> float:
    """Seconds until the app had been sent every event."""
    began = time.perf_counter()
    _until(lambda: server.stats()["events"] >= count, seconds * 3 + 60, f"{count:,} events")
    return time.perf_counter() - began


def _until(condition: Any, timeout: float, what: str) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout:g} s")
        time.sleep(0.1)


def _frame_gaps(terminal: Terminal) -> list[float]:
    """Milliseconds between the ends of two frames at the terminal."""
    ends = [read.time for read in list(terminal.reads) if FRAME in read.content]
    return [(after - before) * 1000 for before, after in pairwise(ends)]


def _idle(terminal: Terminal, seconds: float) -> tuple[float, float]:
    """Processor time in percent of one core, and bytes a second sent to the terminal, while only time passes."""
    terminal.wait_quiet(0.9, 10)
    terminal.forget()
    began, cpu = time.perf_counter(), cpu_seconds(terminal.pid)
    time.sleep(seconds)
    taken, used = time.perf_counter() - began, cpu_seconds(terminal.pid) - cpu
    return used * 100 / taken, sum(len(read.content) for read in list(terminal.reads)) / taken


def _table(figures: Figures, report: dict[str, Any]) -> str:
    names = (
        "unread_when_writing_began",
        "dropped", "same_sequence", "frame_ms_max", "frame_cpu_ms_max", "p99_block_ms", "between_frames_ms_median",
        "between_frames_ms_p95", "between_frames_ms_max", "cpu_percent", "idle_cpu_percent",
        "idle_bytes_per_second", "peak_bytes",
    )  # fmt: skip
    rows: list[list[Cell]] = []
    for name in names:
        value = figures[name]
        text = ("no", "yes")[value] if isinstance(value, bool) else value
        rows.append([name.replace("_", " "), text if isinstance(text, int | float | str) else None])
    rows += [[f"  {slow['what'][:60]}", slow["ms"]] for slow in report["slowest"][:3]]
    return table((f"{figures['rate']:,.0f} events/s", ""), rows)
