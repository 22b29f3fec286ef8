"""Where two runs part: the first event of each step that has nothing like it in the other run."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from itertools import islice

from run_tui.comparing.forms import Forms, StepForms
from run_tui.store import EventStore

AT_ONCE = 4096
"""Events looked at between two pauses."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two runs of a step part (None: outside any step): a row of each, None where it has no such event.

    Both rows have nothing like them in the other run's step. With `order` all events have: from these rows on they
    come in another order, or another number of times. `moment` is milliseconds from the beginning of the runs until
    both had come there, None where only one of them has events of the step.
    """

    step: str | None
    before: int | None
    after: int | None
    moment: int | None = None
    order: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The events of a run, and their forms."""

    store: EventStore
    forms: Forms

    def moment(self, step: StepForms, row: int | None) -> int:
        """Milliseconds from the run's first event to the one at `row`, or to the last one of the step."""
        return self.store.times[step.rows[-1] if row is None else row] - self.store.times[0]


def find_partings(before: Told, after: Told, renamed: Mapping[str, str]) -> Generator[None, None, list[Parting]]:
    """The partings of all steps that have one, a slice at a time.

    `renamed` has the keys of steps that are called otherwise in the run after. Each step's events are compared with
    those of the same step only: how the steps of a run that go on side by side take turns makes no difference.
    """
    others = set(renamed.values())
    keys = [*before.forms.by_step]
    keys += [key for key in after.forms.by_step if key not in before.forms.by_step and key not in others]
    found = []
    for key in keys:
        one = before.forms.by_step.get(key)
        name = renamed.get(key or "", key)
        other = after.forms.by_step.get(name)
        if one is None or other is None:
            found.append(Parting(name, None if one is None else one.rows[0], None if other is None else other.rows[0]))
            continue
        places = yield from _places(one, other)
        if places is not None:
            (left, right), order = places
            rows = _row_at(one, left), _row_at(other, right)
            found.append(Parting(name, *rows, max(before.moment(one, rows[0]), after.moment(other, rows[1])), order))
    return found


def first_of(partings: list[Parting]) -> Parting | None:
    """The one that came first; of steps that both runs have, and of more than order, if there is such a one."""
    return min(partings, key=lambda each: (each.order, each.moment is None, each.moment or 0), default=None)


_Places = tuple[tuple[int | None, int | None], bool]


def _places(one: StepForms, other: StepForms) -> Generator[None, None, _Places | None]:
    """Where the events part, and whether by their order only."""
    left = yield from _first_alone(one, other)
    right = yield from _first_alone(other, one)
    if left is not None or right is not None:
        return (left, right), False
    moved = yield from _first_moved(one, other)
    return None if moved is None else ((moved, moved), True)


def _row_at(step: StepForms, place: int | None) -> int | None:
    return step.rows[place] if place is not None and place < len(step) else None


def _first_alone(step: StepForms, other: StepForms) -> Generator[None, None, int | None]:
    """The place of the first event with nothing like it in the other run; None where there is none."""
    forms = iter(step.first)
    while some := list(islice(forms, AT_ONCE)):
        alone = next((form for form in some if form not in other.first), None)
        if alone is not None:
            return step.first[alone]
        yield
    return None


def _first_moved(one: StepForms, other: StepForms) -> Generator[None, None, int | None]:
    """The first place where the two have not the same; None where there is none."""
    for start in range(0, max(len(one), len(other)), AT_ONCE):
        left, right = one.forms[start : start + AT_ONCE], other.forms[start : start + AT_ONCE]
        if left != right:
            unlike = (place for place, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1])
            return start + next(unlike, min(len(left), len(right)))
        yield
    return None
