"""The runs of a log of several: how each fares, as rows beside the log, like the steps of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress

from run_tui.format import run_labels
from run_tui.model import Run, RunName, RunStatus, StepState, epoch_ms
from run_tui.steps import Attempt, StepBoard, StepProgress
from run_tui.store import EventStore

_ERROR = 4
_SEVERE = bytes(rank >= _ERROR for rank in range(256))
_STATES = {
    RunStatus.SUCCESS: StepState.SUCCESS,
    RunStatus.FAILURE: StepState.FAILURE,
    RunStatus.CANCELED: StepState.INTERRUPTED,
    RunStatus.SUSPENDED: StepState.SUSPENDED,
}
_TOGETHER = (RunStatus.FAILURE, RunStatus.CANCELED)
"""What runs that have ended are together: the first of these that one of them is."""


class RunBoard(StepBoard):
    """The runs of a log, each in the place of a step, with how many errors have been read of it."""

    def __init__(self, runs: Iterable[Run]) -> None:
        super().__init__()
        self._runs = {run.name: run for run in runs}
        self.labels = run_labels(self._runs)
        self._names = {label: name for name, label in self.labels.items()}
        self._unreadable: set[RunName] = set()
        self._errors: Counter[RunName] = Counter()
        self._taken = 0

    @property
    def runs(self) -> Sequence[Run]:
        """The runs as they are now, in the order in which they were chosen."""
        return list(self._runs.values())

    def take(self, name: RunName, run: Run, *, readable: bool) -> None:
        """Takes a run as it is now, and whether it can be read."""
        self._runs[name] = run
        (self._unreadable.discard if readable else self._unreadable.add)(name)

    def run_at(self, key: str) -> Run:
        """The run that a row stands for."""
        return self._runs[self._names[key]]

    def run_named(self, name: RunName) -> Run:
        """The run that an event is of."""
        return self._runs[name]

    def update(self, store: EventStore) -> bool:
        """Counts the errors among the store's new rows; True when there are more."""
        start, self._taken = self._taken, len(store)
        severe = store.ranks[start:].translate(_SEVERE)
        found = Counter(compress(store.runs.codes(start, len(store)), severe)) if 1 in severe else {}
        self._errors.update({store.runs.values[code]: count for code, count in found.items()})
        return bool(found)

    def forget_events(self) -> None:
        """Starts over: the events are read anew."""
        self._errors.clear()
        self._taken = 0

    def listed(self, status: RunStatus | None, *, all_read: bool = True) -> list[StepProgress]:
        """All runs; what they are together says nothing of any."""
        return [self._row(name, run) for name, run in self._runs.items()]

    def ready(self, key: str) -> int | None:
        """When the run was created: from then on it could have started."""
        return epoch_ms(self.run_at(key).created_at)

    def _row(self, name: RunName, run: Run) -> StepProgress:
        state = StepState.RUNNING if run.status.active else _STATES.get(run.status, StepState.PENDING)
        if name in self._unreadable:
            return StepProgress(self.labels[name], StepState.UNREAD)
        attempts: tuple[Attempt, ...] = ()
        if run.started_at is not None:
            ended = None if run.ended_at is None else epoch_ms(run.ended_at)
            attempts = (Attempt(state, epoch_ms(run.started_at), ended),)
        return StepProgress(self.labels[name], state, attempts, errors=self._errors[name])


def run_of_several(runs: Sequence[Run]) -> Run:
    """What several runs are together: from the first one's beginning to the last one's end."""
    jobs = {run.pipeline_name for run in runs}
    started = [run.started_at for run in runs if run.started_at is not None]
    ended = [run.ended_at for run in runs if run.ended_at is not None]
    over = all(run.status.finished for run in runs)
    statuses = {run.status for run in runs}
    return Run(
        id=f"{len(runs)} runs",
        status=next(filter(statuses.__contains__, _TOGETHER), RunStatus.SUCCESS) if over else RunStatus.STARTED,
        created_at=min((run.created_at for run in runs), key=epoch_ms),
        started_at=min(started, key=epoch_ms, default=None),
        ended_at=max(ended, key=epoch_ms, default=None) if over else None,
        pipeline_name=next(iter(jobs)) if len(jobs) == 1 else None,
    )
