"""`run-events get` beside the documents' examples: real answers, the filters of this program, odd text."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Json, RunTui, ScriptedServer, make_event, make_run

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"


@pytest.fixture(autouse=True)
def _run(server: ScriptedServer) -> None:
    server.runs = [make_run(RUN, "FAILURE")]
    server.events[RUN] = [
        make_event("Started", eventType="RUN_START"),
        make_event("3 rows without id", stepKey="load", level="WARNING"),
        make_event("Trying again", stepKey="load", eventType="STEP_UP_FOR_RETRY"),
        make_event("", stepKey="load", eventType="STEP_RESTARTED"),
        make_event("no table", stepKey="load", level="ERROR", timestamp="1795307821079"),
        make_event("Failed", stepKey="load", level="ERROR", eventType="STEP_FAILURE"),
    ]


def messages(run_tui: RunTui, *options: str) -> list[str]:
    result = run_tui("run-events", "get", RUN, "--json", *options)
    assert result.exit_code == 0, result.stderr
    return [event["message"] for event in json.loads(result.stdout)["events"]]


def test_what_real_servers_send(run_tui: RunTui) -> None:
    rows = run_tui("run-events", "get", RUN, "--step", "load").stdout.splitlines()[4:6]
    assert rows[0].rstrip() == f"{'2026-11-22T00:36:51':<20} {'':<20} {'load':<30} 3 rows without id"
    assert rows[1].rstrip() == f"{'2026-11-22T00:36:51':<20} {'STEP_UP_FOR_RETRY':<20} {'load':<30} Trying again"
    whole = json.loads(run_tui("run-events", "get", RUN, "--limit", "2", "--json").stdout)
    assert whole["events"][0]["stepKey"] is None
    assert whole["events"][1]["eventType"] is None
    assert whole["events"][1]["timestamp"] == "2026-11-22T00:36:51.079Z"


def test_a_run_by_the_beginning_of_its_id(run_tui: RunTui) -> None:
    result = run_tui("run-events", "get", "9d38c7ea", "--limit", "1")
    assert result.stdout.startswith(f"Events for run {RUN}:\n")
    assert json.loads(run_tui("run", "events", "9d38", "--json").stdout)["run_id"] == RUN


def test_a_long_message_is_cut_in_the_table_alone(server: ScriptedServer, run_tui: RunTui) -> None:
    server.events[RUN] = [make_event("x" * 50), make_event("y" * 51)]
    rows = run_tui("run-events", "get", RUN).stdout.splitlines()[4:6]
    assert [row[73:] for row in rows] == ["x" * 50, "y" * 47 + "..."]
    assert messages(run_tui) == ["x" * 50, "y" * 51]


def test_odd_text_keeps_the_table_whole_and_the_json_exact(server: ScriptedServer, run_tui: RunTui) -> None:
    odd = "a\x1b[2J\nb\r\0\u202e[red]é€😀"
    server.events[RUN] = [make_event(odd, stepKey="s\x1bt", eventType="T\nT", timestamp="2025-08-12T18:04:12")]
    text = run_tui("run-events", "get", RUN).stdout
    assert len(text.splitlines()) == 7
    assert {character for character in text if not character.isprintable()} == {"\n"}
    assert messages(run_tui) == [odd]
    assert run_tui("run-events", "get", RUN, "--json").stdout.isascii()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--level", "warning"], ["3 rows without id", "no table", "Failed"]),
        (["--level", "INFO"], ["Started", "3 rows without id", "Trying again", "", "no table", "Failed"]),
        (["--level", "critical"], []),
        (["--filter", "type:LOG"], ["3 rows without id", "no table"]),
        (["--filter", "attempt:2"], ["", "no table", "Failed"]),
        (["--filter", "after:+14s"], ["no table"]),
        (["--filter", '"rows without" level:warning'], ["3 rows without id"]),
        (["--filter", "step:load", "--type", "step_failure"], ["Failed"]),
    ],
)
def test_filters(run_tui: RunTui, options: list[str], expected: list[str]) -> None:
    assert messages(run_tui, *options) == expected


def test_a_filter_sees_the_users_exception(server: ScriptedServer, run_tui: RunTui) -> None:
    error: Json = {"message": "step failed", "className": "DagsterExecutionStepExecutionError", "stack": []}
    error["cause"] = {"message": "KeyError: 'users'\n", "className": "KeyError", "stack": [], "cause": None}
    server.events[RUN][-1]["error"] = error
    assert messages(run_tui, "--filter", "KeyError") == ["Failed"]


def test_only_the_filter_language_needs_more_than_the_documented_query(server: ScriptedServer, run_tui: RunTui) -> None:
    messages(run_tui, "--level", "info", "--step", "load")
    assert {request["operation"] for request in server.requests} == {"CliRunEventsQuery"}


def test_a_wrong_filter_is_a_wrong_option(run_tui: RunTui) -> None:
    result = run_tui("run-events", "get", RUN, "--filter", "step:load level:loud")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert "loud" in result.stderr


def test_attempts_are_counted_from_the_beginning_only(run_tui: RunTui) -> None:
    result = run_tui("run-events", "get", RUN, "--filter", "attempt:2", "--cursor", "x")
    assert result.exit_code == 2
    assert "--cursor" in result.stderr
    result = run_tui("run-events", "get", RUN, "--filter", "attempt:2", "--limit", "1")
    assert result.stderr == "More events: a higher --limit\n"


@pytest.mark.parametrize(("status", "code"), [("FAILURE", 10), ("CANCELED", 11), ("SUCCESS", 0), ("STARTED", 0)])
def test_the_exit_status_can_be_the_runs(server: ScriptedServer, run_tui: RunTui, status: str, code: int) -> None:
    server.runs = [make_run(RUN, status)]
    assert run_tui("run-events", "get", RUN, "--exit-status").exit_code == code
    assert run_tui("run-events", "get", RUN).exit_code == 0
