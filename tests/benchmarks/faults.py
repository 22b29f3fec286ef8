"""Follows runs through a proxy that lets a third of all requests fail, and compares with the server's final log.

Real: the product's feed and HTTP client, the sockets, the proxy's and the server's restarts, which close their ports
and come back. Scaled: the feed's waits, for polls and retries alike, take a hundredth of their time, an answer is
waited for half a second instead of thirty, and the server sends pages of 100 events instead of 1,000: a fault then
costs milliseconds, and there are more chances for one. The longest wait in the table is the one the feed asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.report import Cell, Figures, table
from tests.faults.following import Followed, follow, lost_and_twice
from tests.faults.growing import RUN_ID, GrowingServer, growing
from tests.faults.plan import Fault, Plan
from tests.faults.proxy import faulty

HELP = "over 1,000 faults while runs of 200,000 events are read: none lost, none twice"
_TOTALS = (
    "faults", "events", "lost", "twice", "requests", "refetched", "repairs", "replaced_in_repairs",
    "longest_wait_seconds", "seconds",
)  # fmt: skip
HASTE = 0.01
READ_TIMEOUT = 0.5


@dataclass
class Totals:
    """What came of all runs so far."""

    faults: Counter[Fault] = field(default_factory=Counter)
    events: int = 0
    lost: int = 0
    twice: int = 0
    in_order: bool = True
    requests: int = 0
    sent: int = 0
    repairs: int = 0
    replaced: int = 0
    longest_wait: float = 0.0

    def add(self, server: GrowingServer, followed: Followed) -> None:
        """Compares what a reader holds with the server's log."""
        log = server.log
        lost, twice = lost_and_twice(followed.rows, log)
        self.events += len(log)
        self.lost += lost
        self.twice += twice
        self.in_order &= followed.rows == log
        self.repairs += len(followed.replaced)
        self.replaced += sum(followed.replaced)
        self.longest_wait = max(self.longest_wait, *followed.waits)


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=200_000, help="events of all runs together")
    parser.add_argument("--runs", type=int, default=20, help="how many runs they are")
    parser.add_argument("--rate", type=float, default=0.33, help="share of requests that fail")
    parser.add_argument("--seed", type=int, default=1, help="another one, other faults")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    began = time.perf_counter()
    totals = asyncio.run(_all(args))
    figures: dict[str, Any] = {
        "faults": totals.faults.total(),
        "events": totals.events,
        "lost": totals.lost,
        "twice": totals.twice,
        "same_sequence": totals.in_order,
        "kinds": {fault.value: totals.faults[fault] for fault in Fault},
        "requests": totals.requests,
        "events_sent": totals.sent,
        "repairs": totals.repairs,
        "replaced_in_repairs": totals.replaced,
        "refetched": totals.sent - totals.events - totals.replaced,
        "longest_wait_seconds": round(totals.longest_wait, 1),
        "seconds": round(time.perf_counter() - began, 1),
        "seed": args.seed,
    }
    rows: list[list[Cell]] = [[fault.value, totals.faults[fault]] for fault in Fault]
    rows += [[name.replace("_", " "), figures[name]] for name in _TOTALS]
    return table(("fault", "times"), rows), figures


async def _all(args: argparse.Namespace) -> Totals:
    """One run after the other: half of them long when they are opened, some with events that turn up late."""
    totals = Totals()
    size = args.events // args.runs
    for number in range(args.runs):
        seed = args.seed * 1000 + number
        server = GrowingServer(
            size,
            seed,
            begun=size * 4 // 5 if number % 2 else 0,
            stragglers=size // 500 if number % 5 == 2 else 0,
            gaps=number % 3 == 0,
        )
        plan = Plan(seed, args.rate)
        async with growing(server), faulty(server.port, plan, server.restart) as proxy:
            url = proxy.url
            totals.add(server, await follow(url, RUN_ID, seed=seed, haste=HASTE, read_timeout=READ_TIMEOUT))
        totals.faults += plan.counts
        totals.requests += proxy.requests
        totals.sent += proxy.events_sent
    return totals
