"""What a phase of a million log lines costs on a Hub Log server: read whole, opened, filtered."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import quote

import httpx

from run_tui.model import RunFilter
from run_tui.query import TimeContext, parse
from run_tui.sources import open_source
from run_tui.timeline import Timeline
from tests.benchmarks.client import read_whole
from tests.benchmarks.jump import painted
from tests.benchmarks.processes import ROOT, end, environment, product
from tests.benchmarks.report import Cell, Figures, middle, table
from tests.labs.hub_log.app import NDJSON, TOKEN
from tests.labs.hub_log.data import RELOAD
from tests.terminal import Terminal

HELP = "a million log lines of one phase: streamed against bare loops, opened at a terminal, filtered"
SIZE = (160, 50)
LAST_MESSAGE = "load finished"
FILTERS = ("cache miss", "level:warning", "customer-017", "step:transform 'batch 99'", "-rows", "/8[0-9] ms$/")
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
_NO_TIMES = TimeContext(0, None, 0)


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    taken: dict[str, list[float]] = {"bytes": [], "lines": [], "product": []}
    with _served(args.lines) as url:
        run_id = asyncio.run(_run_id(url))
        # First, for a million events held here make the terminal's emulator slow.
        opened = [_opened(url, run_id) for _ in range(args.rounds)]
        timeline = Timeline(run_id)
        for _ in range(args.rounds):
            for way in ("bytes", "lines"):
                taken[way].append(_bare(url, run_id, parsed=way == "lines"))
            del timeline
            gc.collect()
            seconds, timeline = _product(url, run_id)
            taken["product"].append(seconds)
    counts = [_filtered(timeline, text) for text in FILTERS]
    figures: Figures = {
        "lines": args.lines,
        "events": timeline.held,
        **{f"{way}_seconds": round(median(seconds), 2) for way, seconds in taken.items()},
        "ratio_to_bare_loop": _ratio(taken, "lines"),
        "ratio_to_bytes_thrown_away": _ratio(taken, "bytes"),
        "all_seconds": {way: [round(second, 2) for second in seconds] for way, seconds in taken.items()},
        "seconds_to_last_events": None if None in opened else round(median(filter(None, opened)), 2),
        "full_count_ms_median": middle(counts),
    }
    rows: list[list[Cell]] = [
        ["a bare loop that throws the bytes away, s", round(median(taken["bytes"]), 2)],
        ["a bare loop that reads the lines, s", round(median(taken["lines"]), 2)],
        ["run-tui, by feed and timeline, s", round(median(taken["product"]), 2)],
        ["process started to last events painted, s", figures["seconds_to_last_events"]],  # type: ignore[list-item]
        ["whole count of a filter, ms", middle(counts)],
    ]
    return table((f"{args.lines:,} lines", ""), rows), figures


@contextmanager
def _served(lines: int) -> Iterator[str]:
    """The stand-in in a process of its own."""
    command = [sys.executable, "-m", "tests.labs.hub_log", "0", str(lines)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment())
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        end(process)


async def _run_id(url: str) -> str:
    source = open_source("hub_log", url, headers=HEADERS, dags=[RELOAD])
    try:
        return (await source.runs(RunFilter())).items[0].id
    finally:
        await source.aclose()


def _bare(url: str, run_id: str, *, parsed: bool) -> float:
    """One connection, read as fast as anybody can, each line parsed or not."""
    dag, date, run = run_id.split("/", 2)
    logs = f"{url}/api/v1/dags/{dag}/runs/{date}/{quote(run, safe='')}/phases/transform/logs"
    began = time.perf_counter()
    with httpx.stream("GET", logs, headers=HEADERS | {"accept": NDJSON}, timeout=60) as answer:
        for line in answer.iter_lines() if parsed else answer.iter_raw():
            if parsed:
                json.loads(line)
    return time.perf_counter() - began


def _product(url: str, run_id: str) -> tuple[float, Timeline]:
    began = time.perf_counter()
    timeline = asyncio.run(read_whole(open_source("hub_log", url, headers=HEADERS), run_id))
    return time.perf_counter() - began, timeline


def _opened(url: str, run_id: str) -> float | None:
    """From the shell's prompt to the run's last events."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "config.toml"
        settings.write_text(f'[connections.hub]\nkind = "hub_log"\nurl = "{url}"\ntoken = "{TOKEN}"\n', "utf-8")
        settings.chmod(0o600)
        with Terminal(product("-c", "hub", run_id), SIZE, environment(RUN_TUI_CONFIG=str(settings))) as terminal:
            at = painted(terminal, LAST_MESSAGE, 20.0)
            return None if at is None else at - terminal.started


def _filtered(timeline: Timeline, text: str) -> float:
    """Milliseconds until all that fits a filter is counted, in slices as the app takes them."""
    view = timeline.beginning
    view.apply(parse(text).filter, _NO_TIMES, len(view.store))
    began = time.perf_counter()
    while not view.advance(0.008):
        pass
    return (time.perf_counter() - began) * 1000


def _ratio(taken: dict[str, list[float]], yardstick: str) -> float:
    """The median of the ratios of neighbours: what else the machine does changes from round to round."""
    pairs = zip(taken["product"], taken[yardstick], strict=True)
    return round(median(product / bare for product, bare in pairs), 3)
