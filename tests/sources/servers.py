"""Servers for the tests: one that always answers the same, and one that pages and fails as Dagster does."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
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


def recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def app_of(answer: Answer, path: str = "/{path:path}") -> Starlette:
    """An app that answers every POST below `path`; what `answer` raises becomes a plain-text 500, as Dagster's does."""
    return Starlette(routes=[Route(path, answer, methods=["POST"])])


def always(
    body: bytes, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] | None = None
) -> Starlette:
    async def answer(_: Request) -> Response:
        return Response(body, status, headers, kind or None)

    return app_of(answer)


@contextmanager
def served(app: AsgiApp, tls: Path | None = None) -> Iterator[str]:
    """Serves the app on a free port of this machine, and yields its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", ws="none", http="h11", ssl_certfile=tls, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
