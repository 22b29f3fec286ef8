"""Tells the events of a feed that come for the first time from those that come again."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable


class Once:
    """For those who cannot take back what they have shown: a feed that goes back delivers the same events anew.

    Events are known by the hash of all that is told of them, eight bytes each.
    """

    def __init__(self) -> None:
        self._seen = array("q")
        self._known: Counter[int] = Counter()

    def went_back(self, kept: int) -> None:
        """The feed goes on after the first `kept` of the events that it has delivered."""
        self._known.update(self._seen[kept:])
        del self._seen[kept:]

    def are_new(self, events: Iterable[tuple[object, ...]]) -> list[bool]:
        """Which of the next events had not come before the feed went back."""
        marks = array("q", map(hash, events))
        self._seen += marks
        return [not self._take(mark) for mark in marks] if self._known else [True] * len(marks)

    def _take(self, mark: int) -> bool:
        count = self._known.pop(mark, 0)
        if count > 1:
            self._known[mark] = count - 1
        return count > 0
