"""Finds where what was read of a run and what its server holds by now part, without reading it again."""

from __future__ import annotations

from dataclasses import dataclass, field

from run_tui.model import MAX_PAGE
from run_tui.sources.base import Source

Mark = tuple[int, str | None]
"""A number of events and the cursor after them."""

START: Mark = (0, None)
SPACING = MAX_PAGE // 2
"""Events between two marks at least: a run that is tailed for days comes in many small pages."""


@dataclass(slots=True)
class Marks:
    """Places that a reader has passed, in order; `usable` while every event before them was delivered."""

    places: list[Mark] = field(default_factory=list)
    usable: bool = True

    def add(self, held: int, cursor: str | None, skipped: int) -> None:
        """Notes that the reader stands after `held` events, `skipped` of which just now could not be delivered."""
        self.usable = self.usable and not skipped
        if held - (self.places[-1][0] if self.places else 0) >= SPACING:
            self.places.append((held, cursor))

    def followed_by(self, later: Marks, before: int) -> Marks:
        """These, and those of another reader, which began after `before` events."""
        moved = [(before + held, cursor) for held, cursor in later.places]
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
        good, bad = -1, len(self.places)
        while bad - good > 1:
            middle = (good + bad) // 2
            held, cursor = self.places[middle]
            now = await source.cursor_after(run_id, held)
            if now is not None and source.events_between(now, cursor) == 0:
                good = middle
            else:
                bad = middle
        return self.places[good] if good >= 0 else START
