"""The rows of the list of steps: dynamic steps under what they came from, attempts under their step, each foldable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import inf

from run_tui.model import StepState
from run_tui.steps import Attempt, StepProgress

MANY = 6
"""Dynamic steps from which on they are folded, and only those that failed shown."""
_WORST = (
    StepState.FAILURE,
    StepState.RETRYING,
    StepState.RUNNING,
    StepState.INTERRUPTED,
    StepState.PENDING,
    StepState.NOT_EXECUTED,
    StepState.SUCCESS,
    StepState.SKIPPED,
)
"""What a group's state is: the first of these that one of its steps is in."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, a group of dynamic steps, or one attempt of a step.

    `key` names the row, `label` is what it is called; `folded` is None where there is nothing to unfold. A group has
    several `members` and no `step`; `attempt` is the number of an attempt's row.
    """

    key: str
    label: str
    state: StepState
    depth: int = 0
    folded: bool | None = None
    step: StepProgress | None = None
    attempt: int | None = None
    members: tuple[StepProgress, ...] = ()

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What a bar shows; of a group the times in which any of its steps executed, those that failed last."""
        if self.step is None:
            failed, all_well = StepState.FAILURE, StepState.SUCCESS
            state = all_well if self.state is failed else self.state
            ended_badly = (step for step in self.members if step.state is failed)
            return (*_merged(self.members, state), *_merged(ended_badly, failed))
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
        return any(step.ageing for step in self.members)

    @property
    def tally(self) -> list[tuple[StepState, int]]:
        """How many steps of a group are in each state; [] for all other rows."""
        if self.step is not None:
            return []
        counts = Counter(step.state for step in self.members)
        return [(state, counts[state]) for state in StepState if counts[state]]

    def seconds(self, now: float) -> float | None:
        """From its first start to its last end or, while it goes on, to `now` (epoch seconds); None if unknown."""
        if self.attempt is not None:
            (attempt,) = self.attempts
            return attempt.seconds(now) if attempt.ended is not None or self.ageing else None
        if self.step is not None:
            return self.step.seconds(now)
        started = [step.started for step in self.members if step.started is not None]
        ended = max(now * 1000 if step.ageing else step.ended or 0.0 for step in self.members)
        return (ended - min(started)) / 1000 if started and ended else None


def _merged(steps: Iterable[StepProgress], state: StepState) -> Iterator[Attempt]:
    """The times in which any of the steps executed, each as one attempt; the last goes on if one of them does."""
    start, end = inf, -inf
    for began, ended in sorted((step.started, step.ended or inf) for step in steps if step.started is not None):
        if began > end > -inf:
            yield Attempt(state, int(start), int(end))
            start, end = inf, -inf
        start, end = min(start, began), max(end, ended)
    if end > -inf:
        yield Attempt(state, int(start), None if end == inf else int(end))


def step_rows(steps: Sequence[StepProgress], turned: Set[str]) -> list[StepRow]:
    """The rows in the steps' order; `turned` are the keys of rows that the user has folded or unfolded by hand."""
    rows: list[StepRow] = []
    for template, members in groupby(steps, key=lambda step: step.template):
        group = tuple(members)
        if template is None or len(group) == 1:
            for step in group:
                rows.extend(_step(step, 0, turned))
        else:
            rows.extend(_group(template, group, turned))
    return rows


def _group(template: str, steps: tuple[StepProgress, ...], turned: Set[str]) -> Iterator[StepRow]:
    folded = (len(steps) > MANY) != (template in turned)
    states = {step.state for step in steps}
    state = next(state for state in _WORST if state in states)
    yield StepRow(template, template, state, folded=folded, members=steps)
    for step in steps:
        if not folded or step.state is StepState.FAILURE:
            yield from _step(step, 1, turned)


def _step(step: StepProgress, depth: int, turned: Set[str]) -> Iterator[StepRow]:
    folded = step.key not in turned if len(step.attempts) > 1 else None
    yield StepRow(step.key, step.key, step.state, depth, folded, step, members=(step,))
    if folded is False:
        for number, attempt in enumerate(step.attempts, step.first_attempt):
            yield StepRow(f"{step.key}\n{number}", f"attempt {number}", attempt.state, depth + 1, None, step, number)
