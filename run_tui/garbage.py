"""When garbage is collected: between frames, and never looking twice at what is there to stay."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, NEVER = 700, 10, 1_000_000
"""Thresholds of the garbage collector: Python's own for what is young, and none for a full collection."""
GROWTH = 2
"""By how much what is set aside may grow before it is looked through again."""


class Collector:
    """Collects fully when `collect` is called, and sets what it found alive aside.

    A full collection looks at every object there is, which with a million events takes longer than a frame may. Set
    aside, an object is not looked at again until there are GROWTH times as many of them, or until `let_go`.
    """

    def __init__(self) -> None:
        self._known = 0

    def start(self) -> None:
        """Leaves the full collections to `collect`, and out of them what has been imported."""
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        self._set_aside()

    def collect(self) -> None:
        """Collects as soon as Python would have done so by itself."""
        if gc.get_count()[2] <= MIDDLE:
            return
        if gc.get_freeze_count() > GROWTH * self._known:
            self.settle()
        else:
            gc.collect()
            gc.freeze()

    def settle(self) -> None:
        """Collects at once, where a pause does no harm, and sets all that is left aside."""
        gc.unfreeze()
        gc.collect()
        self._set_aside()

    def let_go(self) -> None:
        """Looks at everything again the next time: much of it is no longer needed."""
        gc.unfreeze()
        self._known = 0

    def _set_aside(self) -> None:
        gc.freeze()
        self._known = gc.get_freeze_count()
