"""Runs as Dagster's own exports have them: each kind of metadata, and what each kind of event adds."""

from __future__ import annotations

from typing import Any

import pytest

from run_tui.model import ErrorInfo, EventDetails, RunStatus, Step
from run_tui.sources._dagster_export import exported_page, exported_run, exported_steps
from run_tui.sources._dagster_stored import EVENTS
from tests.scripted import a_run

KEY = {"path": ["raw", "users"]}
COLUMN = {"name": "id", "type": "int", "constraints": {"nullable": True, "unique": False, "other": []}}
SCHEMA = {"columns": [COLUMN], "constraints": {"other": []}}


def details_of(**specific: Any) -> EventDetails | None:
    """What an event shows that has this of its own."""
    inner = {"event_type_value": "STEP_OUTPUT", "event_specific_data": specific}
    stored = {"run_id": "r1", "timestamp": 1.5, "level": 20, "dagster_event": inner}
    return exported_page("r1", EVENTS.validate_python([stored])).details.get(0)


def told(**specific: Any) -> list[tuple[str, str]]:
    details = details_of(**specific)
    return [] if details is None else [(entry.label, entry.value) for entry in details.metadata]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("TextMetadataEntryData", {"text": "a text"}, "a text"),
        ("UrlMetadataEntryData", {"url": "https://acme.io"}, "https://acme.io"),
        ("IntMetadataEntryData", {"value": 7}, "7"),
        ("BoolMetadataEntryData", {"value": False}, "false"),
        ("JsonMetadataEntryData", {"data": {"a": [1]}}, '{"a": [1]}'),
        ("TimestampMetadataValue", {"value": 0}, "1970-01-01T00:00:00.000Z"),
        ("TimestampMetadataValue", {"value": 1e300}, "1e+300"),
        ("TimestampMetadataValue", {"value": "x"}, "x"),
        ("PythonArtifactMetadataEntryData", {"module": "acme", "name": "load"}, "acme.load"),
        ("DagsterAssetMetadataEntryData", {"asset_key": KEY}, "raw/users"),
        (
            "TableColumnLineageMetadataValue",
            {"column_lineage": {"deps_by_column": {"id": [{"asset_key": KEY, "column_name": "key"}]}}},
            "id from raw/users:key",
        ),
        ("CodeReferencesMetadataValue", {"code_references": [{"file_path": "/a.py", "line_number": 3}]}, "/a.py:3"),
        ("CodeReferencesMetadataValue", {"code_references": [{"url": "https://acme.io/a"}]}, "https://acme.io/a"),
        ("TableSchemaMetadataEntryData", {"schema": SCHEMA}, "id: int"),
        ("TableMetadataEntryData", {"schema": SCHEMA, "records": [{"data": {"id": 1}}]}, 'id: int\n{"id": 1}'),
        ("OfTomorrow", {"shape": "unknown"}, ""),
    ],
)
def test_metadata_of_every_kind(kind: str, value: dict[str, Any], shown: str) -> None:
    assert told(metadata_entries=[{"label": "it", "entry_data": {"__class__": kind, **value}}]) == [("it", shown)]


ROWS = {"label": "rows", "entry_data": {"__class__": "IntMetadataEntryData", "value": 7}}


@pytest.mark.parametrize(
    ("specific", "shown"),
    [
        ({"seconds_to_wait": 3.0}, "retried after: 3 s"),
        ({"seconds_to_wait": None}, ""),
        ({"asset_observation": {"asset_key": KEY, "metadata_entries": [ROWS]}}, "rows: 7"),
        (
            {"materialization": {"asset_key": KEY, "partition": "a", "description": "d", "metadata_entries": [ROWS]}},
            "asset: raw/users, partition: a, description: d, rows: 7",
        ),
        ({"user_failure_data": {"description": "d", "metadata_entries": [ROWS]}}, "rows: 7"),
        (
            {
                "check_name": "fresh",
                "severity": {"__enum__": "AssetCheckSeverity.WARN"},
                "success": True,
                "asset_key": KEY,
                "description": "late",
                "metadata": {"rows": ROWS["entry_data"]},
            },
            "check: fresh, asset: raw/users, passed: true, severity: WARN, description: late, rows: 7",
        ),
        (
            {"expectation_result": {"label": "full", "success": True, "description": "d", "metadata_entries": [ROWS]}},
            "expectation: full, met: true, description: d, rows: 7",
        ),
        ({"expectation_result": {"label": "full"}}, "expectation: full, met: false"),
        (
            {"log_key": "load", "step_keys": ["load"], "external_url": "https://a"},
            "output key: load, output of: load, stdout kept at: https://a, stderr kept at: https://a",
        ),
        (
            {"log_key": "load", "external_stdout_url": "https://out", "external_stderr_url": "https://err"},
            "output key: load, stdout kept at: https://out, stderr kept at: https://err",
        ),
    ],
)
def test_what_each_kind_of_event_adds(specific: dict[str, Any], shown: str) -> None:
    assert ", ".join(f"{label}: {value}" for label, value in told(**specific)) == shown


def test_an_error_and_its_cause() -> None:
    cause = {"message": "refused", "stack": []}
    details = details_of(error={"message": "lost", "cls_name": "ConnectionError", "stack": ["here"], "cause": cause})
    assert details is not None
    assert details.error == ErrorInfo(
        class_name="ConnectionError",
        message="lost",
        stack=("here",),
        cause=ErrorInfo(class_name=None, message="refused"),
    )


def test_what_all_events_have() -> None:
    inner = {"event_type_value": "PIPELINE_START", "message": "begun"}
    found = EVENTS.validate_python(
        [
            {"run_id": "r1", "timestamp": 1.5, "level": level, "user_message": said, "dagster_event": each}
            for level, said, each in (
                (10, "said", None),
                (20, "said", inner),
                (25, "said", {**inner, "message": None}),
                (50, None, None),
            )
        ]
    )
    page = exported_page("r1", found)
    assert page.timestamps == ["1500"] * 4
    assert page.levels == ["DEBUG", "INFO", "LEVEL 25", "CRITICAL"]
    assert page.types == [None, "RUN_START", "RUN_START", None]
    assert page.messages == ["said", "begun", "said", ""]
    assert page.details == {}


def test_the_steps_that_were_to_be_executed() -> None:
    kind = {"__enum__": "StepKind.COMPUTE"}
    after_load = [{"upstream_output_handles": [{"step_key": "load"}]}]
    steps = [{"key": "load", "kind": kind, "inputs": []}, {"key": "publish", "kind": kind, "inputs": after_load}]
    assert exported_steps({"steps": steps}) == [Step("load", "COMPUTE"), Step("publish", "COMPUTE", ("load",))]
    assert [step.key for step in exported_steps({"steps": steps, "step_keys_to_execute": ["load"]})] == ["load"]


def test_the_run() -> None:
    told = {
        "run_id": "r1",
        "status": {"__enum__": "DagsterRunStatus.FAILURE"},
        "pipeline_name": "etl",
        "mode": "default",
    }
    run = exported_run(
        {**told, "tags": {"team": "data"}, "root_run_id": "r0", "parent_run_id": "r0", "run_config": {"a": 1}}
    )
    assert run == a_run(
        RunStatus.FAILURE,
        created_at="",
        mode="default",
        tags={"team": "data"},
        root_run_id="r0",
        parent_run_id="r0",
        config_yaml='{\n  "a": 1\n}',
    )
    assert exported_run({**told, "run_config": {}}).config_yaml is None
