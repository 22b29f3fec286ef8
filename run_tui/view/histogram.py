"""How many events there are over time, by severity."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from run_tui.store import Block
from run_tui.view.events import EventView
from run_tui.view.masks import Mask, both, count

WARNING, ERROR = 3, 4
"""The ranks from which an event counts as a warning, and as an error."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The events of a span of time: all, and those of them that are warnings and errors or worse."""

    total: int = 0
    warnings: int = 0
    errors: int = 0


class Histogram:
    """Counts the events that a filter lets through, in `size` spans of equal length from `start` to `end` (epoch ms).

    `advance` does the work; what came to the views after they were handed over is not counted.
    """

    def __init__(self, views: Sequence[EventView], start: int, end: int, size: int) -> None:
        self.start, self.end, self.size = start, max(end, start + 1), size
        self._counts = [array("q", bytes(8 * size)) for _ in range(3)]
        self._work = self._pieces(views)
        self._done = False

    def __getitem__(self, index: int) -> Bucket:
        """The span at `index`, as far as it has been counted."""
        return Bucket(*(counts[index] for counts in self._counts))

    def begin_of(self, index: int) -> float:
        """When a span begins."""
        return self.start + (self.end - self.start) * index / self.size

    def index_of(self, moment: float) -> int:
        """The span that a time lies in; the nearest one for times outside."""
        return min(max(int((moment - self.start) * self.size // (self.end - self.start)), 0), self.size - 1)

    def advance(self, seconds: float, now: Callable[[], float] = time.perf_counter) -> bool:
        """Counts on for about `seconds`; True when nothing is left."""
        deadline = now() + seconds
        while not self._done and now() < deadline:
            self._done = next(self._work, None) is None
        return self._done

    def _pieces(self, views: Sequence[EventView]) -> Iterator[bool]:
        for view in views:
            store = view.store
            for start, mask in view.pieces():
                if count(mask):
                    block = store.block_of(start)
                    for counts, rank in zip(self._counts, (0, WARNING, ERROR), strict=True):
                        severe = store.ranks[start : start + len(mask)].translate(_TABLES[rank])
                        self._count(counts, block, start - block.first_row, both(mask, bytes(severe)))
                    yield True

    def _count(self, counts: array[int], block: Block, first: int, mask: Mask) -> None:
        wanted = count(mask)
        if not wanted:
            return
        earliest, latest = self.index_of(block.span[0]), self.index_of(block.span[1])
        if earliest == latest:
            counts[earliest] += wanted
            return
        for moment in compress(block.times(first, first + len(mask)), mask):
            counts[self.index_of(moment)] += 1


_TABLES = {rank: bytes(value >= rank for value in range(256)) for rank in (0, WARNING, ERROR)}
