"""A run that is looked at again and again: what changed becomes events, each once, in the order of their discovery."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import RunStatus, epoch_ms
from run_tui.sources import _pyspur_wire as wire
from run_tui.sources._pyspur_errors import error_of
from run_tui.sources._pyspur_log import RunLog, cursor_of, place_of
from run_tui.sources._pyspur_models import run_of, status_of
from run_tui.sources._pyspur_plan import Plan
from tests.sources.test_pyspur_recorded import LATER, run

STATES = ("PENDING", "RUNNING", "COMPLETED", "FAILED", "PAUSED", "CANCELED", "NEW")


def news(log: RunLog, answer: wire.Run, now: float = LATER) -> list[tuple[str | None, str | None]]:
    """What one more look adds."""
    before = len(log)
    log.take(answer, now)
    page = log.page(answer.id, before, 1000)
    return list(zip(page.types, page.steps, strict=True))


def test_a_slow_run_grows_task_by_task() -> None:
    log = RunLog("t")
    assert news(log, run("start_run.slow")) == []
    looks = [news(log, run(f"run.inprogress.{number}")) for number in (1, 2, 3)]
    assert looks == [
        [("RUN_START", None), ("STEP_START", "input_node"), ("STEP_SUCCESS", "input_node"), ("STEP_START", "s1")],
        [("STEP_SUCCESS", "s1"), ("STEP_START", "s2")],
        [("STEP_SUCCESS", "s2"), ("STEP_START", "output_node"), ("STEP_SUCCESS", "output_node"), ("RUN_SUCCESS", None)],
    ]


def test_somebody_approves_what_was_paused() -> None:
    log = RunLog("t")
    log.take(run("run.paused"), LATER)
    assert news(log, run("process_pause_action")) == [
        ("STEP_RESUMED", "ask"), ("STEP_SUCCESS", "ask"), ("RUN_RESUMED", None)
    ]  # fmt: skip
    assert news(log, run("run.after-resume"))[-1] == ("RUN_SUCCESS", None), "the server says RUNNING for ever"


def test_a_canceled_run_may_go_on_and_complete() -> None:
    canceled = run("cancel.running")
    soon = epoch_ms(canceled.end_time or "") / 1000 + 1
    log = RunLog("t")
    assert news(log, canceled, soon)[-1] == ("RUN_CANCELING", None)
    assert not status_of(canceled, soon).finished
    assert status_of(canceled, soon + 60) is RunStatus.CANCELED
    pairs = [(kind, step) for step in ("s1", "s2") for kind in ("STEP_START", "STEP_SUCCESS")]
    assert news(log, run("run.after-cancel-running"), soon + 3) == [*pairs, ("RUN_SUCCESS", None)]


def test_times_with_a_zone_are_taken_as_they_are() -> None:
    body = run("run.completed").model_dump()
    for task in body["tasks"]:
        task["end_time"] += "+00:00"
    plain, zoned = run("run.completed"), wire.Run.model_validate(body)
    pages = []
    for answer in (plain, zoned):
        log = RunLog("t")
        log.take(answer, LATER)
        pages.append(log.page("R1", 0, 100))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("cursor", ["", "abc", "3", "x@t", "-1@t", "9999999999@t"])
def test_what_is_no_cursor(cursor: str) -> None:
    assert place_of(cursor) is None


def test_a_cursor_says_which_run_it_is_of() -> None:
    assert place_of(cursor_of(3, "2026-11-22T00:00:00")) == (3, "2026-11-22T00:00:00")
    assert place_of(None) == (0, None)


def test_a_text_that_is_no_traceback_is_the_message() -> None:
    assert error_of("Upstream\nfailure").message == "Upstream\nfailure"
    told = error_of('Traceback (most recent call last):\n  File "a", line 1, in f\nKeyError: "x"\n  File "b", line 2\n')
    assert (told.class_name, told.message, len(told.stack)) == ("KeyError", '"x"\n  File "b", line 2', 1)


def test_a_workflow_that_goes_in_circles_or_is_none_has_a_plan_all_the_same() -> None:
    circle = {
        "nodes": [{"id": "a"}, {"id": "b"}],
        "links": [{"source_id": "a", "target_id": "b"}, {"source_id": "b", "target_id": "a"}],
    }
    assert [step.key for step in Plan.of(wire.Definition.model_validate(circle)).steps()] == ["a", "b"]
    odd = run("run.completed").model_dump() | {"workflow_version": {"name": "x", "definition": "no JSON object"}}
    assert wire.Run.model_validate(odd).definition == wire.Definition()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
tasks = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["T1", "T2", "T3"]),
        "node_id": st.sampled_from(["input_node", "double", "elsewhere", ""]),
        "status": st.sampled_from(STATES),
        "start_time": st.none() | st.sampled_from(["2026-11-22T00:44:26", "never", "2026-11-22T00:44:26+02:00"]),
        "end_time": st.none() | st.sampled_from(["2026-11-22T00:44:27", "", "2026-11-22T00:44:27Z"]),
        "error": st.none() | st.text(max_size=5),
        "outputs": json_values,
    }
)


@given(st.lists(st.tuples(st.sampled_from(STATES), st.lists(tasks, max_size=3)), min_size=1, max_size=4))
def test_any_sequence_of_looks_makes_a_log_that_only_grows(looks: list[tuple[str, list[dict[str, Any]]]]) -> None:
    log, before = RunLog("t"), RunLog("t").page("R1", 0, 1000)
    base = run("run.completed").model_dump(mode="json")
    for status, state in looks:
        answer = wire.Run.model_validate_json(json.dumps(base | {"status": status, "tasks": state}))
        log.take(answer, LATER)
        run_of(answer, LATER)
        page = log.page("R1", 0, 1000)
        assert list(page.messages[: len(before)]) == list(before.messages)
        assert list(page.types[: len(before)]) == list(before.types)
        before = page
