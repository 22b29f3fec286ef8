"""The state of each step of a run, folded from its events as they arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress

from run_tui.model import RunStatus, Step, StepState
from run_tui.store import EventStore

_STATES = {
    "STEP_START": StepState.RUNNING,
    "STEP_RESTARTED": StepState.RUNNING,
    "STEP_UP_FOR_RETRY": StepState.RETRYING,
    "STEP_SUSPENDED": StepState.SUSPENDED,
    "STEP_SUCCESS": StepState.SUCCESS,
    "STEP_FAILURE": StepState.FAILURE,
    "STEP_SKIPPED": StepState.SKIPPED,
}
_DYNAMIC = re.compile(r"\[[^\]?]+\]")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One execution of a step; times are epoch milliseconds, `ended` is None while it goes on."""

    state: StepState
    started: int
    ended: int | None = None

    def seconds(self, now: float) -> float:
        """How long it took, or has taken so far; `now` is epoch seconds."""
        return (now * 1000 if self.ended is None else self.ended) / 1000 - self.started / 1000


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step's state, since `changed` (epoch milliseconds), and its attempts, the first numbered `first_attempt`.

    Of a run in a step's place `errors` says how many have been read.
    """

    key: str
    state: StepState = StepState.PENDING
    attempts: tuple[Attempt, ...] = ()
    template: str | None = None
    first_attempt: int = 1
    changed: int = 0
    errors: int = 0

    @property
    def started(self) -> int | None:
        """When it first started, in epoch milliseconds."""
        return self.attempts[0].started if self.attempts else None

    @property
    def ended(self) -> int | None:
        """When it ended for good, in epoch milliseconds."""
        return self.attempts[-1].ended if self.attempts and not self.ageing else None

    @property
    def ageing(self) -> bool:
        """Whether it takes longer the longer one looks."""
        return self.state in (StepState.RUNNING, StepState.RETRYING)

    @property
    def attempt(self) -> int:
        """The number of the latest attempt, from 1."""
        return self.first_attempt + max(0, len(self.attempts) - 1)

    def seconds(self, now: float) -> float | None:
        """How long it took, or has taken so far; None where it never started or never ended. `now`: epoch seconds."""
        if self.started is None or (self.ended is None and not self.ageing):
            return None
        return (now * 1000 if self.ended is None else self.ended) / 1000 - self.started / 1000


class StepBoard:
    """All steps of a run: those planned, in the plan's order, and those that only events speak of."""

    def __init__(self) -> None:
        self._plan: dict[str, Step] = {}
        self._steps: dict[str, StepProgress] = {}
        self._last_ends: dict[str, int] = {}
        self._seen = 0
        self._listed: list[StepProgress] = []
        self._places: dict[str, int] = {}

    def set_plan(self, plan: list[Step]) -> None:
        """Takes the run's plan; steps already seen keep their state."""
        self._plan = {step.key: step for step in plan}
        self._places.clear()

    def forget_events(self) -> None:
        """Starts over: the events are read anew."""
        self._steps.clear()
        self._last_ends.clear()
        self._places.clear()
        self._seen = 0

    def followed_by(self, later: StepBoard) -> StepBoard:
        """What this board and one of later events, with a gap between the two, tell together."""
        both = StepBoard()
        both._plan, both._steps = self._plan, self._steps | later._steps
        both._last_ends = self._last_ends | later._last_ends
        for key, step in later._steps.items():
            before = self._steps.get(key)
            if before is not None:
                both._steps[key] = _followed(before, step)
        return both

    def update(self, store: EventStore) -> bool:
        """Takes in the store's new rows; True when some step changed."""
        start, end = self._seen, len(store)
        self._seen = end
        table = bytes(value in _STATES for value in store.types.values[:256]).ljust(256, b"\0")
        rows = list(compress(range(start, end), store.types.low[start:end].translate(table)))
        for row in rows:
            self._take(store, row)
        return bool(rows)

    def _take(self, store: EventStore, row: int) -> None:
        key, event_type = store.steps[row], store.types[row]
        if key is None or event_type is None:
            return
        step = self._steps.get(key) or StepProgress(key, template=self._template(key))
        state, time = _STATES[event_type], store.times[row]
        if state is StepState.RUNNING:
            first = step.first_attempt if step.attempts else store.attempts[row]
            attempts = (*step.attempts, Attempt(state, time))
        else:
            attempts, first = _ended(step.attempts, state, time), step.first_attempt
            self._last_ends[key] = self._last_ends[step.template or key] = time
        step = self._steps[key] = StepProgress(key, state, attempts, step.template, first, time)
        place = self._places.get(key)
        if place is not None:
            self._listed[place] = step
        else:
            self._places.clear()

    @staticmethod
    def _template(key: str) -> str | None:
        template = _DYNAMIC.sub("[?]", key)
        return template if template != key else None

    def listed(self, status: RunStatus | None, *, all_read: bool = True) -> list[StepProgress]:
        """All steps in plan order, dynamic ones in place of their template; `status` tells what the unfinished are.

        While not all events of a run that has ended are read, nobody knows yet what became of those.
        """
        if not self._places:
            self._listed = list(self._in_order())
            self._places = {step.key: place for place, step in enumerate(self._listed)}
        if status is not None and status.finished:
            return [_settled(step) if all_read else _unread(step) for step in self._listed]
        return self._listed.copy()

    def ready(self, key: str) -> int | None:
        """When all that a step, or a template of dynamic ones, depends on had ended; None where that is not known."""
        step = self._steps.get(key)
        planned = self._plan.get(key) or (self._plan.get(step.template or "") if step is not None else None)
        ends = [self._last_ends.get(need) for need in planned.depends_on] if planned is not None else []
        return None if not ends or None in ends else max(end for end in ends if end is not None)

    def _in_order(self) -> Iterator[StepProgress]:
        children: dict[str, list[StepProgress]] = {}
        unplanned = [step for step in self._steps.values() if step.key not in self._plan]
        for step in unplanned:
            if step.template in self._plan:
                children.setdefault(step.template or "", []).append(step)
        for key in self._plan:
            if key in self._steps or key not in children:
                yield self._steps.get(key) or StepProgress(key)
            yield from children.get(key, ())
        yield from (step for step in unplanned if step.template not in self._plan)


def _ended(attempts: tuple[Attempt, ...], state: StepState, time: int) -> tuple[Attempt, ...]:
    """The attempts with the last one ended, for good after a pause; one that is to be tried again has failed."""
    if not attempts or (attempts[-1].ended is not None and attempts[-1].state is not StepState.SUSPENDED):
        return attempts
    result = StepState.FAILURE if state is StepState.RETRYING else state
    return (*attempts[:-1], replace(attempts[-1], state=result, ended=time))


def _followed(before: StepProgress, after: StepProgress) -> StepProgress:
    """A step of which what lies between the two has not been read yet."""
    ended = after.attempts[0].started if after.attempts else after.changed
    state = StepState.RETRYING if after.attempts else after.state
    attempts = before.attempts if state is StepState.RUNNING else _ended(before.attempts, state, ended)
    return replace(after, attempts=attempts + after.attempts, first_attempt=before.first_attempt)


def _settled(step: StepProgress) -> StepProgress:
    """A step of a run that has ended: what never started was not executed, what never ended did not finish."""
    if step.state is StepState.PENDING:
        return replace(step, state=StepState.NOT_EXECUTED)
    if step.state in (StepState.RUNNING, StepState.RETRYING):
        return replace(step, state=StepState.INTERRUPTED)
    return step


def _unread(step: StepProgress) -> StepProgress:
    """A step of a run that has ended and is still being read."""
    return replace(step, state=StepState.UNREAD) if step.state in _OPEN else step


_OPEN = (StepState.PENDING, StepState.RUNNING, StepState.RETRYING)
"""The states in which no step of a run that has ended can be."""
