from __future__ import annotations

from collections.abc import Callable

import pytest

from run_tui.model import RunEvent
from run_tui.query import filter_events_by_step, filter_events_by_type
from tests.query.events_for_tests import LOG, event


def names(keep: Callable[[list[RunEvent], str | None], list[RunEvent]], value: str | None) -> list[str]:
    kept = keep(list(LOG.values()), value)
    return [name for name, each in LOG.items() if each in kept]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("STEP_FAILURE", ["failed"]),
        ("step_failure, Run_Start", ["started", "failed"]),
        ("RUN_FAILURE", []),
        ("PIPELINE_FAILURE", ["ended"]),
        ("STEP", []),
        ("LOG", []),
        (",", []),
        ("", list(LOG)),
        (None, list(LOG)),
    ],
)
def test_types_are_exact_names_whatever_their_case(types: str | None, expected: list[str]) -> None:
    assert names(filter_events_by_type, types) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("LOAD", ["began", "read", "chatter", "rows", "failed"]),
        ("load_i", ["rows"]),
        ("[a]", ["timeout"]),
        ("load*", []),
        ("", list(LOG)),
        (None, list(LOG)),
    ],
)
def test_steps_contain_the_text_whatever_its_case(step: str | None, expected: list[str]) -> None:
    assert names(filter_events_by_step, step) == expected


def test_events_without_a_type_or_step_never_match() -> None:
    bare = [event("x"), event("x", step="", type="")]
    assert filter_events_by_type(bare, "X,") == filter_events_by_step(bare, "x") == []
