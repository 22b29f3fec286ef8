"""The demo as an ASGI application: what of a Dagster web server's HTTP a client can meet."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from .document import GraphQLError
from .execution import execute
from .graphql import parse
from .server import VERSION, Server

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI 3 application."""

_INFO = {f"{name}_version": VERSION for name in ("dagster_webserver", "dagster", "dagster_graphql")}
_PAGE = "<!doctype html><html><head><title>Dagster</title></head><body>This demo has no web pages.</body></html>"

Response = tuple[int, str, str]
"""Status, content type and body."""


class HttpApp:
    """Answers HTTP requests with what `server` says; other kinds of connections are not served."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            return
        status, content_type, body = self._respond(scope, await _body(receive))
        content = body.encode(errors="replace")
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _respond(self, scope: Message, body: bytes) -> Response:
        path, reading = scope["path"], scope["method"] in ("GET", "HEAD")
        if path == "/graphql" and scope["method"] in ("GET", "POST"):
            return self._graphql(scope, body)
        if not reading:
            return _text(405, "Method Not Allowed")
        if path in ("/server_info", "/dagit_info"):
            return _json(200, _INFO)
        return 200, "text/html; charset=utf-8", _PAGE

    def _graphql(self, scope: Message, body: bytes) -> Response:
        try:
            query, variables, operation_name = _request(scope, body)
            data, failed = execute(parse(query), self._server.resolver, variables, operation_name)
        except _Refused as refusal:
            return _text(refusal.status, str(refusal))
        except GraphQLError as error:
            return _json(error.status, {"data": None, "errors": [error.described(query)]})
        return _json(500 if failed else 200, {"data": data})


class _Refused(Exception):
    """A request that holds no GraphQL; says what the server answers instead."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def _request(scope: Message, body: bytes) -> tuple[str, dict[str, Any], str | None]:
    """The request's query, variables and operation name. Raises `_Refused`."""
    request = _parameters(scope, body)
    if not isinstance(request, dict):
        raise _Refused("Internal Server Error", 500)
    query, variables = request.get("query"), request.get("variables") or {}
    if query is None:
        raise _Refused("No GraphQL query found in the request")
    if isinstance(variables, str):
        try:
            variables = json.loads(variables)
        except ValueError:
            message = f"Malformed GraphQL variables. Passed as string but not valid JSON:\n{variables}"
            raise _Refused(message) from None
    if not isinstance(query, str) or not isinstance(variables, dict):
        raise _Refused("Internal Server Error", 500)
    return query, variables, request.get("operationName")


def _parameters(scope: Message, body: bytes) -> Any:
    """What the request says, as JSON, as GraphQL or in its URL. Raises `_Refused`."""
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if scope["method"] == "POST" and b"application/json" in content_type:
        try:
            return json.loads(body)
        except ValueError:
            raise _Refused(f"GraphQL request is invalid JSON:\n{body.decode(errors='replace')}") from None
    if scope["method"] == "POST" and b"application/graphql" in content_type:
        return {"query": body.decode(errors="replace")}
    return {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def _json(status: int, content: object) -> Response:
    return status, "application/json", json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _text(status: int, content: str) -> Response:
    return status, "text/plain; charset=utf-8", content
