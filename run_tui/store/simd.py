"""What is used of StringZilla, with types: the work of bytes' own methods, done 16 to 64 bytes at a time."""

from __future__ import annotations

from typing import Protocol

import stringzilla  # type: ignore[import-not-found]


class _Find(Protocol):
    def __call__(self, text: bytes, needle: bytes, start: int = ..., end: int = ..., /) -> int: ...


class _Contains(Protocol):
    def __call__(self, text: bytes, needle: bytes, start: int = ..., end: int = ..., /) -> bool: ...


class _Count(Protocol):
    def __call__(self, text: bytes, needle: bytes, /) -> int: ...


class _Translate(Protocol):
    def __call__(self, text: bytes | memoryview, table: bytes, /, *, start: int = ..., end: int = ...) -> bytes: ...


class _Fold(Protocol):
    def __call__(self, text: bytes, /) -> bytes: ...


class _Sum(Protocol):
    def __call__(self, text: bytes, /) -> int: ...


find: _Find = stringzilla.find
"""Where a text holds the needle between `start` and `end`; -1 where it does not."""
contains: _Contains = stringzilla.contains
"""Whether a text holds the needle between `start` and `end`."""
occurrences: _Count = stringzilla.count
"""How often a text holds the needle, one after the other."""
translate: _Translate = stringzilla.translate
"""The text between `start` and `end` with each byte looked up in a table of 256."""
fold: _Fold = stringzilla.utf8_uncased_fold
"""UTF-8 with its case folded, as the Unicode version known to StringZilla has it."""
byte_sum: _Sum = stringzilla.bytesum
"""The sum of all bytes."""
