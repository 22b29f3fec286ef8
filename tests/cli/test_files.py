"""Commands on files: what they print of a run on a server they print of a saved one."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import RunTui
from tests.sources.test_archive import EXPORTS, saved

EXPORT = str(EXPORTS / "sync_billing.gz")


def test_a_run_and_its_events_in_a_file(run_tui: RunTui) -> None:
    run = json.loads(run_tui("run", "get", EXPORT, "--json").stdout)
    assert (run["status"], run["pipeline_name"]) == ("FAILURE", "sync_billing")
    result = run_tui("run-events", "get", EXPORT, "--type", "STEP_FAILURE", "--json", "--exit-status")
    [event] = json.loads(result.stdout)["events"]
    assert event["stepKey"] == "fetch_invoices"
    assert result.exit_code == 10


def test_a_file_is_read_on_by_its_cursor(run_tui: RunTui, tmp_path: Path) -> None:
    path = str(saved(tmp_path / "saved.jsonl", 5))
    first = run_tui("run-events", "get", path, "--limit", "2", "--json")
    rest = run_tui("run-events", "get", path, "--cursor", first.stderr.split()[-1].strip("'"), "--json")
    messages = [event["message"] for part in (first, rest) for event in json.loads(part.stdout)["events"]]
    assert messages == [f"event {number}" for number in range(5)]


def test_following_a_saved_run_ends(run_tui: RunTui, tmp_path: Path) -> None:
    lines = run_tui("run-events", "get", str(saved(tmp_path / "saved.jsonl", 3)), "--follow", "--json").stdout
    assert len(lines.splitlines()) == 3


def test_what_is_wrong_with_a_file_is_told(run_tui: RunTui, tmp_path: Path) -> None:
    path = tmp_path / "no run.txt"
    path.write_text("hello")
    result = run_tui("run-events", "get", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no run.txt holds no run" in result.stderr


def test_the_explorer_needs_a_terminal(run_tui: RunTui) -> None:
    result = run_tui("open", EXPORT)
    assert result.exit_code == 2
    assert "needs a terminal" in result.stderr
