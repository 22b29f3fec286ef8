"""Tests of columns: each distinct value is tested once, then looked up by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from run_tui.model import RunName
from run_tui.query import PatternTerm, TextTerm
from run_tui.store import CodeColumn, EventStore
from run_tui.view.masks import Mask, all_of, none_of

V = TypeVar("V")

VALUES_AT_ONCE = 256
"""How many values are tested between two looks at the clock: less than half a millisecond of work."""


class Lookup(Generic[V]):
    """Which values of a column are accepted. All must be learned before the rows that hold them are looked at."""

    def __init__(self, column: CodeColumn[V], accepts: Callable[[V], bool]) -> None:
        self._column, self._accepts = column, accepts
        self._fits = bytearray()
        self._table = bytes(256)
        self._accepted = 0

    def learn(self) -> bool:
        """Tests some of the values that are new; True when there are none left."""
        known, values = len(self._fits), self._column.values
        if known < len(values):
            new = bytes(map(self._accepts, values[known : known + VALUES_AT_ONCE]))
            self._fits += new
            self._accepted += sum(new)
            self._table = bytes(self._fits[:256]).ljust(256, b"\0")
        return len(self._fits) == len(values)

    def mask(self, start: int, end: int) -> Mask:
        """The rows from `start` to before `end` whose value is accepted."""
        if not self._accepted:
            return none_of(end - start)
        if self._accepted == len(self._fits):
            return all_of(end - start)
        if not self._column.high:
            return bytes(self._column.low[start:end].translate(self._table))
        return bytes(map(self._fits.__getitem__, self._column.codes(start, end)))


class RunLookup(Lookup[RunName]):
    """Which rows are of accepted runs: all or none where the store holds only one."""

    def __init__(self, store: EventStore, accepts: Callable[[RunName], bool]) -> None:
        super().__init__(store.runs, accepts)
        self._accepts_alone = accepts(store.run)

    def mask(self, start: int, end: int) -> Mask:
        """The rows from `start` to before `end` whose run is accepted."""
        if self._column.low:
            return super().mask(start, end)
        return all_of(end - start) if self._accepts_alone else none_of(end - start)


def name_lookups(store: EventStore, word: TextTerm | PatternTerm) -> tuple[Lookup[str | None], Lookup[str | None]]:
    """In which rows' steps, and in which rows' types, a word or a pattern is found."""

    def accepts(name: str | None) -> bool:
        return bool(name) and word.found_in_name(name)

    return Lookup(store.steps, accepts), Lookup(store.types, accepts)
