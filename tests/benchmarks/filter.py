"""What a keystroke in the filter costs at a million events, seen at the terminal."""

from __future__ import annotations

import argparse
import time
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from run_tui.query import Filter
from tests.benchmarks import yardsticks
from tests.benchmarks.dataset import Dataset
from tests.benchmarks.explorer import BLOCKS, ESCAPE, Probed, wait_loaded
from tests.benchmarks.oracle import Oracle
from tests.benchmarks.processes import Served, environment, product, served
from tests.benchmarks.report import Figures, middle, p95, table, worst
from tests.benchmarks.runview import RunView, await_view, first, for_good, read_view, watch
from tests.benchmarks.server import RUN_ID
from tests.terminal import Terminal

HELP = "each key of the filter at a million events: echo, first rows, full count; what blocks the event loop"

KINDS = {
    "step": "step:load_ord",
    "type": "type:step_failure,hook_skipped",
    "level": "level:warning",
    "rare word": "deadlock",
    "common word": "partition",
    "absent word": "xylophone",
    "phrase": '"connection refused"',
    "negation": "-partition",
    "regex": "/time(d )?out/",
    "combination": 'step:load level:warning -replica "connection refused"',
}
"""What is typed, letter by letter."""
YARDSTICK_WORDS = ("deadlock", "partition", "xylophone")

SIZES = ((160, 50), (110, 32))
"""Terminals: the first is filtered from the top of the log, the second from its end."""
KEY_TIMEOUT = 30.0
FAST_TYPING = 0.04
"""Seconds between two keys of somebody who types fast."""


@dataclass(frozen=True, slots=True)
class Keystroke:
    """What one key led to, milliseconds after it; None where there was nothing to see, as when the same rows stay.

    `right` says whether in the end text, rows and count were those of the oracle.
    """

    kind: str
    text: str
    right: bool
    key_echo: float | None
    first_paint: float | None
    full_count: float | None


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="only these filters")
    parser.add_argument("--sizes", type=int, choices=(1, 2), default=2, help="how many terminal sizes")
    parser.add_argument("--no-yardsticks", action="store_true")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    oracle = Oracle(args.events)
    with served(args.events) as server:
        keys, _ = typed_with_care(server, oracle, args.kinds, SIZES[: args.sizes])
    with served(args.events) as server:
        lag = _typed_fast(server, args.events, args.kinds)
    figures = {**figures_of(keys, args.events), **lag}
    if not args.no_yardsticks:
        figures["yardsticks"] = yardsticks.filters(Dataset(args.events), YARDSTICK_WORDS)
    return table_of(keys), figures


def typed_with_care(
    server: Served,
    oracle: Oracle,
    kinds: Iterable[str],
    sizes: Iterable[tuple[int, int]],
    run_ids: Sequence[str] = (RUN_ID,),
) -> tuple[list[Keystroke], float]:
    """Every key waits for all that the one before it led to; also how many seconds it took until all was on screen."""
    keys: list[Keystroke] = []
    first_size, *_ = sizes
    began = time.perf_counter()
    with Terminal(product("--url", server.url, *run_ids), first_size, environment()) as terminal:
        wait_loaded(terminal, server, oracle.count)
        seconds = time.perf_counter() - began
        for number, size in enumerate(sizes):
            terminal.resize(size)
            terminal.send("G" if number else "g")
            await_view(terminal, lambda view: view.shows_count(None, oracle.count) and bool(view.rows), timeout=30)
            for kind in kinds:
                keys += _type(terminal, oracle, kind)
    return keys, seconds


def _type(terminal: Terminal, oracle: Oracle, kind: str) -> Iterator[Keystroke]:
    terminal.send("/")
    await_view(terminal, lambda view: view.shows_count(None, oracle.count), timeout=KEY_TIMEOUT)
    filter, text = Filter(), ""
    for letter in KINDS[kind]:
        text += letter
        before, filter = filter, oracle.filter(text, filter)
        rows = oracle.rows(filter)
        yield _press(terminal, kind, text, _Expected(rows, oracle.count, filter == Filter(), filter == before))
    terminal.send(ESCAPE)
    await_view(terminal, lambda view: view.shows_count(None, oracle.count) and not view.typed, timeout=KEY_TIMEOUT)


@dataclass(frozen=True)
class _Expected:
    """What a text shows in the end: `rows` of `held`; `everything`: no filter; `unchanged`: as the text before it."""

    rows: array[int]
    held: int
    everything: bool
    unchanged: bool

    def counted(self, view: RunView) -> bool:
        """Whether the full count is there."""
        return view.shows_count(None if self.everything else len(self.rows), self.held)

    def painted(self, view: RunView) -> bool:
        """Whether the log has been painted and shows only rows that pass, and some if there are any."""
        return view.painted and bool(view.rows or not self.rows) and all(map(self.passes, view.rows))

    def complete(self, view: RunView) -> bool:
        """Whether the rows shown leave out none between them."""
        shown = sorted(bisect_left(self.rows, row) for row in view.rows)
        return all(map(self.passes, view.rows)) and all(after == before + 1 for before, after in pairwise(shown))

    def passes(self, row: int) -> bool:
        """Whether the event passes."""
        at = bisect_left(self.rows, row)
        return at < len(self.rows) and self.rows[at] == row


def _press(terminal: Terminal, kind: str, text: str, expected: _Expected) -> Keystroke:
    terminal.drained()
    before = read_view(terminal.screen).rows
    sent = terminal.send(text[-1])

    def done(view: RunView) -> bool:
        return view.shows_text(text) and expected.counted(view) and expected.complete(view)

    seen, right = watch(terminal, done, timeout=KEY_TIMEOUT)
    echo = None if text[-1] == " " else first(seen, lambda view: view.shows_text(text))
    since = echo or sent
    same_rows = all(view.rows == before for _, view in seen)
    paint = None if expected.unchanged or same_rows else first(seen, expected.painted, since)
    count = None if expected.unchanged else for_good(seen, expected.counted, since)
    return Keystroke(kind, text, right, *(None if at is None else (at - sent) * 1000 for at in (echo, paint, count)))


def _typed_fast(server: Served, events: int, kinds: Iterable[str]) -> Figures:
    """Keys follow one another as from a fast typist, while a probe watches the event loop."""
    with Probed(server.url, SIZES[0]) as probed:
        terminal = probed.terminal
        wait_loaded(terminal, server, events)
        probed.begin()
        for kind in kinds:
            for key in ("/", *KINDS[kind]):
                terminal.send(key)
                time.sleep(FAST_TYPING)
            terminal.wait_quiet(0.3, 20)
            terminal.send(ESCAPE)
            terminal.wait_quiet(0.3, 20)
            terminal.forget()
        report = probed.report()
        return {name: report[name] for name in BLOCKS}


def figures_of(keys: list[Keystroke], events: int) -> Figures:
    """The medians, and what was wrong."""
    plain = [key for key in keys if key.kind != "regex"]
    echoes, paints = _values(keys, "key_echo"), _values(keys, "first_paint")
    counts = _values(plain, "full_count")
    return {
        "events": events,
        "keystrokes": len(keys),
        "wrong": [key.text for key in keys if not key.right],
        "key_echo_ms_median": middle(echoes),
        "key_echo_ms_p95": p95(echoes),
        "first_paint_ms_median": middle(paints),
        "first_paint_ms_p95": p95(paints),
        "full_count_ms_median": middle(counts),
        "full_count_ms_p95": p95(counts),
        "full_count_regex_ms_median": middle(_values([key for key in keys if key.kind == "regex"], "full_count")),
        "kinds": {
            kind: {
                "key_echo_ms_median": middle(_values(some, "key_echo")),
                "first_paint_ms_median": middle(_values(some, "first_paint")),
                "first_paint_ms_p95": p95(_values(some, "first_paint")),
                "full_count_ms_median": middle(_values(some, "full_count")),
                "full_count_ms_max": worst(_values(some, "full_count")),
            }
            for kind, some in _by_kind(keys).items()
        },
        "slowest_keys": [
            {"text": key.text, "first_paint_ms": key.first_paint, "full_count_ms": key.full_count}
            for key in sorted(keys, key=lambda key: -(key.full_count or 0))[:5]
        ],
    }


def table_of(keys: list[Keystroke]) -> str:
    """The medians of each kind."""
    header = ("filter, ms a key", "keys", "echo", "paint", "paint p95", "count", "count max")
    rows = [
        (
            kind,
            len(some),
            middle(_values(some, "key_echo")),
            middle(_values(some, "first_paint")),
            p95(_values(some, "first_paint")),
            middle(_values(some, "full_count")),
            worst(_values(some, "full_count")),
        )
        for kind, some in {**_by_kind(keys), "all": keys}.items()
    ]
    return table(header, rows)


def _by_kind(keys: Iterable[Keystroke]) -> dict[str, list[Keystroke]]:
    kinds: dict[str, list[Keystroke]] = defaultdict(list)
    for key in keys:
        kinds[key.kind].append(key)
    return kinds


def _values(keys: Iterable[Keystroke], what: str) -> list[float]:
    return [value for key in keys if (value := getattr(key, what)) is not None]
