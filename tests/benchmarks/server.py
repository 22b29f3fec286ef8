"""A small Dagster-like server of one generated run or of several, for what the real server would be too slow at.

`python -m tests.benchmarks.server --events N` prints its URL and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.benchmarks.dataset import Dataset, Pages
from tests.benchmarks.generate import SPACING_MS, START_MS, STEPS

RUN_ID = "b3a7c2de-5e6f-4a10-9c1d-2f3e4d5c6b7a"
MAX_PAGE = 1000
TURN = 100
"""Events that a run of several has before those of the next one."""
REAL_MICROSECONDS = 95.0
"""What an event of a page costs a real server."""


def run_ids(runs: int) -> list[str]:
    """The ids of the runs that a server of so many has."""
    return [RUN_ID] if runs == 1 else [f"{number:08x}{RUN_ID[8:]}" for number in range(1, runs + 1)]


@dataclass
class RunServer:
    """One run; all of it at once, or `written` events at first, then `rate` a second once a writer is asked for.

    A run that is written goes on in silence after its last event. A page takes `microseconds` for each of its events.
    Several `runs` take turns at them, TURN at a time: their events in order of time are those of one, but for a little
    where one follows another.
    """

    pages: Pages
    count: int
    rate: float | None = None
    written: int = 0
    microseconds: float = 0.0
    runs: int = 1
    sent: dict[str, int] = field(default_factory=lambda: {"requests": 0, "events": 0, "bytes": 0})
    began: float | None = None

    def visible(self) -> int:
        """How many events there are by now."""
        if self.rate is None:
            return self.count
        seconds = 0.0 if self.began is None else time.monotonic() - self.began
        return min(self.count, self.written + int(seconds * self.rate))

    async def write(self, _: Request) -> Response:
        """Begins to write."""
        self.began = time.monotonic()
        return await self.stats(_)

    async def answer(self, request: Request) -> Response:
        """One GraphQL answer; what a query names tells which it is."""
        body = await request.json()
        query, variables = body["query"], body.get("variables") or {}
        if "runsOrError" in query:
            return _json({"runsOrError": {"__typename": "Runs", "count": 1, "results": [self._run()]}})
        if "executionPlan" in query:
            steps = [{"key": key, "kind": "COMPUTE", "inputs": []} for key in STEPS]
            return _json({"runOrError": {"__typename": "Run", "executionPlan": {"steps": steps}}})
        if "RunTuiPermissions" in query:
            return _json({"permissions": [], "workspaceOrError": {"__typename": "Workspace", "locationEntries": []}})
        if "logsForRun" not in query:
            return _json({"runOrError": self._run(variables.get("runId", RUN_ID))})
        with_run = "runOrError" in query
        return await self._page(variables, with_run=with_run, with_events="events {" in query)

    async def stats(self, _: Request) -> Response:
        """What was sent so far in pages."""
        return JSONResponse({**self.sent, "visible": self.visible()})

    async def _page(self, variables: dict[str, Any], *, with_run: bool, with_events: bool) -> Response:
        run_id = variables.get("runId", RUN_ID)
        number = run_ids(self.runs).index(run_id)
        held = self._held(number)
        cursor = variables.get("afterCursor")
        after = max(0, int(json.loads(b64decode(cursor))["value"])) if cursor else 0
        limit = min(int(variables.get("limit") or MAX_PAGE), MAX_PAGE)
        first = min(after, held)
        end = min(first + limit, held)
        if self.microseconds:
            await asyncio.sleep((end - first) * self.microseconds / 1e6)
        place = cursor if first == end and cursor else _cursor(end)
        more = json.dumps(end - first == limit)
        run = b'"runOrError":%b,' % json.dumps(self._run(run_id)).encode() if with_run else b""
        head = f'"__typename":"EventConnection","cursor":"{place}","hasMore":{more}'.encode()
        events = self._events(number, first, end) if with_events else b""
        content = b'{"data":{%b"logsForRun":{%b,"events":[%b]}}}' % (run, head, events)
        self.sent["requests"] += 1
        self.sent["events"] += (end - first) * with_events
        self.sent["bytes"] += len(content)
        return Response(content, media_type="application/json")

    def _held(self, number: int) -> int:
        """How many events a run has by now."""
        if self.runs == 1:
            return self.visible()
        rounds, rest = divmod(self.count, TURN * self.runs)
        return rounds * TURN + min(max(rest - number * TURN, 0), TURN)

    def _events(self, number: int, first: int, end: int) -> bytes:
        """Some events of a run."""
        if self.runs == 1:
            return self.pages.json(first, end)
        pieces = []
        while first < end:
            turn, done = divmod(first, TURN)
            size = min(TURN - done, end - first)
            row = (turn * self.runs + number) * TURN + done
            pieces.append(self.pages.json(row, row + size))
            first += size
        return b",".join(pieces)

    def _run(self, run_id: str = RUN_ID) -> dict[str, Any]:
        ended = None if self.rate is not None else (START_MS + self.count * SPACING_MS) / 1000
        return {
            "__typename": "Run",
            "id": run_id,
            "runId": run_id,
            "status": "STARTED" if ended is None else "SUCCESS",
            "jobName": "nightly_etl",
            "pipelineName": "nightly_etl",
            "mode": "default",
            "creationTime": START_MS / 1000,
            "startTime": START_MS / 1000,
            "endTime": ended,
            "tags": [],
            "rootRunId": None,
            "parentRunId": None,
            "runConfigYaml": "",
        }


def _cursor(value: int) -> str:
    return b64encode(json.dumps({"type": "STORAGE_ID", "value": value}).encode()).decode()


def _json(data: dict[str, Any]) -> Response:
    return JSONResponse({"data": data})


def main() -> None:
    """Serves until the process is stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--written", type=int, default=0)
    parser.add_argument("--microseconds", type=float, default=0.0)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    data = Dataset(options.events)
    server = RunServer(Pages(data), options.events, options.rate, options.written, options.microseconds, options.runs)
    routes = [
        Route("/graphql", server.answer, methods=["POST"]),
        Route("/stats", server.stats),
        Route("/write", server.write, methods=["POST"]),
    ]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off", ws="none", http="h11")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
