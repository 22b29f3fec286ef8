"""The commands on a real Dagster server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from run_tui.cli import cli
from tests.labs.dagster.lab import DagsterLab


@pytest.fixture
def at_lab(dagster_lab: DagsterLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leads the commands to the lab's server."""
    monkeypatch.setenv("RUN_TUI_URL", dagster_lab.url)
    monkeypatch.setenv("RUN_TUI_CONFIG", str(tmp_path / "none.toml"))


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args, catch_exceptions=False)


def chained(*args: str) -> list[str]:
    """The messages that calls print which go on from each other's cursor."""
    messages: list[str] = []
    cursor: tuple[str, ...] = ()
    while True:
        result = run(*args, *cursor, "--json")
        messages += [event["message"] for event in json.loads(result.stdout)["events"]]
        if not result.stderr:
            return messages
        cursor = ("--cursor", result.stderr.split()[-1])


@pytest.mark.usefixtures("at_lab")
@pytest.mark.parametrize("limit", ["13", "1000"])
def test_events_are_all_there_whatever_the_limit(dagster_lab: DagsterLab, limit: str) -> None:
    run_id = dagster_lab.finished("odd_texts")
    held = [event["message"] for event in dagster_lab.events(run_id)]
    assert chained("run-events", "get", run_id, "--limit", limit) == held


@pytest.mark.usefixtures("at_lab")
@pytest.mark.parametrize("options", [("--filter", "level:error"), ("--step", "load"), ("--type", "STEP_OUTPUT")])
def test_filtered_events_are_all_there(dagster_lab: DagsterLab, options: tuple[str, str]) -> None:
    command = ("run-events", "get", dagster_lab.finished("nightly_etl_strict"), *options)
    whole = chained(*command, "--limit", "1000")
    assert len(whole) > 1
    assert chained(*command, "--limit", "1") == whole


@pytest.mark.usefixtures("at_lab")
def test_the_users_exception_is_found(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("nightly_etl_strict")
    result = run("run", "events", run_id[:13], "--filter", "KeyError", "--type", "STEP_FAILURE", "--exit-status")
    assert result.stdout.startswith(f"Events for run {run_id}:")
    assert "Total events: 1" in result.stdout
    assert result.exit_code == 10


@pytest.mark.usefixtures("at_lab")
def test_runs_are_listed(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("sync_billing")
    listed = json.loads(run("run", "list", "--status", "failure", "--job", "sync_billing", "--json").stdout)
    assert run_id in [item["id"] for item in listed["items"]]
    assert {item["status"] for item in listed["items"]} == {"FAILURE"}


@pytest.mark.usefixtures("at_lab")
def test_a_run_is_followed_from_its_start_to_its_very_last_event(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("sync_crm")
    result = run("run-events", "get", run_id, "--follow", "--json", "--exit-status")
    assert (result.exit_code, result.stderr) == (0, "")
    printed = [json.loads(line)["message"] for line in result.stdout.splitlines()]
    assert printed == [event["message"] for event in dagster_lab.events(run_id)]


@pytest.mark.usefixtures("at_lab")
@pytest.mark.parametrize("options", [(), ("--filter", "level:debug"), ("--follow",)])
@pytest.mark.parametrize("name", ["custom_level", "lone_surrogate"])
def test_events_the_server_cannot_deliver_are_told_of(
    dagster_lab: DagsterLab, name: str, options: tuple[str, ...]
) -> None:
    result = run("run-events", "get", dagster_lab.finished(name), *options)
    assert result.exit_code == 0
    assert "The server cannot deliver 1 event" in result.stderr
    assert "RUN_SUCCESS" in result.stdout
