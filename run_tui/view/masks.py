"""Masks: one byte a row, 1 where it fits and 0 where not. They are combined as whole big integers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
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


def mask_of(size: int, indexes: Iterable[int]) -> Mask:
    """The mask of so many rows in which these fit."""
    mask = bytearray(size)
    for index in indexes:
        mask[index] = 1
    return bytes(mask)


@lru_cache(maxsize=256)
def indexes_of(mask: Mask) -> array[int]:
    """Which rows fit, from 0; kept for the masks on the screen."""
    return array("H", compress(range(len(mask)), mask))


def _number(mask: Mask) -> int:
    return int.from_bytes(mask, "little")
