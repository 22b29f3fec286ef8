"""What `dagster debug export` writes of a run: its storage's own records, retold as a server would tell them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, with_config

# pydantic takes the standard library's TypedDict from Python 3.12 on only, and brings this one along.
from typing_extensions import TypedDict

from run_tui.model import EventPage, Run, RunStatus, Step
from run_tui.sources import _dagster_wire as wire
from run_tui.sources._dagster_event import YEAR_1, YEAR_10000, AssetKey, Entry, Event, Lines, PythonError, TableSchema
from run_tui.sources._dagster_models import page_of, steps_of

_LATER = ConfigDict(defer_build=True)
_LEVELS = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}


class _Enum(TypedDict):
    name: Annotated[str, Field(validation_alias="__enum__")]


class _Error(TypedDict):
    message: str
    cls_name: NotRequired[str | None]
    stack: NotRequired[Lines]
    cause: NotRequired[_Error | None]


class _Record(TypedDict):
    data: dict[str, Any]


class _ColumnSource(TypedDict):
    asset_key: AssetKey
    column_name: str


class _Lineage(TypedDict):
    deps_by_column: dict[str, list[_ColumnSource]]


class _CodeReference(TypedDict):
    file_path: NotRequired[str]
    url: NotRequired[str]
    line_number: NotRequired[int | None]


class _Value(TypedDict, total=False):
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
    records: list[_Record]
    schema: TableSchema
    column_lineage: _Lineage
    code_references: list[_CodeReference]


class _Entry(TypedDict):
    label: str
    entry_data: _Value


class _Described(TypedDict, total=False):
    """A materialization, an observation, an expectation's result, what a failure says of itself."""

    asset_key: AssetKey
    partition: str | None
    description: str | None
    label: str | None
    success: bool
    metadata_entries: list[_Entry] | None


class _Specific(_Described, total=False):
    """What an event's kind adds, whichever it is."""

    error: _Error | None
    seconds_to_wait: float | None
    materialization: _Described
    asset_observation: _Described
    expectation_result: _Described
    user_failure_data: _Described | None
    check_name: str
    severity: _Enum
    metadata: dict[str, _Value] | None
    log_key: str
    step_keys: list[str] | None
    external_url: str | None
    external_stdout_url: str | None
    external_stderr_url: str | None


class _DagsterEvent(TypedDict):
    event_type_value: str
    message: NotRequired[str | None]
    event_specific_data: NotRequired[_Specific | None]


class StoredEvent(TypedDict):
    """An event as Dagster's storage has it."""

    run_id: str
    pipeline_name: NotRequired[str | None]
    timestamp: Annotated[float, Field(ge=YEAR_1, lt=YEAR_10000)]
    level: int
    user_message: NotRequired[str | None]
    step_key: NotRequired[str | None]
    dagster_event: NotRequired[_DagsterEvent | None]


class _Handle(TypedDict):
    step_key: str


class _Input(TypedDict):
    upstream_output_handles: list[_Handle]


class _PlannedStep(TypedDict):
    key: str
    kind: _Enum
    inputs: list[_Input]


@with_config(_LATER)
class _Plan(TypedDict):
    steps: list[_PlannedStep]
    step_keys_to_execute: NotRequired[list[str] | None]


@with_config(_LATER)
class _Run(TypedDict):
    run_id: str
    status: _Enum
    pipeline_name: NotRequired[str | None]
    mode: NotRequired[str | None]
    tags: NotRequired[dict[str, str] | None]
    root_run_id: NotRequired[str | None]
    parent_run_id: NotRequired[str | None]
    run_config: NotRequired[Any]


STORED_EVENTS: TypeAdapter[list[StoredEvent]] = TypeAdapter(list[StoredEvent], config=_LATER)
"""Checks that objects are events of Dagster's storage."""
_PLAN = TypeAdapter(_Plan)
_RUN = TypeAdapter(_Run)


def exported_run(found: object) -> Run:
    """The run that an export is of; when it was created, began and ended only its events tell. Raises `ValueError`."""
    told = _RUN.validate_python(found)
    config = told.get("run_config")
    return Run(
        id=told["run_id"],
        status=RunStatus(_member(told["status"])),
        created_at="",
        pipeline_name=told.get("pipeline_name"),
        mode=told.get("mode"),
        tags=told.get("tags") or {},
        root_run_id=told.get("root_run_id"),
        parent_run_id=told.get("parent_run_id"),
        config_yaml=json.dumps(config, indent=2) if config else None,
    )


def exported_steps(found: object) -> list[Step]:
    """The steps that the run planned. Raises `ValueError`, or `BadAnswer` for a plan that runs in a circle."""
    told = _PLAN.validate_python(found)
    executed = told.get("step_keys_to_execute") or [step["key"] for step in told["steps"]]
    steps: list[wire.PlanStep] = [
        {"key": step["key"], "kind": _member(step["kind"]), "inputs": [_plan_input(found) for found in step["inputs"]]}
        for step in told["steps"]
        if step["key"] in executed
    ]
    return steps_of({"steps": steps})


def exported_page(run_id: str, events: Sequence[StoredEvent]) -> EventPage:
    """Events as columns."""
    return page_of(run_id, {"events": [_event(event) for event in events], "cursor": "", "hasMore": False}, None)


def _plan_input(found: _Input) -> wire.PlanInput:
    return {"dependsOn": [{"key": handle["step_key"]} for handle in found["upstream_output_handles"]]}


def _member(value: _Enum) -> str:
    """An enum's value "PipelineRunStatus.FAILURE" without the enum's name."""
    return value["name"].rpartition(".")[2]


def _event(stored: StoredEvent) -> Event:
    inner = stored.get("dagster_event")
    message = stored.get("user_message") if inner is None or inner.get("message") is None else inner.get("message")
    event: Event = {
        "message": message,
        "timestamp": str(int(stored["timestamp"] * 1000)),
        "level": _LEVELS.get(stored["level"], f"LEVEL {stored['level']}"),
        "stepKey": stored.get("step_key"),
    }
    if inner is not None:
        event["eventType"] = inner["event_type_value"].replace("PIPELINE_", "RUN_")
        if specific := inner.get("event_specific_data"):
            _add(event, specific)
    return event


def _add(event: Event, specific: _Specific) -> None:
    """What an event's kind adds, under the names that servers use."""
    if error := specific.get("error"):
        event["error"] = _error(error)
    described = specific.get("materialization") or specific.get("asset_observation") or specific
    event["metadataEntries"] = _entries(described)
    if "materialization" in specific:
        event["description"], event["partition"] = described.get("description"), described.get("partition")
        event["assetKey"] = described.get("asset_key")
    if failure := specific.get("user_failure_data"):
        event["failureMetadata"] = {"metadataEntries": _entries(failure)}
    if (seconds := specific.get("seconds_to_wait")) is not None:
        event["secondsToWait"] = seconds
    if "check_name" in specific and "severity" in specific:
        event["evaluation"] = {
            "checkName": specific["check_name"],
            "assetKey": specific.get("asset_key") or {"path": []},
            "severity": _member(specific["severity"]),
            "success": specific.get("success", False),
            "description": specific.get("description"),
            "metadataEntries": [_entry(label, value) for label, value in (specific.get("metadata") or {}).items()],
        }
    if result := specific.get("expectation_result"):
        event["expectationResult"] = {
            "label": result.get("label"),
            "success": result.get("success", False),
            "description": result.get("description"),
            "metadataEntries": _entries(result),
        }
    if "log_key" in specific:
        _add_capture(event, specific)


def _add_capture(event: Event, specific: _Specific) -> None:
    elsewhere = specific.get("external_url")
    event["fileKey"], event["stepKeys"] = specific["log_key"], specific.get("step_keys")
    event["externalStdoutUrl"] = specific.get("external_stdout_url") or elsewhere
    event["externalStderrUrl"] = specific.get("external_stderr_url") or elsewhere


def _error(stored: _Error) -> PythonError:
    cause = stored.get("cause")
    return {
        "message": stored["message"],
        "className": stored.get("cls_name"),
        "stack": stored.get("stack", ()),
        "cause": _error(cause) if cause else None,
    }


def _entries(described: _Described) -> list[Entry]:
    return [_entry(entry["label"], entry["entry_data"]) for entry in described.get("metadata_entries") or ()]


_TEXTS = "text", "url", "path", "md_str", "run_id", "job_name", "pool"


def _entry(label: str, value: _Value) -> Entry:
    """A metadata entry with its value in the field that servers have for its kind."""
    kind = value.get("kind", "")
    entry: Entry = {"label": label}
    if kind == "JsonMetadataEntryData":
        entry["text"] = json.dumps(value.get("data"))
    elif kind == "BoolMetadataEntryData":
        entry["boolValue"] = bool(value.get("value"))
    elif kind == "TimestampMetadataValue":
        entry["timestamp"] = _moment(value.get("value"))
    elif kind == "PythonArtifactMetadataEntryData":
        entry["module"], entry["name"] = value.get("module", ""), value.get("name", "")
    elif kind == "TableMetadataEntryData" and "schema" in value:
        records = [json.dumps(record["data"]) for record in value.get("records", ())]
        entry["table"] = {"records": records, "schema": value["schema"]}
    elif "schema" in value:
        entry["schema"] = value["schema"]
    elif "asset_key" in value:
        entry["assetKey"] = value["asset_key"]
    elif "column_lineage" in value:
        entry["lineage"] = list(_lineage(value["column_lineage"]["deps_by_column"]))
    elif "code_references" in value:
        entry["codeReferences"] = [
            {"text": found.get("file_path") or found.get("url", ""), "lineNumber": found.get("line_number")}
            for found in value["code_references"]
        ]
    elif "value" in value:
        entry["text"] = str(value["value"])
    else:
        entry["text"] = next((text for name in _TEXTS if isinstance(text := value.get(name), str)), "")
    return entry


def _moment(value: object) -> float | str:
    """Epoch seconds within the calendar; any other value as text."""
    if isinstance(value, int | float) and YEAR_1 <= value < YEAR_10000:
        return float(value)
    return str(value)


def _lineage(columns: Mapping[str, list[_ColumnSource]]) -> Iterator[Any]:
    for name, sources in columns.items():
        deps = [{"assetKey": source["asset_key"], "columnName": source["column_name"]} for source in sources]
        yield {"columnName": name, "columnDeps": deps}
