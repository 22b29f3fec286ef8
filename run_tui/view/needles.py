"""One word looked for in one block, in whichever way takes least."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import compress, islice, repeat

from run_tui.query import TextTerm
from run_tui.store import BLOCK_ROWS, PART, Block
from run_tui.store.simd import contains, find, fold, occurrences, translate
from run_tui.view.masks import Mask, count, mask_of

_LOWER = bytes(range(256)).lower()
_INDEXES = tuple(range(BLOCK_ROWS))


class Needle:
    """A word as it stands in folded text."""

    def __init__(self, term: TextTerm) -> None:
        self.text = term.needle
        self.raw = self.text.encode("utf-8", "surrogatepass")
        self._ascii = self.text.isascii()
        self._possible = PART not in self.text

    def may_be_in(self, block: Block) -> bool:
        """Whether rows that are not odd can have the word at all."""
        return self._possible and (self._ascii or not block.ascii)

    def folded(self, block: Block) -> bytes:
        """The block's text, its case folded as far as this word needs, every row in its place.

        For a word of ASCII it is enough to lower ASCII: what else could become ASCII makes a row odd.
        """
        if self._ascii:
            return translate(block.text, _LOWER)
        text = bytearray(block.text)
        for index in block.odd:
            start, end = block.bounds[index : index + 2]
            text[start:end] = bytes(end - start)
        return fold(bytes(text))

    def occurrences(self, text: bytes) -> int:
        """How often a folded text has the word."""
        return occurrences(text, self.raw)

    def in_rows(self, block: Block, first: int, wanted: Mask) -> Mask:
        """Which of the wanted rows have the word, `first` being the first that may be wanted; for few of them."""
        text, bounds, odd_texts = block.text, block.bounds, block.odd_texts
        mask = bytearray(len(wanted))
        for at in compress(_INDEXES, wanted) if self._possible else ():
            index = first + at
            if index in odd_texts:
                mask[at] = self.text in odd_texts[index]
            elif self._ascii:
                mask[at] = contains(translate(text, _LOWER, start=bounds[index], end=bounds[index + 1]), self.raw)
            else:
                mask[at] = self.text in block.decoded(index).casefold()
        return bytes(mask)

    def from_hit_to_hit(self, text: bytes, bounds: array[int]) -> Mask:
        """The rows of a folded text that have the word: what lies between its hits costs next to nothing."""
        mask = bytearray(len(bounds) - 1)
        row, at = 0, find(text, self.raw)
        while at >= 0:
            row = bisect_right(bounds, at, row)
            mask[row - 1] = 1
            at = find(text, self.raw, bounds[row])
        return bytes(mask)

    def from_row_to_row(self, text: bytes, bounds: array[int], wanted: Mask) -> Mask:
        """The rows of a folded text that have the word, if none but the wanted ones can."""
        if 3 * count(wanted) > len(wanted):
            # To pick the wanted ones would take longer than to ask them all.
            all_bounds = list(bounds)
            return bytes(map(contains, repeat(text), repeat(self.raw), all_bounds, islice(all_bounds, 1, None)))
        rows = list(compress(_INDEXES, wanted))
        starts, ends = map(bounds.__getitem__, rows), map(bounds[1:].__getitem__, rows)
        return mask_of(len(wanted), compress(rows, map(contains, repeat(text), repeat(self.raw), starts, ends)))

    def with_odd_rows(self, block: Block, mask: Mask) -> Mask:
        """The mask, put right for the odd rows of the block."""
        if not block.odd:
            return mask
        exact = bytearray(mask)
        for index, text in block.odd_texts.items():
            exact[index] = self._possible and self.text in text
        return mask if exact == mask else bytes(exact)
