"""The rows found so far."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from run_tui.store import EventStore
from run_tui.view.masks import Mask, count, indexes_of


class FoundRows:
    """The rows that fit among those from `start` to before `end`, a window that grows at both ends.

    They are kept as one mask for each block: row numbers are made only of those that are asked for.
    """

    def __init__(self, store: EventStore, start: int) -> None:
        self.start = self.end = start
        self._store = store
        self._first_block = 0
        self._masks: list[Mask] = []
        self._total = 0
        self._ends: list[int] = []

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, index: int) -> int:
        """The row at `index`, from 0. Raises `IndexError`."""
        if not 0 <= index < self._total:
            raise IndexError(index)
        ends = self._counted()
        at = bisect_right(ends, index)
        return self._base(at) + indexes_of(self._masks[at])[index - (ends[at - 1] if at else 0)]

    def index_at(self, row: int) -> int:
        """Where the row is, or the first one after it."""
        if row <= self.start:
            return 0
        if row >= self.end:
            return self._total
        at = self._store.block_number(row) - self._first_block
        return (self._counted()[at - 1] if at else 0) + count(self._masks[at][: row - self._base(at)])

    def add_after(self, mask: Mask) -> None:
        """Takes in the rows of one block that follow the window."""
        number = self._store.block_number(self.end)
        if not self._masks:
            self._first_block = number
        if number == self._first_block + len(self._masks):
            self._masks.append(mask)
        else:
            self._masks[-1] += mask
        self.end += len(mask)
        self._changed(mask)

    def add_before(self, mask: Mask) -> None:
        """Takes in the rows of one block that come before the window."""
        number = self._store.block_number(self.start - 1)
        if not self._masks or number < self._first_block:
            self._first_block = number
            self._masks.insert(0, mask)
        else:
            self._masks[0] = mask + self._masks[0]
        self.start -= len(mask)
        self._changed(mask)

    def pieces(self) -> list[tuple[int, Mask]]:
        """Each block's first row in the window, and its mask from there on."""
        return [(self._base(at), mask) for at, mask in enumerate(self._masks)]

    def _changed(self, mask: Mask) -> None:
        self._total += count(mask)
        self._ends = []

    def _counted(self) -> list[int]:
        """How many rows there are up to the end of each block."""
        if not self._ends:
            self._ends = list(accumulate(map(count, self._masks)))
        return self._ends

    def _base(self, at: int) -> int:
        return max(self.start, self._store.blocks[self._first_block + at].first_row)
