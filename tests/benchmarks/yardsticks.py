"""Other programs at the same work, where they are installed; the reason where they are not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.dataset import Dataset
from tests.benchmarks.processes import cpu_seconds, environment, memory_bytes, program, scratch
from tests.benchmarks.report import Figures
from tests.terminal import Terminal

SIZE = (160, 50)
OPENING = 180.0
"""Seconds that a program gets to open the log."""
FILTERING = 15.0
"""Seconds that it gets to filter."""
LEFT_OVER = 2
"""Lines of before that lnav may leave where they were; at most half of what it shows where others pass."""

_ROW = re.compile(r"(\d\d\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) [A-Z]")
_INSTALL = {"lnav": "apt-get install lnav", "tl": "pip install toolong, in an environment of its own"}


def filters(data: Dataset, words: Iterable[str]) -> Figures:
    """lnav filtering the run's lines by each word: milliseconds to the first rows and to the full count.

    toolong cannot filter.
    """
    if program("lnav") is None:
        return {"lnav": None, "reasons": {"lnav": _missing("lnav")}}
    with _opened(data, "lnav") as (terminal, _):
        _rest(terminal)
        return {"lnav": {word: _lnav_filter(terminal, word, data.count, data.times_with(word)) for word in words}}


def searches(data: Dataset, words: Iterable[str]) -> Figures:
    """lnav finding each word in the run's lines: milliseconds to the count of lines that have it."""
    if program("lnav") is None:
        return {"lnav": None, "reasons": {"lnav": _missing("lnav")}}
    with _opened(data, "lnav") as (terminal, _):
        _rest(terminal)
        return {"lnav": {word: _lnav_search(terminal, word, len(data.times_with(word))) for word in words}}


def memory(data: Dataset) -> Figures:
    """Seconds to open the run's lines, and peak memory with all of them read, of lnav and toolong."""
    figures: Figures = {}
    reasons: dict[str, str] = {}
    for name, command in (("lnav", "lnav"), ("toolong", "tl")):
        if program(command) is None:
            figures[name], reasons[name] = None, _missing(command)
            continue
        with _opened(data, command) as (terminal, seconds):
            _rest(terminal)
            figures[name] = {"open_s": round(seconds, 2), "peak_bytes": memory_bytes(terminal.pid)}
    return {**figures, **({"reasons": reasons} if reasons else {})}


def opening(path: Path, last: str) -> tuple[float | None, dict[str, str]]:
    """Seconds until lnav shows a text of the last line of a file, and else why there are none."""
    if program("lnav") is None:
        return None, {"lnav_saved_s": _missing("lnav")}
    command = [program("lnav") or "lnav", "-c", ":goto 100%", str(path)]
    with scratch() as home, Terminal(command, SIZE, _at(home)) as terminal:
        shown = terminal.settle(lambda: last in terminal.drained().text, 0.1, FILTERING * 2)
        seconds = round(time.perf_counter() - terminal.started - 0.1, 2)
    return (seconds, {}) if shown else (None, {"lnav_saved_s": "its last line was not seen"})


@contextmanager
def _opened(data: Dataset, command: str) -> Iterator[tuple[Terminal, float]]:
    """The program with the whole log read, and the seconds that took."""
    last = data.last_time()
    with scratch() as home, Terminal([program(command) or command, str(data.lines)], SIZE, _at(home)) as terminal:

        def whole() -> bool:
            text = terminal.drained().text
            return last in text and (command != "tl" or "TAIL" in text)

        if not terminal.settle(whole, 0.3, OPENING):
            raise TimeoutError(f"{command} did not open the log; its screen:\n{terminal.screen.text}")
        yield terminal, time.perf_counter() - terminal.started - 0.3


def _rest(terminal: Terminal) -> None:
    """Waits until the program has no more work: what it shows is there before all it reads ahead."""
    used, before = cpu_seconds(terminal.pid), -1.0
    while used - before > 0.05:
        time.sleep(1)
        before, used = used, cpu_seconds(terminal.pid)


def _lnav_filter(terminal: Terminal, word: str, held: int, passing: set[str]) -> Figures:
    """Typed as a command, for lnav has no filter at each key: first all rows that pass, then the count."""
    sent = terminal.send(f":filter-in {word}\r")
    paint = count = None
    deadline = sent + FILTERING
    while (paint is None or count is None) and time.perf_counter() < deadline:
        terminal.wait_quiet(0.05, 1)
        for at in terminal.replay():
            text = terminal.screen.text
            rows = _ROW.findall(text)
            right = sum(row in passing for row in rows)
            if paint is None and (0 < right * 2 >= len(rows) if passing else len(rows) <= LEFT_OVER):
                paint = at
            if count is None and f"{held - len(passing)} Lines not shown" in text:
                count = at
    terminal.send(":reset-session\r")
    terminal.settle(lambda: "not shown" not in terminal.drained().text, 0.3, FILTERING)
    return {
        "first_paint_ms": None if paint is None else round((paint - sent) * 1000),
        "full_count_ms": None if count is None else round((count - sent) * 1000),
    }


def _lnav_search(terminal: Terminal, word: str, count: int) -> Figures:
    """lnav finds at enter only."""
    sent = terminal.send(f"/{word}\r")
    told = f" {count} hits for “{word}”"
    found: list[float] = []

    def look() -> bool:
        found.extend(at for at in terminal.replay() if told in terminal.screen.text)
        return bool(found)

    terminal.settle(look, 0.05, FILTERING)
    return {"count_ms": round((found[0] - sent) * 1000) if found else None}


def _at(home: Path) -> dict[str, str]:
    """An environment in which no program finds settings or keeps any."""
    return environment(HOME=str(home), XDG_CONFIG_HOME=str(home), XDG_STATE_HOME=str(home), XDG_CACHE_HOME=str(home))


def _missing(command: str) -> str:
    return f"not installed ({_INSTALL[command]})"
