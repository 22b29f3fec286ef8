"""Columns of few distinct values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from struct import pack, unpack
from typing import Generic, TypeVar

V = TypeVar("V")

MOST_VALUES = 1 << 16


class CodeColumn(Generic[V]):
    """A column with few distinct values: each value is kept once, each row holds its code of 8 or 16 bits.

    `low` holds the lower bytes by row; `high` the upper ones, and is empty until there are more than 256 values.
    """

    def __init__(self) -> None:
        self.values: list[V] = []
        self.low = bytearray()
        self.high = bytearray()
        self._codes: dict[V, int] = {}

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, row: int) -> V:
        return self.values[self.low[row] | self.high[row] << 8 if self.high else self.low[row]]

    def __iter__(self) -> Iterator[V]:
        return map(self.values.__getitem__, self.codes(0, len(self)))

    def codes(self, start: int, end: int) -> Sequence[int]:
        """The codes of the rows from `start` to before `end`."""
        if not self.high:
            return self.low[start:end]
        codes = bytearray(2 * (end - start))
        codes[::2], codes[1::2] = self.low[start:end], self.high[start:end]
        return unpack(f"<{end - start}H", codes)

    def head(self, rows: int) -> CodeColumn[V]:
        """The first `rows` rows."""
        head: CodeColumn[V] = CodeColumn()
        head.values, head._codes = list(self.values), dict(self._codes)
        head.low, head.high = self.low[:rows], self.high[:rows]
        return head

    def alike(self) -> CodeColumn[V]:
        """An empty column of the same codes, which `join` takes over: what one of the two learns, both know."""
        alike: CodeColumn[V] = CodeColumn()
        alike.values, alike._codes = self.values, self._codes
        return alike

    def join(self, later: CodeColumn[V]) -> None:
        """Appends the rows of a column that `alike` made."""
        if self.high or later.high:
            self.high += bytes(len(self.low) - len(self.high))
            self.high += later.high or bytes(len(later.low))
        self.low += later.low

    def part(self, start: int, end: int) -> tuple[bytes, bytes]:
        """The lower and the upper bytes of the rows from `start` to before `end`."""
        return bytes(self.low[start:end]), bytes(self.high[start:end])

    def adopt(self, low: bytes, high: bytes) -> None:
        """Appends rows that another column of the same values told as its `part`."""
        later = self.alike()
        later.low, later.high = bytearray(low), bytearray(high)
        self.join(later)

    def rows_of(self, value: V) -> Iterator[int]:
        """The rows that hold a value, ascending."""
        if value not in self._codes:
            return
        low, row = self._codes[value] & 255, -1
        while (row := self.low.find(low, row + 1)) >= 0:
            if self[row] == value:
                yield row

    def counts(self) -> dict[V, int]:
        """How many rows hold each value."""
        if not self.high:
            return {value: self.low.count(code) for code, value in enumerate(self.values)}
        codes = Counter(self.codes(0, len(self)))
        return {value: codes[code] for code, value in enumerate(self.values)}

    def extend(self, values: Sequence[V]) -> None:
        """Appends a row for each value; the first 65,536 distinct values are told apart, later ones share a code."""
        try:
            codes = list(map(self._codes.__getitem__, values))
        except KeyError:
            self.learn(values)
            codes = list(map(self._codes.__getitem__, values))
        if len(self.values) <= 256:
            self.low += bytes(codes)
        else:
            self.high += bytes(len(self.low) - len(self.high))
            pairs = pack(f"<{len(codes)}H", *codes)
            self.low += pairs[::2]
            self.high += pairs[1::2]

    def learn(self, values: Sequence[V]) -> None:
        """Gives the values that have none codes, in their order."""
        for value in dict.fromkeys(values):
            if value not in self._codes:
                if len(self.values) < MOST_VALUES:
                    self.values.append(value)
                self._codes[value] = len(self.values) - 1
