"""Keys in one burst, as a slow line delivers them, act as they do one at a time: real bytes at a pseudo-terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tests.terminal import Terminal

PROGRAM = """
from run_tui.app import RunTuiApp, run_app
from run_tui.demo import create_app
from run_tui.sources.dagster import DagsterSource
from tests.screens import NOW

source = DagsterSource("http://demo", app=create_app(lambda: NOW), name="demo")
run_app(RunTuiApp(source, "demo", now=lambda: NOW))
"""
"""The explorer on the demo at a fixed moment, so that two of them show the same."""

SIZE = (110, 24)
WAIT = 60.0
QUIET = 0.04
ALONE = 0.2
"""Seconds without output after which an escape is taken for the key, and not for the beginning of a sequence."""

ESCAPE, TAB, SHIFT_TAB, ENTER = "\x1b", "\t", "\x1b[Z", "\r"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
FIND, PALETTE, WIPE = "\x06", "\x10", "\x15"
PASTE = "\x1b[200~{}\x1b[201~"
CLICK = "\x1b[<0;{0};{1}M\x1b[<0;{0};{1}m"
FAILED = ("/", *"status:failure job:nightly_etl", ENTER, "g", ENTER)
"""Opens the run that most bursts are about."""


class Explorer(Terminal):
    """A program of this module."""

    def __init__(self, environ: dict[str, str]) -> None:
        super().__init__([sys.executable, "-c", PROGRAM], SIZE, environ)

    def shows(self, *texts: str) -> None:
        """Waits until all the texts are on the screen."""
        shown = self.settle(lambda: all(text in self.drained().text for text in texts), QUIET, WAIT)
        assert shown, f"{texts}:\n{self.screen.text}"

    def slowly(self, keys: tuple[str, ...]) -> None:
        """Types one key after the other."""
        for key in keys:
            self.send(key)
            self.wait_quiet(ALONE if key == ESCAPE else QUIET, WAIT)


@pytest.fixture
def explorers() -> Iterator[tuple[Explorer, Explorer]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUN_TUI_", "TEXTUAL"))}
    kept.pop("NO_COLOR", None)
    environ = kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC"}
    with Explorer(environ) as slow, Explorer(environ) as quick:
        yield slow, quick


RUNS = {
    "filter, keep, move": (("/", *"job:nightly_etl", ENTER, "j", "k", "j"), "/ job:nightly_etl"),
    "filter, leave by an arrow, move": (("/", *"job:nightly", DOWN, "j", "j"), "/ job:nightly"),
    "filter, complete, keep, move": (("/", *"job:nightly_e", TAB, SHIFT_TAB, TAB, ENTER, "j"), "/ job:nightly_etl"),
    "filter, clear": (("/", *"job:nightly", ESCAPE), "STATUS"),
    "filter, wipe, filter": (("/", *"nothing", WIPE, *"job:sync", ENTER, "j"), "sync_billing"),
    "help, scroll, close, move": (("?", "j", "j", "?", "j", "j"), "STATUS"),
    "help, close by enter, move": (("?", "j", ENTER, "j", "k", "j"), "STATUS"),
    "help, close by q, filter": (("?", "j", "q", "/", *"job:sync", ENTER), "/ job:sync"),
    "paste into the filter, keep, move": (("/", PASTE.format("job:nightly_etl"), ENTER, "j", "j"), "job:nightly_etl"),
    "click into the filter, type, keep": ((CLICK.format(30, 2), *"job:sync", ENTER, "j"), "sync_billing"),
    "filter, keep, open": ((*FAILED, "/", *"level:error", ENTER, "j"), "below ERROR"),
}
RUN = {
    "find, walk": ((FIND, *"load", ENTER, "n", "n"), "3 of 43"),
    "find, keep by its own key, walk back": ((FIND, *"load", FIND, "n", "N", "n"), "2 of 43"),
    "find, walk while typing, keep": ((FIND, *"load", DOWN, DOWN, UP, ENTER, "n"), "3 of 43"),
    "find, close": ((FIND, *"load", ESCAPE), "load_users"),
    "find nothing, keep, move": ((FIND, ENTER, "j", "j"), "load_users"),
    "find by n, type, keep, walk": (("n", *"load", ENTER, "n"), "2 of 43"),
    "find, find something else": ((FIND, *"load", ENTER, FIND, *"step", ENTER, "n"), " of 56"),
    "filter, keep, context": (("/", *"error", ENTER, "+", "+"), "±2"),
    "filter, keep, filter on, keep, less": (
        ("/", *"error", ENTER, "/", *" load", ENTER, "+", "+", "-"),
        "/ error load",
    ),
    "filter, complete, keep": (("/", *"step:", TAB, TAB, SHIFT_TAB, ENTER, "j"), "/ step:"),
    "filter by a level, then by text": (("4", "/", *" load", ENTER, "j"), "/ level:error load"),
    "types, mark, pick": (("T", " ", " ", ENTER), "/ type:"),
    "types, pick, move": (("T", "j", ENTER, "j", "j"), "/ type:"),
    "types, close by its own key, move": (("T", " ", "T", "j", "e"), "load_users"),
    "types, close by q, filter": (("T", " ", "q", "/", *"load", ENTER), "/ load"),
    "types, close": (("T", " ", ESCAPE), "load_users"),
    "steps, pick": (("s", "j", "j", ENTER, "j"), "/ step:"),
    "steps, mark, pick, context": (("s", "j", " ", " ", ENTER, "+"), "/ step:"),
    "steps and back, walk": (("s", "j", "s", "e"), "load_users"),
    "bars, zoom, pick": (("b", "j", "+", ">", ENTER, "g"), "/ step:"),
    "bars and back": (("b", "j", "b", "g", "j"), "load_users"),
    "bars, find": (("b", FIND, *"load", ENTER, "n"), "2 of 43"),
    "histogram, walk, leave, walk": (("i", RIGHT, RIGHT, LEFT, ENTER, "k"), "load_users"),
    "histogram, errors, leave, move": (("i", "e", ENTER, "j"), "load_users"),
    "help, close, find": (("?", "j", "q", FIND, *"load", ENTER, "n"), "2 of 43"),
    "detail, steps, filter": ((ENTER, "s", "j", ENTER, "/", *" load", ENTER), " load"),
    "click into the filter, type, keep, walk": ((CLICK.format(60, 3), *"load", ENTER, "j"), "/ load"),
    "mark, walk marks": (("m", "g", "m", "j", "u", "U"), "load_users"),
    "info, steps, pick": (("r", "s", "j", ENTER), "/ step:"),
    "palette, wrap": ((PALETTE, *"over several", ESCAPE), "load_users"),
    "output, back, walk": (("l", "l", "j", "e"), "load_users"),
    "output, other stream": (("l", TAB, TAB, "k", "k"), "stderr"),
}
CLEARED = ("/", WIPE, ENTER, FIND, WIPE, ENTER, "g")
"""Takes filter and finding away and goes to the first row, of a run's events or, as far as it has them, of output."""


def test_bursts_among_runs(explorers: tuple[Explorer, Explorer]) -> None:
    for explorer in explorers:
        explorer.shows("nightly_etl", "● live")
    for name, burst in RUNS.items():
        for explorer in explorers:
            explorer.slowly(("/", WIPE, ENTER, "g"))
        same_in_a_burst(name, *burst, *explorers)


def test_bursts_in_a_run(explorers: tuple[Explorer, Explorer]) -> None:
    for explorer in explorers:
        explorer.shows("nightly_etl", "● live")
        explorer.send("".join(FAILED))
        explorer.shows("✓ complete", "0 rows written")
    for name, burst in RUN.items():
        for explorer in explorers:
            explorer.slowly(CLEARED)
        same_in_a_burst(name, *burst, *explorers)


def same_in_a_burst(name: str, keys: tuple[str, ...], expected: str, slow: Explorer, quick: Explorer) -> None:
    """Types to both, and looks that they show the same, `expected` among it."""
    slow.slowly(keys)
    slow.shows(expected)
    quick.send("".join(keys))
    quick.wait_quiet(ALONE if keys[-1] == ESCAPE else QUIET, WAIT)
    same = quick.settle(lambda: quick.drained().text == slow.drained().text, QUIET, WAIT)
    assert same, f"{name}:\n{quick.screen.text}\n{'═' * SIZE[0]}\n{slow.screen.text}"
