"""Rows told by masks: those found so far, and what is made of them."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from run_tui.store import EventStore
from run_tui.view.masks import Mask, count, indexes_of


class MaskedRows:
    """The rows that fit among consecutive ones, numbered from 0.

    They are kept as one mask for each block: row numbers are made only of those that are asked for.
    """

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.masks: list[Mask] = []
        self._ends: list[int] = []

    def __len__(self) -> int:
        ends = self._counted()
        return ends[-1] if ends else 0

    def __getitem__(self, index: int) -> int:
        """The row at `index`, from 0. Raises `IndexError`."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        ends = self._counted()
        at = bisect_right(ends, index)
        return self.starts[at] + indexes_of(self.masks[at])[index - (ends[at - 1] if at else 0)]

    def index_at(self, row: int) -> int:
        """Where the row is, or the first one after it."""
        at = bisect_right(self.starts, row) - 1
        if at < 0:
            return 0
        return (self._counted()[at - 1] if at else 0) + count(self.masks[at][: row - self.starts[at]])

    def has(self, row: int) -> bool:
        """Whether the row is one of them."""
        at = bisect_right(self.starts, row) - 1
        return at >= 0 and self.masks[at][row - self.starts[at] :][:1] == b"\1"

    def pieces(self) -> list[tuple[int, Mask]]:
        """Each mask's first row, and the mask."""
        return list(zip(self.starts, self.masks, strict=True))

    def replace(self, starts: list[int], masks: list[Mask]) -> None:
        """Takes other masks, each beginning where the one before ends."""
        self.starts, self.masks = starts, masks
        self._ends = []

    def _counted(self) -> list[int]:
        """How many rows there are up to the end of each mask."""
        if not self._ends:
            self._ends = list(accumulate(map(count, self.masks)))
        return self._ends


class FoundRows(MaskedRows):
    """The rows that fit among those from `start` to before `end`, a window that grows at both ends."""

    def __init__(self, store: EventStore, start: int) -> None:
        super().__init__()
        self.start = self.end = start
        self._store = store
        self._total = 0

    def __len__(self) -> int:
        return self._total

    def add_after(self, mask: Mask) -> None:
        """Takes in the rows of one block that follow the window."""
        if self.masks and self._same_block(self.end, self.starts[-1]):
            self.masks[-1] += mask
        else:
            self.starts.append(self.end)
            self.masks.append(mask)
        self.end += len(mask)
        self._changed(mask)

    def add_before(self, mask: Mask) -> None:
        """Takes in the rows of one block that come before the window."""
        self.start -= len(mask)
        if self.masks and self._same_block(self.start, self.starts[0]):
            self.starts[0], self.masks[0] = self.start, mask + self.masks[0]
        else:
            self.starts.insert(0, self.start)
            self.masks.insert(0, mask)
        self._changed(mask)

    def _same_block(self, row: int, other: int) -> bool:
        return self._store.block_number(row) == self._store.block_number(other)

    def _changed(self, mask: Mask) -> None:
        self._total += count(mask)
        self._ends = []
