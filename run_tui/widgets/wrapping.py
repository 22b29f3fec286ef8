"""Where a line goes on below because there is no more room for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

_WORD = re.compile(r"\s*\S+\s*")


def line_starts(text: str, width: int) -> Iterator[int]:
    """At which characters the lines begin that a text takes in so many cells: 0 first, then words as far as they fit.

    They are found one after the other, so that the first ones of a huge text are there at once.
    """
    yield 0
    if len(text) <= width and text.isascii():
        return
    filled = 0
    for word in _WORD.finditer(text):
        letters = word[0].rstrip()
        size, after = cell_len(letters), len(word[0]) - len(letters)
        if filled and filled + size > width:
            yield word.start()
            filled = 0
        if size <= width:
            filled += size + after
            continue
        for at, character in enumerate(letters, word.start()):
            cells = cell_len(character)
            if filled + cells > width and filled:
                yield at
                filled = 0
            filled += cells
        filled += after
