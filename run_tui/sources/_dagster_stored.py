"""A run and its events as Dagster's own storage has them, by its names; fields that are not named are ignored."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, with_config

# pydantic takes the standard library's TypedDict from Python 3.12 on only, and brings this one along.
from typing_extensions import TypedDict

from run_tui.sources._dagster_event import YEAR_1, YEAR_10000, AssetKey, Lines, TableSchema

LATER = ConfigDict(defer_build=True)


class Enum(TypedDict):
    """A member of an enum, as `Enum.MEMBER`."""

    name: Annotated[str, Field(validation_alias="__enum__")]


class Error(TypedDict):
    """An exception and what caused it."""

    message: str
    cls_name: NotRequired[str | None]
    stack: NotRequired[Lines]
    cause: NotRequired[Error | None]


class Record(TypedDict):
    """A table's record."""

    data: dict[str, Any]


class ColumnSource(TypedDict):
    """A column that another one is made from."""

    asset_key: AssetKey
    column_name: str


class Lineage(TypedDict):
    """What each column of a table is made from."""

    deps_by_column: dict[str, list[ColumnSource]]


class CodeReference(TypedDict):
    """Where code is: a file, perhaps with a line, or a URL."""

    file_path: NotRequired[str]
    url: NotRequired[str]
    line_number: NotRequired[int | None]


class Value(TypedDict, total=False):
    """A metadata value of any kind: each kind has a field or two of these."""

    kind: Annotated[str, Field(validation_alias="__class__")]
    text: str | None
    url: str | None
    path: str | None
    md_str: str | None
    run_id: str
    job_name: str
    pool: str
    data: Any
    value: bool | int | float | str | None
    module: str
    name: str
    asset_key: AssetKey
    records: list[Record]
    schema: TableSchema
    column_lineage: Lineage
    code_references: list[CodeReference]


class Entry(TypedDict):
    """A metadata entry."""

    label: str
    entry_data: Value


class Described(TypedDict, total=False):
    """A materialization, an observation, an expectation's result, what a failure says of itself."""

    asset_key: AssetKey
    partition: str | None
    description: str | None
    label: str | None
    success: bool
    metadata_entries: list[Entry] | None


class Specific(Described, total=False):
    """What an event's kind adds, whichever it is."""

    error: Error | None
    seconds_to_wait: float | None
    materialization: Described
    asset_observation: Described
    expectation_result: Described
    user_failure_data: Described | None
    check_name: str
    severity: Enum
    metadata: dict[str, Value] | None
    log_key: str
    step_keys: list[str] | None
    external_url: str | None
    external_stdout_url: str | None
    external_stderr_url: str | None


class DagsterEvent(TypedDict):
    """What Dagster itself tells in an event; a plain message has none."""

    event_type_value: str
    message: NotRequired[str | None]
    event_specific_data: NotRequired[Specific | None]


class StoredEvent(TypedDict):
    """An event as Dagster's storage has it."""

    run_id: str
    pipeline_name: NotRequired[str | None]
    timestamp: Annotated[float, Field(ge=YEAR_1, lt=YEAR_10000)]
    level: int
    user_message: NotRequired[str | None]
    step_key: NotRequired[str | None]
    dagster_event: NotRequired[DagsterEvent | None]


class Handle(TypedDict):
    """An output, by the step that makes it."""

    step_key: str


class Input(TypedDict):
    """What an input is made from."""

    upstream_output_handles: list[Handle]


class PlannedStep(TypedDict):
    """A step of the plan."""

    key: str
    kind: Enum
    inputs: list[Input]


@with_config(LATER)
class Plan(TypedDict):
    """The steps, and which of them were to be executed: all, if that is not told."""

    steps: list[PlannedStep]
    step_keys_to_execute: NotRequired[list[str] | None]


@with_config(LATER)
class StoredRun(TypedDict):
    """A run; its times are not in it."""

    run_id: str
    status: Enum
    pipeline_name: NotRequired[str | None]
    mode: NotRequired[str | None]
    tags: NotRequired[dict[str, str] | None]
    root_run_id: NotRequired[str | None]
    parent_run_id: NotRequired[str | None]
    run_config: NotRequired[Any]


EVENTS: TypeAdapter[list[StoredEvent]] = TypeAdapter(list[StoredEvent], config=LATER)
"""Checks that objects are events."""
PLAN = TypeAdapter(Plan)
"""Checks that an object is a plan."""
RUN = TypeAdapter(StoredRun)
"""Checks that an object is a run."""
