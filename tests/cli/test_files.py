"""Commands on files: what they print of a run on a server they print of a saved one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.cli.conftest import RunTui, Start
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


def test_saved_events_are_those_of_the_file_they_came_from(run_tui: RunTui, tmp_path: Path) -> None:
    path = tmp_path / "saved.jsonl"
    result = run_tui("run-events", "get", EXPORT, "--output", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"Saved 17 events to {path}\n"
    documents = [run_tui("run-events", "get", name, "--json").stdout for name in (EXPORT, str(path))]
    assert documents[0] == documents[1]


def test_only_what_is_asked_for_is_saved_with_its_attempts(run_tui: RunTui, tmp_path: Path) -> None:
    path = tmp_path / "saved.jsonl"
    options = ("--filter", "attempt:3", "--level", "error")
    assert run_tui("run-events", "get", EXPORT, *options, "--output", str(path)).exit_code == 0
    header, *events = map(json.loads, path.read_text().splitlines())
    assert (header["filter"], header["count"]) == ("level:ERROR attempt:3", 1)
    assert [(event["eventType"], event["attempt"]) for event in events] == [("STEP_FAILURE", 3)]
    assert events[0]["error"]["cause"]["className"] == "ConnectionError"


def test_a_file_that_is_there_stays_unless_asked(run_tui: RunTui, tmp_path: Path) -> None:
    path = tmp_path / "saved.txt"
    path.write_text("precious")
    result = run_tui("run-events", "get", EXPORT, "--output", str(path))
    assert (result.exit_code, path.read_text()) == (1, "precious")
    assert "is there already" in result.stderr
    assert run_tui("run-events", "get", EXPORT, "--output", str(path), "--overwrite").exit_code == 0
    assert path.read_text() == run_tui("run-events", "get", EXPORT).stdout
    assert run_tui("run-events", "get", EXPORT, "--output", str(path), "--json").exit_code == 2


def test_a_full_disk_loses_nothing_and_is_told(start: Start, tmp_path: Path) -> None:
    source, path = saved(tmp_path / "long.jsonl", 100), tmp_path / "saved.jsonl"
    path.write_text("precious")
    # The shell's limit stands in for a disk of 4 or 8 kB: the system refuses the same write.
    command = f"ulimit -f 8; exec {sys.executable} -m run_tui run-events get {source} --output {path} --overwrite"
    process = start("sh", "-c", command)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors == f"Error: {path} cannot be written: File too large\n"
    assert path.read_text() == "precious"
    assert {entry.name for entry in tmp_path.iterdir()} == {"long.jsonl", "saved.jsonl"}
