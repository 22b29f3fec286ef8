"""Regular expressions looked for in rows: as seldom as their literal text allows, and never in joined text."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from typing import Protocol, cast

from run_tui.escapes import uncoloured
from run_tui.query import PatternTerm, TextTerm
from run_tui.query.terms import compiled
from run_tui.store import PART, EventStore
from run_tui.view.columns import name_lookups
from run_tui.view.literals import literals
from run_tui.view.masks import Mask, both, count, either, mask_of, none_of, without
from run_tui.view.words import WordSearch

BYTES_AT_ONCE = 1 << 15
"""How much text is searched between two looks at the clock: about half a millisecond of work."""

_NO, _YES = 1, 2
_IS_KNOWN = b"\0" + b"\1" * 255
_IS_YES = bytes(verdict == _YES for verdict in range(256))


class _Untimed(Protocol):
    def search(self, text: str) -> object | None: ...


class PatternSearch:
    """One regular expression's rows, remembered row by row; `word` gives the search of a literal text."""

    def __init__(self, store: EventStore, term: PatternTerm, word: Callable[[TextTerm], WordSearch]) -> None:
        self.names = name_lookups(store, term)
        self._blocks = store.blocks
        self._term = term
        known = literals(term.source)
        self._whole, self._longest = known.whole, known.longest
        self._clauses = [[word(TextTerm(text)) for text in clause] for clause in known.clauses]
        self._search = cast(_Untimed, compiled(term.source)).search
        self._verdicts: dict[int, bytearray] = {}

    def found(self, number: int, first: int, last: int, wanted: Mask) -> Mask | None:
        """Which rows of a block, from row `first` to before row `last`, fit; right for the wanted ones.

        None after BYTES_AT_ONCE: called again it goes on from there. Raises `SlowPattern`.
        """
        block = self._blocks[number]
        certain, possible = self._by_literals(number, first, last, wanted)
        if not count(possible):
            return certain
        verdicts = self._verdicts.setdefault(number, bytearray())
        verdicts.extend(bytes(max(0, last - len(verdicts))))
        unknown = without(possible, bytes(verdicts[first:last].translate(_IS_KNOWN)))
        done = 0
        for index, text in block.texts(list(compress(range(first, last), unknown))):
            if done >= BYTES_AT_ONCE:
                return None
            verdicts[index] = _YES if self._fits(uncoloured(text)) else _NO
            done += len(text)
        return either(certain, both(possible, bytes(verdicts[first:last].translate(_IS_YES))))

    def _by_literals(self, number: int, first: int, last: int, wanted: Mask) -> tuple[Mask, Mask]:
        """The rows that fit for certain, and those that may: of odd rows the literals tell nothing."""
        block = self._blocks[number]
        nothing = none_of(len(wanted))
        odd = both(wanted, mask_of(len(block), block.odd)[first:last]) if block.odd else nothing
        possible = without(wanted, odd)
        for clause in self._clauses:
            hits = nothing
            for search in clause:
                hits = either(hits, search.found(number, first, last, without(possible, hits)))
            possible = both(possible, hits)
        return (possible, odd) if self._whole else (nothing, either(possible, odd))

    def _fits(self, text: str) -> bool:
        # A time limit costs as much again as the search itself, so what cannot take long goes without.
        if len(text) > self._longest:
            return self._term.found_in(text)
        if PART not in text:
            return self._search(text) is not None
        return any(map(self._search, text.split(PART)))
