"""When garbage is collected: between frames, a little at a time, and without looking at what is there to stay."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, NEVER = 700, 10, 1_000_000
"""Thresholds of the garbage collector: Python's own for what is young, and none for a full collection."""
OFTEN = 3
"""Collections of younger objects after which there is something to do: full ones that come often find little each."""
MANY = 20_000
"""So many that were found alive are set aside, being a few milliseconds' work; painted rows are fewer, and go again."""
ALL = 10 * MANY
"""When so many were set aside, everything is looked through once more: some of it may be garbage by now."""


class Collector:
    """Collects fully when `collect` is called, and sets aside what it found alive once that is much.

    A full collection looks at every object there is, which takes longer than a frame may. Set aside, an object is not
    looked at again until there are ALL of them, or until `let_go`.
    """

    def __init__(self) -> None:
        self._aside = 0

    def start(self) -> None:
        """Leaves the full collections to `collect`, and out of them what has been imported."""
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        gc.freeze()

    def collect(self) -> None:
        """Collects if there is something to do."""
        if gc.get_count()[2] < OFTEN:
            return
        if self._aside >= ALL:
            self.let_go()
        gc.collect()
        alive = len(gc.get_objects(generation=2))
        if alive >= MANY:
            gc.freeze()
            self._aside += alive

    def let_go(self) -> None:
        """Looks at everything again the next time: much of it is no longer needed."""
        gc.unfreeze()
        self._aside = 0
