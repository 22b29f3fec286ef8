"""Reads one large JSON object piece by piece, as far as it is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class BrokenJson(ValueError):
    """The text is no JSON from the character at `place` on, counted from 0."""

    def __init__(self, place: int) -> None:
        super().__init__(f"broken after {place} characters")
        self.place = place


class JsonMembers:
    """The members of the object that a text is; of those named in `arrays`, one element after the other."""

    def __init__(self, text: str, arrays: Collection[str]) -> None:
        self._text, self._arrays, self._at = text, arrays, 0

    def __iter__(self) -> Iterator[tuple[str, object]]:
        """Raises `BrokenJson`, after all that comes before the broken place."""
        self._expect("{")
        if self._skip("}"):
            return
        while True:
            key = self._value()
            self._expect(":")
            if not isinstance(key, str):
                raise BrokenJson(self._at)
            if key in self._arrays and self._skip("["):
                yield from ((key, element) for element in self._elements())
            else:
                yield key, self._value()
            if not self._skip(","):
                self._expect("}")
                return

    def _elements(self) -> Iterator[object]:
        if self._skip("]"):
            return
        yield self._value()
        while self._skip(","):
            yield self._value()
        self._expect("]")

    def _value(self) -> object:
        start = self._next()
        try:
            value, self._at = _DECODER.raw_decode(self._text, start)
        except (ValueError, RecursionError):
            raise BrokenJson(start) from None
        return value

    def _next(self) -> int:
        if self._text[self._at : self._at + 1] > " ":
            return self._at
        found = _BLANK.match(self._text, self._at)
        return found.end() if found else self._at

    def _skip(self, sign: str) -> bool:
        at = self._next()
        there = self._text.startswith(sign, at)
        if there:
            self._at = at + 1
        return there

    def _expect(self, sign: str) -> None:
        if not self._skip(sign):
            raise BrokenJson(self._next())
