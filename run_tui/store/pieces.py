"""A store's rows as bytes, in the form in which it holds them, piece by piece; and back, without looking at texts."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from run_tui.store.blocks import ARENA_BYTES, Block
from run_tui.store.details import Shape
from run_tui.store.events import EventStore

_COLUMNS = ("levels", "types", "steps", "attempts")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows in bytes: their `columns`, whose codes stand for the values of `Pieces.values`, and their `text`."""

    rows: int
    columns: bytes
    text: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """Those rows as a store adopts them."""

    codes: Sequence[tuple[bytes, bytes]]
    ranks: bytes
    blocks: Sequence[Block]


class Pieces:
    """The rows that a store has by now, a few megabytes at a time; it may go on growing meanwhile."""

    def __init__(self, store: EventStore) -> None:
        self._store, self._shapes = store, dict[Shape, int]()
        # All but the last block stay as they are.
        self._blocks = [*store.blocks[:-1], *(block.head(len(block)) for block in store.blocks[-1:])]

    def __iter__(self) -> Iterator[Piece]:
        some: list[Block] = []
        for block in self._blocks:
            if some and sum(len(each.text) for each in some) + len(block.text) > ARENA_BYTES:
                yield self._piece(some)
                some = []
            some.append(block)
        if some:
            yield self._piece(some)

    @property
    def values(self) -> dict[str, Any]:
        """What the codes of all pieces so far stand for, as JSON has it."""
        columns = zip(_COLUMNS, self._store.columns, strict=True)
        return {**{name: list(column.values) for name, column in columns}, "shapes": list(self._shapes)}

    def _piece(self, blocks: Sequence[Block]) -> Piece:
        start, end = blocks[0].first_row, blocks[-1].first_row + len(blocks[-1])
        columns: list[bytes] = []
        for column in self._store.columns:
            low, high = column.part(start, end)
            columns += bytes([bool(high)]), low, high
        columns.append(bytes(self._store.ranks[start:end]))
        columns += [block.packed(self._shapes) for block in blocks]
        return Piece(end - start, b"".join(columns), b"".join([block.text for block in blocks]))


def prepare(store: EventStore, values: Mapping[str, Any]) -> None:
    """Makes an empty store ready to adopt parts whose codes stand for `values`."""
    for name, column in zip(_COLUMNS, store.columns, strict=True):
        column.learn(values[name])


def read_piece(piece: Piece, shapes: Sequence[Shape]) -> Part:
    """A piece as a store adopts it, over the very bytes of its text. Raises `ValueError` where it is none."""
    try:
        return _read(piece, memoryview(piece.columns), memoryview(piece.text), shapes)
    except (IndexError, struct.error) as error:
        raise ValueError(str(error)) from None


def _read(piece: Piece, data: memoryview, text: memoryview, shapes: Sequence[Shape]) -> Part:
    codes, at, rows = [], 0, piece.rows
    for _ in _COLUMNS:
        wide = data[at] * rows
        codes.append((bytes(data[at + 1 : at + 1 + rows]), bytes(data[at + 1 + rows : at + 1 + rows + wide])))
        at += 1 + rows + wide
    ranks = bytes(data[at : at + rows])
    at, used, blocks = at + rows, 0, list[Block]()
    while at < len(data):
        block, size = Block.unpacked(data[at:], text[used:], shapes)
        blocks.append(block)
        at, used = at + size, used + len(block.text)
    if at != len(data) or used != len(text) or sum(map(len, blocks)) != rows:
        raise ValueError("it does not hold what it says")
    return Part(codes, ranks, blocks)
