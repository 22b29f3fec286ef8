"""Two runs side by side, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from run_tui.comparing.facts import Fact, config_changes, facts
from run_tui.comparing.forms import Forms, Slices
from run_tui.comparing.partings import Parting, Told, find_partings, first_of
from run_tui.comparing.steps import StepChange, compare_steps, pace
from run_tui.model import EventPage, Run, Step
from run_tui.steps import StepBoard, StepProgress
from run_tui.store import EventStore


class Side:
    """One of two runs: as its server tells it, its plan, and its events as far as they have been read."""

    def __init__(self, run: Run, plan: list[Step]) -> None:
        self.run = run
        self.store = EventStore(run.id)
        self.forms = Forms()
        self._board = StepBoard()
        self._board.set_plan(plan)

    def append(self, page: EventPage) -> None:
        """Takes the next events."""
        self.store.append(page)
        self._board.update(self.store)

    def go_back(self, kept: int) -> None:
        """All but the first `kept` events are read anew."""
        self.store, self.forms = self.store.head(kept), Forms()
        self._board.forget_events()
        self._board.update(self.store)

    def take_forms(self) -> Slices:
        """Takes in what there is of the events, a slice at a time."""
        return self.forms.take(self.store)

    @property
    def steps(self) -> Sequence[StepProgress]:
        """The steps, in the plan's order."""
        return self._board.listed(self.run.status)

    @property
    def told(self) -> Told:
        """Its events and their forms."""
        return Told(self.store, self.forms)


@dataclass(slots=True)
class Comparison:
    """What differs: facts, lines of the configuration, steps, and where the events part.

    `steps` are all, those that changed first; `pace` is how many times as long a typical step took, None if unknown.
    `partings` are there once `part` is through.
    """

    before: Side
    after: Side
    facts: Sequence[Fact]
    config: Sequence[str]
    steps: Sequence[StepChange]
    pace: float | None
    partings: list[Parting] = field(default_factory=list)

    def part(self) -> Slices:
        """Looks for where the events part, a slice at a time."""
        yield from self.before.take_forms()
        yield from self.after.take_forms()
        renamed = {each.key_before: each.key for each in self.steps if each.key != each.key_before}
        self.partings = yield from find_partings(self.before.told, self.after.told, renamed)

    @property
    def first(self) -> Parting | None:
        """The first event that differs."""
        return first_of(self.partings)


def compare(before: Side, after: Side, now: float) -> Comparison:
    """Compares two runs that have been read, but for their events; `now` is epoch seconds."""
    steps = compare_steps(before.steps, after.steps, now)
    return Comparison(
        before,
        after,
        tuple(facts(before.run, after.run, now)),
        config_changes(before.run, after.run),
        steps,
        pace(steps),
    )
