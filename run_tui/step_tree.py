"""The rows of the list of steps: dynamic steps under what they came from, attempts under their step, each foldable."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, groupby, pairwise
from math import inf
from operator import attrgetter, is_not

from run_tui.model import StepState
from run_tui.steps import Attempt, StepProgress

MANY = 6
"""Dynamic steps from which on they are folded, and only those that failed shown."""
_WORST = (
    StepState.FAILURE,
    StepState.RETRYING,
    StepState.SUSPENDED,
    StepState.RUNNING,
    StepState.INTERRUPTED,
    StepState.PENDING,
    StepState.UNREAD,
    StepState.NOT_EXECUTED,
    StepState.SUCCESS,
    StepState.SKIPPED,
)
"""What a group's state is: the first of these that one of its steps is in."""


class StepGroup:
    """Dynamic steps that came from one template, and what they are together.

    They are the steps at `places` of the list; which states they are in is counted as they change.
    """

    def __init__(self, template: str, first: int, steps: Iterable[StepProgress]) -> None:
        self.template = template
        self.steps = list(steps)
        self.places = range(first, first + len(self.steps))
        self._counts = Counter(step.state for step in self.steps)
        self._attempts: tuple[Attempt, ...] | None = None

    def replace(self, place: int, step: StepProgress) -> None:
        """Takes one of the steps as it is now."""
        at = place - self.places.start
        self._counts[self.steps[at].state] -= 1
        self._counts[step.state] += 1
        self.steps[at] = step
        self._attempts = None

    @property
    def state(self) -> StepState:
        """The worst that one of them is in."""
        return next(state for state in _WORST if self._counts[state])

    @property
    def tally(self) -> list[tuple[StepState, int]]:
        """How many are in each state."""
        return [(state, count) for state in StepState if (count := self._counts[state])]

    @property
    def ageing(self) -> bool:
        """Whether one of them takes longer the longer one looks."""
        return any(self._counts[state] for state in (StepState.RUNNING, StepState.RETRYING))

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The times in which any of them executed, those that failed last."""
        if self._attempts is None:
            failed = StepState.FAILURE
            state = StepState.SUCCESS if self.state is failed else self.state
            ended_badly = [step for step in self.steps if step.state is failed] if self._counts[failed] else []
            self._attempts = (*_merged(self.steps, state), *_merged(ended_badly, failed))
        return self._attempts

    def seconds(self, now: float) -> float | None:
        """From the first start to the last end or, while one goes on, to `now` (epoch seconds); None if unknown."""
        started = [step.started for step in self.steps if step.started is not None]
        ended = max(now * 1000 if step.ageing else step.ended or 0.0 for step in self.steps)
        return (ended - min(started)) / 1000 if started and ended else None


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, a group of dynamic steps, or one attempt of a step.

    `key` names the row, `label` is what it is called; `folded` is None where there is nothing to unfold. A group's row
    has a `group` and no `step`; `attempt` is the number of an attempt's row.
    """

    key: str
    label: str
    state: StepState
    depth: int = 0
    folded: bool | None = None
    step: StepProgress | None = None
    attempt: int | None = None
    group: StepGroup | None = None

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What a bar shows; of a group the times in which any of its steps executed, those that failed last."""
        if self.step is None:
            return () if self.group is None else self.group.attempts
        if self.attempt is not None:
            return (self.step.attempts[self.attempt - self.step.first_attempt],)
        return self.step.attempts

    def waits(self, since: int | None) -> list[tuple[int, int]]:
        """From when to when it waited: since it could have started (epoch milliseconds), and for each new attempt."""
        if self.attempt is not None or not (started := [attempt.started for attempt in self.attempts]):
            return []
        first = [] if since is None else [(since, min(started))]
        if self.step is None:
            return first
        return first + [(one.ended or two.started, two.started) for one, two in pairwise(self.step.attempts)]

    @property
    def ageing(self) -> bool:
        """Whether it takes longer the longer one looks."""
        if self.attempt is not None:
            return self.state is StepState.RUNNING
        shown = self.step or self.group
        return shown is not None and shown.ageing

    @property
    def tally(self) -> list[tuple[StepState, int]]:
        """How many steps of a group are in each state; [] for all other rows."""
        return [] if self.group is None else self.group.tally

    def seconds(self, now: float) -> float | None:
        """From its first start to its last end or, while it goes on, to `now` (epoch seconds); None if unknown."""
        if self.attempt is not None:
            (attempt,) = self.attempts
            return attempt.seconds(now) if attempt.ended is not None or self.ageing else None
        shown = self.step or self.group
        return None if shown is None else shown.seconds(now)


def _merged(steps: Iterable[StepProgress], state: StepState) -> Iterator[Attempt]:
    """The times in which any of the steps executed, each as one attempt; the last goes on if one of them does."""
    executed = [step for step in steps if step.attempts]
    starts = sorted(step.attempts[0].started for step in executed)
    ends = sorted(step.ended or inf for step in executed)
    # Nothing executed from when as many had ended as had started until the next one started.
    pauses = [number for number, (end, start) in enumerate(zip(ends, starts[1:], strict=False), 1) if end < start]
    for first, after in pairwise([0, *pauses, len(starts)] if starts else []):
        end = ends[after - 1]
        yield Attempt(state, starts[first], None if end == inf else int(end))


_GROUP, _STEP = -1, 0
_Place = tuple[int, int]
"""A row: which step, or the first of a group; then _GROUP, _STEP or, from 1, which of the step's attempts."""


class StepTree:
    """The rows, in the steps' order; each is made when it is looked at, so that a change costs what it changes."""

    def __init__(self, steps: Sequence[StepProgress] = (), turned: Iterable[str] = ()) -> None:
        self.steps = steps
        self._turned = set(turned)
        self._groups: list[StepGroup] = []
        self._places: list[_Place] = []
        self._build()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[StepRow]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> StepRow:
        """The row at `index`. Raises `IndexError`."""
        number, part = self._places[index]
        group, step = self._group_of(number), self.steps[number]
        if group is not None and part == _GROUP:
            return StepRow(group.template, group.template, group.state, folded=self._folds(group), group=group)
        depth = 0 if group is None else 1
        if part == _STEP:
            folded = step.key not in self._turned if len(step.attempts) > 1 else None
            return StepRow(step.key, step.key, step.state, depth, folded, step)
        attempt, state = step.first_attempt + part - 1, step.attempts[part - 1].state
        return StepRow(f"{step.key}\n{attempt}", f"attempt {attempt}", state, depth + 1, None, step, attempt)

    def show(self, steps: Sequence[StepProgress]) -> set[int] | None:
        """Takes other steps: which rows may look different now, or None if rows came, went or moved."""
        before, self.steps = self.steps, steps
        changed = list(compress(range(len(steps)), map(is_not, before, steps)))
        if len(before) != len(steps) or any(self._rows_differ(number, before[number]) for number in changed):
            self._build()
            return None
        touched = set()
        for number in changed:
            group = self._group_of(number)
            if group is not None:
                group.replace(number, steps[number])
                touched.add(self._index_from((group.places.start, _GROUP)))
            touched.update(range(self._index_from((number, _STEP)), self._index_from((number + 1, _GROUP))))
        return touched

    def turn(self, row: StepRow) -> None:
        """Folds a row that is unfolded, unfolds one that is folded."""
        self._turned ^= {row.key}
        self._build()

    def parent(self, index: int) -> int | None:
        """The index of the row that the one at `index` is folded away with; None if it has none."""
        depth = self[index].depth
        return next((above for above in range(index - 1, -1, -1) if self[above].depth < depth), None) if depth else None

    def index_of(self, row: StepRow) -> int | None:
        """Where a row is now that was there before; None where it is not any more."""
        if row.step is None:
            place = next(((group.places.start, _GROUP) for group in self._groups if group.template == row.key), None)
        else:
            part = _STEP if row.attempt is None else row.attempt - row.step.first_attempt + 1
            place = next(((number, part) for number, step in enumerate(self.steps) if step.key == row.step.key), None)
        if place is None:
            return None
        index = self._index_from(place)
        return index if self._places[index : index + 1] == [place] else None

    def _build(self) -> None:
        self._groups, self._places = [], []
        first = 0
        for template, members in groupby(self.steps, key=attrgetter("template")):
            steps = list(members)
            group = None
            if template is not None and len(steps) > 1:
                group = StepGroup(template, first, steps)
                self._groups.append(group)
                self._places.append((first, _GROUP))
            for number, step in enumerate(steps, first):
                self._places += self._rows_of(number, step, group)
            first += len(steps)

    def _rows_of(self, number: int, step: StepProgress, group: StepGroup | None) -> list[_Place]:
        """The rows that a step has: none in a folded group, unless it failed."""
        if group is not None and step.state is not StepState.FAILURE and self._folds(group):
            return []
        if len(step.attempts) < 2 or step.key not in self._turned:
            return [(number, _STEP)]
        return [(number, part) for part in range(len(step.attempts) + 1)]

    def _rows_differ(self, number: int, before: StepProgress) -> bool:
        """Whether a step has not the same rows as before."""
        step, group = self.steps[number], self._group_of(number)
        if (step.key, step.template) != (before.key, before.template):
            return True
        return self._rows_of(number, step, group) != self._rows_of(number, before, group)

    def _folds(self, group: StepGroup) -> bool:
        return (len(group.places) > MANY) != (group.template in self._turned)

    def _group_of(self, number: int) -> StepGroup | None:
        at = bisect_right(self._groups, number, key=lambda group: group.places.start) - 1
        return self._groups[at] if at >= 0 and number in self._groups[at].places else None

    def _index_from(self, place: _Place) -> int:
        """Where the row is, or the first after it."""
        return bisect_left(self._places, place)
