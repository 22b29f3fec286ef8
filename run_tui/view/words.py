"""Words looked for in blocks of text: exactly as `str.casefold` and `in` find them, many rows at a time."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from itertools import compress, repeat
from weakref import ref

from run_tui.query import TextTerm
from run_tui.store import BLOCK_ROWS, PART, Block, EventStore
from run_tui.store.simd import contains, find, fold, occurrences, translate
from run_tui.view.columns import name_lookups
from run_tui.view.masks import Mask, all_of, count, none_of

FEW = 40
"""So many rows are sooner looked through one by one than with their whole block."""

_LOWER = bytes(range(256)).lower()
_INDEXES = tuple(range(BLOCK_ROWS))


class WordSearch:
    """One word's rows, remembered block by block; `wider` is the search of a word that is part of this one."""

    def __init__(self, store: EventStore, term: TextTerm, wider: WordSearch | None) -> None:
        self.needle = term.needle
        self.names = name_lookups(store, term)
        self._blocks = store.blocks
        self._term = term
        self._raw = self.needle.encode("utf-8", "surrogatepass")
        self._ascii = self.needle.isascii()
        self._possible = PART not in self.needle
        self._wider: Callable[[], WordSearch | None] = ref(wider) if wider else lambda: None
        self._masks: dict[int, Mask] = {}
        self._occurrences: dict[int, int] = {}
        self._share = 1.0 if wider else 0.0

    def found(self, number: int, first: int, last: int, wanted: Mask) -> Mask:
        """Which rows of a block, from row `first` to before row `last`, have the word; right for the wanted ones."""
        mask = self._masks.get(number, b"")
        if len(mask) < last:
            if count(wanted) <= FEW:
                return self._one_by_one(self._blocks[number], first, wanted)
            mask = self._masks[number] = self._extended(number, mask)
        return mask[first:last]

    def _extended(self, number: int, known: Mask) -> Mask:
        """The mask of all rows the block has now; `known` is that of its first ones."""
        block, first = self._blocks[number], len(known)
        size = len(block)
        wider = self._wider()
        candidates = wider._masks.get(number, b"") if wider else b""
        if len(candidates) < size:
            wider, candidates = None, all_of(size)
        wanted = candidates[first:]
        self._occurrences.pop(number, None)
        if count(wanted) <= FEW:
            new = self._one_by_one(block, first, wanted)
        else:
            new = self._together(number, first, wanted, wider)
            self._share = count(new) / count(wanted)
        mask = known + new
        return mask if count(mask) else none_of(size)

    def _one_by_one(self, block: Block, first: int, wanted: Mask) -> Mask:
        mask = bytearray(len(wanted))
        for index in compress(_INDEXES, wanted):
            mask[index] = self._in_row(block, first + index)
        return bytes(mask)

    def _in_row(self, block: Block, index: int) -> bool:
        if self._ascii and block.ascii:
            row = translate(block.text, _LOWER, start=block.bounds[index], end=block.bounds[index + 1])
            return self._possible and contains(row, self._raw)
        return self._term.found_in(block.decoded(index))

    def _together(self, number: int, first: int, wanted: Mask, wider: WordSearch | None) -> Mask:
        block = self._blocks[number]
        if not self._raw:
            return wanted
        if not self._possible or (block.ascii and not self._ascii):
            return none_of(len(wanted))
        base = block.bounds[first]
        text = self._folded(block, base)
        bounds = array("I", [bound - base for bound in block.bounds[first:]]) if base else block.bounds
        # Every row asked about costs 0.1 µs; to go from hit to hit saves the rows between, but costs 0.35 µs a hit.
        if count(wanted) * (1 - 3.5 * self._share) > 100:
            mask = self._from_hit_to_hit(text, bounds)
        elif not first and self._occurs_as_often(number, text, wider):
            mask = wanted
        else:
            mask = self._from_row_to_row(text, bounds, wanted)
        return self._with_odd_rows(block, first, wanted, mask) if block.odd else mask

    def _with_odd_rows(self, block: Block, first: int, wanted: Mask, mask: Mask) -> Mask:
        exact = bytearray(mask)
        for index in block.odd:
            if index >= first:
                exact[index - first] = wanted[index - first] and self._in_row(block, index)
        return bytes(exact)

    def _folded(self, block: Block, base: int) -> bytes:
        """The block's text from byte `base` on, its case folded as far as this word needs, every row in its place.

        For a word of ASCII it is enough to lower ASCII: what else could become ASCII makes a row odd.
        """
        if self._ascii:
            return translate(block.text, _LOWER, start=base)
        text = bytearray(block.text)
        for index in block.odd:
            start, end = block.bounds[index : index + 2]
            text[start:end] = bytes(end - start)
        return fold(bytes(text[base:]))

    def _from_hit_to_hit(self, text: bytes, bounds: array[int]) -> Mask:
        mask = bytearray(len(bounds) - 1)
        row, at = 0, find(text, self._raw)
        while at >= 0:
            row = bisect_right(bounds, at, row)
            mask[row - 1] = 1
            at = find(text, self._raw, bounds[row])
        return bytes(mask)

    def _occurs_as_often(self, number: int, text: bytes, wider: WordSearch | None) -> bool:
        """Whether the wider word occurs nowhere but in this one: then they are in the same rows."""
        # A short word occurs so often that counting takes longer than asking every row.
        if len(self._raw) < 3:
            return False
        found = self._occurrences[number] = occurrences(text, self._raw)
        return wider is not None and wider._occurrences.get(number) == found

    def _from_row_to_row(self, text: bytes, bounds: array[int], wanted: Mask) -> Mask:
        ends = bounds[1:]
        if 2 * count(wanted) > len(wanted):
            return bytes(map(contains, repeat(text), repeat(self._raw), bounds, ends))
        rows = list(compress(_INDEXES, wanted))
        starts, stops = map(bounds.__getitem__, rows), map(ends.__getitem__, rows)
        mask = bytearray(len(wanted))
        for index in compress(rows, map(contains, repeat(text), repeat(self._raw), starts, stops)):
            mask[index] = 1
        return bytes(mask)
