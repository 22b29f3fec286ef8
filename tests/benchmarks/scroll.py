"""What a page down costs at a million rows, seen at the terminal."""

from __future__ import annotations

import argparse

from tests.benchmarks.explorer import PAGE_DOWN, PAGE_UP, wait_loaded
from tests.benchmarks.processes import cpu_seconds, environment, product, served
from tests.benchmarks.report import Cell, Figures, middle, p95, table, worst
from tests.benchmarks.runview import RunView, await_view, first, read_view
from tests.benchmarks.server import RUN_ID
from tests.terminal import Terminal

HELP = "page down and page up at a million rows: key to painted, and processor time"
SIZE = (160, 50)


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=100)


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    with served(args.events) as server, Terminal(product("--url", server.url, RUN_ID), SIZE, environment()) as terminal:
        wait_loaded(terminal, server, args.events)
        _go(terminal, "g", 0)
        down, down_cpu = _pages(terminal, PAGE_DOWN, args.pages)
        _go(terminal, "G", args.events - 1)
        up, up_cpu = _pages(terminal, PAGE_UP, args.pages)
    figures: Figures = {
        "events": args.events,
        "page_down_ms_median": middle(down),
        "page_down_ms_p95": p95(down),
        "page_down_ms_max": worst(down),
        "page_down_cpu_ms": down_cpu,
        "page_up_from_end_ms_median": middle(up),
        "page_up_from_end_ms_p95": p95(up),
        "page_up_from_end_cpu_ms": up_cpu,
    }
    rows: list[list[Cell]] = [
        ["page down from the start", middle(down), p95(down), worst(down), down_cpu],
        ["page up from the end", middle(up), p95(up), worst(up), up_cpu],
    ]
    return table(("ms a page", "median", "p95", "max", "cpu"), rows), figures


def _go(terminal: Terminal, key: str, row: int) -> None:
    terminal.send(key)
    await_view(terminal, lambda view: row in view.rows, timeout=10)


def _pages(terminal: Terminal, key: str, pages: int) -> tuple[list[float], float]:
    """Milliseconds from each key to the next rows painted, and milliseconds of processor time a page."""
    # The first page takes the cursor to the edge of what is shown; from there on each one scrolls.
    terminal.send(key)
    terminal.wait_quiet(0.3, 5)
    terminal.drained()
    taken: list[float] = []
    cpu = cpu_seconds(terminal.pid)
    shown = set(read_view(terminal.screen).rows)
    for _ in range(pages):
        last_shown = shown

        def turned(view: RunView, before: set[int] = last_shown) -> bool:
            # The row at the edge stays in view as the first of the next page.
            return len(view.rows) == len(before) and len(before.intersection(view.rows)) <= 1 and _whole(view)

        sent = terminal.send(key)
        seen = await_view(terminal, turned, quiet=0.05, timeout=10)
        painted = first(seen, turned)
        taken.append(((painted or sent) - sent) * 1000)
        shown = set(seen[-1][1].rows)
    return taken, round((cpu_seconds(terminal.pid) - cpu) * 1000 / max(1, pages), 2)


def _whole(view: RunView) -> bool:
    """Whether the rows shown follow one another."""
    return list(view.rows) == list(range(view.rows[0], view.rows[0] + len(view.rows)))
