"""How soon the last events of a huge run are on screen, from a real server."""

from __future__ import annotations

import argparse
from statistics import median

from tests.benchmarks.generate import LAST_MESSAGE
from tests.benchmarks.kept_lab import lab_with_run
from tests.benchmarks.processes import environment, module, product, result_of
from tests.benchmarks.report import Cell, Figures, table
from tests.terminal import Terminal

HELP = "the last events of a run of a million on screen, from a real server"
SIZE = (160, 50)
PAGES = 20
"""What the bare loop reads to tell how long all pages would take."""


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds to wait for the last events")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    with lab_with_run(args.events) as (lab, run_id):
        bare = result_of(module("client", "bare", lab.url, run_id, PAGES), timeout=120)
        started = [_from_start(lab.url, run_id, args.timeout) for _ in range(args.rounds)]
        opened = [_from_list(lab.url, args.timeout) for _ in range(args.rounds)]
    paging = bare["seconds"] / bare["events"] * args.events
    figures: Figures = {
        "events": args.events,
        "seconds_to_last_events": _median(started),
        "seconds_to_last_events_all": started,
        "seconds_from_opening_in_the_list": _median(opened),
        "bare_paging_seconds": round(paging, 1),
    }
    missed = sum(seconds is None for seconds in started)
    if missed:
        figures["reasons"] = {"seconds_to_last_events": f"{missed} of {args.rounds} not within {args.timeout:g} s"}
    rows: list[list[Cell]] = [
        ["process started to last events painted", _median(started)],
        ["run opened in the list to last events painted", _median(opened)],
        ["a bare loop over all pages, from its first 20", round(paging, 1)],
    ]
    return table((f"{args.events:,} events", "seconds"), rows), figures


def _from_start(url: str, run_id: str, timeout: float) -> float | None:
    with Terminal(product("--url", url, run_id), SIZE, environment()) as terminal:
        at = painted(terminal, LAST_MESSAGE, timeout)
        return None if at is None else round(at - terminal.started, 3)


def _from_list(url: str, timeout: float) -> float | None:
    """The run is the newest one of the list, for it was made last."""
    with Terminal(product("--url", url), SIZE, environment()) as terminal:
        if painted(terminal, "nightly_etl", timeout) is None:
            return None
        terminal.wait_quiet(0.3, 5)
        sent = terminal.send("\r")
        at = painted(terminal, LAST_MESSAGE, timeout)
        return None if at is None else round(at - sent, 3)


def painted(terminal: Terminal, text: str, timeout: float) -> float | None:
    """When a text was first on screen."""
    found: list[float] = []

    def look() -> bool:
        found.extend(at for at in terminal.replay() if text in terminal.screen.text)
        return bool(found)

    terminal.settle(look, 0.02, timeout)
    return found[0] if found else None


def _median(values: list[float | None]) -> float | None:
    """None where one is missing: what never came is no figure."""
    known = [value for value in values if value is not None]
    return round(median(known), 3) if len(known) == len(values) and known else None
