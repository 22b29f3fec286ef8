"""How much to ask for at once: less where answers come out too large or too slow, and carefully more again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from run_tui.errors import TimedOut, TooLarge

T = TypeVar("T")

PATIENCE = 16
"""Good answers after which twice as much is asked for again: a failed try is then a small part of what is sent."""
FEW = 50
"""A server too slow for so many is not helped by asking for fewer."""


class PageSize:
    """The size of the next pages of one kind, at first `most`."""

    def __init__(self, most: int) -> None:
        self._most = self._now = most
        self._good = 0

    async def ask(self, page: Callable[[int], Awaitable[T]], limit: int) -> T:
        """What `page` gives when asked for `limit` items, or for as many as an answer can hold.

        Raises what `page` raises, `TooLarge` only where a single item is too large.
        """
        while True:
            asked = min(limit, self._now)
            try:
                answer = await page(asked)
            except TooLarge:
                if asked == 1:
                    raise
                self._shrink(asked // 2)
            except TimedOut:
                if asked > FEW:
                    self._shrink(max(FEW, asked // 2))
                raise
            else:
                self._grow()
                return answer

    def _shrink(self, size: int) -> None:
        self._now, self._good = size, 0

    def _grow(self) -> None:
        self._good += 1
        if self._now < self._most and self._good >= PATIENCE:
            self._now, self._good = min(2 * self._now, self._most), 0
