"""The run screen as a terminal shows it, and when it came to show what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks.generate import START_MS, row_of
from tests.terminal import Screen, Terminal

_FILTER = re.compile(r"(?:│|^) / (?P<typed>.*?) *(?P<counts>[\d,]+ (?:of [\d,]+|events?)\b.*)?$")
_TIME = re.compile(r"(?:│|^).?(\d\d):(\d\d):(\d\d)\.(\d{3})  ")
_SCROLLED = 8
"""So many characters of a filter must be seen where its beginning has scrolled out of the input."""


@dataclass(frozen=True, slots=True)
class RunView:
    """What is seen at one moment: the filter's text, the counts beside it, and which events, by their row.

    `painted` says that lines of the log have been written since the screen was last asked.
    """

    typed: str
    counts: str
    rows: tuple[int, ...]
    painted: bool

    def shows_text(self, text: str) -> bool:
        """Whether this is what the filter's input shows of a text."""
        text = text.rstrip()
        return self.typed == text or (len(self.typed) >= _SCROLLED and text.endswith(self.typed))

    def shows_count(self, count: int | None, held: int) -> bool:
        """Whether the counts are final: `count` of `held` events, None where nothing is filtered."""
        wanted = f"{held:,} event" if count is None else f"{count:,} of {held:,}"
        return self.counts.startswith(wanted) and "%" not in self.counts


Moment = tuple[float, RunView]


def read_view(screen: Screen) -> RunView:
    """Reads the screen, and forgets which lines were written."""
    typed = counts = ""
    rows: list[int] = []
    log: set[int] = set()
    for number, line in enumerate(screen.lines):
        if not log and not typed and not counts and (found := _FILTER.search(line)):
            typed, counts = found["typed"], found["counts"] or ""
        elif found := _TIME.search(line):
            hours, minutes, seconds, millis = map(int, found.groups())
            rows.append(row_of(START_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis))
            log.add(number)
    painted = not log.isdisjoint(screen.touched) if log else bool(screen.touched)
    screen.touched.clear()
    return RunView(typed, counts.rstrip(), tuple(rows), painted)


def moments(terminal: Terminal) -> list[Moment]:
    """What was to be seen after each read since the last call."""
    return [(time, read_view(terminal.screen)) for time in terminal.replay()]


def await_view(
    terminal: Terminal, condition: Callable[[RunView], bool], *, quiet: float = 0.15, timeout: float
) -> list[Moment]:
    """All moments until one fulfils the condition and nothing more comes out. Raises `TimeoutError`."""
    seen, fulfilled = watch(terminal, condition, quiet=quiet, timeout=timeout)
    if not fulfilled:
        raise TimeoutError(f"not within {timeout:g} s; the screen:\n{terminal.screen.text}")
    return seen


def watch(
    terminal: Terminal, condition: Callable[[RunView], bool], *, quiet: float = 0.15, timeout: float
) -> tuple[list[Moment], bool]:
    """All moments until one fulfils the condition and nothing more comes out, or until time is over; which it was."""
    seen: list[Moment] = []

    def look() -> bool:
        seen.extend(moments(terminal))
        return condition(seen[-1][1] if seen else read_view(terminal.screen))

    return seen, terminal.settle(look, quiet, timeout)


def first(seen: Sequence[Moment], condition: Callable[[RunView], bool], since: float = 0.0) -> float | None:
    """When a condition was first true."""
    return next((time for time, view in seen if time >= since and condition(view)), None)


def for_good(seen: Sequence[Moment], condition: Callable[[RunView], bool], since: float = 0.0) -> float | None:
    """When a condition became true to stay so; None where it is not true in the end."""
    found = None
    for time, view in reversed(seen):
        if time < since or not condition(view):
            break
        found = time
    return found
