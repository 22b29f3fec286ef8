"""What a Dagster server answers to what changes its runs, by its own names; fields not named here are ignored."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

from pydantic import AliasChoices, BaseModel, Field
from typing_extensions import TypedDict

from run_tui.sources._dagster_event import Lines
from run_tui.sources._dagster_wire import Failure, Tag

T = TypeVar("T")


class Place(BaseModel):
    """One part of the way to a place: the name of a field, the index of an item, or a key of a map."""

    name: str | int | float | bool | None = Field(
        None, validation_alias=AliasChoices("fieldName", "listIndex", "mapKey")
    )


class Stack(BaseModel):
    """The way to a place, from the outside."""

    entries: tuple[Place, ...] = ()


class ConfigError(BaseModel):
    """What is wrong at one place of a run's configuration."""

    message: str
    stack: Stack = Stack()
    field_name: str | None = Field(None, alias="fieldName")
    field_names: tuple[str, ...] = Field((), alias="fieldNames")


class Refusal(BaseModel):
    """Any member of a union but the one that says that it was done; not all of these are called errors."""

    typename: str = Field(alias="__typename")
    message: str | None = None
    stack: Lines = ()
    errors: tuple[ConfigError, ...] = ()
    step: str | None = Field(None, alias="invalidStepKey")


Done: TypeAlias = Annotated[T | Refusal, Field(union_mode="left_to_right")]
Read: TypeAlias = Annotated[T | Failure, Field(union_mode="left_to_right")]


class RunRef(TypedDict):
    """A run, by its id."""

    id: str


class Changed(TypedDict):
    """A run was changed, or a new one launched."""

    run: RunRef


class Deleted(TypedDict):
    """A run was deleted."""

    runId: str


class _Terminate(TypedDict):
    terminateRun: Done[Changed]


class _Delete(TypedDict):
    deleteRun: Done[Deleted]


class _Launch(TypedDict):
    launchRun: Done[Changed]


class _Reexecute(TypedDict):
    launchRunReexecution: Done[Changed]


class TerminateAnswer(TypedDict):
    """The whole body that answers a termination."""

    data: _Terminate


class DeleteAnswer(TypedDict):
    """The whole body that answers a deletion."""

    data: _Delete


class LaunchAnswer(TypedDict):
    """The whole body that answers a launch."""

    data: _Launch


class ReexecuteAnswer(TypedDict):
    """The whole body that answers a re-execution."""

    data: _Reexecute


class Origin(TypedDict):
    """Where the code of a run is."""

    repositoryName: str
    repositoryLocationName: str


class AssetKey(TypedDict):
    """An asset's name, in parts."""

    path: list[str]


class Parent(TypedDict):
    """What of a run another one needs that executes some of its steps again."""

    id: str
    rootRunId: str | None
    pipelineName: str
    mode: str
    runConfigYaml: str
    tags: list[Tag]
    repositoryOrigin: Origin | None
    solidSelection: list[str] | None
    assetSelection: list[AssetKey] | None


class _ParentData(TypedDict):
    runOrError: Read[Parent]


class ParentAnswer(TypedDict):
    """The whole body that answers for a parent."""

    data: _ParentData


class Permission(TypedDict):
    """Whether something is allowed."""

    permission: str
    value: bool


class Permissions(TypedDict):
    """What is allowed in one place."""

    permissions: list[Permission]


class _Allowing(TypedDict):
    locationEntries: list[Permissions]


class _PermissionsData(TypedDict):
    permissions: list[Permission]
    workspaceOrError: Read[_Allowing]


class PermissionsAnswer(TypedDict):
    """The whole body that tells what is allowed."""

    data: _PermissionsData


class Job(TypedDict):
    """A job."""

    name: str
    description: str | None


class Repository(TypedDict):
    """Some jobs of a location."""

    name: str
    jobs: list[Job]


class Location(TypedDict):
    """Code that was loaded."""

    repositories: list[Repository]


class LocationEntry(TypedDict):
    """A location of code, which may still be loading (None)."""

    name: str
    permissions: list[Permission]
    locationOrLoadError: Read[Location] | None


class Entries(TypedDict):
    """All locations."""

    locationEntries: list[LocationEntry]


class _WorkspaceData(TypedDict):
    workspaceOrError: Read[Entries]


class WorkspaceAnswer(TypedDict):
    """The whole body that tells all jobs."""

    data: _WorkspaceData


class Schema(TypedDict):
    """What a job can be configured with."""

    rootDefaultYaml: str


class _ConfigData(TypedDict):
    runConfigSchemaOrError: Read[Schema]


class ConfigAnswer(TypedDict):
    """The whole body that tells a job's defaults."""

    data: _ConfigData


class Valid(TypedDict):
    """A configuration that the server takes."""

    pipelineName: str


class _CheckData(TypedDict):
    isPipelineConfigValid: Done[Valid]


class CheckAnswer(TypedDict):
    """The whole body that tells whether a configuration is taken."""

    data: _CheckData
