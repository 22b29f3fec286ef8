"""One line of facts, those that matter most kept when the terminal is narrow."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from run_tui.widgets.styles import COMPONENTS, named_style

GAP = "   "


@dataclass(frozen=True, slots=True)
class Fact:
    """A piece of the line, `close` to the one before; of those that do not fit the highest `rank` goes first."""

    text: str
    style: str = "plain"
    rank: int = 0
    close: bool = False

    @property
    def gap(self) -> str:
        """What stands between it and the piece before."""
        return " " if self.close else GAP


@dataclass(frozen=True, slots=True)
class Activity:
    """What the connection is doing; `until` (monotonic seconds) is when the next try comes, counted down on screen.

    Until then `key` tries at once.
    """

    text: str
    style: str = "quiet"
    until: float | None = None
    key: str = ""

    def fact(self, now: float) -> Fact:
        """As it reads now."""
        if self.until is None:
            return Fact(self.text, self.style)
        seconds = max(0, ceil(self.until - now))
        at_once = f" ({self.key}: now)" if seconds else ""
        return Fact(f"↻ next try in {seconds}s{at_once}: {self.text}", self.style)


class StatusLine(Widget):
    """Facts from the left, the activity at the right."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: tuple[Fact, ...] = ()
        self._activity: Activity | None = None

    def show(self, facts: Sequence[Fact]) -> None:
        """Replaces the facts; empty ones are left out."""
        shown = tuple(fact for fact in facts if fact.text)
        if shown != self._facts:
            self._facts = shown
            self.refresh()

    def show_activity(self, activity: Activity) -> None:
        """Replaces the activity."""
        if activity != self._activity:
            self._activity = activity
            self.refresh()

    def tick(self) -> None:
        """A second has passed: a countdown reads differently."""
        if self._activity is not None and self._activity.until is not None:
            self.refresh()

    def render(self) -> Text:
        """The line for the width there is."""
        width = self.size.width
        right = self._activity.fact(time.monotonic()) if self._activity else Fact("")
        left = list(self._facts)
        # What went wrong matters more than when the run began.
        share = 3 if self._activity is None or self._activity.until is None else 1.5
        reserved = min(cell_len(right.text), int(width / share))
        while len(left) > 1 and _length(left) + len(GAP) + reserved + 2 > width:
            left.remove(max(reversed(left), key=lambda fact: fact.rank))
        text = Text(" ", no_wrap=True, overflow="ellipsis", end="")
        for number, fact in enumerate(left):
            text.append((fact.gap if number else "") + fact.text, named_style(self, fact.style))
        room = width - text.cell_len - 1
        tail = Text(right.text, named_style(self, right.style), no_wrap=True, end="")
        tail.truncate(max(0, room - len(GAP)), overflow="ellipsis")
        text.append(" " * max(0, room - tail.cell_len))
        text.append_text(tail)
        return text


def _length(facts: Sequence[Fact]) -> int:
    return sum(cell_len(fact.text) + len(fact.gap) for fact in facts)
