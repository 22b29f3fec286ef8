"""Words looked for in a store: exactly as `str.casefold` and `in` find them, and in each block only once."""

from __future__ import annotations

from collections.abc import Callable
from weakref import ref

from run_tui.query import TextTerm
from run_tui.store import Block, EventStore
from run_tui.view.columns import name_lookups
from run_tui.view.letters import Letters
from run_tui.view.masks import Mask, all_of, count, none_of
from run_tui.view.needles import Needle

FEW = 30
"""So many rows are sooner looked through one by one than with their whole block."""

SPARSE = 0.2
"""Up to this share of rows it is quicker to go from hit to hit than from row to row: 0.4 against 0.08 µs."""

SHORT = 2
"""Words of so few bytes occur so often that counting them takes longer than asking every row."""

_PROBED = 8
"""Every so many blocks what did not pay in the last ones is tried again."""


class WordSearch:
    """One word's rows, remembered block by block; `wider` is the search of a word that is part of this one."""

    def __init__(self, store: EventStore, term: TextTerm, letters: Letters, wider: WordSearch | None) -> None:
        self.names = name_lookups(store, term)
        self._blocks = store.blocks
        self._needle = Needle(term)
        self._letters = letters
        self._wider: Callable[[], WordSearch | None] = ref(wider) if wider else lambda: None
        self._masks: dict[int, Mask] = {}
        self._occurrences: dict[int, int] = {}
        # What the last block was like, the next one will be like.
        self._share = 1.0 if wider else 0.0
        self._as_often = True

    def found(self, number: int, first: int, last: int, wanted: Mask) -> Mask:
        """Which rows of a block, from row `first` to before row `last`, have the word; right for the wanted ones."""
        mask = self._masks.get(number, b"")
        if len(mask) < last:
            block = self._blocks[number]
            if count(wanted) <= FEW:
                return self._needle.in_rows(block, first, wanted)
            mask = self._letters.rows(number, self._needle.raw) or self._search(number, block)
            self._masks[number] = mask
        return mask[first:last]

    def _search(self, number: int, block: Block) -> Mask:
        """All rows the block has now."""
        self._occurrences.pop(number, None)
        wider, candidates = self._candidates(number, len(block))
        asked = count(candidates)
        if not asked or not self._needle.raw:
            return candidates
        if asked <= FEW:
            mask = self._needle.in_rows(block, 0, candidates)
        elif self._needle.may_be_in(block):
            mask = self._together(number, block, wider, candidates)
            self._share = count(mask) / asked
            mask = self._needle.with_odd_rows(block, mask)
        else:
            mask = self._needle.with_odd_rows(block, none_of(len(block)))
        return mask if count(mask) else none_of(len(block))

    def _candidates(self, number: int, size: int) -> tuple[WordSearch | None, Mask]:
        """The nearest search of part of the word that knows all of the block's rows, and those it found."""
        wider = self._wider()
        while wider is not None:
            mask = wider._masks.get(number, b"")
            if len(mask) == size:
                return wider, mask
            wider = wider._wider()
        return None, all_of(size)

    def _together(self, number: int, block: Block, wider: WordSearch | None, candidates: Mask) -> Mask:
        """Those of the candidates that have the word, by the whole block's folded text; odd ones may be wrong."""
        text = self._needle.folded(block)
        if self._share < SPARSE:
            return self._needle.from_hit_to_hit(text, block.bounds)
        worth_it = self._as_often or number % _PROBED == 0
        if wider is not None and len(wider._needle.raw) > SHORT and worth_it:
            self._as_often = wider._counted(number, text) == self._counted(number, text)
            if self._as_often:
                # The wider word occurs nowhere but in this one, so they are in the same rows.
                return candidates
        return self._needle.from_row_to_row(text, block.bounds, candidates)

    def _counted(self, number: int, text: bytes) -> int:
        """How often a block's folded text has the word."""
        if number not in self._occurrences:
            self._occurrences[number] = self._needle.occurrences(text)
        return self._occurrences[number]
