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

SIZE = (110, 32)
WAIT = 10.0
QUIET = 0.03

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

    def shows(self, text: str, *, gone: bool = False) -> None:
        """Waits until a text is on the screen, or is not."""
        shown = self.settle(lambda: (text in self.drained().text) is not gone, QUIET, WAIT)
        assert shown, f"{text}:\n{self.screen.text}"

    def begin(self, opened: bool) -> None:
        """Goes to the runs, and from there into the failed one."""
        for _ in range(6):
            self.send(ESCAPE)
            self.wait_quiet(QUIET, WAIT)
        self.send("g")
        self.shows("STATUS")
        self.shows("job:nightly_etl", gone=True)
        if opened:
            self.send("".join(FAILED))
            self.shows("✓ complete")
            self.shows("caused by SchemaError")

    def slowly(self, keys: tuple[str, ...]) -> None:
        """Types one key after the other."""
        for key in keys:
            self.send(key)
            self.wait_quiet(QUIET, WAIT)


@pytest.fixture(scope="module")
def explorers() -> Iterator[tuple[Explorer, Explorer]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUN_TUI_", "TEXTUAL"))}
    kept.pop("NO_COLOR", None)
    environ = kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC"}
    with Explorer(environ) as slow, Explorer(environ) as quick:
        yield slow, quick


RUNS = {
    "filter, keep, open": (FAILED, "WarehouseError"),
    "filter, leave by an arrow, move": (("/", *"job:nightly", DOWN, "j", "j"), "job:nightly"),
    "filter, complete, keep, open": (("/", *"job:nightly_e", TAB, ENTER, ENTER, "b"), "0s"),
    "open, filter there, keep": ((*FAILED, "/", *"level:error", ENTER, "j"), "below ERROR"),
    "filter, clear": (("/", *"job:nightly", ESCAPE), "STATUS"),
    "filter, wipe, filter": (("/", *"nothing", WIPE, *"job:sync", ENTER, "j"), "sync_billing"),
    "help, scroll, close, move": (("?", "j", "j", "?", "j", "j"), "STATUS"),
    "help by its other key, close by enter": (("?", "j", ENTER, "j", "k", "j"), "STATUS"),
    "paste into the filter, keep, move": (("/", PASTE.format("job:nightly_etl"), ENTER, "j", "j"), "job:nightly_etl"),
    "click into the filter, type, keep": ((CLICK.format(30, 2), *"job:sync", ENTER, "j"), "sync_billing"),
    "info, close, move": (("r", "j", "j"), "Run "),
}
RUN = {
    "find, walk": ((FIND, *"load", ENTER, "n", "n"), "37 of 43"),
    "find, keep by its own key, walk back": ((FIND, *"load", FIND, "n", "N", "n"), "36 of 43"),
    "find, walk while typing, keep": ((FIND, *"load", DOWN, DOWN, UP, ENTER, "n"), "37 of 43"),
    "find, close": ((FIND, *"load", ESCAPE), "load_users"),
    "find nothing, keep, move": ((FIND, ENTER, "j", "j"), "load_users"),
    "find by n, type, keep, walk": (("n", *"load", ENTER, "n"), "36 of 43"),
    "find, find something else": ((FIND, *"load", ENTER, FIND, *"step", ENTER, "n"), "46 of 56"),
    "filter, keep, context": (("/", *"error", ENTER, "+", "+"), "±2"),
    "filter, keep, filter on, keep, less": (("/", *"error", ENTER, "/", *" load", ENTER, "+", "+", "-"), "±1"),
    "filter, complete, keep": (("/", *"step:", TAB, TAB, SHIFT_TAB, ENTER, "j"), "step:"),
    "filter by a level, then by text": (("4", "/", *" load", ENTER, "j"), "level:error"),
    "types, mark, pick": (("T", " ", " ", ENTER), "type:"),
    "types, pick, move": (("T", "j", ENTER, "j", "j"), "type:"),
    "types, close by its own key, move": (("T", " ", "T", "j", "e"), "load_users"),
    "types, close by q, filter": (("T", " ", "q", "/", *"load", ENTER), "/ load"),
    "types, close": (("T", " ", ESCAPE), "load_users"),
    "steps, pick": (("s", "j", "j", ENTER), "step:"),
    "steps, mark, pick, context": (("s", "j", " ", " ", ENTER, "+"), "step:"),
    "steps and back, walk": (("s", "j", "s", "e"), "load_users"),
    "bars, zoom, pick": (("b", "j", "+", ">", ENTER, "g"), "step:"),
    "bars and back": (("b", "j", "b", "g", "j"), "load_users"),
    "bars, find": (("b", FIND, *"load", ENTER, "n"), "36 of 43"),
    "histogram, walk, leave, walk": (("i", RIGHT, RIGHT, ENTER, "k"), "load_users"),
    "histogram, errors, leave by its own key, filter": (("i", "e", "i", "/", *"load", ENTER), "/ load"),
    "output, find, walk": (("l", FIND, *"user", ENTER, "n"), "of"),
    "output, other stream, back, walk": (("l", TAB, "l", "e", "j"), "load_users"),
    "help, close, find": (("?", "j", "q", FIND, *"load", ENTER, "n"), "36 of 43"),
    "detail, steps, filter": ((ENTER, "s", "j", ENTER, "/", *" load", ENTER), "load"),
    "click into the filter, type, keep, walk": ((CLICK.format(60, 3), *"load", ENTER, "j"), "/ load"),
    "mark, walk marks": (("m", "g", "m", "j", "u", "U"), "load_users"),
    "info, steps, pick": (("r", "s", "j", ENTER), "step:"),
    "palette, close by an action": ((PALETTE, *"times another", ENTER), "load_users"),
}


@pytest.mark.parametrize("name", [*RUNS, *RUN])
def test_a_burst_does_what_slow_keys_do(name: str, explorers: tuple[Explorer, Explorer]) -> None:
    keys, expected = (RUNS | RUN)[name]
    slow, quick = explorers
    for explorer in explorers:
        explorer.begin(opened=name in RUN)
    slow.slowly(keys)
    slow.shows(expected)
    quick.send("".join(keys))

    def same() -> bool:
        return quick.drained().text == slow.drained().text

    assert quick.settle(same, QUIET, WAIT), f"{quick.screen.text}\n{'═' * SIZE[0]}\n{slow.screen.text}"
