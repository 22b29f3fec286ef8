"""Every recorded answer of a real Dagster server goes through the source and comes out as it was, or as its error."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest

from run_tui.errors import BadAnswer, RunNotFound, ServerError, SourceError
from run_tui.model import ErrorInfo, RunFilter
from run_tui.sources._dagster_queries import queries
from run_tui.sources.dagster import DagsterSource
from tests.sources.servers import RECORDED, always, recorded

INDEX: dict[str, Any] = json.loads(recorded("INDEX.json"))
ANSWERS: dict[str, dict[str, Any]] = INDEX["answers"]
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

ERRORS: dict[str, tuple[type[SourceError], str]] = {
    "events_run_not_found.json": (RunNotFound, "Pipeline run 00000000-0000-0000-0000-000000000000 could not be found."),
    "run_metadata_not_found.json": (
        RunNotFound,
        "Pipeline run 00000000-0000-0000-0000-000000000000 could not be found.",
    ),
    "events_python_error_custom_level_HTTP500.json": (
        ServerError,
        "dagster_shared.check.functions.CheckError: Failure condition: Invalid log level: 25",
    ),
    "events_python_error_garbage_cursor_HTTP500.json": (ServerError, "binascii.Error: Incorrect padding"),
    "events_limit_too_large_server_1.13.20_HTTP500.json": (
        ServerError,
        "dagster_shared.error.DagsterError: Limit of 5000 is too large. Max is 1000",
    ),
    "events_lone_surrogate_HTTP500.txt": (
        ServerError,
        "http://recorded broke down over the request (HTTP 500 Internal Server Error)",
    ),
    "graphql_bad_variable_HTTP500.json": (
        ServerError,
        "Variable '$limit' got invalid value '5'; Int cannot represent non-integer value: '5'",
    ),
    "graphql_missing_variable_HTTP400.json": (
        ServerError,
        "Variable '$runId' of required type 'ID!' was not provided.",
    ),
    "graphql_syntax_error_HTTP400.json": (ServerError, "Syntax Error: Expected Name, found <EOF>."),
    "graphql_validation_error_HTTP400.json": (ServerError, "Cannot query field 'nope' on type 'Query'."),
    "http_wrong_content_type_HTTP400.txt": (
        BadAnswer,
        "http://recorded answered with text/plain (HTTP 400 Bad Request), not with GraphQL",
    ),
    "http_wrong_path_POST_HTTP405.txt": (
        BadAnswer,
        "http://recorded answered with text/plain (HTTP 405 Method Not Allowed), not with GraphQL",
    ),
    "server_info.json": (BadAnswer, "http://recorded answered with JSON that does not fit (data: Field required)"),
    **{
        name: (BadAnswer, "http://recorded answered with JSON that does not fit (data.logsForRun: Field required)")
        for name, answer in ANSWERS.items()
        if answer.get("query") in ("captured_logs", "launch", "terminate", "repositories", "runs_feed")
    },
}


def named(*queries: str) -> list[str]:
    return [name for name, answer in ANSWERS.items() if answer.get("query") in queries and name not in ERRORS]


EVENTS = named("events", "events_with_errors", "events_with_metadata")
RUNS = named("run", "run_full")
RUN_LISTS = named("runs")


@asynccontextmanager
async def server_that_says(name: str) -> AsyncIterator[DagsterSource]:
    """A server whose only answer is the recorded one."""
    answer = ANSWERS[name]
    app = always(recorded(name), answer["status"], answer["content_type"])
    source = DagsterSource("http://recorded", app=app)
    try:
        yield source
    finally:
        await source.aclose()


def told(name: str, field: str) -> Any:
    return json.loads(recorded(name))["data"][field]


def test_no_recorded_answer_is_left_out() -> None:
    files = {path.name for path in RECORDED.iterdir()} - {"INDEX.json"}
    assert files == set(ANSWERS) == {*EVENTS, *RUNS, *RUN_LISTS, *ERRORS}
    assert (len(EVENTS), len(RUNS), len(RUN_LISTS)) == (26, 15, 3)


def test_the_documented_queries_are_sent_to_the_letter() -> None:
    for name in ("run", "events"):
        assert " ".join(queries()[name].split()) == INDEX["queries"][name]


def test_every_query_has_a_name() -> None:
    reading = {"events", "more", "output", "page", "probe", "run", "run_details", "runs", "steps", "version"}
    for_changes = {"check_config", "config", "parent", "permissions", "workspace"}
    assert set(queries()) == reading | for_changes | {"delete", "launch", "reexecute", "terminate"}
    for text in queries().values():
        assert "#import" not in text
        assert {*re.findall(r"\.\.\.(\w+)", text)} == {*re.findall(r"fragment (\w+)", text)}


@pytest.mark.parametrize("name", EVENTS)
async def test_a_page_of_events(name: str) -> None:
    logs = told(name, "logsForRun")
    events = logs["events"]
    async with server_that_says(name) as source:
        page = await source.page("r")
        listed = await source.events("r")
    assert list(page.messages) == [event["message"] for event in events]
    assert list(page.timestamps) == [event["timestamp"] for event in events]
    assert list(page.levels) == [event["level"] for event in events]
    assert list(page.steps) == [event["stepKey"] for event in events]
    assert [kind is None for kind in page.types] == [event["__typename"] == "LogMessageEvent" for event in events]
    assert (page.cursor, page.has_more, page.skipped, page.run) == (logs["cursor"], logs["hasMore"], (), None)
    assert (listed.total, listed.cursor, listed.has_more) == (len(events), logs["cursor"], logs["hasMore"])
    for event, there in zip(listed.items, events, strict=True):
        assert (event.run_id, event.message, event.level.value) == ("r", there["message"], there["level"])
        assert (event.event_type, event.step_key) == (there["eventType"], there["stepKey"])
        assert ISO.fullmatch(event.timestamp)
        assert datetime.fromisoformat(event.timestamp).timestamp() * 1000 == pytest.approx(int(there["timestamp"]))


async def test_events_out_of_order_stay_in_the_server_s_order() -> None:
    async with server_that_says("events_parallel_timestamps_out_of_order_limit500.json") as source:
        times = [int(text) for text in (await source.page("r")).timestamps]
    assert times != sorted(times)


async def test_controls_and_markup_stay_for_the_screen_to_make_harmless() -> None:
    async with server_that_says("events_odd_messages_controls_markup.json") as source:
        text = "".join((await source.page("r")).messages)
    assert {"\x00", "\x1b", "\r"} <= set(text)


async def test_the_chain_of_causes() -> None:
    async with server_that_says("events_failure_with_error_chain.json") as source:
        page = await source.page("r")
    errors = {page.types[index]: details for index, details in page.details.items() if details.error}
    assert set(errors) == {"STEP_FAILURE", "STEP_UP_FOR_RETRY", "RUN_FAILURE"}
    failure = errors["STEP_FAILURE"].error
    assert isinstance(failure, ErrorInfo)
    assert [(error.class_name, error.message) for error in failure.chain[1:]] == [
        ("RuntimeError", "RuntimeError: boom: could not load table\nsecond line of the message"),
        ("ValueError", "ValueError: bad config value: 'x'"),
        ("KeyError", "KeyError: 'missing'"),
    ]
    assert all(error.stack and error.stack[0].startswith("  File ") for error in failure.chain)
    assert [(entry.label, entry.value) for entry in errors["STEP_UP_FOR_RETRY"].metadata] == [
        ("retried after", "0.3 s")
    ]


async def test_metadata_of_every_recorded_kind() -> None:
    async with server_that_says("events_success_with_metadata.json") as source:
        page = await source.page("r")
    (index,) = (index for index, kind in enumerate(page.types) if kind == "ASSET_MATERIALIZATION")
    assert [(entry.label, entry.value) for entry in page.details[index].metadata] == [
        ("asset", "warehouse/table_a"),
        ("rows", "84"),
        ("ratio", "0.5"),
        ("path", "/srv/x"),
        ("url", "https://example.invalid/x"),
        ("md", "**hi**"),
        ("json", '{"k": [1, 2, 3]}'),
        ("text", "plain text"),
        ("flag", "true"),
        ("tbl", 'c: int, d: string\n{"c": 1, "d": "x"}\n{"c": 2, "d": "y"}'),
    ]
    expectations = [index for index, kind in enumerate(page.types) if kind == "STEP_EXPECTATION_RESULT"]
    assert [[(entry.label, entry.value) for entry in page.details[index].metadata] for index in expectations] == [
        [("expectation", "positive"), ("met", "true")],
        [("expectation", "even_a"), ("met", "false")],
    ]


@pytest.mark.parametrize("name", RUNS)
async def test_a_run(name: str) -> None:
    there = told(name, "runOrError")
    async with server_that_says(name) as source:
        run = await source.run(there["id"])
        assert await source.run_details(there["id"]) == run
    assert (run.id, run.status.value) == (there["id"], there["status"])
    assert (run.pipeline_name, run.mode) == (there["pipelineName"], there["mode"])
    for text, seconds in (
        (run.created_at, there["creationTime"]),
        (run.started_at, there["startTime"]),
        (run.ended_at, there["endTime"]),
    ):
        assert (text is None) == (seconds is None)
        if text is not None:
            assert ISO.fullmatch(text)
            assert datetime.fromisoformat(text).timestamp() == pytest.approx(seconds, abs=0.002)
    assert run.tags == {tag["key"]: tag["value"] for tag in there.get("tags", ())}
    assert run.config_yaml == there.get("runConfigYaml")
    assert (run.root_run_id, run.parent_run_id) == (there.get("rootRunId"), there.get("parentRunId"))


async def test_all_ten_statuses_of_1_13_are_known() -> None:
    statuses = {told(name, "runOrError")["status"] for name in RUNS}
    assert {"MANAGED", "NOT_STARTED", "CANCELING", "QUEUED"} <= statuses
    assert len(statuses) == 9


@pytest.mark.parametrize("name", named("run_full"))
async def test_the_steps_come_after_those_they_depend_on(name: str) -> None:
    there = {step["key"]: step for step in told(name, "runOrError")["executionPlan"]["steps"]}
    async with server_that_says(name) as source:
        steps = await source.steps("r")
    assert {step.key: step.kind for step in steps} == {key: step["kind"] for key, step in there.items()}
    for index, step in enumerate(steps):
        assert {*step.depends_on} == {
            output["key"] for needed in there[step.key]["inputs"] for output in needed["dependsOn"]
        }
        assert {*step.depends_on} <= {earlier.key for earlier in steps[:index]}


async def test_steps_that_fan_out_later_keep_their_kind() -> None:
    async with server_that_says("run_full_dynamic.json") as source:
        kinds = {step.key: step.kind for step in await source.steps("r")}
    assert kinds["inner.work[?]"] == "UNRESOLVED_MAPPED"
    assert kinds["gather"] == "UNRESOLVED_COLLECT"


@pytest.mark.parametrize("name", RUN_LISTS)
async def test_a_list_of_runs(name: str) -> None:
    there = told(name, "runsOrError")
    async with server_that_says(name) as source:
        runs = await source.runs(RunFilter(), limit=100)
        first = await source.runs(RunFilter(), limit=2)
    assert [(run.id, run.status.value, run.pipeline_name) for run in runs.items] == [
        (run["id"], run["status"], run["jobName"]) for run in there["results"]
    ]
    assert [run.tags for run in runs.items] == [
        {tag["key"]: tag["value"] for tag in run["tags"]} for run in there["results"]
    ]
    assert (runs.total, runs.has_more, runs.cursor) == (there["count"], False, there["results"][-1]["id"])
    assert (first.items, first.has_more, first.cursor) == (runs.items[:2], True, runs.items[1].id)


@pytest.mark.parametrize("name", ERRORS)
async def test_an_answer_that_is_an_error(name: str) -> None:
    kind, message = ERRORS[name]
    async with server_that_says(name) as source:
        asking = source.run("r") if name.startswith("run_") else source.events("r")
        with pytest.raises(SourceError) as caught:
            await asking
    assert isinstance(caught.value, kind)
    assert str(caught.value) == message
    if kind is RunNotFound:
        assert caught.value.hint == "The server asked was http://recorded."
    if isinstance(caught.value, ServerError) and "PythonError" in recorded(name).decode():
        assert caught.value.status == 500
        assert caught.value.stack[0].startswith("  File ")
