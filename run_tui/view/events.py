"""The view: which rows of a store are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from run_tui.query import Filter, TimeContext
from run_tui.store import EventStore
from run_tui.view.context import Context
from run_tui.view.found import FoundRows, MaskedRows
from run_tui.view.masks import Mask, all_of, both, indexes_of, pieces_from
from run_tui.view.rowtest import RowTest, Searches

LEVEL_NAMES = ("", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class EventView:
    """Row numbers of a store, ascending, that match a filter; without one, all rows.

    With `context` the rows around each match are listed too, and between groups of them one hidden row, which stands
    for all that are left out there (see `left_out`).

    `advance` does the work, for as long as it is given, from the row nearest to the user outwards: until it returns
    True the view holds the matches among `scanned` consecutive rows. What was found out about a word or a pattern
    serves later filters with the same or a longer one, and new rows of the store cost no more than their block.
    """

    def __init__(self, store: EventStore, searches: Searches | None = None) -> None:
        self.store = store
        self.filter: Filter | None = None
        self.searches = searches or Searches(store)
        self._found = FoundRows(store, 0)
        self._context = Context(0)
        self._context_of: tuple[FoundRows, int, int] | None = None
        self._test: RowTest | None = None
        self._near = 0

    def __len__(self) -> int:
        return len(self.store) if self.filter is None else len(self._listed)

    def __getitem__(self, index: int) -> int:
        """The store row listed at `index`, from 0."""
        return index if self.filter is None else self._listed[index]

    @property
    def fitting(self) -> int:
        """How many events match, context aside."""
        return len(self.store) if self.filter is None else len(self._found)

    def fits(self, row: int) -> bool:
        """Whether a row is a match; not known of rows that have not been looked at."""
        return self.filter is None or self._found.has(row)

    def fitting_rows(self) -> Iterable[int]:
        """The rows that match by now, ascending, context aside; what is found later does not change them."""
        if self.filter is None:
            return range(len(self.store))
        return (start + index for start, mask in self._found.pieces() for index in indexes_of(mask))

    @property
    def context(self) -> int:
        """How many rows are listed before and after each match."""
        return self._context.lines

    @context.setter
    def context(self, lines: int) -> None:
        self._context, self._context_of = Context(lines), None

    def left_out(self, index: int) -> int:
        """How many rows the one at `index` stands for, which are left out of the context; 0 for one that is shown."""
        if self.filter is None or not self.context or self._around.shown.has(self[index]):
            return 0
        return self[index + 1] - self[index]

    @property
    def scanned(self) -> int:
        """How many rows of the store have been looked at."""
        return len(self.store) if self.filter is None else self._found.end - self._found.start

    @property
    def complete(self) -> bool:
        """Whether every row of the store has been looked at."""
        return self.scanned == len(self.store)

    def index_at(self, row: int) -> int:
        """Where store row `row` is shown, or the first shown row after it."""
        return min(row, len(self)) if self.filter is None else self._listed.index_at(row)

    def seek(self, index: int, rank: int, direction: int) -> int | None:
        """Where the next (1) or previous (-1) event of at least this effective level is shown from `index` on."""
        wanted = bytes(value >= rank for value in range(256))

        def severe(start: int, end: int) -> Mask:
            return bytes(self.store.ranks[start:end].translate(wanted))

        row = self[index] if 0 <= index < len(self) else -1 if index < 0 else len(self.store)
        return self._next(row, direction, severe)

    def hidden_by_level(self) -> tuple[int, str] | None:
        """How many events a minimum level hides, and its name; None where the filter sets none."""
        if self.filter is None or self.filter.min_rank <= 1:
            return None
        return sum(self.store.rank_counts[: self.filter.min_rank]), LEVEL_NAMES[self.filter.min_rank]

    def apply(self, filter: Filter | None, times: TimeContext, near: int = 0) -> None:
        """Starts over with another filter: the rows around store row `near` are found first."""
        self.filter = None if filter == Filter() else filter
        self._near = min(near, len(self.store))
        self._found = FoundRows(self.store, self._near)
        self._test = None if self.filter is None else RowTest(self.store, self.filter, times, self.searches)

    def replace_store(self, store: EventStore, times: TimeContext, near: int = 0) -> None:
        """Shows another store under the same filter."""
        self.store = store
        self.searches = Searches(store)
        self.apply(self.filter, times, near)

    def advance(self, seconds: float, now: Callable[[], float] = time.perf_counter) -> bool:
        """Looks at further rows for about `seconds`, a few at least; True when there is nothing left to do.

        Without a filter the time goes into what the first letter of one will need.
        Raises `SlowPattern`, as often as it is called, for a regular expression that takes too long on one text.
        """
        deadline = now() + seconds
        while not self._advance_once():
            if now() >= deadline:
                return False
        return True

    def _advance_once(self) -> bool:
        if self._test is None:
            return self.searches.letters.collect()
        if not self.complete:
            self._step(self._test)
        return self.complete

    def _step(self, test: RowTest) -> None:
        """Looks at the rows of one block on that side of the window that has come less far."""
        if not test.learn():
            return
        found, blocks = self._found, self.store.blocks
        forward = found.end < len(self.store)
        if forward and found.start and found.end - self._near > self._near - found.start:
            forward = False
        number = self.store.block_number(found.end if forward else found.start - 1)
        first = blocks[number].first_row
        if forward:
            mask = test.mask(number, found.end, first + len(blocks[number]))
            if mask is not None:
                found.add_after(mask)
        else:
            mask = test.mask(number, first, found.start)
            if mask is not None:
                found.add_before(mask)

    def _next(self, row: int, direction: int, fits: Callable[[int, int], Mask]) -> int | None:
        """Where the nearest shown row after (1) or before (-1) `row` is that fits."""
        for start, mask in self._shown(row, direction):
            both_fit = both(mask, fits(start, start + len(mask)))
            at = both_fit.find(1) if direction > 0 else both_fit.rfind(1)
            if at >= 0:
                return self.index_at(start + at)
        return None

    def pieces(self) -> list[tuple[int, Mask]]:
        """First row and mask of the matches in each block that has been looked at, in order."""
        if self.filter is None:
            return [(block.first_row, all_of(len(block))) for block in self.store.blocks]
        return self._found.pieces()

    def shown_pieces(self) -> list[tuple[int, Mask]]:
        """As `pieces`, context included."""
        return self.pieces() if self.filter is None or not self.context else self._around.shown.pieces()

    @property
    def _listed(self) -> MaskedRows:
        return self._around.rows if self.context else self._found

    @property
    def _around(self) -> Context:
        found = self._found
        now = found, found.start, found.end
        if self._context_of != now:
            self._context_of = now
            self._context.update(found)
        return self._context

    def _shown(self, row: int, direction: int) -> Iterator[tuple[int, Mask]]:
        """First row and mask of each block after or before `row`, the nearest first."""
        return pieces_from(self.shown_pieces(), row, direction)
