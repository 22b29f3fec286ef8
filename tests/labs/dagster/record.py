"""Records real answers: `python -m tests.labs.dagster.record [--exports | --demo [NAME ...]]`.

Writes each answer's body into `fixtures/dagster_lab/`, with an `INDEX.json` that says what was asked and what came with
the body; with `--exports` what `dagster debug export` writes of some runs into `fixtures/dagster_exports/`; or with
`--demo` the runs of the built-in demo into `run_tui/demo/data/`, which takes some minutes.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.labs.dagster import demo
from tests.labs.dagster.lab import CODE_FOLDER, QUERIES, DagsterLab
from tests.labs.dagster.recording import BROAD, Neutral
from tests.labs.dagster.scenarios import SCENARIOS, resource

TOP = CODE_FOLDER.parents[2]
FIXTURES = TOP / "fixtures" / "dagster_lab"
EXPORTS = TOP / "fixtures" / "dagster_exports"
EXPORTED = "nightly_etl", "sync_billing", "ingest_uploads", "custom_level", "lone_surrogate"
"""Whose exports are recorded: all kinds of metadata, errors, steps that fan out, what servers cannot deliver."""
DEMO_DATA = TOP / "run_tui" / "demo" / "data"
NOBODY = "00000000-0000-0000-0000-000000000000"


class Recorder:
    """Asks the lab and keeps what it answers below `folder`."""

    def __init__(self, lab: DagsterLab, folder: Path) -> None:
        self.lab = lab
        self._folder = folder
        self._neutral = Neutral(lab)
        self._index: dict[str, dict[str, Any]] = {}

    def ask(self, name: str, operation: str, **variables: Any) -> dict[str, Any]:
        """Records the answer to an operation of `lab.graphql` or `broad.graphql`; returns its body, {} if not JSON."""
        document = BROAD if f" {operation}(" in BROAD else QUERIES
        answer = self.lab.post(document, variables, operation)
        is_json = answer.content_type.startswith("application/json")
        file = f"{name}.{'json' if is_json else 'txt'}"
        (self._folder / file).write_text(self._neutral.text(answer.body), encoding="utf-8")
        self._index[file] = {
            "http_status": answer.status,
            "content_type": answer.content_type,
            "operation": operation,
            "variables": variables,
        }
        body: dict[str, Any] = json.loads(answer.body) if is_json else {}
        return body

    def whole(self, name: str, run_id: str) -> None:
        """Records a run: documented metadata, everything about it, its events both ways, its output."""
        self.ask(f"{name}.metadata", "DgApiRunMetadataQuery", runId=run_id)
        self.ask(f"{name}.run", "LabRun", runId=run_id)
        self.ask(f"{name}.events", "CliRunEventsQuery", runId=run_id, limit=1000)
        page = self.ask(f"{name}.events_full", "LabEvents", runId=run_id, limit=1000)
        events = (page.get("data") or {}).get("logsForRun", {}).get("events", [])
        captures = [event["fileKey"] for event in events if event["__typename"] == "LogsCapturedEvent"]
        for file_key in captures[:1]:
            self.ask(f"{name}.output", "LabLogs", logKey=[run_id, "compute_logs", file_key])

    def write_index(self) -> None:
        """Says in `INDEX.json` what was asked for each file."""
        index = {"documents": {"lab.graphql": QUERIES, "broad.graphql": BROAD}, "answers": self._index}
        (self._folder / "INDEX.json").write_text(json.dumps(index, indent=1) + "\n")


def storage_cursor(number: int) -> str:
    """A cursor after the event with that storage id."""
    return base64.b64encode(json.dumps({"type": "STORAGE_ID", "value": number}).encode()).decode()


def record_fixtures(lab: DagsterLab, folder: Path) -> None:
    """Records a run of every scenario, a running one, and answers that are errors."""
    recorder = Recorder(lab, folder)
    for name in SCENARIOS:
        recorder.whole(name, lab.finished(name))
    _paging(recorder, lab.finished("nightly_etl"))
    _poison(recorder, lab.finished("custom_level"), "custom_level", lambda event: event["level"] == 25)
    surrogate = lab.finished("lone_surrogate")
    _poison(recorder, surrogate, "lone_surrogate", lambda event: "\ud83d" in event["user_message"])
    _errors(recorder, lab.finished("export_reports"))
    _running(recorder)
    _canceled(recorder)
    recorder.ask("runs", "LabRuns", limit=50)
    recorder.ask("runs_failed", "LabRuns", limit=50, filter={"statuses": ["FAILURE"]})
    recorder.write_index()


def _paging(recorder: Recorder, run_id: str) -> None:
    cursor, more, number = None, True, 0
    while more:
        name = f"nightly_etl.page_{number}"
        page = recorder.ask(name, "CliRunEventsQuery", runId=run_id, limit=50, afterCursor=cursor)
        cursor, more = page["data"]["logsForRun"]["cursor"], page["data"]["logsForRun"]["hasMore"]
        number += 1
    recorder.ask("nightly_etl.page_after_the_end", "CliRunEventsQuery", runId=run_id, limit=50, afterCursor=cursor)


def _poison(recorder: Recorder, run_id: str, name: str, poisoned: Callable[[dict[str, Any]], bool]) -> None:
    """All events before the first poisoned one, that one alone, and one after it, by cursors made by hand."""
    first = next(number for number, event in enumerate(recorder.lab.exported(run_id)) if poisoned(event))
    for part, number, limit in (("before", 0, first), ("poison", first, 1), ("after", first + 1, 1)):
        cursor = storage_cursor(number)
        recorder.ask(f"{name}.{part}", "CliRunEventsQuery", runId=run_id, limit=limit, afterCursor=cursor)


def _errors(recorder: Recorder, run_id: str) -> None:
    for operation in ("DgApiRunMetadataQuery", "LabRun"):
        recorder.ask(f"unknown_run.{operation}", operation, runId=NOBODY)
    recorder.ask("unknown_run.CliRunEventsQuery", "CliRunEventsQuery", runId=NOBODY, limit=10)
    recorder.ask("garbage_cursor", "CliRunEventsQuery", runId=run_id, limit=10, afterCursor="garbage")
    recorder.ask("foreign_limit", "CliRunEventsQuery", runId=run_id, limit="ten")
    recorder.ask("missing_variable", "CliRunEventsQuery", limit=10)
    recorder.ask("unknown_output", "LabLogs", logKey=[NOBODY, "compute_logs", "nothing"])


def _running(recorder: Recorder) -> None:
    """A run that goes on: its state, and four polls of its growing log."""
    run_id = recorder.lab.launch("clickstream_ingest", resource("stream", seconds=6.0, rate=5.0))
    recorder.lab.wait(run_id, "STARTED")
    cursor = None
    for number in range(4):
        recorder.lab.until_events(run_id, 30 * (number + 1))
        recorder.ask(f"running.status_{number}", "DgApiRunMetadataQuery", runId=run_id)
        page = recorder.ask(f"running.poll_{number}", "CliRunEventsQuery", runId=run_id, limit=1000, afterCursor=cursor)
        cursor = page["data"]["logsForRun"]["cursor"]
    recorder.ask("running.run", "LabRun", runId=run_id)
    recorder.lab.settle(run_id)
    recorder.whole("clickstream_ingest", run_id)


def _canceled(recorder: Recorder) -> None:
    run_id = recorder.lab.launch("rebuild_search_index", resource("stream", rate=10.0))
    recorder.lab.until_events(run_id, 25)
    recorder.ask("terminate", "LabTerminate", runId=run_id)
    recorder.lab.settle(run_id)
    recorder.ask("terminate_again", "LabTerminate", runId=run_id)
    recorder.whole("rebuild_search_index", run_id)


def record_exports(lab: DagsterLab, folder: Path) -> None:
    """Records the debug files of some runs."""
    neutral = Neutral(lab)
    for name in EXPORTED:
        text = neutral.text(lab.export(lab.finished(name)).decode())
        (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def main() -> None:
    """Records what the command line asks for."""
    parser = argparse.ArgumentParser(description="Record real answers of a Dagster server.")
    parser.add_argument("--demo", action="store_true", help="record the demo's runs instead of the tests' fixtures")
    parser.add_argument("--exports", action="store_true", help="record debug files instead")
    parser.add_argument("names", nargs="*", help="only these of the demo's runs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        lab = DagsterLab(Path(temporary))
        try:
            lab.start(seed=not options.demo)
            if options.demo:
                for path, events in demo.record(lab, DEMO_DATA, options.names):
                    print(f"{path.name}: {events} events, {path.stat().st_size} bytes")
            else:
                folder, record = (EXPORTS, record_exports) if options.exports else (FIXTURES, record_fixtures)
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                record(lab, folder)
        finally:
            lab.stop()


if __name__ == "__main__":
    main()
