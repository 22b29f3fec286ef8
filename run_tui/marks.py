"""Finds where what was read of a run and what its server holds by now part, without reading it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from run_tui.model import MAX_PAGE, Run
from run_tui.sources.base import Source

Mark = tuple[int, str | None]
"""A number of events and the cursor after them."""

START: Mark = (0, None)
SPACING = MAX_PAGE // 2
"""Events between two marks at least: a run that is tailed for days comes in many small pages."""
LOOK_EVERY = 10.0
"""Seconds between two looks for missed events at least."""
LOOK_SHARE = 100
"""How many times as long as a look took the next one waits: on Postgres it takes 0.4 s after a million events."""
LATE = 30.0
"""Seconds after the last event that came in which an earlier one may still become visible."""


@dataclass(slots=True)
class Marks:
    """Places that a reader has passed, the last one where it stands; `usable` while all before them was delivered."""

    places: list[Mark] = field(default_factory=lambda: [START])
    usable: bool = True

    def add(self, held: int, cursor: str | None, skipped: int) -> None:
        """Notes that the reader stands after `held` events, `skipped` of which just now could not be delivered."""
        self.usable = self.usable and not skipped
        last = self.places[-1][0]
        if held == last:
            return
        if len(self.places) > 1 and last - self.places[-2][0] < SPACING:
            self.places.pop()
        self.places.append((held, cursor))

    def followed_by(self, later: Marks, before: int) -> Marks:
        """These, and those of another reader, which began after `before` events."""
        moved = [(before + held, cursor) for held, cursor in later.places[1:]]
        return Marks([*self.places, *moved], self.usable and later.usable)

    def up_to(self, held: int) -> Marks:
        """Those among the first `held` events."""
        return Marks([place for place in self.places if place[0] <= held], self.usable)

    async def last_good(self, source: Source, run_id: str) -> Mark:
        """The last place before which nothing is missing, found by a few small requests; START where none is known.

        An event that turned up late moves all later ones: from there on no place has as many events before it as it
        had.
        """
        if not self.usable:
            return START
        good, bad = 0, len(self.places)
        middle = bad - 1  # most often all is well
        while bad - good > 1:
            held, cursor = self.places[middle]
            now = await source.cursor_after(run_id, held)
            if now is not None and source.events_between(now, cursor) == 0:
                good = middle
            else:
                bad = middle
            middle = (good + bad) // 2
        return self.places[good]


@dataclass(frozen=True, slots=True)
class Stand:
    """A run that was read to its end, as it was then, and the places that its reader passed."""

    run: Run
    marks: Marks


class Lookout:
    """When to look for missed events while a run goes on: now and then, until a while after the last that came."""

    def __init__(self) -> None:
        self._due_at = 0.0
        self._grew_at = self._looked_at = -inf

    def grew(self, now: float) -> None:
        """Events came; all times are seconds of one clock."""
        self._grew_at = now

    def due(self, now: float) -> bool:
        """Whether it is time."""
        return now >= self._due_at and self._looked_at < self._grew_at + LATE

    def hurry(self) -> None:
        """Somebody wants to know: it is time now, unless looking is no use."""
        if self._due_at < inf:
            self._due_at, self._looked_at = 0.0, -inf

    def looked(self, began: float, ended: float) -> None:
        """A look has been taken."""
        self._looked_at, self._due_at = began, ended + max(LOOK_EVERY, (ended - began) * LOOK_SHARE)

    def give_up(self) -> None:
        """Looks no more: the server does not count as it should."""
        self._due_at = inf
