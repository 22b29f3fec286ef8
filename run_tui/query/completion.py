"""What could stand at the cursor of a filter text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from run_tui.query.tokens import Item, Token, typable


@dataclass(frozen=True, slots=True)
class Completion:
    """What could stand instead of the text from character `start` to before `end`, the likeliest first."""

    start: int
    end: int
    candidates: tuple[str, ...]


def complete_key(text: str, word: Token | None, cursor: int, keys: Iterable[str]) -> Completion | None:
    """The operators that begin as the word does up to the cursor; all of them where there is no word.

    A word before a colon that is nearly an operator may have been meant as one.
    """
    start = cursor if word is None else min(cursor, word.start + word.negated)
    typed = text[start:cursor].casefold()
    name, colon, rest = typed.partition(":")
    if colon:
        candidates = tuple(f"{key}:{text[cursor - len(rest) : cursor]}" for key in get_close_matches(name, [*keys]))
    else:
        candidates = tuple(f"{key}:" for key in keys if key.startswith(typed))
    return Completion(start, cursor, candidates) if candidates else None


def complete_value(text: str, item: Item, cursor: int, names: Iterable[str]) -> Completion | None:
    """The names that begin with what an operator was given up to the cursor, then those that contain it."""
    typed = text[item.start : cursor]
    exact = typed.startswith("=")
    needle = typed.removeprefix("=").replace('"', "").casefold()
    found = [name for name in dict.fromkeys(names) if needle in name.casefold()]
    found.sort(key=lambda name: not name.casefold().startswith(needle))
    present = text[item.start : item.end]
    candidates = tuple(candidate for name in found if (candidate := typable(name, exact=exact)) != present)
    return Completion(item.start, item.end, candidates) if candidates else None
