"""Which rows have which letters, found out before anybody asks: the first letter of a word is in most rows."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_lowercase, digits

from run_tui.query import TextTerm
from run_tui.store import EventStore
from run_tui.view.masks import Mask, all_of
from run_tui.view.needles import Needle

_TO_DIGITS = bytes(48 + (value & 1) for value in range(256))
_FROM_DIGITS = bytes(value & 1 for value in range(256))


class Letters:
    """The rows of each letter and digit in a store's full blocks, a bit a row: 7 MB for a million rows."""

    def __init__(self, store: EventStore) -> None:
        self._blocks = store.blocks
        self._needles = [Needle(TextTerm(letter)) for letter in ascii_lowercase + digits]
        self._known: dict[bytes, list[int]] = {needle.raw: [] for needle in self._needles}
        self._done = 0

    def collect(self) -> bool:
        """Goes through one more block, which takes about 3 ms; True when there is no full one left."""
        if self._done + 1 >= len(self._blocks):
            return True
        block = self._blocks[self._done]
        text, everywhere = self._needles[0].folded(block), all_of(len(block))
        for needle in self._needles:
            mask = needle.with_odd_rows(block, needle.from_row_to_row(text, block.bounds, everywhere))
            self._known[needle.raw].append(_bits(mask))
        self._done += 1
        return self._done + 1 >= len(self._blocks)

    def rows(self, number: int, word: bytes) -> Mask | None:
        """Which rows of a block have the word; None where that is not known, or it is no single letter."""
        if number >= self._done or word not in self._known:
            return None
        return f"{self._known[word][number]:0{len(self._blocks[number])}b}".encode().translate(_FROM_DIGITS)


@lru_cache(maxsize=64)
def _bits(mask: Mask) -> int:
    """A mask's bits; one object for all that are alike, such as those of letters that every row has."""
    return int(mask.translate(_TO_DIGITS), 2)
