"""What text a regular expression cannot match without, where that is plain to see.

Only the everyday part of the language is read: characters, classes, groups, alternatives, repetitions and anchors.
Of everything else nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_STEPS = 1_000_000
"""What a search may take at worst to go without a time limit: a few milliseconds."""

_MOST_TEXTS = 16
_DEEPEST = 30
_CLASS = re.compile(r"\[\^?\]?+(?:\\.|[^\]\[\\])*\]", re.DOTALL)
_COUNT = re.compile(r"\{([0-9]{1,3})(,?)([0-9]{0,3})\}")
_NOTHING = frozenset({""})


@dataclass(frozen=True, slots=True)
class Literals:
    """What must be in every text that an expression matches, in lower case: of each clause, one of its texts.

    With `whole` that is also enough. Neither is said of texts that hold letters which case folding makes ASCII.
    Up to `longest` characters can be searched without a time limit.
    """

    clauses: tuple[frozenset[str], ...] = ()
    whole: bool = False
    longest: int = -1


def literals(source: str) -> Literals:
    """What is certain of an expression that compiles, its case ignored."""
    reader = _Reader(source)
    try:
        found = reader.alternatives(0)
    except _Unclear:
        return Literals()
    if reader.at < len(source):
        return Literals()
    if found.texts is not None and "" not in found.texts:
        return Literals((found.texts,), True, found.longest)
    # One letter is nearly everywhere: looking for it costs more than it saves.
    clauses = sorted((clause for clause in found.clauses if _shortest(clause) > 1), key=_shortest, reverse=True)
    return Literals(tuple(clauses[:2]), False, found.longest)


class _Unclear(Exception):
    """The expression uses what is not read here."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of an expression: all texts it matches where these are few, or clauses as in `Literals`.

    In n characters there are at most n ** `degree` * `factor` ways to try it from one place.
    """

    texts: frozenset[str] | None = None
    clauses: tuple[frozenset[str], ...] = ()
    factor: int = 1
    degree: int = 0
    one_character: bool = False

    @property
    def needs(self) -> tuple[frozenset[str], ...]:
        """The clauses, of whichever kind of piece."""
        if self.texts is None:
            return self.clauses
        return () if "" in self.texts else (self.texts,)

    @property
    def longest(self) -> int:
        """How many characters can be searched, from every place, in MOST_STEPS at worst."""
        return int((MOST_STEPS / self.factor) ** (1 / (1 + self.degree))) if self.degree < 3 else -1


_ANCHOR = _Piece()
_ANY = _Piece(one_character=True)


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def alternatives(self, depth: int) -> _Piece:
        """Reads up to the end or to a bracket that closes."""
        if depth > _DEEPEST:
            raise _Unclear
        branches = [self._sequence(depth)]
        while self._next("|"):
            branches.append(self._sequence(depth))
        return _either(branches)

    def _next(self, text: str) -> bool:
        found = self.source.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def _match(self, expression: re.Pattern[str]) -> re.Match[str]:
        match = expression.match(self.source, self.at)
        if match is None:
            raise _Unclear
        self.at = match.end()
        return match

    def _sequence(self, depth: int) -> _Piece:
        pieces = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            pieces.append(self._repeated(self._atom(depth)))
        return _joined(pieces)

    def _atom(self, depth: int) -> _Piece:
        character = self.source[self.at]
        if character == "[":
            self._match(_CLASS)
            return _ANY
        self.at += 1
        if character == "(":
            return self._group(depth)
        if character == "\\":
            return self._escape()
        if character in "^$":
            return _ANCHOR
        if character in "*+?{}]":  # after a repetition: a possessive one may match less than it seems
            raise _Unclear
        return _ANY if character == "." else _character(character)

    def _group(self, depth: int) -> _Piece:
        if self._next("?") and not self._next(":"):
            raise _Unclear
        piece = self.alternatives(depth + 1)
        if not self._next(")"):
            raise _Unclear
        return piece

    def _escape(self) -> _Piece:
        character = self.source[self.at : self.at + 1]
        self.at += 1
        if character and character in "dDsSwW":
            return _ANY
        if character and character in "bB":
            return _ANCHOR
        if not character.isascii() or character.isalnum() or not character:
            raise _Unclear
        return _character(character)

    def _repeated(self, piece: _Piece) -> _Piece:
        least, most = self._times()
        self._next("?")
        if (least, most) == (1, 1):
            return piece
        if (least, most) == (0, 1):
            texts = None if piece.texts is None else piece.texts | _NOTHING
            return _Piece(texts, (), piece.factor + 1, piece.degree)
        # Repeated groups can take time without measure; one character takes as many tries as it may be repeated.
        degree = (most is None) if piece.one_character else MOST_STEPS
        return _Piece(None, piece.needs if least else (), most or 1, degree)

    def _times(self) -> tuple[int, int | None]:
        for sign, times in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._next(sign):
                return times
        if not self.source.startswith("{", self.at):
            return 1, 1
        least, comma, most = self._match(_COUNT).groups()
        return int(least), int(most) if most else None if comma else int(least)


def _character(character: str) -> _Piece:
    """Letters beyond ASCII may match ASCII ones where case is ignored, as the Kelvin sign does."""
    return _Piece(frozenset({character.lower()}), one_character=True) if character.isascii() else _ANY


def _joined(pieces: Iterable[_Piece]) -> _Piece:
    """One piece after the other; their texts are multiplied as long as they stay few."""
    run, factor, degree = _Piece(_NOTHING), 1, 0
    clauses: list[frozenset[str]] = []
    whole = True
    for piece in pieces:
        factor, degree = factor * piece.factor, degree + piece.degree
        if piece.texts is not None and run.texts is not None and len(piece.texts) * len(run.texts) <= _MOST_TEXTS:
            run = _Piece(frozenset(one + other for one in run.texts for other in piece.texts))
        else:
            whole = False
            clauses += run.needs
            run = piece
    if whole:
        return _Piece(run.texts, (), factor, degree)
    return _Piece(None, (*clauses, *run.needs), factor, degree)


def _either(branches: list[_Piece]) -> _Piece:
    """One piece or another: of each, the clause that says most."""
    if len(branches) == 1:
        return branches[0]
    factor, degree = sum(branch.factor for branch in branches), max(branch.degree for branch in branches)
    if all(branch.texts is not None for branch in branches):
        texts = frozenset[str]().union(*(branch.texts or () for branch in branches))
        if len(texts) <= _MOST_TEXTS:
            return _Piece(texts, (), factor, degree)
    best = [max(branch.needs, key=_shortest, default=frozenset[str]()) for branch in branches]
    united = frozenset[str]().union(*best)
    clauses = (united,) if all(best) and len(united) <= _MOST_TEXTS else ()
    return _Piece(None, clauses, factor, degree)


def _shortest(clause: frozenset[str]) -> int:
    return min(map(len, clause))
