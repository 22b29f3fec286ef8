from __future__ import annotations

from dagster import DagsterEventType

from run_tui.query.event_types import KNOWN_TYPES, type_names


def test_dagsters_types_are_known_by_either_name() -> None:
    names = {name for each in DagsterEventType for name in (each.name, each.value)}
    assert {name for name in names if KNOWN_TYPES.isdisjoint(type_names(name))} == set()


def test_names_that_mean_the_same() -> None:
    assert type_names("run_start") == ("RUN_START", "PIPELINE_START")
    assert type_names("PIPELINE_START") == ("PIPELINE_START", "RUN_START")
    assert type_names("STEP_START") == ("STEP_START",)
    assert type_names(None) == type_names("") == ("LOG",)
