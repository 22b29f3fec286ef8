"""Finding something in a run's events, or in output, while all rows stay in sight."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Protocol

from run_tui.format import clean
from run_tui.output import OutputLines
from run_tui.query import Filter, PatternTerm, TextTerm, TimeContext
from run_tui.query.terms import words_accept
from run_tui.timeline import Place, Timeline
from run_tui.view import EventView, Matches

LINES_AT_ONCE = 64
"""How many lines are looked at between two looks at the clock."""


class Finder(Protocol):
    """Finds the rows of a list that fit `wanted`, some at each call of `advance`, the nearest to the user first."""

    wanted: Filter

    def __len__(self) -> int:
        """How many there are, among those looked at so far."""

    @property
    def searched(self) -> float:
        """The share of the rows that have been looked at, from 0 to 1."""

    @property
    def all_read(self) -> bool:
        """Whether there are no further rows still to be read."""

    def advance(self, seconds: float) -> bool:
        """Looks on for about `seconds`; True when nothing is left. Raises `SlowPattern`."""

    def position(self, index: int) -> int | None:
        """Which match the row at `index` is, from 1; None where it is none."""

    def next(self, index: int, direction: int) -> int | None:
        """The index of the nearest match after (1) or before (-1) a row; None where there is none known yet."""


class EventFinder:
    """The `Finder` of a timeline: among the events that its filter lets through, context included."""

    def __init__(self, timeline: Timeline, wanted: Filter, times: TimeContext, near: Place | None) -> None:
        self.wanted = wanted
        self._timeline, self._times, self._near = timeline, times, near
        self._found: list[Matches] = []

    def __len__(self) -> int:
        return sum(map(len, self._matches()))

    @property
    def searched(self) -> float:
        """The share of the events read so far that have been looked at."""
        held = self._timeline.held
        return sum(matches.scanned for matches in self._matches()) / held if held else 1.0

    @property
    def all_read(self) -> bool:
        """Whether there is no gap."""
        return self._timeline.end is None

    def advance(self, seconds: float) -> bool:
        """Looks on, and follows what is shown by now; not done before the timeline's filter is."""
        for matches in reversed(self._matches()):
            matches.advance(seconds)
            matches.update()
        return all(matches.complete for matches in self._matches())

    def has(self, place: Place) -> bool:
        """Whether the event fits."""
        return self._matches()[place.in_end].has(place.row)

    def position(self, index: int) -> int | None:
        """Counts on from the beginning to the end."""
        found, place = self._matches(), self._timeline[index]
        if self._timeline.gap_at(index) is not None or not self.has(place):
            return None
        return (len(found[0]) if place.in_end else 0) + found[place.in_end].up_to(place.row)

    def next(self, index: int, direction: int) -> int | None:
        """Goes across the gap."""
        numbered = zip(self._timeline.numbered, self._matches(), strict=True)
        for (first, part), matches in list(numbered)[::direction]:
            at = index - first
            row = part[at] if 0 <= at < len(part) else -1 if at < 0 else len(part.store)
            found = matches.next(row, direction)
            if found is not None:
                return first + part.index_at(found)
            if not matches.complete:
                return None
        return None

    def _matches(self) -> list[Matches]:
        """Those of each part; a part that is new is looked at from its nearest row."""
        parts = self._timeline.parts
        if [matches.store for matches in self._found] != [part.store for part in parts]:
            known = {id(matches.store): matches for matches in self._found}
            self._found = [known.get(id(part.store)) or self._begin(part) for part in parts]
        return self._found

    def _begin(self, part: EventView) -> Matches:
        return Matches(part, self.wanted, self._times, self._timeline.row_near(part, self._near))


class LineFinder:
    """The `Finder` of lines of output, which may come at both ends while it is at work."""

    def __init__(self, lines: OutputLines, wanted: Filter, near: int) -> None:
        self.wanted = wanted
        self._lines = lines
        self._words: tuple[TextTerm | PatternTerm, ...] = (*wanted.texts, *wanted.patterns)
        # Lines go by their distance from the one that was first at the start: those that come before are negative.
        self._low = self._high = self._near = min(near, len(lines)) - lines.prepended
        self._last = self._end - 1
        self._found: list[int] = []

    def __len__(self) -> int:
        return len(self._found)

    @property
    def searched(self) -> float:
        """The share of the lines that have been looked at."""
        return (self._high - self._low) / len(self._lines) if len(self._lines) else 1.0

    @property
    def all_read(self) -> bool:
        """Lines that have not been read are not missing between others."""
        return True

    def advance(self, seconds: float, now: Callable[[], float] = time.perf_counter) -> bool:
        """Looks on; at the last line again, which may have grown."""
        deadline = now() + seconds
        self._forget_last()
        self._last = self._end - 1
        while not self._complete:
            self._look_at_some()
            if now() >= deadline:
                break
        return self._complete

    def has(self, index: int) -> bool:
        """Whether the line fits."""
        number = index - self._lines.prepended
        return self._found[bisect_left(self._found, number) :][:1] == [number]

    def position(self, index: int) -> int | None:
        """Counts from the first line there is."""
        return bisect_right(self._found, index - self._lines.prepended) if self.has(index) else None

    def next(self, index: int, direction: int) -> int | None:
        """Only of lines that follow each other without one that has not been looked at."""
        number = index - self._lines.prepended
        if not self._low - 1 <= number <= self._high:
            return None
        at = bisect_right(self._found, number) if direction > 0 else bisect_left(self._found, number) - 1
        return self._found[at] + self._lines.prepended if 0 <= at < len(self._found) else None

    @property
    def _end(self) -> int:
        return len(self._lines) - self._lines.prepended

    @property
    def _complete(self) -> bool:
        return self._low == -self._lines.prepended and self._high == self._end

    def _forget_last(self) -> None:
        if self._low <= self._last < self._high:
            self._high = self._last
            del self._found[bisect_left(self._found, self._last) :]

    def _look_at_some(self) -> None:
        """Looks at the lines next to those known, on the side that has come less far."""
        up = self._high < self._end
        if up and self._low > -self._lines.prepended and self._high - self._near > self._near - self._low:
            up = False
        if up:
            first, self._high = self._high, min(self._high + LINES_AT_ONCE, self._end)
            self._found += self._fitting(range(first, self._high))
        else:
            last, self._low = self._low, max(self._low - LINES_AT_ONCE, -self._lines.prepended)
            self._found[:0] = self._fitting(range(self._low, last))

    def _fitting(self, numbers: range) -> list[int]:
        lines, shift = self._lines, self._lines.prepended
        return [number for number in numbers if words_accept(self._words, (clean(lines[number + shift]),))]
