"""The Run API documents' own example data: tables, JSON and errors as they stand there.

The table is laid out as the documents' formatter does it; their hand-drawn sample is one column off. Blanks at the
ends of lines do not count.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from tests.cli.conftest import CONTRACT, Json, RunTui, ScriptedServer

EVENTS = [("run-events", "get"), ("run", "events")]


def answer(name: str, status: int = 200) -> JSONResponse:
    content: Json = json.loads((CONTRACT / name).read_text())
    return JSONResponse(content, status)


def expected(name: str) -> str:
    return (CONTRACT / name).read_text()


def trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.mark.parametrize("command", EVENTS)
def test_events_as_a_table(server: ScriptedServer, run_tui: RunTui, command: tuple[str, str]) -> None:
    server.next_answers = [answer("events_answer.json")]
    result = run_tui(*command, "abc123-def456")
    assert trimmed(result.stdout) == expected("events.txt")
    assert (result.stderr, result.exit_code) == ("", 0)
    assert server.asked("CliRunEventsQuery") == [{"runId": "abc123-def456", "limit": 100}]


@pytest.mark.parametrize("command", EVENTS)
def test_events_as_json(server: ScriptedServer, run_tui: RunTui, command: tuple[str, str]) -> None:
    server.next_answers = [answer("events_answer.json")]
    result = run_tui(*command, "abc123-def456", "--type", "STEP_SUCCESS,STEP_FAILURE", "--json")
    assert result.stdout == expected("events_step_success.json")
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        (["--type", "STEP_SUCCESS,STEP_FAILURE"], ["transform_data"]),
        (["--type", " step_failure , materialization"], ["create_asset"]),
        (["--step", "TRANSFORM"], ["transform_data"]),
        (["--limit", "50"], ["transform_data", "create_asset"]),
        (["--type", "MATERIALIZATION", "--step", "asset", "--limit", "20"], ["create_asset"]),
        (["--type", "STEP_SUCCESS", "--step", "asset"], []),
    ],
)
def test_events_filtered(server: ScriptedServer, run_tui: RunTui, options: list[str], steps: list[str]) -> None:
    server.next_answers = [answer("events_answer.json")]
    result = run_tui("run-events", "get", "abc123-def456", *options, "--json")
    whole = json.loads(result.stdout)
    assert [event["stepKey"] for event in whole["events"]] == steps
    assert list(whole) == ["run_id", "events", "count"]
    assert whole["count"] == len(steps)


def test_a_limit_of_the_users_is_the_one_asked_for(server: ScriptedServer, run_tui: RunTui) -> None:
    server.next_answers = [answer("events_answer.json")]
    run_tui("run-events", "get", "abc123-def456", "--limit", "50")
    assert server.asked("CliRunEventsQuery") == [{"runId": "abc123-def456", "limit": 50}]


def test_no_events(server: ScriptedServer, run_tui: RunTui) -> None:
    server.next_answers = [answer("events_answer.json")]
    result = run_tui("run-events", "get", "abc123-def456", "--step", "nowhere")
    assert result.stdout == "No events found for run abc123-def456\n"


@pytest.mark.parametrize("command", EVENTS)
def test_an_unknown_run(server: ScriptedServer, run_tui: RunTui, command: tuple[str, str]) -> None:
    server.next_answers = [answer("not_found_answer.json"), answer("not_found_answer.json")]
    result = run_tui(*command, "abc123-def456")
    assert (result.stdout, result.stderr, result.exit_code) == ("", expected("not_found.txt"), 4)
    result = run_tui(*command, "abc123-def456", "--json")
    assert (result.stdout, result.stderr, result.exit_code) == ("", expected("not_found.json"), 4)


def test_an_error_inside_the_server(server: ScriptedServer, run_tui: RunTui) -> None:
    server.next_answers = [answer("python_error_answer.json", 500)]
    result = run_tui("run-events", "get", "abc123-def456")
    assert result.stderr == "Error querying Dagster Plus API: Internal server error occurred\n"
    assert (result.stdout, result.exit_code) == ("", 1)


def test_a_run(server: ScriptedServer, run_tui: RunTui) -> None:
    server.next_answers = [answer("run_answer.json"), answer("run_answer.json")]
    assert run_tui("run", "get", "test-run-123").stdout == expected("run.txt")
    assert run_tui("run", "get", "test-run-123", "--json").stdout == expected("run.json")
    assert server.asked("DgApiRunMetadataQuery") == 2 * [{"runId": "test-run-123"}]


def test_a_run_without_times_has_no_lines_for_them(server: ScriptedServer, run_tui: RunTui) -> None:
    run = json.loads((CONTRACT / "run_answer.json").read_text())
    run["data"]["runOrError"] |= {"status": "QUEUED", "startTime": None, "endTime": None, "mode": None}
    server.next_answers = [JSONResponse(run), JSONResponse(run)]
    assert run_tui("run", "get", "test-run-123").stdout.splitlines() == [
        "Run ID: test-run-123",
        "Status: QUEUED",
        "Created: 2025-08-12T18:04:00",
        "Pipeline: my_pipeline",
    ]
    assert json.loads(run_tui("run", "get", "test-run-123", "--json").stdout)["ended_at"] is None


def test_an_unknown_run_has_no_metadata(run_tui: RunTui) -> None:
    result = run_tui("run", "get", "nonexistent-run", "--json")
    assert json.loads(result.stderr) == {"error": "Run nonexistent-run not found", "run_id": "nonexistent-run"}
    assert (result.stdout, result.exit_code) == ("", 4)


def test_the_fixtures_are_all_used() -> None:
    here = Path(__file__).read_text()
    assert [path.name for path in CONTRACT.iterdir() if path.name not in here] == []
