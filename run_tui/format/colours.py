"""The colours that messages bring along as ANSI sequences, kept apart from their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from run_tui.escapes import COLOURS
from run_tui.format.clean import clean, cut, unix_lines, visible

Colour = int | tuple[int, int, int]
"""One of the 256 colours that terminals number, or red, green and blue up to 255."""

LOOKED_AT = 16
"""Characters looked at for each that is wanted, as sequences between them are not seen."""


class Look(NamedTuple):
    """How text looks beside what surrounds it; nothing here can hide it."""

    foreground: Colour | None = None
    background: Colour | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


PLAIN = Look()
Piece = tuple[str, Look]


@dataclass(frozen=True, slots=True)
class Coloured:
    """A harmless line in pieces of one look each; as a `str` it is the line alone."""

    pieces: tuple[Piece, ...] = ()

    def __str__(self) -> str:
        return "".join(text for text, _ in self.pieces)

    def __radd__(self, before: str) -> Coloured:
        return Coloured(((before, PLAIN), *self.pieces))

    def __add__(self, after: str) -> Coloured:
        return Coloured((*self.pieces, (after, PLAIN)))


def coloured(text: str, limit: int) -> Coloured:
    """Server text as `clean` shows it, in its own colours, of which at most `limit` characters are wanted."""
    start = text[:limit]
    if "\x1b" not in start:
        return Coloured(((clean(start), PLAIN),))
    pieces = []
    for piece, look in _pieces(cut(text, limit * LOOKED_AT)):
        pieces.append((visible(piece[:limit]), look))
        limit -= len(piece)
        if limit <= 0:
            break
    return Coloured(tuple(pieces))


def coloured_lines(text: str) -> list[Coloured]:
    """Server text as `clean_lines` shows it, in its own colours, which go on from line to line."""
    if "\x1b" not in text:
        return [Coloured(((clean(line), PLAIN),)) for line in unix_lines(text).split("\n")]
    lines: list[list[Piece]] = [[]]
    for piece, look in _pieces(text):
        first, *others = piece.split("\n")
        lines[-1].append((visible(first), look))
        lines += [[(visible(other), look)] for other in others]
    return [Coloured(tuple(line)) for line in lines]


def _pieces(text: str) -> Iterator[Piece]:
    """The text between colour sequences, not made harmless yet, and how it is to look."""
    text = unix_lines(text)
    look, start = PLAIN, 0
    for match in COLOURS.finditer(text):
        if start < match.start():
            yield text[start : match.start()], look
        look, start = changed(look, match[1]), match.end()
    if start < len(text):
        yield text[start:], look


_CHANGES: dict[str, dict[str, Any]] = {
    "": PLAIN._asdict(),
    "1": {"bold": True},
    "2": {"dim": True},
    "3": {"italic": True},
    "4": {"underline": True},
    "7": {"reverse": True},
    "21": {"underline": True},
    "22": {"bold": False, "dim": False},
    "23": {"italic": False},
    "24": {"underline": False},
    "27": {"reverse": False},
    "39": {"foreground": None},
    "49": {"background": None},
    **{str(30 + n): {"foreground": n} for n in range(8)},
    **{str(90 + n): {"foreground": n + 8} for n in range(8)},
    **{str(40 + n): {"background": n} for n in range(8)},
    **{str(100 + n): {"background": n + 8} for n in range(8)},
}
"""What each code of a colour sequence changes, without leading zeros; the others, such as 8 (hidden), nothing."""

_COLOURED = {"38": "foreground", "48": "background", "58": ""}
"""What the colour is for that follows a code; that of underlines is read over."""


@lru_cache(1024)
def changed(look: Look, codes: str) -> Look:
    """The look after a colour sequence that says `codes`: "1;31", "38;5;208", "38:2::255:0:0"."""
    rest = iter(codes.split(";"))
    for code in rest:
        name, *parts = ("24" if code == "4:0" else code).lstrip("0").split(":")
        change = _CHANGES.get(name, {})
        if name in _COLOURED:
            colour = _spelled_colour(parts) if parts else _following_colour(rest)
            change = {_COLOURED[name]: colour} if colour is not None and _COLOURED[name] else {}
        look = look._replace(**change)
    return look


def _spelled_colour(parts: list[str]) -> Colour | None:
    """`5:208`, `2:255:0:0`, or with a colour space `2::255:0:0`."""
    kind, *numbers = parts
    return _colour(kind, numbers[-3:])


def _following_colour(codes: Iterator[str]) -> Colour | None:
    """`5;208` or `2;255;0;0`."""
    kind = next(codes, "")
    count = {"5": 1, "2": 3}.get(kind, 0)
    return _colour(kind, [next(codes, "") for _ in range(count)])


def _colour(kind: str, parts: list[str]) -> Colour | None:
    numbers = [int(part) if part.isdecimal() else 0 for part in parts]
    if any(number > 255 for number in numbers):
        return None
    match kind, numbers:
        case "5", [number]:
            return number
        case "2", [red, green, blue]:
            return red, green, blue
    return None
