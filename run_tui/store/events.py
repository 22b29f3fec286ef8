"""The store: what has arrived of one run, or of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import add
from typing import Any

from run_tui.model import (
    EventDetails,
    EventPage,
    RunEvent,
    RunEventLevel,
    RunName,
    effective_rank,
    epoch_times,
    iso_timestamp,
)
from run_tui.store.attempts import Attempts
from run_tui.store.blocks import Block, Rows, Times
from run_tui.store.columns import CodeColumn
from run_tui.store.details import Shape, message_of, pack, unpack

_MOST_MS = (1 << 62) - 1


class EventStore:
    """All events that have arrived, by row number from 0, in the server's order.

    `ranks` holds each row's effective level (see `model.effective_rank`) and `rank_counts` how many rows have each;
    `attempts` which attempt of its step a row belongs to (0: no step). `runs` tells which run a row is of where they
    are several, and is empty where all are of `run`.
    """

    def __init__(self, run_id: str, job: str | None = None) -> None:
        self.run = RunName(run_id, job)
        self.runs: CodeColumn[RunName] = CodeColumn()
        self.levels: CodeColumn[str] = CodeColumn()
        self.types: CodeColumn[str | None] = CodeColumn()
        self.steps: CodeColumn[str | None] = CodeColumn()
        self.attempts: CodeColumn[int] = CodeColumn()
        self.ranks = bytearray()
        self.rank_counts = [0] * 6
        self.skipped: list[str] = []
        self.skipped_count = 0
        self._rows = Rows()
        self._shapes: dict[Shape, Shape] = {}
        self._rank_of: dict[tuple[str, str | None], int] = {}
        self._attempts = Attempts()

    def __len__(self) -> int:
        return len(self.ranks)

    def append(self, page: EventPage) -> None:
        """Adds a page's events after all others."""
        self.runs.extend(page.runs)
        self.levels.extend(page.levels)
        self.types.extend(page.types)
        self.steps.extend(page.steps)
        self.attempts.extend(self._attempts.of(page))
        self._add_ranks(self._ranks(page))
        texts, shapes = self._packed(page)
        self._rows.append(texts, _times(page.timestamps), shapes)
        self.skipped.extend(page.skipped)
        self.skipped_count += page.skipped_count

    def head(self, rows: int) -> EventStore:
        """Another store with the first `rows` rows, which costs little: it shares their texts."""
        head = EventStore(*self.run[:2])
        head.runs = self.runs.head(rows)
        head.levels, head.types, head.steps = self.levels.head(rows), self.types.head(rows), self.steps.head(rows)
        head.attempts = self.attempts.head(rows)
        head.ranks = self.ranks[:rows]
        head.rank_counts = [head.ranks.count(rank) for rank in range(len(head.rank_counts))]
        head._rows = self._rows.head(rows)
        head._shapes, head._rank_of = self._shapes, self._rank_of
        head.count_attempts()
        return head

    def later(self) -> EventStore:
        """An empty store for events that come after those of this one, with a gap between the two: see `join`."""
        later = EventStore(*self.run[:2])
        later.runs = self.runs.alike()
        later.levels, later.types, later.steps = self.levels.alike(), self.types.alike(), self.steps.alike()
        later.attempts = self.attempts.alike()
        later._shapes, later._rank_of = self._shapes, self._rank_of
        return later

    def join(self, later: EventStore) -> None:
        """Appends all rows of a store that `later` made, which is of no use after that.

        It costs what their blocks cost and not their texts, of which there is never a second copy.
        """
        self._count_on(later)
        self.runs.join(later.runs)
        self.levels.join(later.levels)
        self.types.join(later.types)
        self.steps.join(later.steps)
        self.attempts.join(later.attempts)
        self.ranks += later.ranks
        self.rank_counts = list(map(add, self.rank_counts, later.rank_counts))
        self._rows.join(later._rows)
        self.skipped.extend(later.skipped)
        self.skipped_count += later.skipped_count

    def _count_on(self, later: EventStore) -> None:
        """The attempts of steps that were restarted before are more than they seemed."""
        earlier = {step: attempt - 1 for step, attempt in self._attempts.latest.items() if attempt > 1}
        if earlier:
            missed = [earlier.get(step, 0) for step in later.steps.values]
            codes = later.steps.codes(0, len(later))
            attempts = list(map(add, later.attempts, map(missed.__getitem__, codes)))
            later.attempts = self.attempts.alike()
            later.attempts.extend(attempts)
        for step, attempt in later._attempts.latest.items():
            self._attempts.latest[step] = attempt + earlier.get(step, 0)

    @property
    def columns(self) -> tuple[CodeColumn[Any], ...]:
        """The levels, types, steps and attempts."""
        return self.levels, self.types, self.steps, self.attempts

    def adopt(self, codes: Iterable[tuple[bytes, bytes]], ranks: bytes, blocks: Sequence[Block]) -> None:
        """Appends rows as another store holds them whose columns have the same codes: see `pieces`."""
        for column, (low, high) in zip(self.columns, codes, strict=True):
            column.adopt(low, high)
        self._add_ranks(ranks)
        self._rows.adopt(blocks)

    def count_attempts(self) -> None:
        """Counts attempts on from the rows there are."""
        for row in self.types.rows_of("STEP_RESTARTED"):
            self._attempts.latest[self.steps[row]] = self.attempts[row]

    def find(self, event: RunEvent, time: int, start: int) -> int | None:
        """The first row from `start` on with the same event, which another store holds; `time` is its epoch ms."""

        def told(event: RunEvent) -> tuple[object, ...]:
            # Not its attempt: a restart that came late moves those after it.
            return event.message, event.step_key, event.event_type, event.level, event.error, event.metadata

        rows = self.times.rows_at(time, start)
        return next((row for row in rows if told(self.event(row)) == told(event)), None)

    def run_of(self, row: int) -> RunName:
        """The run that the event at `row` is of."""
        return self.runs[row] if self.runs.low else self.run

    def event(self, row: int) -> RunEvent:
        """The event at `row`, whole."""
        text, shape = self._packed_at(row)
        details = _NO_DETAILS if shape is None else unpack(text, shape)
        return RunEvent(
            run_id=self.run_of(row).id,
            message=text if shape is None else message_of(text, shape),
            timestamp=iso_timestamp(str(self.times[row])),
            level=RunEventLevel(self.levels[row]),
            step_key=self.steps[row],
            event_type=self.types[row],
            attempt=self.attempts[row] or None,
            error=details.error,
            metadata=details.metadata,
        )

    def message(self, row: int) -> str:
        """The row's message alone."""
        text, shape = self._packed_at(row)
        return text if shape is None else message_of(text, shape)

    def details(self, row: int) -> EventDetails | None:
        """The row's error and metadata, where it has any."""
        text, shape = self._packed_at(row)
        return None if shape is None else unpack(text, shape)

    def text(self, row: int) -> str:
        """All text of the row that a filter looks through, its parts divided by PART."""
        return self._packed_at(row)[0]

    @property
    def times(self) -> Times:
        """Each row's time in epoch milliseconds."""
        return self._rows.times

    @property
    def blocks(self) -> Sequence[Block]:
        """The rows' texts, in blocks."""
        return self._rows.blocks

    def block_of(self, row: int) -> Block:
        """The block that holds the row's text."""
        return self.blocks[self.block_number(row)]

    def block_number(self, row: int) -> int:
        """Which of `blocks` holds the row; the last one for rows still to come."""
        return self._rows.number_of(row)

    def _add_ranks(self, ranks: bytes) -> None:
        self.ranks += ranks
        for rank in range(len(self.rank_counts)):
            self.rank_counts[rank] += ranks.count(rank)

    def _ranks(self, page: EventPage) -> bytes:
        pairs = list(zip(page.levels, page.types, strict=True))
        try:
            return bytes(map(self._rank_of.__getitem__, pairs))
        except KeyError:
            self._rank_of.update((pair, effective_rank(*pair)) for pair in set(pairs))
            return bytes(map(self._rank_of.__getitem__, pairs))

    def _packed_at(self, row: int) -> tuple[str, Shape | None]:
        block = self.block_of(row)
        index = row - block.first_row
        return block.decoded(index), block.shape(index)

    def _packed(self, page: EventPage) -> tuple[Sequence[str], Mapping[int, Shape]]:
        """The rows' whole texts, and the shapes of those with details; equal shapes are one object."""
        if not page.details:
            return page.messages, {}
        texts, shapes = list(page.messages), {}
        for index in sorted(page.details):
            texts[index], shape = pack(texts[index], page.details[index])
            shapes[index] = self._shapes.setdefault(shape, shape)
        return texts, shapes


_NO_DETAILS = EventDetails()


def _times(timestamps: Sequence[str]) -> list[int]:
    """Epoch milliseconds, nearly always the digits they are already; a server may claim any number."""
    times = epoch_times(timestamps)
    if times and (min(times) < -_MOST_MS or max(times) > _MOST_MS):
        return [min(max(time, -_MOST_MS), _MOST_MS) for time in times]
    return times
