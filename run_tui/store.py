"""The events of one run, held as append-only columns: a few bytes an event beside its text."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from run_tui.model import EventDetails, EventPage, RunEvent, RunEventLevel, effective_rank, epoch_ms, iso_timestamp

BLOCK_ROWS = 1024
BLOCK_BYTES = 1 << 20
MAX_ATTEMPT = 255
PART = "\x1f"
"""Stands between the searchable parts of a row's text, so that no phrase matches across two of them."""

V = TypeVar("V")


class CodeColumn(Generic[V]):
    """A column with few distinct values: each value is kept once, each row holds its 16-bit code in two planes.

    `low` and `high` are bytes by row; `high` is all zero until there are more than 256 values.
    """

    def __init__(self) -> None:
        self.values: list[V] = []
        self.low = bytearray()
        self.high = bytearray()
        self._codes: dict[V, int] = {}

    def extend(self, values: Sequence[V]) -> None:
        """Appends a row for each value; the first 65,536 distinct values are told apart, later ones share a code."""
        for value in dict.fromkeys(values):
            if value not in self._codes:
                if len(self.values) < 1 << 16:
                    self.values.append(value)
                self._codes[value] = len(self.values) - 1
        codes = [self._codes[value] for value in values]
        if len(self.values) <= 256:
            self.low += bytes(codes)
            self.high += bytes(len(codes))
        else:
            self.low += bytes(code & 255 for code in codes)
            self.high += bytes(code >> 8 for code in codes)

    def __getitem__(self, row: int) -> V:
        return self.values[self.low[row] | self.high[row] << 8]


class TextBlock:
    """The texts of up to BLOCK_ROWS consecutive rows, joined as UTF-8; `ends` holds each row's end in bytes."""

    def __init__(self, first_row: int) -> None:
        self.first_row = first_row
        self.text = b""
        self.ends = array("I")

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def full(self) -> bool:
        """Whether the next row belongs in a new block."""
        return len(self.ends) >= BLOCK_ROWS or len(self.text) >= BLOCK_BYTES

    def extend(self, texts: Sequence[bytes]) -> None:
        """Appends rows."""
        end = len(self.text)
        self.text = b"".join((self.text, *texts))
        for text in texts:
            end += len(text)
            self.ends.append(end)

    def __getitem__(self, index: int) -> bytes:
        return self.text[self.ends[index - 1] if index else 0 : self.ends[index]]


class EventStore:
    """All events of one run that have arrived, by row number from 0, in the server's order.

    `ranks` holds each row's effective level (see `model.effective_rank`), `attempts` which attempt of its step it
    belongs to (0: no step), `times` epoch milliseconds.
    """

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.levels: CodeColumn[str] = CodeColumn()
        self.types: CodeColumn[str | None] = CodeColumn()
        self.steps: CodeColumn[str | None] = CodeColumn()
        self.ranks = bytearray()
        self.attempts = bytearray()
        self.times = array("q")
        self.blocks: list[TextBlock] = []
        self.skipped: list[str] = []
        self.skipped_count = 0
        self._starts = array("q")
        self._details: dict[int, EventDetails] = {}
        self._attempt_of: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.times)

    def append(self, page: EventPage) -> None:
        """Adds a page's events after all others."""
        first = len(self)
        self.levels.extend(page.levels)
        self.types.extend(page.types)
        self.steps.extend(page.steps)
        ranks = {pair: effective_rank(*pair) for pair in set(zip(page.levels, page.types, strict=True))}
        self.ranks += bytes(ranks[pair] for pair in zip(page.levels, page.types, strict=True))
        self.attempts += bytes(self._count_attempts(page))
        self.times.extend(map(epoch_ms, page.timestamps))
        self._append_texts(first, page)
        self._details.update((first + index, details) for index, details in page.details.items())
        self.skipped.extend(page.skipped)
        self.skipped_count += page.skipped_count

    def event(self, row: int) -> RunEvent:
        """The event at `row`, whole."""
        details = self._details.get(row, _NO_DETAILS)
        return RunEvent(
            run_id=self.run_id,
            message=self.message(row),
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
        text = self.text(row)
        details = self._details.get(row)
        return text if details is None else text[: len(text) - len(_details_text(details))]

    def block_of(self, row: int) -> TextBlock:
        """The block that holds the row's text."""
        return self.blocks[bisect_right(self._starts, row) - 1]

    def text(self, row: int) -> str:
        """All text of the row that a filter looks through, its parts divided by PART."""
        block = self.block_of(row)
        return block[row - block.first_row].decode("utf-8", "surrogatepass")

    def details(self, row: int) -> EventDetails | None:
        """The row's error and metadata, where it has any."""
        return self._details.get(row)

    def _append_texts(self, first: int, page: EventPage) -> None:
        texts = [message.encode("utf-8", "surrogatepass") for message in page.messages]
        for index, details in page.details.items():
            texts[index] += _details_text(details).encode("utf-8", "surrogatepass")
        done = 0
        while done < len(texts):
            if not self.blocks or self.blocks[-1].full:
                self.blocks.append(TextBlock(first + done))
                self._starts.append(first + done)
            block = self.blocks[-1]
            part = texts[done : done + BLOCK_ROWS - len(block)]
            block.extend(part)
            done += len(part)

    def _count_attempts(self, page: EventPage) -> Iterator[int]:
        """A step's attempt begins anew with STEP_RESTARTED; events outside any step have none."""
        attempts = self._attempt_of
        for step, event_type in zip(page.steps, page.types, strict=True):
            if step is None:
                yield 0
                continue
            if event_type == "STEP_RESTARTED":
                attempts[step] = min(attempts.get(step, 1) + 1, MAX_ATTEMPT)
            yield attempts.get(step, 1)


_NO_DETAILS = EventDetails()


def _details_text(details: EventDetails) -> str:
    """What a text filter finds of an event beside its message, each part led by PART."""
    parts: list[str] = []
    for error in details.error.chain if details.error else ():
        parts += [error.class_name or "", error.message, *error.stack]
    for entry in details.metadata:
        parts += [entry.label, entry.value, entry.description or ""]
    return "".join(PART + part for part in parts if part)
