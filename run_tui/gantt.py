"""A run's steps as bars over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from run_tui.format import step_style
from run_tui.steps import Attempt

NARROWEST = 20
"""The fewest milliseconds that a window spans."""
_ROUND = tuple(n * 10**e for e in range(12) for n in (1, 2, 5))
_DAY = 86_400_000
_NAMED = (
    *(step for step in _ROUND if step <= 10_000),
    15_000,
    30_000,
    *(minutes * 60_000 for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)),
    *(days * _DAY for days in _ROUND[:12]),
)
"""Steps between the names on an axis, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Window:
    """The span of time that is shown, in epoch milliseconds."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Milliseconds shown."""
        return self.end - self.start

    def zoomed(self, factor: float, whole: Window, centre: float | None = None) -> Window:
        """A window `factor` times as long around `centre` or its own middle, within the whole."""
        length = min(max(self.length * factor, NARROWEST), whole.length)
        middle = (self.start + self.end) / 2 if centre is None else centre
        return Window(middle - length / 2, middle + length / 2).within(whole)

    def moved(self, share: float, whole: Window) -> Window:
        """The window moved by a share of its length, within the whole."""
        by = self.length * share
        return Window(self.start + by, self.end + by).within(whole)

    def within(self, whole: Window) -> Window:
        """The window moved, and cut where it must be, so that it shows nothing outside the whole."""
        length = min(self.length, whole.length)
        start = min(max(self.start, whole.start), whole.end - length)
        return Window(start, start + length)

    def column(self, time: float, width: int) -> int:
        """The cell a time lies in, out of `width`; less than 0 or beyond for times outside."""
        return int((time - self.start) * width // self.length)


def whole_window(start: int, end: float) -> Window:
    """The window of a whole run; its end is rounded up, so that it need not grow every second."""
    length = max(end - start, 1000.0)
    step = next((step for step in _ROUND if step * 40 >= length), _ROUND[-1])
    return Window(start, start + -(-length // step) * step)


def bar(
    attempts: Iterable[Attempt], waits: Iterable[tuple[int, int]], window: Window, width: int, now: float | None
) -> list[tuple[str, str]]:
    """One row's bar as (style name, text) pieces, `width` cells together.

    Full cells are attempts, at least one cell each, dots the `waits` from one time to another; `now` (epoch
    milliseconds) draws the present.
    """
    cells = [("plain", " ")] * width
    for start, end in waits:
        for column in _columns(window, start, end, width):
            cells[column] = ("quiet", "·")
    if now is not None and 0 <= (column := window.column(now, width)) < width:
        cells[column] = ("active", "│")
    for attempt in attempts:
        until = attempt.ended if attempt.ended is not None else window.end if now is None else now
        cell = step_style(attempt.state), "█"
        for column in _columns(window, attempt.started, until, width, at_least=1):
            cells[column] = cell
    return [(style, "".join(text for _, text in run)) for style, run in groupby(cells, key=lambda cell: cell[0])]


def _columns(window: Window, start: float, end: float, width: int, at_least: int = 0) -> range:
    first = window.column(start, width)
    last = max(window.column(end, width), first + at_least)
    return range(max(first, 0), min(last, width))


def ticks(window: Window, zero: float, width: int) -> Iterable[tuple[int, str]]:
    """Where to name which time after `zero` on an axis of `width` cells: at most about one name every 12 cells."""
    room = max(1, width // 12)
    step = next((step for step in _NAMED if window.length / step <= room), _NAMED[-1])
    first = int((window.start - zero) // step)
    for number in range(first, first + room + 2):
        column = window.column(zero + number * step, width)
        if 0 <= column < width and number >= 0:
            yield column, _named(number * step, step)


def _named(milliseconds: int, step: int) -> str:
    """`0`, `250ms`, `1.5s`, `12s`, `4m`, `4m 30s`, `1h 15m`, as exact as the axis needs."""
    if not milliseconds:
        return "0"
    if step < 1000 and milliseconds < 1000:
        return f"{milliseconds}ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:g}s"
    minutes, rest = divmod(milliseconds, 60_000)
    if minutes >= 60:
        return f"{minutes // 60}h {minutes % 60:02}m" if minutes % 60 else f"{minutes // 60}h"
    return f"{minutes}m {rest / 1000:g}s" if rest else f"{minutes}m"
