"""Rows in blocks of about a thousand: their texts joined, to be searched at once, and their times."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from struct import Struct

from run_tui.escapes import COLOURS, ESCAPE, uncoloured
from run_tui.store.details import PART, Shape
from run_tui.store.simd import fold

BLOCK_ROWS = 1024
BLOCK_BYTES = 1 << 18
ARENA_BYTES = 1 << 21

_HEAD = Struct("=IIIqqqc?")
"""Of a block as bytes: its rows, how many are odd and how many have details, base, span, the type of times, `ascii`."""
_FOLDS_TO_ASCII = re.compile("[ßİŉſǰ\u1e96-\u1e9a\u1e9e\u212aﬀ-ﬆ\ud800-\udfff]")
"""What becomes ASCII where case is folded; and lone surrogates, which are no UTF-8."""


class Block:
    """Up to BLOCK_ROWS consecutive rows: their texts as UTF-8, each followed by PART, so that no word crosses rows.

    Row `index` goes from byte `bounds[index]` to before `bounds[index + 1]`, the divider included. `ascii` says
    whether there is nothing but ASCII; `odd` are the rows whose case cannot be folded in place, byte by byte, and
    those with colours, which are no part of what is searched; `span` is the lowest and the highest time.
    """

    __slots__ = (
        "_base", "_detailed", "_odd_texts", "_shapes", "_times",
        "ascii", "bounds", "first_row", "odd", "span", "text",
    )  # fmt: skip

    def __init__(self, first_row: int, time: int) -> None:
        self.first_row = first_row
        self.text = memoryview(b"")
        self.bounds = array("I", (0,))
        self.ascii = True
        self.odd: Sequence[int] = ()
        self.span = (time, time)
        self._base = time
        self._times = array("i")
        self._detailed: Sequence[int] = ()
        self._shapes: list[Shape] = []
        self._odd_texts: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def decoded(self, index: int) -> str:
        """The row's text as it came."""
        return str(self.text[self.bounds[index] : self.bounds[index + 1] - 1], "utf-8", "surrogatepass")

    def texts(self, indexes: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Some rows and their texts, sooner than one by one."""
        # In ASCII characters are where their bytes are, so one decoding serves all.
        whole, bounds = str(self.text, "ascii") if self.ascii and indexes else "", self.bounds
        for index in indexes:
            yield index, whole[bounds[index] : bounds[index + 1] - 1] if self.ascii else self.decoded(index)

    @property
    def odd_texts(self) -> dict[int, str]:
        """The odd rows' texts without colours, their case folded: made when first asked for, and kept."""
        for index in self.odd[len(self._odd_texts) :]:
            self._odd_texts[index] = uncoloured(self.decoded(index)).casefold()
        return self._odd_texts

    def times(self, first: int, last: int) -> list[int]:
        """The times of the rows from `first` to before `last`."""
        return [self._base + offset for offset in self._times[first:last]]

    def shape(self, index: int) -> Shape | None:
        """What tells the parts of the row's text, where it has details."""
        at = bisect_left(self._detailed, index)
        return self._shapes[at] if at < len(self._detailed) and self._detailed[at] == index else None

    def head(self, rows: int) -> Block:
        """A block of the first `rows` rows, over the same bytes."""
        block = Block(self.first_row, self._base)
        block.ascii = self.ascii
        block.add_times(self.times(0, rows))
        odd = [index for index in self.odd if index < rows]
        shapes = {i: shape for i, shape in zip(self._detailed, self._shapes, strict=True) if i < rows}
        block.add_texts(self.text[: self.bounds[rows]], self.bounds[1 : rows + 1], odd, shapes)
        return block

    def packed(self, codes: dict[Shape, int]) -> bytes:
        """All but the text, as bytes for `unpacked`; shapes become codes, new ones the next."""
        shapes = array("I", [codes.setdefault(shape, len(codes)) for shape in self._shapes])
        sizes = len(self), len(self.odd), len(shapes)
        head = _HEAD.pack(*sizes, self._base, *self.span, self._times.typecode.encode(), self.ascii)
        return b"".join((head, self.bounds, self._times, array("H", self.odd), array("H", self._detailed), shapes))

    @classmethod
    def unpacked(cls, data: memoryview, text: memoryview, shapes: Sequence[Shape]) -> tuple[Block, int]:
        """The block that begins with `data` and with `text`, and how much of `data` it takes.

        Raises `ValueError`, `IndexError` and `struct.error` where they hold none.
        """
        rows, odd, detailed, base, lowest, highest, typecode, is_ascii = _HEAD.unpack_from(data)
        block, at = cls(0, base), _HEAD.size
        sizes = ("I", rows + 1), (typecode.decode(), rows), ("H", odd), ("H", detailed), ("I", detailed)
        columns = [array(code) for code, _ in sizes]
        for column, (_, size) in zip(columns, sizes, strict=True):
            column.frombytes(data[at : at + size * column.itemsize])
            at += size * column.itemsize
            if len(column) != size:
                raise ValueError("it is cut off")
        block.bounds, block._times = columns[:2]
        block.odd, block._detailed = columns[2] or (), columns[3] or ()
        block._shapes = [shapes[code] for code in columns[4]]
        block.text, block.span, block.ascii = text[: block.bounds[-1]], (lowest, highest), is_ascii
        return block, at

    def add_times(self, times: Sequence[int]) -> None:
        """Appends the times of new rows: 32 bits each, unless they are weeks apart."""
        lowest, highest = self.span
        self.span = min(lowest, *times), max(highest, *times)
        offsets = [time - self._base for time in times]
        try:
            self._times += array(self._times.typecode, offsets)
        except OverflowError:
            self._times = array("q", (*self._times, *offsets))

    def add_texts(self, text: memoryview, ends: Iterable[int], odd: Sequence[int], shapes: Mapping[int, Shape]) -> None:
        """Appends new rows: `text` is the block's whole text now, `ends` where they end in it.

        `odd` ones, and the `shapes` of those with details, are given by position in the block, ascending.
        """
        self.text = text
        self.bounds.extend(ends)
        self.odd = _extended(self.odd, odd)
        self._detailed = _extended(self._detailed, shapes)
        self._shapes += shapes.values()


class Times:
    """The rows' times, by row number."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> int:
        at = range(len(self))[row]
        block = self._rows.blocks[self._rows.number_of(at)]
        return block.times(at - block.first_row, at - block.first_row + 1)[0]

    def rows_at(self, time: int, start: int) -> Iterator[int]:
        """The rows from `start` on that have exactly this time."""
        for block in self._rows.blocks[self._rows.number_of(start) :]:
            lowest, highest = block.span
            if lowest <= time <= highest:
                first = max(0, start - block.first_row)
                times = enumerate(block.times(first, len(block)), block.first_row + first)
                yield from (row for row, other in times if other == time)


class Rows:
    """All rows in blocks. Their text lies in large arenas: in the heap, growing blocks would leave holes behind."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.times = Times(self)
        self._first_rows: list[int] = []
        self._arena = memoryview(b"")
        self._used = 0

    def __len__(self) -> int:
        return self._first_rows[-1] + len(self.blocks[-1]) if self.blocks else 0

    def head(self, rows: int) -> Rows:
        """The first `rows` rows, over the same blocks where they are whole; what is added goes into others."""
        head = Rows()
        last = self.number_of(rows - 1) if rows else -1
        head.blocks, head._first_rows = self.blocks[: last + 1], self._first_rows[: last + 1]
        if len(head) > rows:
            head.blocks[-1] = head.blocks[-1].head(rows - head._first_rows[-1])
        return head

    def join(self, later: Rows) -> None:
        """Takes over the blocks of other rows, to follow all of these; what is added goes on where they end."""
        if not later.blocks:
            return
        before = len(self)
        for block in later.blocks:
            block.first_row += before
        self.blocks += later.blocks
        self._first_rows += [block.first_row for block in later.blocks]
        self._arena, self._used = later._arena, later._used

    def adopt(self, blocks: Iterable[Block]) -> None:
        """Appends blocks of other rows; what is added after that goes into a block of its own."""
        for block in blocks:
            block.first_row = len(self)
            self.blocks.append(block)
            self._first_rows.append(block.first_row)
        self._arena, self._used = memoryview(b""), 0

    def number_of(self, row: int) -> int:
        """Which block holds the row; the last one for rows still to come."""
        return bisect_right(self._first_rows, row) - 1

    def append(self, texts: Sequence[str], times: Sequence[int], shapes: Mapping[int, Shape]) -> None:
        """Adds rows; the `shapes` of those with details are keyed by position in `texts`, ascending."""
        rows = _encoded(texts)
        done = 0
        while done < len(texts):
            block = self._open_block(rows.ends[done + 1] - rows.ends[done], times[done])
            most = min(len(texts), done + BLOCK_ROWS - len(block))
            end = max(done + 1, bisect_right(rows.ends, rows.ends[done] + self._room(block), hi=most + 1) - 1)
            block.add_times(times[done:end])
            self._write(block, rows, done, end, shapes)
            done = end

    def _room(self, block: Block) -> int:
        return min(BLOCK_BYTES - len(block.text), len(self._arena) - self._used)

    def _open_block(self, size: int, time: int) -> Block:
        """A block that has room for a row of so many bytes."""
        if self.blocks and len(self.blocks[-1]) < BLOCK_ROWS and size <= self._room(self.blocks[-1]):
            return self.blocks[-1]
        if size > len(self._arena) - self._used:
            self._arena, self._used = memoryview(bytearray(max(ARENA_BYTES, size))), 0
        block = Block(len(self), time)
        self._first_rows.append(block.first_row)
        self.blocks.append(block)
        return block

    def _write(self, block: Block, rows: _Encoded, done: int, end: int, shapes: Mapping[int, Shape]) -> None:
        data = rows.data[rows.ends[done] : rows.ends[end]]
        start = self._used - len(block.text)
        self._arena[self._used : self._used + len(data)] = data
        self._used += len(data)
        moved, first = len(block.text) - rows.ends[done], len(block) - done
        block.ascii = block.ascii and rows.ascii
        block.add_texts(
            self._arena[start : self._used],
            [bound + moved for bound in rows.ends[done + 1 : end + 1]],
            [first + index for index in rows.odd if done <= index < end],
            {first + index: shape for index, shape in shapes.items() if done <= index < end},
        )


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Rows as bytes, each followed by PART; `ends` begins with 0."""

    data: bytes
    ends: Sequence[int]
    ascii: bool
    odd: Sequence[int] = ()


def _encoded(texts: Sequence[str]) -> _Encoded:
    joined = PART.join((*texts, ""))
    # One test and one copy for all rows cost a fraction of one for each.
    coloured = {n for n, text in enumerate(texts) if COLOURS.search(text)} if ESCAPE in joined else set[int]()
    if joined.isascii():
        return _Encoded(joined.encode(), _ends(texts), True, sorted(coloured))
    rows = [text.encode("utf-8", "surrogatepass") for text in texts]
    wide = [index for index, text in enumerate(texts) if not text.isascii()]
    unfolded = {index for index in wide if not _folds_in_place(texts[index], rows[index])}
    return _Encoded(PART.encode().join((*rows, b"")), _ends(rows), False, sorted(coloured | unfolded))


def _ends(rows: Sequence[str] | Sequence[bytes]) -> list[int]:
    return list(accumulate([len(row) + 1 for row in rows], initial=0))


def _folds_in_place(text: str, row: bytes) -> bool:
    """Whether folding the row's bytes gives what `str.casefold` does, and as many: Python may know another Unicode.

    Letters that become ASCII are ruled out too: then a word of ASCII is found without looking at anything else.
    """
    if _FOLDS_TO_ASCII.search(text):
        return False
    folded = fold(row)
    return len(folded) == len(row) and folded == text.casefold().encode()


def _extended(indexes: Sequence[int], more: Iterable[int]) -> Sequence[int]:
    """Two bytes an index, and nothing at all for most blocks, which have no such rows."""
    return array("H", (*indexes, *more)) or ()
