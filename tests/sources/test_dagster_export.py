"""Events as Dagster's own exports have them: each kind of metadata, and what each kind of event adds."""

from __future__ import annotations

from typing import Any

import pytest

from run_tui.model import EventDetails
from run_tui.sources._dagster_export import exported_page
from run_tui.sources._dagster_stored import EVENTS

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


def test_what_a_kind_of_event_adds() -> None:
    entries = [{"label": "rows", "entry_data": {"__class__": "IntMetadataEntryData", "value": 7}}]
    assert told(seconds_to_wait=3.0) == [("retried after", "3 s")]
    assert told(seconds_to_wait=None) == []
    assert told(asset_observation={"asset_key": KEY, "metadata_entries": entries}) == [("rows", "7")]
    made = {"asset_key": KEY, "partition": "a", "metadata_entries": entries}
    assert told(materialization=made) == [("asset", "raw/users"), ("partition", "a"), ("rows", "7")]
    assert told(user_failure_data={"description": "d", "metadata_entries": entries}) == [("rows", "7")]
