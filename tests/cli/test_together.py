"""`run-events get ID ID …`: the events of several runs as one log, on a server at a real socket."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from run_tui.sources import open_file
from tests.cli.conftest import RunTui, ScriptedServer, make_event, make_run

ONE = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
TWO = "1c7c29c8-0b1d-4b0c-8a52-77aa01020304"
GONE = "deadbeef-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _runs(server: ScriptedServer) -> None:
    server.runs = [make_run(ONE, "FAILURE"), make_run(TWO, "SUCCESS")]
    server.events[ONE] = [
        make_event("one starts", timestamp="1795307811000"),
        make_event("one fails", timestamp="1795307815000", level="ERROR", eventType="RUN_FAILURE"),
    ]
    server.events[TWO] = [
        make_event("two starts", timestamp="1795307810000"),
        make_event("two warns", timestamp="1795307812000", level="WARNING"),
        make_event("two ends", timestamp="1795307816000", eventType="RUN_SUCCESS"),
    ]


def messages(run_tui: RunTui, *options: str) -> list[str]:
    result = run_tui("run-events", "get", ONE, TWO, "--json", *options)
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["run_ids"] == [ONE, TWO]
    assert document["count"] == len(document["events"])
    return [event["message"] for event in document["events"]]


def test_events_are_merged_by_time(run_tui: RunTui) -> None:
    assert messages(run_tui) == ["two starts", "one starts", "two warns", "one fails", "two ends"]


def test_the_table_tells_the_run_of_each(run_tui: RunTui) -> None:
    lines = run_tui("run-events", "get", ONE, TWO[:8], ONE).stdout.splitlines()
    assert lines[0] == "Events for 2 runs:"
    assert lines[2].split() == ["RUN", "TIMESTAMP", "TYPE", "STEP_KEY", "MESSAGE"]
    assert [line[:8] for line in lines[4:9]] == [TWO[:8], ONE[:8], TWO[:8], ONE[:8], TWO[:8]]
    assert lines[-1] == "Total events: 5"


def test_one_filter_goes_over_all(run_tui: RunTui) -> None:
    assert messages(run_tui, "--filter", "level:warning") == ["two warns", "one fails"]
    assert messages(run_tui, "--filter", "run:9d38c7ea") == ["one starts", "one fails"]
    assert messages(run_tui, "--filter", "-run:9d38c7ea ends") == ["two ends"]
    assert messages(run_tui, "--filter", "run:no_such_job") == []


def test_a_limit_counts_all_of_them(run_tui: RunTui) -> None:
    result = run_tui("run-events", "get", ONE, TWO, "--limit", "2", "--json")
    assert [event["message"] for event in json.loads(result.stdout)["events"]] == ["two starts", "one starts"]
    assert "More events: a higher --limit" in result.stderr


def test_the_worst_of_their_states_is_the_exit_code(run_tui: RunTui, server: ScriptedServer) -> None:
    assert run_tui("run-events", "get", ONE, TWO, "--exit-status").exit_code == 10
    server.runs[0]["status"] = "CANCELED"
    assert run_tui("run-events", "get", ONE, TWO, "--exit-status").exit_code == 11


def test_a_run_that_is_not_there_is_told_of_and_the_others_are_read(run_tui: RunTui) -> None:
    result = run_tui("run-events", "get", ONE, GONE, TWO)
    assert "Total events: 5" in result.stdout
    assert f"Run {GONE} not found" in result.stderr
    assert result.exit_code == 4


def test_following_ends_with_the_last_of_them(run_tui: RunTui) -> None:
    lines = run_tui("run-events", "get", ONE, TWO, "--follow", "--json").stdout.splitlines()
    assert [json.loads(line)["runId"] for line in lines] == [TWO, ONE, TWO, ONE, TWO]


def test_a_failure_that_passes_loses_nothing(run_tui: RunTui, server: ScriptedServer) -> None:
    found = [JSONResponse({"data": {"runOrError": {"__typename": "Run", **run}}}) for run in server.runs]
    server.next_answers = [*found, JSONResponse({}, 503)]
    result = run_tui("run-events", "get", ONE, TWO, "--json")
    assert json.loads(result.stdout)["count"] == 5


def test_what_goes_with_one_run_only_is_refused(run_tui: RunTui, tmp_path: Path) -> None:
    assert run_tui("run-events", "get", ONE, TWO, "--cursor", "x").exit_code == 2
    file = tmp_path / "run.jsonl"
    file.write_text("{}")
    assert run_tui("run-events", "get", str(file), TWO).exit_code == 2


def test_saved_they_keep_their_runs(run_tui: RunTui, tmp_path: Path) -> None:
    path = tmp_path / "both.jsonl"
    assert run_tui("run-events", "get", ONE, TWO, "--output", str(path)).exit_code == 0
    source = open_file(str(path))
    assert [run.id for run in source.together] == [ONE, TWO]
    asyncio.run(source.aclose())
    again = run_tui("run-events", "get", str(path), "--filter", "run:1c7c", "--json")
    assert [event["message"] for event in json.loads(again.stdout)["events"]] == ["two starts", "two warns", "two ends"]
