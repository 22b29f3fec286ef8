"""Matches: the shown rows that something else is found in as well."""

from __future__ import annotations

from run_tui.query import Filter, TimeContext
from run_tui.view.events import EventView
from run_tui.view.found import MaskedRows
from run_tui.view.masks import Mask, both, pieces_from


class Matches:
    """The rows a view shows that fit `wanted` too, found from store row `near` outwards.

    What the view's own filters found out about a word serves here as well.
    """

    def __init__(self, shown: EventView, wanted: Filter, times: TimeContext, near: int) -> None:
        self.shown = shown
        self.store = shown.store
        self._all = EventView(shown.store, shown.searches)
        self._all.apply(wanted, times, near)
        self._found = MaskedRows()
        self._followed = False
        self._known: dict[int, tuple[Mask, Mask, Mask]] = {}

    def __len__(self) -> int:
        """How many there are among the rows looked at so far."""
        return len(self._rows)

    @property
    def complete(self) -> bool:
        """Whether every row has been looked at."""
        return self._all.complete and self.shown.complete

    @property
    def scanned(self) -> int:
        """How many rows of the store have been looked at."""
        return self._all.scanned

    def advance(self, seconds: float) -> bool:
        """Looks at further rows for about `seconds`; True when none are left. Raises `SlowPattern`."""
        return self._all.advance(seconds)

    def update(self) -> None:
        """Follows what was found, and what is shown by now, once somebody asks for it."""
        self._followed = False

    @property
    def _rows(self) -> MaskedRows:
        if not self._followed:
            self._followed = True
            self._follow()
        return self._found

    def _follow(self) -> None:
        known, self._known = self._known, {}
        wanted = {self.store.block_number(start): (start, mask) for start, mask in self._all.pieces()}
        starts, masks = [], []
        for start, mask in self.shown.shown_pieces():
            other_start, other = wanted.get(self.store.block_number(start), (start, b""))
            first, last = max(start, other_start), min(start + len(mask), other_start + len(other))
            if first >= last:
                continue
            one, two, made = known.get(first, (b"", b"", b""))
            if one is not mask or two is not other or len(made) != last - first:
                made = both(mask[first - start : last - start], other[first - other_start : last - other_start])
            self._known[first] = mask, other, made
            starts.append(first)
            masks.append(made)
        self._found.replace(starts, masks)

    def has(self, row: int) -> bool:
        """Whether a row fits, whether or not it is shown."""
        return self._all.fits(row)

    def up_to(self, row: int) -> int:
        """How many matches there are up to a row, itself included."""
        return self._rows.index_at(row + 1)

    def next(self, row: int, direction: int) -> int | None:
        """The nearest match after (1) or before (-1) a row; None where it is not known yet."""
        if not self._reaches(row, direction):
            return None
        for start, mask in pieces_from(self._rows.pieces(), row, direction):
            at = mask.find(1) if direction > 0 else mask.rfind(1)
            if at >= 0:
                return start + at
        return None

    def _reaches(self, row: int, direction: int) -> bool:
        """Whether no row next to this one has been left out so far."""
        rows = self._rows
        if not rows.masks:
            return False
        return rows.starts[0] <= row + 1 if direction > 0 else row <= rows.starts[-1] + len(rows.masks[-1])
