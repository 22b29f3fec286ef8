"""What runs, steps and events are, whichever system they come from: frozen data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from run_tui.model.levels import STRUCTURE_TYPES, OpenEnum, RunEventLevel, effective_rank
from run_tui.model.times import epoch_ms, epoch_times, iso_timestamp

__all__ = [
    "DOCUMENTED_RUN_FIELDS", "MAX_PAGE", "STRUCTURE_TYPES", "DataRows", "ErrorInfo", "EventDetails", "EventPage",
    "MetadataEntry", "Run", "RunEvent", "RunEventLevel", "RunEventList", "RunFilter", "RunKey", "RunList", "RunStatus",
    "Step", "StepState", "effective_rank", "epoch_ms", "epoch_times", "iso_timestamp",
]  # fmt: skip

MAX_PAGE = 1000
"""The most events asked for at once: Dagster servers clamp, refuse or choke on more."""


class RunStatus(OpenEnum):
    """Where a run is in its life; unknown values keep their text and count as not finished."""

    QUEUED = "QUEUED"
    NOT_STARTED = "NOT_STARTED"
    MANAGED = "MANAGED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"

    @property
    def finished(self) -> bool:
        """Whether the run has ended; a last event may still follow."""
        return self in (RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED)

    @property
    def active(self) -> bool:
        """Whether something of the run is executing now."""
        return self in (RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True, defer_build=True)


class ErrorInfo(_Model):
    """One exception as the server tells it, with what caused it."""

    class_name: str | None = None
    message: str = ""
    stack: tuple[str, ...] = ()
    cause: ErrorInfo | None = None

    @property
    def chain(self) -> tuple[ErrorInfo, ...]:
        """This error, then its cause, then the cause's cause: the last is where it began."""
        links = [self]
        while links[-1].cause is not None:
            links.append(links[-1].cause)
        return tuple(links)


class MetadataEntry(_Model):
    """One labelled value of an event, its value already text ("1,024 rows", a path, JSON)."""

    label: str
    value: str
    description: str | None = None


class EventDetails(_Model):
    """What only some events carry beside their message."""

    error: ErrorInfo | None = None
    metadata: tuple[MetadataEntry, ...] = ()


class RunEvent(_Model):
    """One event of a run.

    `timestamp` is ISO 8601 as documented; `event_type` is None for a plain log message; `attempt` counts from 1
    and is None where the step or the attempt is not known. Source: the Run API documents, `RunEvent`.
    """

    run_id: str
    message: str
    timestamp: str
    level: RunEventLevel
    step_key: str | None = None
    event_type: str | None = None
    attempt: int | None = None
    error: ErrorInfo | None = None
    metadata: tuple[MetadataEntry, ...] = ()


class RunEventList(_Model):
    """One page of a run's events; `total` counts this page. Source: the Run API documents, `RunEventList`.

    `skipped`, which is not in the documents, says in a sentence each what the server could not deliver.
    """

    items: list[RunEvent]
    total: int
    cursor: str | None = None
    has_more: bool = False
    skipped: tuple[str, ...] = ()


class Run(_Model):
    """One run's metadata; times are ISO 8601 in UTC. Source: the Run API documents, `Run`.

    The fields after `mode` are not in the documents and stay at their defaults where a query does not ask for them.
    `connection` names the one that it was listed by: ids are unique on one server only.
    """

    id: str
    status: RunStatus
    created_at: str
    started_at: str | None = None
    ended_at: str | None = None
    pipeline_name: str | None = None
    mode: str | None = None
    tags: dict[str, str] = {}
    root_run_id: str | None = None
    parent_run_id: str | None = None
    config_yaml: str | None = None
    connection: str | None = None
    assets: tuple[str, ...] = ()

    @property
    def target(self) -> str | None:
        """What it runs: its job, or the selected `assets` where the job is one that Dagster made up for them."""
        first, *others = self.assets or (self.pipeline_name,)
        if first is None or not (self.pipeline_name or "").startswith("__"):
            return self.pipeline_name
        return f"{first} +{len(others)}" if len(others) > 1 else ", ".join((first, *others))

    @property
    def key(self) -> RunKey:
        """What tells it from the runs of all servers."""
        return self.connection, self.id

    @property
    def name(self) -> RunName:
        """What its events are told by beside those of other runs."""
        return RunName(self.id, self.pipeline_name, self.connection)

    def updated(self, newer: Run) -> Run:
        """This run as `newer` tells it; what that answer left empty keeps its value."""
        return self.model_copy(update={name: value for name, value in newer if value not in (None, {}, ())})


RunKey = tuple[str | None, str]
"""A run's connection and its id."""


class RunName(NamedTuple):
    """Which of several runs an event is of."""

    id: str
    job: str | None = None
    connection: str | None = None


DOCUMENTED_RUN_FIELDS = frozenset({"id", "status", "created_at", "started_at", "ended_at", "pipeline_name", "mode"})


class RunList(_Model):
    """One page of runs, newest first; `total` counts all runs that fit the filter, None where the server cannot say."""

    items: list[Run]
    total: int | None = None
    cursor: str | None = None
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What to ask a server's run list for; empty fields ask for everything. Times are epoch seconds.

    `root` asks for the re-executions of a run, or for the runs it started, and for theirs.
    """

    statuses: tuple[RunStatus, ...] = ()
    job: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    created_after: float | None = None
    created_before: float | None = None
    ids: tuple[str, ...] = ()
    root: str | None = None


class StepState(StrEnum):
    """Where a step is in its life, in the order in which tallies name them."""

    SUCCESS = "success"
    FAILURE = "failure"
    RUNNING = "running"
    RETRYING = "retrying"
    SUSPENDED = "paused"
    PENDING = "pending"
    UNREAD = "unread"
    SKIPPED = "skipped"
    NOT_EXECUTED = "not run"
    INTERRUPTED = "unfinished"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run's plan; `template` is the planned key a dynamic step came from ("work[?]" for "work[a]")."""

    key: str
    kind: str = "COMPUTE"
    depends_on: tuple[str, ...] = ()
    template: str | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of a run's events as columns of equal length, in the server's order: what the store appends.

    `timestamps` are the server's own texts (epoch milliseconds or ISO 8601); `details` is keyed by position in the
    page. `run` is the run's state read in the same request, where the server allows that, never older than the events.
    `skipped` says, a sentence each, what the server could not deliver; `skipped_count` how many events that was.
    `attempts` are those of the events' steps, 0 outside any, and empty where they follow from the events before.
    Of several runs together `runs` says which run each event is of.
    `read` is how much of the run has been read with this page, up to 1, None where that is not known.
    """

    run_id: str
    timestamps: Sequence[str] = ()
    levels: Sequence[str] = ()
    types: Sequence[str | None] = ()
    steps: Sequence[str | None] = ()
    messages: Sequence[str] = ()
    details: Mapping[int, EventDetails] = field(default_factory=dict)
    cursor: str | None = None
    has_more: bool = False
    run: Run | None = None
    skipped: tuple[str, ...] = ()
    skipped_count: int = 0
    attempts: Sequence[int] = ()
    runs: Sequence[RunName] = ()
    read: float | None = None

    def __len__(self) -> int:
        return len(self.messages)

    def event(self, index: int) -> RunEvent:
        """The event at `index` of this page, as the contract has it."""
        details = self.details.get(index)
        return RunEvent(
            run_id=self.runs[index].id if self.runs else self.run_id,
            message=self.messages[index],
            timestamp=iso_timestamp(self.timestamps[index]),
            level=RunEventLevel(self.levels[index]),
            step_key=self.steps[index],
            event_type=self.types[index],
            attempt=self.attempts[index] or None if self.attempts else None,
            error=details.error if details else None,
            metadata=details.metadata if details else (),
        )

    def as_list(self) -> RunEventList:
        """The page as the contract's list."""
        items = [self.event(i) for i in range(len(self))]
        return RunEventList(
            items=items, total=len(items), cursor=self.cursor, has_more=self.has_more, skipped=self.skipped
        )


@dataclass(frozen=True, slots=True)
class DataRows:
    """Some rows of the data that an `attempt` of a step made, of `total` that there are; columns are the user's own."""

    items: Sequence[Mapping[str, object]]
    total: int
    attempt: int
