"""What a Dagster server's answers look like, by the server's own names; fields that are not named here are ignored."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

# pydantic takes the standard library's TypedDict from Python 3.12 on only, and brings this one along.
from typing_extensions import TypedDict

from run_tui.sources._dagster_event import AssetKey, Event, Lines, Moment

T = TypeVar("T")


class Failure(BaseModel):
    """Any member of a union but the one asked for: `PythonError`, `RunNotFoundError`, and what later servers add."""

    model_config = ConfigDict(defer_build=True)

    typename: str = Field(alias="__typename", pattern="Error$")
    message: str | None = None
    stack: Lines = ()


class EventConnection(TypedDict):
    """A page of events; `cursor` is where the next one starts."""

    events: list[Event]
    cursor: str
    hasMore: bool


class Tag(TypedDict):
    """A run's tag."""

    key: str
    value: str


class WireRun(TypedDict):
    """A run, as far as the query asked for it."""

    id: str
    status: str
    creationTime: Moment
    startTime: NotRequired[Moment | None]
    endTime: NotRequired[Moment | None]
    pipelineName: NotRequired[str | None]
    mode: NotRequired[str | None]
    tags: NotRequired[list[Tag]]
    rootRunId: NotRequired[str | None]
    parentRunId: NotRequired[str | None]
    runConfigYaml: NotRequired[str | None]
    assetSelection: NotRequired[list[AssetKey] | None]


class Runs(TypedDict):
    """A page of runs; `count` is how many there are on all pages."""

    results: list[WireRun]
    count: int


class PlanOutput(TypedDict):
    """The step that an input waits for."""

    key: str


class PlanInput(TypedDict):
    """An input of a planned step."""

    dependsOn: list[PlanOutput]


class PlanStep(TypedDict):
    """A planned step."""

    key: str
    kind: str
    inputs: list[PlanInput]


class Plan(TypedDict):
    """The steps of a run, in no order."""

    steps: list[PlanStep]


class PlannedRun(TypedDict):
    """A run and its plan, which some runs do not have."""

    executionPlan: Plan | None


class _RunData(TypedDict):
    runOrError: Annotated[WireRun | Failure, Field(union_mode="left_to_right")]


class _PlanData(TypedDict):
    runOrError: Annotated[PlannedRun | Failure, Field(union_mode="left_to_right")]


class _RunsData(TypedDict):
    runsOrError: Annotated[Runs | Failure, Field(union_mode="left_to_right")]


class _PageData(TypedDict):
    runOrError: NotRequired[Annotated[WireRun | Failure, Field(union_mode="left_to_right")]]
    logsForRun: Annotated[EventConnection | Failure, Field(union_mode="left_to_right")]


class Probe(TypedDict):
    """Where the page asked for ends, and whether it is full."""

    cursor: str
    hasMore: bool


class _ProbeData(TypedDict):
    logsForRun: Annotated[Probe | Failure, Field(union_mode="left_to_right")]


class ProbeAnswer(TypedDict):
    """The whole body that answers a look for events after a cursor."""

    data: _ProbeData


class CapturedLogs(TypedDict):
    """A piece of what a process wrote; None where there is nothing after the cursor asked for."""

    stdout: str | None
    stderr: str | None
    cursor: str | None


class _OutputData(TypedDict):
    capturedLogs: CapturedLogs


class OutputAnswer(TypedDict):
    """The whole body that answers for a process's output."""

    data: _OutputData


class _VersionData(TypedDict):
    version: str


class VersionAnswer(TypedDict):
    """The whole body that answers for the server's version."""

    data: _VersionData


class RunAnswer(TypedDict):
    """The whole body that answers for a run."""

    data: _RunData


class PlanAnswer(TypedDict):
    """The whole body that answers for a run's plan."""

    data: _PlanData


class RunsAnswer(TypedDict):
    """The whole body that answers for a page of runs."""

    data: _RunsData


class PageAnswer(TypedDict):
    """The whole body that answers for a page of events, perhaps with its run."""

    data: _PageData


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def adapter(answer: type[T]) -> TypeAdapter[T]:
    """Checks bodies against one of the answers above; made when first wanted, for it takes milliseconds."""
    if answer not in _ADAPTERS:
        _ADAPTERS[answer] = TypeAdapter(answer)
    return _ADAPTERS[answer]
