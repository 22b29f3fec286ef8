"""Servers for the tests: one with a single answer, one that pages and fails as Dagster does, and raw sockets."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from run_tui.sources._http import AsgiApp

RECORDED = Path(__file__).parents[2] / "fixtures" / "dagster"
SELF_SIGNED = Path(__file__).parent / "self_signed.pem"
RUN_ID = "0c11e89c-4faa-4da9-aee5-d0ba9c120eb2"

Answer = Callable[[Request], Awaitable[Response]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def recorded(name: str) -> bytes:
    """A recorded answer's body."""
    return (RECORDED / name).read_bytes()


def app_of(answer: Answer) -> Starlette:
    """An app that answers every POST; what `answer` raises becomes a plain-text 500, as it does with Dagster."""
    return Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])


def app_of_any(body: bytes) -> Starlette:
    """An app that gives one answer to every GET."""

    async def answer(_: Request) -> Response:
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET"])])


def always(
    body: bytes, status: int = 200, kind: str | None = "application/json", headers: Mapping[str, str] | None = None
) -> Starlette:
    """An app that has only one answer."""

    async def answer(_: Request) -> Response:
        return Response(body, status, headers, kind)

    return app_of(answer)


@contextmanager
def served(app: AsgiApp, tls: Path | None = None, clients: Path | None = None, port: int = 0) -> Iterator[str]:
    """Serves the app on a free port of this machine, or on this `port`, and yields its URL.

    With a certificate it is `tls`; of `clients` only those with a certificate of that authority are let in.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(
            app,
            log_level="critical",
            lifespan="off",
            ws="none",
            http="h11",
            ssl_certfile=tls,
            ssl_ca_certs=str(clients) if clients else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if clients else ssl.CERT_NONE,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@asynccontextmanager
async def talking(*talks: Talk) -> AsyncIterator[str]:
    """A server that has the n-th talk with its n-th connection and refuses further ones; yields its URL."""
    left = list(talks)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if left:
                await left.pop(0)(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """The whole of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return head + await reader.readexactly(int(length.partition(b":")[2]))


def http_answer(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A 200 as it goes over the wire; a wrong `length` makes it a cut one."""
    lines = ["HTTP/1.1 200 OK", f"content-length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class ScriptedDagster:
    """A server that holds one run, whose events are numbered by `ids`; some of them it cannot deliver.

    It pages, refuses and breaks down as dagster-webserver 1.13 was seen to. `asked` keeps the variables of requests.
    """

    ids: Collection[int]
    unknown_levels: Collection[int] = ()
    lone_surrogates: Collection[int] = ()
    giants: Collection[int] = ()
    run: dict[str, Any] = field(
        default_factory=lambda: {"id": RUN_ID, "status": "SUCCESS", "creationTime": 1795307802.5, "mode": "default"}
    )
    knows_all_types: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        """The server as an ASGI app."""
        return app_of(self._answer)

    @property
    def good(self) -> list[str]:
        """The messages of all events that can be delivered."""
        poison = {*self.unknown_levels, *self.lone_surrogates}
        return [f"event {id_}" for id_ in self.ids if id_ not in poison]

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        query, variables = body["query"], body["variables"]
        self.asked.append(variables)
        self.names.append(query.split("query ", 1)[1].split("(", 1)[0])
        if not self.knows_all_types and "AssetCheckEvaluationEvent" in query:
            unknown = "Unknown type 'AssetCheckEvaluationEvent'."
            return JSONResponse({"data": None, "errors": [{"message": unknown}]}, 400)
        known = variables["runId"] == RUN_ID
        data: dict[str, Any] = {}
        if "runOrError" in query:
            data["runOrError"] = {"__typename": "Run", **self.run} if known else _NOT_FOUND
        if "logsForRun" in query:
            with_events = "events {" in query
            logs = self._logs(variables.get("afterCursor"), variables["limit"], with_events)
            data["logsForRun"] = logs if known else _NOT_FOUND
        failed = any(member["__typename"] == "PythonError" for member in data.values())
        return JSONResponse({"data": data}, 500 if failed else 200)

    def _logs(self, cursor: str | None, limit: int, with_events: bool) -> dict[str, Any]:
        try:
            after: dict[str, Any] = json.loads(b64decode(cursor or _cursor(-1)))
        except ValueError:
            return _python_error("binascii.Error: Incorrect padding\n")
        if after["type"] == "OFFSET":
            rows = list(self.ids)[after["value"] :][:limit]
        else:
            rows = [id_ for id_ in self.ids if id_ > after["value"]][:limit]
        if not {*rows}.isdisjoint(self.unknown_levels):
            return _python_error(
                "dagster_shared.check.functions.CheckError: Failure condition: Invalid log level: 25\n"
            )
        if with_events and not {*rows}.isdisjoint(self.lone_surrogates):
            raise UnicodeError("surrogates not allowed")
        return {
            "__typename": "EventConnection",
            "cursor": _cursor(rows[-1]) if rows else cursor or _cursor(-1),
            "hasMore": len(rows) == limit,
            "events": [self._event(id_) for id_ in rows] if with_events else [],
        }

    def _event(self, id_: int) -> dict[str, Any]:
        plain = {"timestamp": str(1_795_307_802_000 + id_), "level": "INFO", "stepKey": None, "eventType": None}
        return {"message": f"event {id_}" + " " * 40_000 * (id_ in self.giants), **plain}


_NOT_FOUND = {"__typename": "RunNotFoundError", "message": "Pipeline run nobody could not be found."}


def _python_error(message: str) -> dict[str, Any]:
    return {"__typename": "PythonError", "message": message, "stack": ['  File "utils.py", line 586, in _fn\n']}


def _cursor(id_: int) -> str:
    return b64encode(json.dumps({"type": "STORAGE_ID", "value": id_}).encode()).decode()
