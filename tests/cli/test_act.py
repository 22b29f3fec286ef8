"""The commands that change runs, on a real Dagster server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from run_tui.acting import REQUEST_TAG
from run_tui.cli import cli
from tests.cli.at_terminal import at_terminal
from tests.labs.dagster.lab import DagsterLab

JOB = "rebuild_search_index"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def at_queue(queue_lab: DagsterLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DagsterLab:
    """Leads the commands to the server on which runs only wait."""
    monkeypatch.setenv("RUN_TUI_URL", queue_lab.url)
    monkeypatch.setenv("RUN_TUI_CONFIG", str(tmp_path / "config.toml"))
    return queue_lab


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, args, text, catch_exceptions=False)


def test_runs_are_launched_terminated_re_executed_and_deleted(at_queue: DagsterLab) -> None:
    launched = run("run", "launch", "--job", JOB, "--tag", "team=tests", "--yes")
    assert (launched.exit_code, launched.stderr) == (0, "")
    run_id = launched.stdout.removeprefix("launched  ").strip()
    assert at_queue.status(run_id) == "QUEUED"
    ended = run("run", "terminate", run_id[:8], run_id, "--yes")
    assert ended.stdout == f"{run_id}  asked to end\n"
    assert "could not be terminated due to having status CANCELED" in ended.stderr
    assert ended.stderr.endswith("1 of 2 done, 1 failed, 0 not known\n")
    assert (ended.exit_code, at_queue.status(run_id)) == (1, "CANCELED")
    again = json.loads(run("run", "reexecute", run_id, "--yes", "--json").stdout)
    assert [(item["run_id"], item["result"]) for item in again] == [(run_id, "done")]
    new_id = again[0]["new_run_id"]
    deleted = run("run", "delete", run_id, new_id, "--yes")
    assert deleted.stdout == f"{run_id}  deleted\n{new_id}  deleted\n"
    assert run("run", "get", new_id).exit_code == 4


def test_a_configuration_and_tags_arrive(at_queue: DagsterLab) -> None:
    command = ("run", "launch", "--job", JOB, "--config", "-", "--tag", "a=1", "--tag", "b=x=y", "--yes", "--json")
    (item,) = json.loads(run(*command, text='{"resources": {"stream": {"config": {"rate": 9}}}}').stdout)
    (found,) = at_queue.ask("LabRuns", filter={"runIds": [item["new_run_id"]]})["runsOrError"]["results"]
    tags = {tag["key"]: tag["value"] for tag in found["tags"]}
    assert (tags["a"], tags["b"], tags["team"]) == ("1", "x=y", "search")
    assert REQUEST_TAG in tags


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("resources:\n  stream:\n    config:\n      rate: fast\n", 4, "Invalid scalar at path"),
        (
            "resources:\n  stream:\n    config: {}\n  warehouse2: {}\n",
            4,
            'Received unexpected config entry "warehouse2"',
        ),
        ("resources: [\n", 2, "expected the node content"),
    ],
)
def test_a_wrong_configuration_is_told_with_its_line(
    at_queue: DagsterLab, tmp_path: Path, text: str, line: int, why: str
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    before = at_queue.ask("LabRuns")["runsOrError"]["count"]
    result = run("run", "launch", "--job", JOB, "--config", str(file), "--yes")
    assert result.exit_code == 1
    assert f"{file}:{line}: {why}" in result.stderr
    assert at_queue.ask("LabRuns")["runsOrError"]["count"] == before


@pytest.mark.usefixtures("at_queue")
def test_what_is_not_there_is_told() -> None:
    job = run("run", "launch", "--job", "no_such_job", "--yes")
    assert (job.exit_code, "There is no job no_such_job" in job.stderr) == (1, True)
    assert run("run", "delete", NOBODY, "--yes").exit_code == 4
    file = run("run", "launch", "--job", JOB, "--config", "/nonexistent.yaml", "--yes")
    assert (file.exit_code, "No such file" in file.stderr) == (2, True)


@pytest.mark.usefixtures("at_queue")
def test_the_jobs_are_listed_with_their_last_run() -> None:
    run_id = run("run", "launch", "--job", "sync_crm", "--yes").stdout.split()[-1]
    listed = {item["name"]: item for item in json.loads(run("job", "list", "--json").stdout)["items"]}
    assert listed["sync_crm"]["last_run"]["id"] == run_id
    assert listed["nightly_etl"]["last_run"] is None
    assert listed["nightly_etl"]["location"] == "acme.definitions"
    table = run("job", "list").stdout.splitlines()
    assert table[0].split() == ["JOB", "LOCATION", "LAST", "RUN", "CREATED", "(UTC)"]
    assert any(line.startswith("sync_crm ") and " QUEUED " in line for line in table)


@pytest.mark.parametrize("command", [("terminate", "x"), ("delete", "x"), ("reexecute", "x"), ("launch", "--job", "x")])
def test_without_a_terminal_nothing_is_done_without_a_yes(command: tuple[str, ...]) -> None:
    result = run("run", *command)
    assert (result.exit_code, "say --yes" in result.stderr) == (2, True)


def test_a_connection_can_be_read_only(at_queue: DagsterLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = at_queue.launch(JOB)
    (tmp_path / "config.toml").write_text(f'[connections.prod]\nurl = "{at_queue.url}"\nread_only = true\n')
    monkeypatch.delenv("RUN_TUI_URL")
    for command in (("run", "terminate", run_id), ("run", "delete", run_id), ("run", "launch", "--job", JOB)):
        result = run("-c", "prod", *command, "--yes")
        assert (result.exit_code, "This connection is read-only" in result.stderr) == (1, True)
    assert at_queue.status(run_id) == "QUEUED"


def test_at_a_terminal_a_no_changes_nothing_and_a_yes_does(at_queue: DagsterLab) -> None:
    run_id = at_queue.launch(JOB)
    code, written = at_terminal({}, "run", "delete", run_id[:8], answer=b"n\n")
    assert f"{JOB}  {run_id}  QUEUED" in written
    assert f"Delete 1 run on {at_queue.url}? [y/N]" in written
    assert (code, at_queue.status(run_id)) == (130, "QUEUED")
    code, written = at_terminal({}, "run", "terminate", run_id[:8], answer=b"y\n")
    assert (code, at_queue.status(run_id)) == (0, "CANCELED")


def test_a_launched_run_is_followed_to_its_end(
    dagster_lab: DagsterLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUN_TUI_URL", dagster_lab.url)
    monkeypatch.setenv("RUN_TUI_CONFIG", str(tmp_path / "config.toml"))
    result = run("run", "launch", "--job", "sync_billing", "--yes", "--follow", "--exit-status", "--json")
    (told,) = json.loads(result.stderr)
    printed = [json.loads(line)["message"] for line in result.stdout.splitlines()]
    assert printed == [event["message"] for event in dagster_lab.events(told["new_run_id"])]
    assert result.exit_code == 10
