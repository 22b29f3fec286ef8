"""The form of an event: what it says once all is left out that no two runs have in common."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field

from run_tui.model import EventDetails
from run_tui.store import EventStore

Slices = Generator[None, None, None]
"""Work that pauses every millisecond or so, for something else to be done."""

AT_ONCE = 256
"""Events whose forms are made between two pauses."""
LONGEST = 2000
"""Characters of a text that its form is made of."""

_WORD = r"(?<![A-Za-z_\-])[A-Za-z_\-]*+[0-9][A-Za-z0-9_\-]*+"
_VARYING = re.compile(rf"{_WORD}(?:[^A-Za-z0-9\x1f\"'()\[\]{{}}|=]{{0,3}}{_WORD})*+")
"""Words with a digit in them, however many follow each other: times, durations, ids, hex, numbers, dated names."""


def form(text: str) -> str:
    """A text with `#` for what varies from run to run."""
    return _VARYING.sub("#", text[:LONGEST])


def errors_of(details: EventDetails | None) -> str:
    """What an event's error says, and its causes: each class and message, without the frames."""
    if details is None or details.error is None:
        return ""
    return "".join(f"\n{error.class_name}: {error.message}" for error in details.error.chain)


@dataclass(slots=True)
class StepForms:
    """The events of one step in order: the form of each as a number, and its row; `first` is each form's first place.

    Of a million distinct forms, numbers take a fraction of the memory that texts would.
    """

    forms: array[int] = field(default_factory=lambda: array("q"))
    rows: array[int] = field(default_factory=lambda: array("I"))
    first: dict[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.forms)

    def add(self, form: int, row: int) -> None:
        """Takes the next event."""
        self.first.setdefault(form, len(self.forms))
        self.forms.append(form)
        self.rows.append(row)


class Forms:
    """The forms of a run's events by step (None: outside any), taken from its store as that grows."""

    def __init__(self) -> None:
        self.by_step: defaultdict[str | None, StepForms] = defaultdict(StepForms)
        self._taken = 0

    def take(self, store: EventStore) -> Slices:
        """Takes in the rows that came since."""
        while self._taken < len(store):
            block = store.block_of(self._taken)
            first = self._taken - block.first_row
            indexes = range(first, min(len(block), first + AT_ONCE))
            for index, text in block.texts(indexes):
                row, plain = block.first_row + index, block.shape(index) is None
                said = text if plain else store.message(row) + errors_of(store.details(row))
                self.by_step[store.steps[row]].add(hash((form(said), store.types[row], store.ranks[row])), row)
            self._taken += len(indexes)
            yield
