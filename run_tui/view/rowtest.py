"""A filter made ready for one store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from run_tui.query import Filter, PatternTerm, TextTerm, TimeContext, Values
from run_tui.store import Block, EventStore
from run_tui.view.columns import Lookup, RunLookup
from run_tui.view.letters import Letters
from run_tui.view.masks import Mask, all_of, both, count, either, none_of, without
from run_tui.view.patterns import PatternSearch
from run_tui.view.words import WordSearch

KEPT = 6
"""How many words, and how many patterns, are remembered: a million rows of each take a megabyte."""

S = TypeVar("S", bound="WordSearch | PatternSearch")


class Searches:
    """The searches of the latest words and patterns in one store: what was found is reused by every later filter."""

    def __init__(self, store: EventStore) -> None:
        self.letters = Letters(store)
        self._store = store
        self._words: dict[str, WordSearch] = {}
        self._patterns: dict[str, PatternSearch] = {}

    def word(self, term: TextTerm) -> WordSearch:
        """The search of a word; a new one begins where the longest word within it was found."""

        def begin() -> WordSearch:
            inner = [needle for needle in self._words if needle in term.needle]
            wider = self._words[max(inner, key=len)] if inner else None
            return WordSearch(self._store, term, self.letters, wider)

        return _latest(self._words, term.needle, begin)

    def pattern(self, term: PatternTerm) -> PatternSearch:
        """The search of a pattern."""
        return _latest(self._patterns, term.source, lambda: PatternSearch(self._store, term, self.word))


def _latest(kept: dict[str, S], key: str, begin: Callable[[], S]) -> S:
    search = kept.pop(key, None) or begin()
    kept[key] = search
    while len(kept) > KEPT:
        del kept[next(iter(kept))]
    return search


class RowTest:
    """Tells which rows a filter lets through: columns first, then text where it still matters."""

    def __init__(self, store: EventStore, filter: Filter, times: TimeContext, searches: Searches) -> None:
        self._store = store
        self._span = filter.time_span(times)
        self._ranks = bytes(map(filter.ranks_accept, range(256))) if filter.levels != Values() else None
        self._columns: list[Lookup[Any]] = []
        if filter.steps != Values():
            self._columns.append(Lookup(store.steps, filter.steps_accept))
        if filter.types != Values():
            self._columns.append(Lookup(store.types, filter.types_accept))
        if filter.attempts != Values():
            self._columns.append(Lookup(store.attempts, lambda attempt: filter.attempts_accept(attempt or None)))
        if filter.runs != Values():
            self._columns.append(RunLookup(store, filter.runs_accept))
        # What is wanted and long leaves the fewest rows to the others; patterns cost the most.
        words = sorted(filter.texts, key=lambda term: (term.negated, -len(term.needle)))
        self._words: list[tuple[WordSearch | PatternSearch, bool]] = [
            *((searches.word(term), term.negated) for term in words),
            *((searches.pattern(term), term.negated) for term in filter.patterns),
        ]
        self._lookups = [*self._columns, *(names for search, _ in self._words for names in search.names)]

    def learn(self) -> bool:
        """Tests some values of the columns that are new; True when there are none left, and `mask` can be asked."""
        return all(lookup.learn() for lookup in self._lookups)

    def mask(self, number: int, start: int, end: int) -> Mask | None:
        """Which of the rows of one block from `start` to before `end` fit; None for "ask again", to pause between."""
        block = self._store.blocks[number]
        wanted = self._fitting_columns(block, start, end)
        for search, negated in self._words:
            if not count(wanted):
                break
            named = either(*(names.mask(start, end) for names in search.names))
            found = search.found(number, start - block.first_row, end - block.first_row, without(wanted, named))
            if found is None:
                return None
            fitting = either(named, found)
            wanted = without(wanted, fitting) if negated else both(wanted, fitting)
        return wanted if count(wanted) else none_of(end - start)

    def _fitting_columns(self, block: Block, start: int, end: int) -> Mask:
        wanted = all_of(end - start)
        if self._ranks is not None:
            wanted = both(wanted, bytes(self._store.ranks[start:end].translate(self._ranks)))
        for lookup in self._columns:
            wanted = both(wanted, lookup.mask(start, end))
        if self._span is not None:
            wanted = both(wanted, self._in_time(block, start, end, *self._span))
        return wanted

    def _in_time(self, block: Block, start: int, end: int, after: float, before: float) -> Mask:
        earliest, latest = block.span
        if after <= earliest and latest < before:
            return all_of(end - start)
        if latest < after or before <= earliest:
            return none_of(end - start)
        return bytes(after <= time < before for time in block.times(start - block.first_row, end - block.first_row))
