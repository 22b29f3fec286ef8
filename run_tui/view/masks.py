"""Masks: one byte a row, 1 where it fits and 0 where not. They are combined as whole big integers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress

from run_tui.store.simd import byte_sum

Mask = bytes
"""One byte a row."""

NOT = b"\1" + bytes(255)
"""A table that turns a mask around."""


@lru_cache(maxsize=2048)
def none_of(size: int) -> Mask:
    """No row of so many; always the same object, so that a million rows without a match take no room."""
    return bytes(size)


@lru_cache(maxsize=2048)
def all_of(size: int) -> Mask:
    """Every row of so many."""
    return b"\1" * size


def count(mask: Mask) -> int:
    """How many rows fit."""
    return byte_sum(mask)


def both(one: Mask, other: Mask) -> Mask:
    """The rows that fit in both."""
    if count(one) in (0, len(one)):
        return other if count(one) else one
    if count(other) in (0, len(one)):
        return one if count(other) else other
    return (_number(one) & _number(other)).to_bytes(len(one), "little")


def either(one: Mask, other: Mask) -> Mask:
    """The rows that fit in one of them at least."""
    if not count(other):
        return one
    return other if not count(one) else (_number(one) | _number(other)).to_bytes(len(one), "little")


def without(one: Mask, other: Mask) -> Mask:
    """The rows of the first that do not fit in the other."""
    return one if not count(other) else (_number(one) & ~_number(other)).to_bytes(len(one), "little")


def widened(mask: Mask, rows: int) -> Mask:
    """The rows that fit and so many before and after each."""
    if not rows or count(mask) in (0, len(mask)):
        return mask
    number, reach = _number(mask), 0
    while reach < rows:
        # Each turn doubles the reach, so that many rows cost hardly more than one.
        step = min(reach + 1, rows - reach)
        number |= number << 8 * step | number >> 8 * step
        reach += step
    return (number & ((1 << 8 * len(mask)) - 1)).to_bytes(len(mask), "little")


def first_after_groups(mask: Mask, before: bool) -> Mask:
    """The first row after each group of rows that fit; `before` says whether the row before all of them does."""
    number = _number(mask)
    size = 8 * len(mask)
    return (((number << 8 | before) & ~number) & ((1 << size) - 1)).to_bytes(len(mask), "little")


def mask_of(size: int, indexes: Iterable[int]) -> Mask:
    """The mask of so many rows in which these fit."""
    mask = bytearray(size)
    for index in indexes:
        mask[index] = 1
    return bytes(mask)


def pieces_from(pieces: Sequence[tuple[int, Mask]], row: int, direction: int) -> Iterator[tuple[int, Mask]]:
    """Of masks and the first rows of each, what lies after (1) or before (-1) a row, the nearest first."""
    for start, mask in pieces[::direction]:
        if direction < 0:
            yield start, mask[: max(0, row - start)]
        elif row < start + len(mask):
            skipped = max(0, row + 1 - start)
            yield start + skipped, mask[skipped:]


@lru_cache(maxsize=256)
def indexes_of(mask: Mask) -> array[int]:
    """Which rows fit, from 0; kept for the masks on the screen."""
    return array("H", compress(range(len(mask)), mask))


def _number(mask: Mask) -> int:
    return int.from_bytes(mask, "little")
