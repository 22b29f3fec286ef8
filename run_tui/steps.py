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
    "STEP_SUCCESS": StepState.SUCCESS,
    "STEP_FAILURE": StepState.FAILURE,
    "STEP_SKIPPED": StepState.SKIPPED,
}
_DYNAMIC = re.compile(r"\[[^\]?]+\]")


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step's state; times are epoch milliseconds, `attempt` counts from 1."""

    key: str
    state: StepState = StepState.PENDING
    started: int | None = None
    ended: int | None = None
    attempt: int = 1
    template: str | None = None

    def seconds(self, now: float) -> float | None:
        """How long it took, or has taken so far; None where it never started. `now` is epoch seconds."""
        if self.started is None:
            return None
        if self.ended is None:
            return now - self.started / 1000 if self.ageing else None
        return (self.ended - self.started) / 1000

    @property
    def ageing(self) -> bool:
        """Whether it takes longer the longer one looks."""
        return self.ended is None and self.state in (StepState.RUNNING, StepState.RETRYING)


class StepBoard:
    """All steps of a run: those planned, in the plan's order, and those that only events speak of."""

    def __init__(self) -> None:
        self._plan: dict[str, Step] = {}
        self._steps: dict[str, StepProgress] = {}
        self._seen = 0

    def set_plan(self, plan: list[Step]) -> None:
        """Takes the run's plan; steps already seen keep their state."""
        self._plan = {step.key: step for step in plan}

    def forget_events(self) -> None:
        """Starts over: the events are read anew."""
        self._steps.clear()
        self._seen = 0

    def followed_by(self, later: StepBoard) -> StepBoard:
        """What this board and one of later events, with a gap between the two, tell together."""
        both = StepBoard()
        both._plan, both._steps = self._plan, self._steps | later._steps
        for key, step in later._steps.items():
            before = self._steps.get(key)
            if before is not None and before.started is not None:
                both._steps[key] = replace(step, started=before.started)
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
        state, started, ended = _STATES[event_type], step.started, step.ended
        if state is StepState.RUNNING:
            started, ended = (store.times[row] if started is None else started), None
        elif state is not StepState.RETRYING:
            ended = store.times[row]
        self._steps[key] = StepProgress(key, state, started, ended, store.attempts[row], step.template)

    @staticmethod
    def _template(key: str) -> str | None:
        template = _DYNAMIC.sub("[?]", key)
        return template if template != key else None

    def listed(self, status: RunStatus | None) -> list[StepProgress]:
        """All steps in plan order, dynamic ones in place of their template; `status` tells what the unfinished are."""
        children: dict[str, list[StepProgress]] = {}
        for step in self._steps.values():
            if step.key not in self._plan and step.template in self._plan:
                children.setdefault(step.template or "", []).append(step)
        order = list(self._in_plan_order(children))
        known = {step.key for step in order}
        order += [step for step in self._steps.values() if step.key not in known]
        return [_settled(step, status) for step in order] if status is not None and status.finished else order

    def _in_plan_order(self, children: dict[str, list[StepProgress]]) -> Iterator[StepProgress]:
        for key in self._plan:
            if key in children:
                yield from children[key]
            else:
                yield self._steps.get(key) or StepProgress(key)


def _settled(step: StepProgress, status: RunStatus) -> StepProgress:
    """A step of a run that has ended: what never started was not executed, what never ended did not finish."""
    if step.state is StepState.PENDING:
        return StepProgress(step.key, StepState.NOT_EXECUTED, template=step.template)
    if step.state in (StepState.RUNNING, StepState.RETRYING):
        return StepProgress(step.key, StepState.INTERRUPTED, step.started, None, step.attempt, step.template)
    return step
