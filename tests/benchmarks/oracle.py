"""Which events a filter lets through, found the plain way: every event is looked at, nothing is kept or guessed."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

from run_tui.model import effective_rank
from run_tui.query import Filter, parse
from run_tui.query.terms import ANY, PatternTerm, TextTerm
from tests.benchmarks.generate import STEPS, TYPES, events

DIVIDER = "\x1f"

V = TypeVar("V")


class Oracle:
    """The first `count` generated events, to be asked what a filter's text shows of them.

    What the text means is the filter language's own matter; which events fit is found without the store and the view.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._steps, self._types, self._ranks = bytearray(), bytearray(), bytearray()
        self._texts: list[str] = []
        types = list(TYPES)
        for event in events(count):
            self._steps.append(STEPS.index(event.step) if event.step else len(STEPS))
            self._types.append(types.index(event.type))
            self._ranks.append(effective_rank(event.level, event.type))
            self._texts.append(DIVIDER.join(event.texts()))
        self._folded = [text.casefold() for text in self._texts]
        self._found = cache(self._find)

    def filter(self, text: str, before: Filter) -> Filter:
        """What a text filters by; as long as it is wrong, the filter `before` stays."""
        query = parse(text)
        return before if query.problems else query.filter

    def rows(self, filter: Filter) -> array[int]:
        """The events that pass, ascending."""
        assert (filter.attempts, filter.after, filter.before) == (ANY, ANY, ANY), "not known here"
        mask = _table(self._steps, [*STEPS, None], filter.steps_accept)
        mask &= _table(self._types, list(TYPES), filter.types_accept)
        mask &= _table(self._ranks, range(6), filter.ranks_accept)
        for word in (*filter.texts, *filter.patterns):
            mask &= self._found(word)
        passed = mask.to_bytes(self.count, "little")
        return array("I", (row for row, fits in enumerate(passed) if fits))

    def _find(self, word: TextTerm | PatternTerm) -> int:
        if isinstance(word, TextTerm):
            needle = word.needle
            found = bytes((needle in text) != word.negated for text in self._folded)
        else:
            found = bytes(word.found_in(text, DIVIDER) != word.negated for text in self._texts)
        return int.from_bytes(found, "little")


def _table(codes: bytearray, values: Sequence[V], accepts: Callable[[V], bool]) -> int:
    """Where the coded values are accepted, one byte an event."""
    return int.from_bytes(codes.translate(bytes(map(accepts, values)).ljust(256, b"\0")), "little")
