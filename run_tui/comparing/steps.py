"""Which steps of two runs went otherwise: another state, much slower or faster, or in one of the runs only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from statistics import median

from run_tui.comparing.forms import form
from run_tui.model import StepState
from run_tui.steps import StepProgress

TIMES, SECONDS = 2.0, 1.0
"""A step is much slower if it took at least so many times as long, and at least so many seconds longer.

Below a second the start of a process, or a pause of its machine, makes as much of a difference.
"""


class Change(IntEnum):
    """What became of a step, the worst first; the text says it to a person."""

    FAILED = 0
    STATE = 1
    ONLY_AFTER = 2
    ONLY_BEFORE = 3
    SLOWER = 4
    ATTEMPTS = 5
    FASTER = 6
    NONE = 7


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step of two runs; None where a run has no such step. `seconds` are of both, None where that is not known."""

    before: StepProgress | None
    after: StepProgress | None
    change: Change
    seconds: tuple[float | None, float | None] = (None, None)

    @property
    def key(self) -> str:
        """What the step is called, in the run after if there."""
        step = self.after or self.before
        assert step is not None
        return step.key

    @property
    def key_before(self) -> str:
        """What it is called in the run before, if there."""
        return self.key if self.before is None else self.before.key

    @property
    def ratio(self) -> float | None:
        """How many times as long it took; None where one of the two is not known, or nothing."""
        one, other = self.seconds
        return other / one if one and other else None


def compare_steps(before: Sequence[StepProgress], after: Sequence[StepProgress], now: float) -> tuple[StepChange, ...]:
    """All steps of two runs, those that changed first, the worst of them first; `now` is epoch seconds."""
    names = {step.key: step for step in before}
    pairs = paired(list(names), [step.key for step in after])
    found = {other: one for one, other in pairs.items()}
    changes = [_changed(names.get(found.get(step.key, "")), step, now) for step in after]
    changes += [_changed(step, None, now) for step in before if step.key not in pairs]
    return tuple(sorted(changes, key=_rank))


def paired(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """Which step of the run after is which of the run before: of the same key, else of keys that differ as dates do.

    The latter only where as many of them are left on both sides.
    """
    pairs = {key: key for key in set(before).intersection(after)}
    left: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, keys in enumerate((before, after)):
        for key in keys:
            if key not in pairs:
                left[form(key)][side].append(key)
    for one, other in left.values():
        if len(one) == len(other):
            pairs.update(zip(one, other, strict=True))
    return pairs


def pace(changes: Sequence[StepChange]) -> float | None:
    """How many times as long the middle one of the steps took that succeeded in both runs; None if there are few."""
    succeeded = StepState.SUCCESS
    ratios = [
        each.ratio
        for each in changes
        if each.ratio and each.before and each.after and each.before.state is each.after.state is succeeded
    ]
    return median(ratios) if len(ratios) > 2 else None


def _changed(before: StepProgress | None, after: StepProgress | None, now: float) -> StepChange:
    seconds = _seconds(before, now), _seconds(after, now)
    return StepChange(before, after, _kind(before, after, seconds), seconds)


def _seconds(step: StepProgress | None, now: float) -> float | None:
    return None if step is None else step.seconds(now)


def _kind(
    before: StepProgress | None, after: StepProgress | None, seconds: tuple[float | None, float | None]
) -> Change:
    if before is None:
        return Change.ONLY_AFTER
    if after is None:
        return Change.ONLY_BEFORE
    if before.state is not after.state:
        return Change.FAILED if StepState.FAILURE in (before.state, after.state) else Change.STATE
    one, other = seconds
    if one is not None and other is not None:
        if much_slower(one, other):
            return Change.SLOWER
        if much_slower(other, one):
            return Change.FASTER
    return Change.ATTEMPTS if before.attempt != after.attempt else Change.NONE


def much_slower(before: float, after: float) -> bool:
    """Whether something that took `before` seconds, and then `after`, became much slower."""
    return after >= TIMES * before and after - before >= SECONDS


def _rank(change: StepChange) -> tuple[int, float]:
    one, other = change.seconds
    return change.change, -abs((other or 0) - (one or 0)) if change.change in (Change.SLOWER, Change.FASTER) else 0
