"""The rows of a store that a filter lets through, kept up to date a block at a time."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Generic, TypeVar

from run_tui.query import Filter, PatternTerm, TextTerm, TimeContext
from run_tui.store import PART, CodeColumn, EventStore, TextBlock

V = TypeVar("V")
Mask = bytes | bytearray
"""One byte a row, 1 where it fits."""

LEVEL_NAMES = ("", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class EventView:
    """Row numbers of a store, ascending, that match a filter; without one, all rows.

    `advance` does the work, for as long as it is given: until it returns True the view holds the matches among the
    first `scanned` rows. New rows of the store cost only themselves, a narrower filter only the rows it had left.
    """

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.filter: Filter | None = None
        self.scanned = 0
        self._rows = array("I")
        self._test: _RowTest | None = None
        self._candidates: array[int] | None = None
        self._candidates_end = 0

    def __len__(self) -> int:
        return len(self.store) if self.filter is None else len(self._rows)

    def __getitem__(self, index: int) -> int:
        """The store row shown at `index`, from 0."""
        return index if self.filter is None else self._rows[index]

    @property
    def complete(self) -> bool:
        """Whether every row of the store has been looked at."""
        return self.filter is None or self.scanned == len(self.store)

    def index_at(self, row: int) -> int:
        """Where store row `row` is shown, or the first shown row after it."""
        return min(row, len(self)) if self.filter is None else bisect_left(self._rows, row)

    def seek(self, index: int, rank: int, direction: int) -> int | None:
        """Where the next (1) or previous (-1) event of at least this effective level is shown from `index` on."""
        ranks = self.store.ranks
        if self.filter is None:
            wanted = ranks.translate(bytes(value >= rank for value in range(256)))
            found = wanted.find(1, index + 1) if direction > 0 else wanted.rfind(1, 0, max(0, index))
            return None if found < 0 else found
        around = range(index + 1, len(self)) if direction > 0 else range(min(index, len(self)) - 1, -1, -1)
        return next((at for at in around if ranks[self._rows[at]] >= rank), None)

    def first_of_type(self, event_type: str) -> int | None:
        """Where the first event of a type is shown."""
        codes = self.store.types
        if event_type not in codes.values:
            return None
        code = codes.values.index(event_type)
        return next((at for at in range(len(self)) if codes.low[self[at]] == code), None)

    def hidden_by_level(self) -> tuple[int, str] | None:
        """How many events a minimum level hides, and its name; None where the filter sets none."""
        if self.filter is None or self.filter.min_rank <= 1:
            return None
        lower = sum(self.store.ranks.count(rank) for rank in range(self.filter.min_rank))
        return lower, LEVEL_NAMES[self.filter.min_rank]

    def apply(self, filter: Filter | None, times: TimeContext) -> None:
        """Starts over with another filter, from the last one's rows where the new one can only be narrower."""
        if filter == Filter():
            filter = None
        narrower = filter is not None and self.filter is not None and self.complete and filter.narrows(self.filter)
        self._candidates, self._candidates_end = (self._rows, self.scanned) if narrower else (None, 0)
        self._rows, self.scanned = array("I"), 0
        self.filter = filter
        self._test = _RowTest(self.store, filter, times) if filter is not None else None

    def replace_store(self, store: EventStore, times: TimeContext) -> None:
        """Shows another store under the same filter."""
        filter, self.filter, self.store = self.filter, None, store
        self.apply(filter, times)

    def advance(self, seconds: float, now: Callable[[], float] = time.perf_counter) -> bool:
        """Looks at further rows for about `seconds`; True when none are left."""
        deadline = now() + seconds
        while not self.complete:
            if self._candidates is not None:
                self._advance_candidates(self._candidates)
            else:
                self._advance_block()
            if now() >= deadline:
                break
        return self.complete

    def _advance_block(self) -> None:
        assert self._test is not None
        block = self.store.block_of(self.scanned)
        end = block.first_row + len(block)
        self._rows.extend(self._test.matches(block, range(self.scanned, end)))
        self.scanned = end

    def _advance_candidates(self, candidates: array[int]) -> None:
        assert self._test is not None
        first = bisect_left(candidates, self.scanned)
        if first == len(candidates):
            self._candidates, self.scanned = None, self._candidates_end
            return
        block = self.store.block_of(candidates[first])
        end = min(block.first_row + len(block), self._candidates_end)
        self._rows.extend(self._test.matches(block, candidates[first : bisect_left(candidates, end)]))
        self.scanned = end


class _RowTest:
    """A filter made ready for one store: what has few values is looked up by its code, text is searched by block."""

    def __init__(self, store: EventStore, filter: Filter, times: TimeContext) -> None:
        self._store, self._filter = store, filter
        self._span = filter.time_span(times)
        self._ranks = bytes(filter.ranks_accept(rank) for rank in range(256))
        self._attempts = bytes(filter.attempts_accept(attempt or None) for attempt in range(256))
        self._steps = _Lookup(store.steps, filter.steps_accept)
        self._types = _Lookup(store.types, filter.types_accept)
        words: tuple[TextTerm | PatternTerm, ...] = (*filter.texts, *filter.patterns)
        self._words = [
            (word, _Lookup(store.steps, word.found_in_name), _Lookup(store.types, word.found_in_name)) for word in words
        ]

    def matches(self, block: TextBlock, rows: Sequence[int]) -> Iterable[int]:
        """The matching ones of some rows of one block, ascending."""
        if not rows:
            return ()
        start, end = rows[0], rows[-1] + 1
        mask = self._columns(start, end)
        found: Iterable[int]
        found = compress(rows, mask) if isinstance(rows, range) else (row for row in rows if mask[row - start])
        for word, steps, types in self._words:
            named = _either(steps.mask(start, end), types.mask(start, end))
            found = [
                row
                for row in found
                if (bool(named[row - start]) or word.found_in(self._store.text(row), PART)) != word.negated
            ]
        return found

    def _columns(self, start: int, end: int) -> Mask:
        """Where all columns but the text fit."""
        mask: Mask = self._store.ranks[start:end].translate(self._ranks)
        mask = _both(mask, self._store.attempts[start:end].translate(self._attempts))
        mask = _both(mask, self._steps.mask(start, end))
        mask = _both(mask, self._types.mask(start, end))
        if self._span is not None:
            after, before = self._span
            mask = _both(mask, bytes(after <= time < before for time in self._store.times[start:end]))
        return mask


class _Lookup(Generic[V]):
    """For each value of a column whether it fits, as tables for `bytes.translate`; learns values as they appear."""

    def __init__(self, column: CodeColumn[V], accepts: Callable[[V], bool]) -> None:
        self._column, self._accepts = column, accepts
        self._fits: list[bool] = []
        self._tables: list[bytes] = []

    def mask(self, start: int, end: int) -> Mask:
        """Where the values of these rows fit."""
        self._learn()
        low = self._column.low[start:end]
        if len(self._tables) <= 1:
            return low.translate(self._tables[0]) if self._tables else bytes(end - start)
        high = self._column.high[start:end]
        mask: Mask = bytes(end - start)
        for plane in set(high):
            here = high.translate(_IS[plane])
            mask = _either(mask, _both(here, low.translate(self._tables[plane])))
        return mask

    def _learn(self) -> None:
        values, known = self._column.values, len(self._fits)
        if known == len(values):
            return
        self._fits += [self._accepts(value) for value in values[known:]]
        for plane in range(known // 256, (len(values) + 255) // 256):
            table = bytes(self._fits[plane * 256 : plane * 256 + 256]).ljust(256, b"\0")
            self._tables[plane:] = [table]


_IS = [bytes(code == value for code in range(256)) for value in range(256)]


def _both(one: Mask, other: Mask) -> Mask:
    return _number_bytes(_number(one) & _number(other), len(one))


def _either(one: Mask, other: Mask) -> Mask:
    return _number_bytes(_number(one) | _number(other), len(one))


def _number(mask: Mask) -> int:
    return int.from_bytes(mask, "little")


def _number_bytes(number: int, length: int) -> bytes:
    return number.to_bytes(length, "little")
