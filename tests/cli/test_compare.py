"""`run-tui run compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import RunTui, ScriptedServer, make_event, make_run

DEMO = ("-c", "demo")


def run_ids(run_tui: RunTui, *options: str) -> list[str]:
    listed = json.loads(run_tui("run", "list", *DEMO, *options, "--json").stdout)
    return [run["id"] for run in listed["items"]]


def compared(run_tui: RunTui, *args: str) -> dict[str, Any]:
    result = run_tui("run", "compare", *args, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_failed_run_is_compared_with_the_last_that_succeeded(run_tui: RunTui) -> None:
    failed = run_ids(run_tui, "--job", "nightly_etl", "--status", "failure")[0]
    good = run_ids(run_tui, "--job", "nightly_etl", "--status", "success")[0]
    found = compared(run_tui, *DEMO, failed[:8])
    assert (found["before"]["id"], found["after"]["id"], found["differ"]) == (good, failed, True)
    assert {"name": "Status", "before": "SUCCESS", "after": "FAILURE"} in found["facts"]
    assert "+      strict: true" in found["config"]
    assert [(step["step"], step["change"]) for step in found["steps"]] == [
        ("load_users", "failed"),
        ("build_daily_revenue", "state"),
        ("publish_dashboards", "state"),
    ]
    first = found["first_event"]
    assert (first["step"], first["after"]["eventType"]) == ("load_users", "STEP_FAILURE")
    assert first["before"]["message"].startswith("3 rows without user_id")
    assert found["steps_alike"] == 7
    named = compared(run_tui, *DEMO, failed, good)
    assert [named[side]["id"] for side in ("before", "after")] == [good, failed]
    assert len(compared(run_tui, *DEMO, good, failed, "--all")["steps"]) == 10


def test_what_differs_is_printed_for_people(run_tui: RunTui) -> None:
    failed = run_ids(run_tui, "--job", "nightly_etl", "--status", "failure")[0]
    lines = run_tui("run", "compare", *DEMO, failed).stdout.splitlines()
    assert lines[1].startswith(f"After:  {failed}  ✗ failure")
    assert "First event that differs: in load_users, 3m 33s after the first event" in lines
    assert any(line.startswith("✗ load_users ") and "success → failure" in line for line in lines)
    assert any("caused by KeyError: 'user_id'" in line for line in lines)


def test_a_run_and_itself_do_not_differ(run_tui: RunTui) -> None:
    run_id = run_ids(run_tui, "--job", "sync_crm")[0]
    assert compared(run_tui, *DEMO, run_id, run_id)["differ"] is False
    assert "Nothing differs" in run_tui("run", "compare", *DEMO, run_id, run_id).stdout


def test_runs_in_files_are_compared_too(run_tui: RunTui, tmp_path: Path) -> None:
    names = []
    for status in ("failure", "success"):
        run_id = run_ids(run_tui, "--job", "nightly_etl", "--status", status)[0]
        names.append(str(tmp_path / f"{status}.jsonl"))
        run_tui("run-events", "get", *DEMO, run_id, "--output", names[-1])
    found = compared(run_tui, *names)
    assert (found["before"]["status"], found["after"]["status"]) == ("SUCCESS", "FAILURE")
    assert found["first_event"]["step"] == "load_users"
    assert "+      strict: true" in found["config"]


def test_without_a_run_that_succeeded_another_one_has_to_be_named(run_tui: RunTui, server: ScriptedServer) -> None:
    server.runs = [make_run("r2", "FAILURE")]
    server.events = {"r2": [make_event("x")]}
    result = run_tui("run", "compare", "r2")
    assert result.exit_code == 4
    assert "No run of nightly_etl before this one succeeded" in result.stderr
    assert run_tui("run", "compare", "r2", "r3").exit_code == 4
