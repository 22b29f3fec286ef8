"""A server on a real socket that answers like Dagster from data that a test gives it, and ways to run commands."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner, Result
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from run_tui.cli import cli

CONTRACT = Path(__file__).parents[2] / "fixtures" / "contract"
Json = dict[str, Any]


class ScriptedServer:
    """Answers from `runs` (newest first) and `events` by run id; `requests` keeps what was asked of it.

    `next_answers` are given instead, one a request, before anything else is looked at; `deliver` may drop an event
    from a page after the page was cut to its limit, as real servers do.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.reset()

    def reset(self) -> None:
        """Forgets all a test has set."""
        self.runs: list[Json] = []
        self.events: dict[str, list[Json]] = {}
        self.requests: list[Json] = []
        self.next_answers: Sequence[Response] = ()
        self.deliver: Callable[[Json], bool] = lambda event: True

    def asked(self, operation: str) -> list[Json]:
        """The variables of all requests of this operation so far."""
        return [request["variables"] for request in self.requests if request["operation"] == operation]

    async def answer(self, request: Request) -> Response:
        """One GraphQL answer."""
        body = await request.json()
        operation = re.findall(r"query (\w+)", body["query"])[0]
        asked = {"operation": operation, "variables": body["variables"], "headers": dict(request.headers)}
        self.requests.append(asked)
        if self.next_answers:
            first, *self.next_answers = self.next_answers
            return first
        data = {}
        if "runOrError" in body["query"]:
            data["runOrError"] = self._run(body["variables"]["runId"])
        if "logsForRun" in body["query"]:
            data["logsForRun"] = self._page(**body["variables"])
        if "runsOrError" in body["query"]:
            data["runsOrError"] = self._runs(**body["variables"])
        return JSONResponse({"data": data})

    def _run(self, run_id: str) -> Json:
        for run in self.runs:
            if run["id"] == run_id:
                return {"__typename": "Run", **run}
        return {"__typename": "RunNotFoundError", "message": f"Run {run_id} not found"}

    def _page(self, runId: str, limit: int = 1000, afterCursor: str | None = None, **_: object) -> Json:  # noqa: N803
        if runId not in self.events:
            return {"__typename": "RunNotFoundError", "message": f"Run {runId} not found"}
        start = json.loads(base64.b64decode(afterCursor))["value"] if afterCursor else 0
        cut = self.events[runId][start : start + limit]
        cursor = base64.b64encode(json.dumps({"type": "STORAGE_ID", "value": start + len(cut)}).encode()).decode()
        return {
            "__typename": "EventConnection",
            "events": [{"__typename": "MessageEvent", "runId": runId, **event} for event in cut if self.deliver(event)],
            "cursor": cursor,
            "hasMore": len(cut) == limit,
        }

    def _runs(self, filter: Json | None = None, cursor: str | None = None, limit: int | None = None) -> Json:
        wanted = filter or {}
        runs = [
            run
            for run in self.runs
            if run["status"] in (wanted.get("statuses") or [run["status"]])
            and run["pipelineName"] == (wanted.get("pipelineName") or run["pipelineName"])
            and all(tag in run["tags"] for tag in wanted.get("tags") or [])
        ]
        ids = [run["id"] for run in runs]
        start = 0 if cursor is None else ids.index(cursor) + 1
        return {"__typename": "Runs", "count": len(runs), "results": runs[start:][:limit]}


@pytest.fixture(scope="session")
def _listening() -> Iterator[ScriptedServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    scripted = ScriptedServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Starlette(routes=[Route("/graphql", scripted.answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield scripted
    server.should_exit = True
    thread.join()


@pytest.fixture
def server(_listening: ScriptedServer) -> ScriptedServer:
    """The server, empty; it listens before the first request is sent."""
    _listening.reset()
    return _listening


@pytest.fixture
def environ(server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment that leads to the scripted server and to no settings of the machine."""
    for name in [name for name in os.environ if name.startswith("RUN_TUI_") or name in ("NO_COLOR", "FORCE_COLOR")]:
        monkeypatch.delenv(name)
    places = {"RUN_TUI_CONFIG": str(tmp_path / "config.toml"), "RUN_TUI_CACHE": str(tmp_path / "cache")}
    return {"RUN_TUI_URL": server.url, **places}


RunTui = Callable[..., Result]


@pytest.fixture
def run_tui(environ: dict[str, str]) -> RunTui:
    """Runs a command in this process: `run_tui("run", "get", "id", RUN_TUI_TOKEN="x")`."""

    def invoke(*args: str, **variables: str | None) -> Result:
        return CliRunner().invoke(cli, args, env={**environ, **variables}, catch_exceptions=False)

    return invoke


Start = Callable[..., subprocess.Popen[str]]
PROGRAM = (sys.executable, "-m", "run_tui")


@pytest.fixture
def start(environ: dict[str, str]) -> Start:
    """Starts any command line in a process group of its own: `start(*PROGRAM, "run", "get", "id")`."""

    def popen(*command: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environ, **variables},
            text=True,
            process_group=0,
        )

    return popen


@pytest.fixture
def program(start: Start) -> Start:
    """Starts the real program: `program("run", "get", "id")`."""
    return partial(start, *PROGRAM)


def make_event(message: str = "", **fields: object) -> Json:
    """An event as the server has it."""
    event = {"timestamp": "1795307811079", "level": "DEBUG", "stepKey": None, "eventType": None}
    return {**event, "message": message, **fields}


def make_run(run_id: str, status: str = "SUCCESS", job: str = "nightly_etl", **fields: object) -> Json:
    """A run as the server has it."""
    times = {"creationTime": 1795307802.063625, "startTime": 1795307804.957671, "endTime": 1795307805.383345}
    run: Json = {"id": run_id, "runId": run_id, "status": status, "pipelineName": job, "jobName": job}
    return run | times | {"mode": "default", "tags": [], "rootRunId": None, "parentRunId": None} | fields
