"""Reading a whole run from the lab, and taking out of what was read where it was recorded."""

from __future__ import annotations

import json
import re
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.labs.dagster.lab import CODE_FOLDER, DagsterLab, LabError

BROAD = (CODE_FOLDER / "broad.graphql").read_text()

_ROOT = "/srv/acme"


class Neutral:
    """Rewrites this machine's paths to those of a made-up one."""

    def __init__(self, lab: DagsterLab) -> None:
        self._prefixes = {
            str(lab.home): f"{_ROOT}/dagster_home",
            str(lab.home.parent): _ROOT,
            str(CODE_FOLDER): f"{_ROOT}/platform",
            str(CODE_FOLDER.parents[2]): f"{_ROOT}/platform",
            sys.prefix: f"{_ROOT}/venv",
            sys.base_prefix: "/usr",
            tempfile.gettempdir(): f"{_ROOT}/tmp",
        }
        traces = (f"{Path.home()}/", *self._prefixes)
        names = "|".join([*map(re.escape, traces), rf"\b{re.escape(socket.gethostname())}\b"])
        self._leak = re.compile(f".{{0,80}}(?:{names}).{{0,80}}")

    def text(self, text: str) -> str:
        """The text without a trace of this machine. Raises `LabError` where one is left."""
        for prefix, neutral in self._prefixes.items():
            text = text.replace(prefix, neutral)
        if leak := self._leak.search(text):
            raise LabError(f"the recording would tell where it was made: {leak.group()}")
        return text


def whole_run(lab: DagsterLab, run_id: str) -> dict[str, Any]:
    """A run, its events and its captured output with every field there is."""
    events = _events(lab, run_id)
    return {
        "run": lab.post(BROAD, {"runId": run_id}, "LabRun").data["runOrError"],
        "events": events,
        "captured_logs": {
            event["fileKey"]: _output(lab, run_id, event["fileKey"])
            for event in events
            if event["__typename"] == "LogsCapturedEvent"
        },
    }


def _events(lab: DagsterLab, run_id: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    cursor, more = None, True
    while more:
        variables = {"runId": run_id, "limit": 1000, "afterCursor": cursor}
        page = lab.post(BROAD, variables, "LabEvents").data["logsForRun"]
        events += page["events"]
        cursor, more = page["cursor"], page["hasMore"]
    for event in events:
        if "checkAssetKey" in event:
            event["assetKey"] = event.pop("checkAssetKey")
    return events


def _output(lab: DagsterLab, run_id: str, file_key: str) -> dict[str, str]:
    logs = lab.post(BROAD, {"logKey": [run_id, "compute_logs", file_key]}, "LabLogs").data["capturedLogs"]
    return {stream: logs[stream] or "" for stream in ("stdout", "stderr")}


def compact(value: object) -> str:
    """JSON without a needless blank; what is not ASCII is escaped, so that lone surrogates survive."""
    return json.dumps(value, separators=(",", ":"))
