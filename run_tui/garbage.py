"""When garbage is collected: between frames, while nobody types, and without looking at what is there to stay."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

YOUNG, MIDDLE, NEVER = 20_000, 10, 1_000_000
"""Thresholds of the garbage collector: more new objects than a frame has, and none for a full collection."""
FEW = 2_000
"""So few new objects are not worth a look at them."""
OFTEN = 8
"""Looks at the new after which there is something to do: full collections that come often find little each."""
LATE = 100
"""So many of them after which there is so much to do that it waits no longer for a user who types on and on."""
IDLE = 0.7
"""Seconds without a key or a click after which nobody is held up: the next one of a fast typist would have come."""
MANY = 20_000
"""So many that were found alive are set aside, being a few milliseconds' work; painted rows are fewer, and go again."""
ALL = 10 * MANY
"""When so many were set aside, everything is looked through once more: some of it may be garbage by now."""


class Collector:
    """Collects what is new when `collect` is called, now and then fully, and sets aside what is alive once it is much.

    A full collection looks at every object there is, which takes longer than a frame may. Set aside, an object is not
    looked at again until there are ALL of them, or until `let_go`; and then while nobody types. `clock` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._aside = 0
        self._clock = clock
        self._typed_at = float("-inf")

    def start(self) -> None:
        """Leaves the full collections to `collect`, and out of them what has been imported."""
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        gc.freeze()

    def put_off(self) -> None:
        """The user types, and is not to wait: what there is to do can be done a little later."""
        self._typed_at = self._clock()

    def collect(self) -> None:
        """Collects if there is something to do, what is not new only if there is time for it."""
        idle = self._clock() >= self._typed_at + IDLE
        new, _, looks = gc.get_count()
        if looks < (OFTEN if idle else LATE):
            if new >= FEW:
                gc.collect(1)
            return
        if idle and self._aside >= ALL:
            gc.unfreeze()
            self._aside = 0
        gc.collect()
        alive = len(gc.get_objects(generation=2))
        if alive >= MANY:
            gc.freeze()
            self._aside += alive

    def let_go(self) -> None:
        """Looks at everything again the next time: much of it is no longer needed."""
        self._aside = ALL
