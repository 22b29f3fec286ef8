"""Keys in one burst, as a slow line delivers them, act as they do one at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest
from textual._xterm_parser import XTermParser

from run_tui.app import RunTuiApp
from tests.screens import demo_app, open_run
from tests.settling import settled, shown
from tests.terminal import Terminal

SIZE = (110, 24)
ESCAPE, TAB, SHIFT_TAB, ENTER = "\x1b", "\t", "\x1b[Z", "\r"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
FIND, PALETTE, WIPE = "\x06", "\x10", "\x15"
PASTE = "\x1b[200~{}\x1b[201~"
CLICK = "\x1b[<0;{0};{1}M\x1b[<0;{0};{1}m"
FAILED = ("/", "status:failure job:nightly_etl", ENTER, "g", ENTER)
"""Opens the run that most bursts are about."""

RUNS = {
    "filter, keep, move": (("/", "job:nightly_etl", ENTER, "j", "k", "j"), "/ job:nightly_etl"),
    "filter, leave by an arrow, move": (("/", "job:nightly", DOWN, "j", "j"), "/ job:nightly"),
    "filter, complete, keep, move": (("/", "job:nightly_e", TAB, SHIFT_TAB, TAB, ENTER, "j"), "/ job:nightly_etl"),
    "filter, clear": (("/", "job:nightly", ESCAPE), "STATUS"),
    "filter, wipe, filter": (("/", "nothing", WIPE, "job:sync", ENTER, "j"), "sync_billing"),
    "help, scroll, close, move": (("?", "j", "j", "?", "j", "j"), "STATUS"),
    "help, close by enter, move": (("?", "j", ENTER, "j", "k", "j"), "STATUS"),
    "help, close by q, filter": (("?", "j", "q", "/", "job:sync", ENTER), "/ job:sync"),
    "paste into the filter, keep, move": (("/", PASTE.format("job:nightly_etl"), ENTER, "j", "j"), "job:nightly_etl"),
    "click into the filter, type, keep": ((CLICK.format(30, 2), "job:sync", ENTER, "j"), "sync_billing"),
    "filter, keep, open": ((*FAILED, "/", "level:error", ENTER, "j"), "below ERROR"),
}
RUN = {
    "find, walk": ((FIND, "load", ENTER, "n", "n"), "3 of 43"),
    "find, anew by its own key, walk": ((FIND, "refused", FIND, "load", ENTER, "n", "N", "n"), "of 43"),
    "find, walk while typing, keep": ((FIND, "load", DOWN, DOWN, UP, ENTER, "n"), "3 of 43"),
    "find, close": ((FIND, "load", ESCAPE), "load_users"),
    "find nothing, keep, move": ((FIND, ENTER, "j", "j"), "load_users"),
    "find by n, type, keep, walk": (("n", "load", ENTER, "n"), "2 of 43"),
    "find, find something else": ((FIND, "load", ENTER, FIND, "step", ENTER, "n"), " of 56"),
    "filter, keep, context": (("/", "error", ENTER, "+", "+"), "±2"),
    "filter, keep, filter on, keep, less": (
        ("/", "error", ENTER, "/", " load", ENTER, "+", "+", "-"),
        "/ error load",
    ),
    "filter, complete, keep": (("/", "step:", TAB, TAB, SHIFT_TAB, ENTER, "j"), "/ step:"),
    "filter by a level, then by text": (("4", "/", " load", ENTER, "j"), "/ level:error load"),
    "types, mark, pick": (("T", " ", " ", ENTER), "/ type:"),
    "types, pick, move": (("T", "j", ENTER, "j", "j"), "/ type:"),
    "types, close by its own key, move": (("T", " ", "T", "j", "e"), "load_users"),
    "types, close by q, filter": (("T", " ", "q", "/", "load", ENTER), "/ load"),
    "types, close": (("T", " ", ESCAPE), "load_users"),
    "steps, pick": (("s", "j", "j", ENTER, "j"), "/ step:"),
    "steps, mark, pick, context": (("s", "j", " ", " ", ENTER, "+"), "/ step:"),
    "steps and back, walk": (("s", "j", "s", "e"), "load_users"),
    "bars, zoom, pick": (("b", "j", "+", ">", ENTER, "g"), "/ step:"),
    "bars and back": (("b", "j", "b", "g", "j"), "load_users"),
    "bars, find": (("b", FIND, "load", ENTER, "n"), "2 of 43"),
    "histogram, walk, leave, walk": (("i", RIGHT, RIGHT, LEFT, ENTER, "k"), "load_users"),
    "histogram, errors, leave, move": (("i", "e", ENTER, "j"), "load_users"),
    "histogram, errors, leave by its own key, filter": (("i", "e", "i", "/", "load", ENTER), "/ load"),
    "help, close, find": (("?", "j", "q", FIND, "load", ENTER, "n"), "2 of 43"),
    "detail, steps, filter": ((ENTER, "s", "j", ENTER, "/", " load", ENTER), " load"),
    "click into the filter, type, keep, walk": ((CLICK.format(60, 3), "load", ENTER, "j"), "/ load"),
    "mark, walk marks": (("m", "j", "j", "m", "g", "u", "U"), "load_users"),
    "info, steps, pick": (("r", "s", "j", ENTER), "/ step:"),
    "palette, wrap": ((PALETTE, "over several", ESCAPE), "load_users"),
    "output, back, walk": (("l", "l", "j", "e"), "load_users"),
    "output, other stream": (("l", TAB, TAB, "k", "k"), "stderr"),
    "output, find, walk, back, steps": ((FIND, "user", ENTER, "n", "n", "l", "s", "j", ENTER), "/ step:"),
}
RUNS_CLEARED = ("/", WIPE, ENTER, "g")
CLEARED = ("/", WIPE, ENTER, FIND, WIPE, ENTER, "g")
"""Takes filter and finding away and goes to the first row, of a run's events or, as far as it has them, of output."""


class Explorer:
    """The explorer on the demo, typed at as a terminal does."""

    def __init__(self, app: RunTuiApp) -> None:
        self._app = app

    def send(self, keys: Iterable[str]) -> None:
        """Types without waiting for anything."""
        parser, driver = XTermParser(), self._app._driver
        assert driver is not None
        for event in (*parser.feed("".join(keys)), *parser.feed("")):
            driver.process_message(event)

    async def type(self, keys: Iterable[str], *, at_once: bool) -> str:
        """Types key by key, or all at once, and what is shown in the end."""
        for key in ("".join(keys),) if at_once else keys:
            self.send(key)
            await settled(self._app)
        return shown(self._app)


@asynccontextmanager
async def exploring(*, run: bool) -> AsyncIterator[Explorer]:
    """An explorer that shows the runs, or one of them."""
    async with demo_app(SIZE) as pilot:
        assert isinstance(pilot.app, RunTuiApp)
        if run:
            await open_run(pilot, "FAILURE", "nightly_etl")
        yield Explorer(pilot.app)


Bursts = dict[str, tuple[tuple[str, ...], str]]


@pytest.mark.parametrize(("bursts", "cleared", "run"), [(RUNS, RUNS_CLEARED, False), (RUN, CLEARED, True)])
async def test_bursts_do_what_single_keys_do(bursts: Bursts, cleared: tuple[str, ...], run: bool) -> None:
    ends: list[dict[str, str]] = []
    for at_once in (False, True):
        async with exploring(run=run) as explorer:
            shown = {}
            for name, (keys, _) in bursts.items():
                await explorer.type(cleared, at_once=True)
                shown[name] = await explorer.type(keys, at_once=at_once)
            ends.append(shown)
    slow, quick = ends
    for name, (_, expected) in bursts.items():
        assert expected in slow[name], f"{name}:\n{slow[name]}"
    astray = [name for name in bursts if slow[name] != quick[name]]
    assert not astray, f"{astray}:\n{quick[astray[0]]}\n{'═' * SIZE[0]}\n{slow[astray[0]]}"


def test_bursts_of_real_bytes_at_a_real_terminal() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUN_TUI_", "TEXTUAL"))}
    environ = kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC"}
    with Terminal([sys.executable, "-m", "run_tui", "demo"], SIZE, environ) as terminal:

        def shows(*texts: str) -> None:
            seen = terminal.settle(lambda: all(text in terminal.drained().text for text in texts), 0.02, 60)
            assert seen, f"{texts}:\n{terminal.screen.text}"

        shows("nightly_etl", "● live")
        terminal.send("".join(FAILED))
        shows("✓ log complete", "0 rows written")
        for keys, *texts in (
            ((FIND, "load", ENTER, "g", "n", "n"), "of 43"),
            (("s", "j", "j", ENTER, "T", ESCAPE), "/ step:"),
            (("/", WIPE, PASTE.format("level:error"), ENTER, "+", "+"), "/ level:error", "±2"),
            ((CLICK.format(60, 3), WIPE, "load", ENTER, "l", TAB, TAB), "stderr"),
        ):
            terminal.send("".join(keys))
            shows(*texts)
