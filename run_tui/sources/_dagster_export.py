"""What `dagster debug export` writes of a run: its storage's own records, retold as a server would tell them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from run_tui.model import EventPage, Run, RunStatus, Step
from run_tui.sources import _dagster_stored as stored
from run_tui.sources import _dagster_wire as wire
from run_tui.sources._dagster_event import YEAR_1, YEAR_10000, CheckEvaluation, Entry, Particulars, PythonError
from run_tui.sources._dagster_models import details_of, steps_of

_LEVELS = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}


def exported_run(found: object) -> Run:
    """The run that an export is of; when it was created, began and ended only its events tell. Raises `ValueError`."""
    told = stored.RUN.validate_python(found)
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
    told = stored.PLAN.validate_python(found)
    executed = set(told.get("step_keys_to_execute") or (step["key"] for step in told["steps"]))
    steps: list[wire.PlanStep] = [
        {"key": step["key"], "kind": _member(step["kind"]), "inputs": [_plan_input(found) for found in step["inputs"]]}
        for step in told["steps"]
        if step["key"] in executed
    ]
    return steps_of({"steps": steps})


def exported_page(run_id: str, events: Sequence[stored.StoredEvent]) -> EventPage:
    """Events as columns."""
    told = [event.get("dagster_event") for event in events]
    return EventPage(
        run_id,
        timestamps=[str(int(event["timestamp"] * 1000)) for event in events],
        levels=[_LEVELS.get(event["level"]) or f"LEVEL {event['level']}" for event in events],
        types=[inner and inner["event_type_value"].replace("PIPELINE_", "RUN_") for inner in told],
        steps=[event.get("step_key") for event in events],
        messages=[_message(event, inner) for event, inner in zip(events, told, strict=True)],
        details={
            index: details
            for index, inner in enumerate(told)
            if inner
            and (specific := inner.get("event_specific_data"))
            and (details := details_of(_particulars(specific)))
        },
    )


def _plan_input(found: stored.Input) -> wire.PlanInput:
    return {"dependsOn": [{"key": handle["step_key"]} for handle in found["upstream_output_handles"]]}


def _member(value: stored.Enum) -> str:
    """An enum's value "PipelineRunStatus.FAILURE" without the enum's name."""
    return value["name"].rpartition(".")[2]


def _message(event: stored.StoredEvent, inner: stored.DagsterEvent | None) -> str:
    message = inner and inner.get("message")
    return (event.get("user_message") if message is None else message) or ""


def _particulars(specific: stored.Specific) -> Particulars:
    """What an event's kind adds, under the names that servers use."""
    event: Particulars = {}
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
        event["evaluation"] = _evaluation(specific, specific["check_name"], _member(specific["severity"]))
    if result := specific.get("expectation_result"):
        event["expectationResult"] = {
            "label": result.get("label"),
            "success": result.get("success", False),
            "description": result.get("description"),
            "metadataEntries": _entries(result),
        }
    if "log_key" in specific:
        _add_capture(event, specific)
    return event


def _evaluation(specific: stored.Specific, name: str, severity: str) -> CheckEvaluation:
    return {
        "checkName": name,
        "assetKey": specific.get("asset_key") or {"path": []},
        "severity": severity,
        "success": specific.get("success", False),
        "description": specific.get("description"),
        "metadataEntries": [_entry(label, value) for label, value in (specific.get("metadata") or {}).items()],
    }


def _add_capture(event: Particulars, specific: stored.Specific) -> None:
    elsewhere = specific.get("external_url")
    event["fileKey"], event["stepKeys"] = specific["log_key"], specific.get("step_keys")
    event["externalStdoutUrl"] = specific.get("external_stdout_url") or elsewhere
    event["externalStderrUrl"] = specific.get("external_stderr_url") or elsewhere


def _error(told: stored.Error) -> PythonError:
    cause = told.get("cause")
    return {
        "message": told["message"],
        "className": told.get("cls_name"),
        "stack": told.get("stack", ()),
        "cause": _error(cause) if cause else None,
    }


def _entries(described: stored.Described) -> list[Entry]:
    return [_entry(entry["label"], entry["entry_data"]) for entry in described.get("metadata_entries") or ()]


_TEXTS = "text", "url", "path", "md_str", "run_id", "job_name", "pool"


def _entry(label: str, value: stored.Value) -> Entry:
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


def _lineage(columns: Mapping[str, list[stored.ColumnSource]]) -> Iterator[Any]:
    for name, sources in columns.items():
        deps = [{"assetKey": source["asset_key"], "columnName": source["column_name"]} for source in sources]
        yield {"columnName": name, "columnDeps": deps}
