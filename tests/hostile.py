"""A server whose every text tries to act on the terminal, and what a terminal may be sent all the same."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from tests.sources.servers import app_of

Json = dict[str, Any]

MARKER = "pwned"
PAYLOADS = {
    "controls": "".join(map(chr, (*range(32), 127))),
    "c1": "".join(map(chr, range(128, 143))),
    "more c1": "".join(map(chr, range(143, 160))),
    "csi": "\x1b[2J\x1b[77;7H\x1b[?1049l\x1b[6n\x1b[5i\x1b[21t\x1b[3J\x1b[!p\x1bc\x1b(0\x1b#8",
    "title": f"\x1b]0;{MARKER}\x07\x1b]2;{MARKER}\x1b\\\x1b]777;notify;{MARKER}\x07",
    "clipboard": "\x1b]52;c;cHduZWQ=\x07\x1b]52;p;?\x1b\\",
    "link": f"\x1b]8;;http://evil.example/{MARKER}\x1b\\here\x1b]8;;\x1b\\",
    "dcs": "\x1bP$q\x22p\x1b\\\x1bP+q544e\x1b\\\x1bPq#0;2;0;0;0~\x1b\\",
    "apc": f"\x1b_G{MARKER}\x1b\\\x1b^{MARKER}\x1b\\\x1bX{MARKER}\x1b\\\x1bk{MARKER}\x1b\\",
    "eight bits": f"\x9b2J\x9d0;{MARKER}\x9c\x90$q\x9c\x9fG{MARKER}\x9c\x9e\x98\x85\x84\x8d",
    "colours": "\x1b[31mred\x1b[0;8mhidden\x1b[28;38;5;0;48;5;0mblack\x1b[38:2::9:9:9;48;2;9;9;9mnight\x1b[5;6mx\x1b[9",
    "directions": "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061cgnp.exe",
    "nothing": "a\u200bb\u200cc\u200dd\u2060e\ufefff\xadg\u180eh\u2028i\u2029j\U000e0041k\u3164l\ufe0fm",
    "surrogates": "\ud800a\udfffb\udc80\ud83dc",
    "markup": "[/foo] [@click=app.quit]x[/] [bold]y [link=http://evil.example]z[/link] $(reboot) [red",
    "overprint": "harmless\rFAILED\x08\x08\x08\x08\x08\x08fine\n\x0b\x0c\t|",
}
"""By what they try: every C0 and C1 control, sequences of each kind, marks that hide or turn text, markup."""
EVERYTHING = " ".join(PAYLOADS.values())

RAW = tuple(
    sequence
    for text in PAYLOADS.values()
    for sequence in re.findall(r"(?:\x1b[\[\]P_^Xk#(!]|[\x90\x98-\x9f])[^\x1b\x07\x9c]{2,}|\x1bc", text)
    if sequence not in ("\x1b[2J", "\x1b[?1049l")
)
"""Sequences of the payloads that the program has no use for: none of them may come out as it went in."""

OWN = re.compile(
    r"\x1b\[(?:[0-9;]*m|[0-9;]*H|[02]?[JK]"  # looks, cursor, erasing
    r"|\?(?:1049|1000|1002|1003|1006|1015|1004|1016|25|2004|2026|2031|2048|7)[hl]"  # modes of a full screen
    r"|\?[0-9]+\$p|>[0-9]+u|<u|=[0-9;]+u|\?u|c|16t)"  # what it asks terminals: modes, keyboard, kind, cell size
    r"|\x1b\]22;[a-z-]+\x07"  # the shape of the mouse pointer
)
"""All that the explorer itself may send unasked."""
COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
"""What it sends when the user copies."""


def unwanted(output: bytes, own: re.Pattern[str] = OWN) -> list[str]:
    """What is wrong with bytes sent to a terminal: whatever acts, hides or turns text beside `own`, raw payloads."""
    text = output.decode("utf-8", "surrogateescape")
    left = own.sub("", text).replace("\r\n", "").replace("\n", "")
    acting = {character for character in left if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    found = [left[max(0, at - 20) : at + 20] for at in map(left.index, acting)]
    return list(map(ascii, [*found, *(sequence for sequence in RAW if sequence in text)]))


class HostileServer:
    """Answers like Dagster; `failure` makes it fail in one of several ways, in its own words."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self.runs = [_run(f"{text}{number:04}", text) for number, text in enumerate(PAYLOADS.values())]
        self.runs[0]["status"] = EVERYTHING
        self.events = [*_captures(), *(event for text in PAYLOADS.values() for event in _events(text))]

    @property
    def app(self) -> Starlette:
        """The server as an ASGI app."""
        return app_of(self._answer)

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        query, variables = body["query"], body["variables"]
        if self.failure == "web page":
            return Response("<title>x</title>", 404, {"content-type": f"text/{PAYLOADS['eight bits']}"})
        if self.failure == "errors":
            return _json({"errors": [{"message": EVERYTHING}]})
        if self.failure is not None:
            member = {"__typename": self.failure, "message": EVERYTHING, "stack": [EVERYTHING]}
            fields = [name for name in ("runsOrError", "runOrError", "logsForRun") if name in query]
            return _json({"data": dict.fromkeys(fields, member)}, 500 if self.failure == "PythonError" else 200)
        data: Json = {}
        if "runsOrError" in query:
            data["runsOrError"] = {"__typename": "Runs", "count": len(self.runs), "results": self.runs}
        if "executionPlan" in query:
            steps = [{"key": text, "kind": text, "inputs": []} for text in PAYLOADS.values()]
            data["runOrError"] = {"__typename": "Run", "executionPlan": {"steps": steps}}
        elif "runOrError" in query:
            data["runOrError"] = next((run for run in self.runs if run["id"] == variables["runId"]), self.runs[1])
        if "logsForRun" in query:
            events = [] if variables.get("afterCursor") else self.events[: variables["limit"]]
            data["logsForRun"] = {"__typename": "EventConnection", "events": events, "cursor": "c", "hasMore": False}
        if "capturedLogs" in query:
            written = "\n".join(PAYLOADS.values()) if "0" in variables["cursor"].split(":") else ""
            data["capturedLogs"] = {"stdout": written, "stderr": written, "cursor": "9999:9999"}
        return _json({"data": data})


def _json(answer: Json, status: int = 200) -> Response:
    """JSON in ASCII: the only spelling of an unpaired surrogate."""
    return Response(json.dumps(answer), status, {"content-type": "application/json"})


def _run(run_id: str, text: str) -> Json:
    times = {"creationTime": 1795307802.0, "startTime": 1795307804.0, "endTime": 1795307805.0}
    names = dict.fromkeys(("pipelineName", "jobName", "mode", "rootRunId", "parentRunId", "runConfigYaml"), text)
    tags = [{"key": text, "value": text}]
    return {"__typename": "Run", "id": run_id, "status": "FAILURE", "tags": tags} | times | names


def _captures() -> Iterator[Json]:
    """Events that tell where output is kept: at the server, and elsewhere."""
    plain = {"timestamp": "1795307804000", "level": "DEBUG", "stepKey": None, "eventType": "LOGS_CAPTURED"}
    steps = {"stepKeys": list(PAYLOADS.values()), "fileKey": EVERYTHING}
    yield plain | steps | {"message": EVERYTHING}
    yield plain | steps | {"message": "", "externalStdoutUrl": EVERYTHING, "externalStderrUrl": EVERYTHING}


def _events(text: str) -> Iterator[Json]:
    """Events of several kinds that say nothing but `text`."""
    plain = {"timestamp": "1795307804000", "level": "ERROR", "stepKey": text, "eventType": None, "message": text}
    key = {"path": [text, text]}
    entries = [
        {"label": text, "description": text, "text": text},
        {"label": text, "description": None, "assetKey": key},
        {"label": text, "description": None, "table": {"records": [text], "schema": {"columns": []}}},
    ]
    frame = f'  File "{text}", line 1, in {text}\n    {text}'
    link = {"className": text, "message": f"{text}\n{text}", "stack": [text, frame]}
    check = {"checkName": text, "assetKey": key, "severity": text, "success": False, "description": text}
    yield plain | {"level": text, "eventType": text}
    yield plain | {"eventType": "STEP_FAILURE", "error": link | {"causes": [link]}}
    yield plain | {"assetKey": key, "partition": text, "description": text, "metadataEntries": entries}
    yield plain | {"evaluation": check | {"metadataEntries": entries}}
