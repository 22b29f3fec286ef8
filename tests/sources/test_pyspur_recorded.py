"""Every answer recorded from a real PySpur server, through the client and the parser, and what is made of the runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from run_tui.errors import BadAnswer, ServerError
from run_tui.model import EventPage, Run, RunEventLevel, epoch_ms
from run_tui.sources import _pyspur_wire as wire
from run_tui.sources._pyspur_client import PySpurClient
from run_tui.sources._pyspur_log import RunLog
from run_tui.sources._pyspur_models import run_of
from run_tui.sources._pyspur_plan import Plan

FOLDER = Path(__file__).parents[2] / "fixtures" / "pyspur"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
LATER = epoch_ms("2026-11-22T01:08:00Z") / 1000
OTHER_THINGS = {"delete.workflow", "delete.workflow-with-runs", "pause_history", "run_blocking.failed-node"}
"""Answers that are neither runs nor errors: what this program never asks for."""


def recorded(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return answer


def run(name: str) -> wire.Run:
    return wire.Run.model_validate(recorded(name)["body"])


def log_of(name: str) -> EventPage:
    """The events that a recorded run is made into when it is seen once, later."""
    log, seen = RunLog("t"), run(name)
    log.take(seen, LATER)
    return log.page(seen.id, 0, 1000)


def told(page: EventPage) -> list[tuple[str | None, str | None]]:
    return list(zip(page.types, page.steps, strict=True))


async def ask(name: str, shape: type[Any]) -> Any:
    """What the client makes of a recorded answer, its status and its body."""
    answer = recorded(name)
    body = b"" if answer["body"] is None else json.dumps(answer["body"]).encode()

    async def reply(_: Request) -> Response:
        return Response(body, answer["status"], media_type="application/json")

    client = PySpurClient("http://test", app=Starlette(routes=[Route("/{path:path}", reply)]))
    try:
        return await client.get("/", wire.adapter(shape))
    finally:
        await client.aclose()


@pytest.mark.parametrize("name", NAMES)
async def test_every_answer_is_a_run_or_runs_or_told_as_what_it_is(name: str) -> None:
    body, status = recorded(name)["body"], recorded(name)["status"]
    shape = list[wire.Run] if isinstance(body, list) else wire.Run
    if status >= 400:
        with pytest.raises(ServerError) as refused:
            await ask(name, shape)
        assert refused.value.status == status
        assert str(refused.value) in json.dumps(body) or "query" in str(refused.value) or "body" in str(refused.value)
    elif name in OTHER_THINGS:
        with pytest.raises(BadAnswer):
            await ask(name, shape)
    else:
        found = await ask(name, shape)
        for answer in found if isinstance(found, list) else [found]:
            check(answer)


def check(answer: wire.Run) -> None:
    """What holds for the run and the log of any answer."""
    log = RunLog("t")
    log.take(answer, LATER)
    page, known = log.page(answer.id, 0, 1000), run_of(answer, LATER)
    keys = {step.key for step in Plan.of(answer.definition).steps()}
    assert {step for step in page.steps if step is not None} <= keys
    started, ended = epoch_ms(known.created_at), epoch_ms(known.ended_at or "9999-01-01")
    assert all(started <= int(time) <= ended + 2000 for time in page.timestamps), "all lies within the run"
    times = [int(time) for time, step in zip(page.timestamps, page.steps, strict=True) if step is not None]
    assert times == sorted(times)
    assert set(page.levels) <= {level.value for level in RunEventLevel}
    log.take(answer, LATER)
    assert len(log) == len(page), "the same look again tells nothing new"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("run.completed", "SUCCESS"),
        ("run.failed-node.before-status", "FAILURE"),
        ("run.failed-node.after-status", "FAILURE"),
        ("run.failed.no-inputs", "FAILURE"),
        ("run.inprogress.one-task-failed", "STARTED"),
        ("run.paused", "SUSPENDED"),
        ("run.after-resume", "SUCCESS"),
        ("cancel.running", "CANCELED"),
        ("run.after-cancel-running", "SUCCESS"),
        ("run.router", "SUCCESS"),
        ("start_run.ok", "QUEUED"),
    ],
)
def test_what_became_of_a_run_is_worked_out_from_its_tasks(name: str, status: str) -> None:
    assert run_of(run(name), LATER).status == status


def test_a_run_as_the_list_shows_it() -> None:
    assert run_of(run("run.failed-node.before-status"), LATER) == Run.model_validate(
        {
            "id": "R7",
            "status": "FAILURE",
            "created_at": "2026-11-22T00:52:51.721Z",
            "started_at": "2026-11-22T00:52:51.721Z",
            "ended_at": "2026-11-22T00:52:51.775Z",
            "pipeline_name": "fail-1795308771",
            "tags": {"kind": "interactive", "workflow": "S8", "version": "1"},
            "config_yaml": '{\n  "input_node": {\n    "x": 20\n  }\n}',
        }
    )


def test_a_run_that_its_server_forgot_has_stalled() -> None:
    tags = run_of(run("run.interrupted-by-restart"), LATER + 7200).tags
    assert (tags["nodes"], tags["stalled"]) == ("1/3", "no change for 2.2 h")
    assert "stalled" not in run_of(run("run.inprogress.2"), LATER).tags


def test_a_failed_node_has_its_exception_and_what_comes_after_is_skipped() -> None:
    page = log_of("run.failed-node.before-status")
    assert told(page) == [
        ("RUN_START", None),
        ("STEP_START", "input_node"),
        ("STEP_SUCCESS", "input_node"),
        ("STEP_START", "bad"),
        ("STEP_FAILURE", "bad"),
        ("STEP_SKIPPED", "output_node"),
        ("RUN_FAILURE", None),
    ]
    failure = page.event(4)
    assert failure.message == "ZeroDivisionError: division by zero"
    assert failure.error is not None
    assert (failure.error.class_name, failure.error.message) == ("ZeroDivisionError", "division by zero")
    assert [frame.split(", ")[-1].splitlines()[0] for frame in failure.error.stack] == [
        "in _execute_node", "in __call__", "in run", "in user_function"
    ]  # fmt: skip
    assert {entry.label: json.loads(entry.value) for entry in failure.metadata} == {"inputs": {"input_node": {"x": 20}}}


def test_an_exception_is_told_with_its_cause() -> None:
    error = next(event.error for event in log_of("run.forloop").as_list().items if event.error is not None)
    assert [(link.class_name, link.message, len(link.stack)) for link in error.chain] == [
        ("RuntimeError", "coroutine raised StopIteration", 2),
        ("StopIteration", "", 1),
    ]


def test_a_loop_s_nodes_come_between_its_start_and_its_end() -> None:
    page = log_of("run.forloop1")
    inside = told(page)[told(page).index(("STEP_START", "loop")) : told(page).index(("STEP_SUCCESS", "loop"))]
    assert [step for _, step in inside] == ["loop", *["loop_input"] * 2, *["increment"] * 2, *["loop_output"] * 2]
    entries = {entry.label for entry in page.event(told(page).index(("STEP_SUCCESS", "loop"))).metadata}
    assert entries == {"inputs", "outputs", "inside"}


def test_a_branch_that_was_not_taken_is_no_warning() -> None:
    event = next(event for event in log_of("run.router").as_list().items if event.step_key == "small")
    assert (event.event_type, event.level) == ("STEP_SKIPPED", "DEBUG")
    assert event.message == "PythonFuncNode not executed: its branch was not taken"


def test_a_pause_tells_what_is_asked() -> None:
    page = log_of("run.paused")
    assert told(page)[-2:] == [("STEP_SUSPENDED", "ask"), ("RUN_SUSPENDED", None)]
    assert page.messages[-2] == "HumanInterventionNode waits for somebody: please approve"
    assert ("STEP_START", "after") not in told(page), "an end time on what is pending means nothing"


@pytest.mark.parametrize("name", ["tz-newyork.run.inprogress", "tz-newyork.run.completed"])
def test_times_of_a_server_in_another_zone_are_put_right(name: str) -> None:
    first = log_of(name).event(2)
    assert (first.event_type, first.timestamp) == ("STEP_SUCCESS", "2026-11-22T00:59:53.075Z")


def test_times_that_are_estimated_say_so() -> None:
    starts = [event for event in log_of("run.after-resume").as_list().items if event.event_type == "STEP_START"]
    told = {event.step_key: ("(time estimated)" in event.message, len(event.metadata)) for event in starts}
    assert told == {
        "input_node": (True, 1),
        "ask": (True, 1),
        "after": (False, 0),
        "output_node": (False, 0),
    }
