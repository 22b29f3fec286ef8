"""The commands on a real PySpur server, which a connection of the settings file names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from run_tui.cli import cli
from tests.labs.pyspur import workflows
from tests.labs.pyspur.lab import PySpurLab


@pytest.fixture(autouse=True)
def at_lab(pyspur_lab: PySpurLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leads the commands to the lab's server."""
    settings = tmp_path / "config.toml"
    settings.write_text(f'[connections.spur]\nkind = "pyspur"\nurl = "{pyspur_lab.url}"\n')
    monkeypatch.setenv("RUN_TUI_CONFIG", str(settings))
    monkeypatch.setenv("RUN_TUI_CONNECTION", "spur")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args, catch_exceptions=False)


def test_runs_are_listed_and_told_of(pyspur_lab: PySpurLab) -> None:
    failed = pyspur_lab.run("nightly", workflows.broken())
    done = pyspur_lab.run("hourly", workflows.etl())
    listed = json.loads(run("run", "list", "--limit", "2", "--json").stdout)
    assert [(item["id"], item["status"]) for item in listed["items"]] == [(done, "SUCCESS"), (failed, "FAILURE")]
    assert listed["items"][0]["tags"]["kind"] == "interactive"
    assert json.loads(run("run", "get", failed, "--json").stdout)["status"] == "FAILURE"
    for option, value in (("--status", "failure"), ("--job", "nightly")):
        table = [line.split()[0] for line in run("run", "list", option, value).stdout.splitlines()]
        assert failed in table
        assert done not in table


def test_an_unknown_run_is_not_found() -> None:
    result = run("run", "get", "R99999")
    assert (result.exit_code, result.stderr) == (4, "Error querying PySpur API: Run R99999 not found\n")


def test_events_are_all_there_from_cursor_to_cursor(pyspur_lab: PySpurLab) -> None:
    run_id = pyspur_lab.run("broken", workflows.broken())
    whole = json.loads(run("run-events", "get", run_id, "--json").stdout)["events"]
    assert [event["eventType"] for event in whole][-3:] == ["STEP_FAILURE", "STEP_SKIPPED", "RUN_FAILURE"]
    parts: list[dict[str, str]] = []
    cursor: list[str] = []
    while True:
        result = run("run-events", "get", run_id, "--limit", "2", *cursor, "--json")
        parts += json.loads(result.stdout)["events"]
        if not result.stderr:
            break
        cursor = ["--cursor", result.stderr.split()[-1]]
    assert parts == whole
    found = run("run-events", "get", run_id, "--filter", "ZeroDivisionError", "--exit-status")
    assert found.exit_code == 10
    assert "Total events: 1" in found.stdout


def test_a_run_is_followed_to_its_end(pyspur_lab: PySpurLab) -> None:
    run_id, gates = pyspur_lab.launch_gated("followed", 2)
    command = [sys.executable, "-m", "run_tui", "run-events", "get", run_id, "--follow", "--exit-status", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        seen = []
        for line in program.stdout:
            event = json.loads(line)
            seen.append((event["eventType"], event["stepKey"]))
            if event["eventType"] == "STEP_START" and str(event["stepKey"]).startswith("wait_"):
                gates.pop(0).write_text("through")
    assert program.returncode == 0
    nodes = ["input_node", "wait_1", "wait_2", "output_node"]
    steps = [(kind, node) for node in nodes for kind in ("STEP_START", "STEP_SUCCESS")]
    assert seen == [("RUN_START", None), *steps, ("RUN_SUCCESS", None)]
