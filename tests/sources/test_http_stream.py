"""What lies below a server's endpoint: asked for in one piece, or as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from run_tui.errors import BrokenOff, Unreachable
from run_tui.sources._http import HttpClient
from tests.sources.asking import SECRET, TOKEN
from tests.sources.servers import http_answer, served, talking


class Below(HttpClient):
    """A client of what lies below /api."""

    endpoint = "/api"


@asynccontextmanager
async def below(url: str) -> AsyncIterator[Below]:
    client = Below(url, headers=TOKEN, hint="Start it.")
    try:
        yield client
    finally:
        await client.aclose()


class Files:
    """A server of one file, which keeps its requests."""

    def __init__(self, status: int = 200, kind: str = "text/csv; charset=utf-8") -> None:
        self.status, self.kind = status, kind
        self.requests: list[Request] = []

    @property
    def app(self) -> Starlette:
        """The server as an ASGI app."""
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET"])])

    async def answer(self, request: Request) -> Response:
        """The file, whatever is asked for."""
        self.requests.append(request)
        return Response(b"a,b\n1,2\n", self.status, media_type=None, headers={"content-type": self.kind})


async def test_a_place_below_the_endpoint() -> None:
    files = Files()
    with served(files.app) as url:
        async with below(f"{url}/prefix/?key=k") as client:
            told = [b"".join([piece async for piece in client.stream("/a%2Fb", "text/csv", {"start": "ä"})])]
            told += [b"".join([piece async for piece in client.stream("", "text/csv")])]
            answer = await client.request("GET", "/c", params={"n": "1"})
        asked = [request.scope["raw_path"] + b"?" + request.scope["query_string"] for request in files.requests]
        assert str(client.no_use(answer)) == f"{url}/prefix answered with text/csv (HTTP 200 OK), not with JSON"
    assert (told, answer.content, answer.kind) == ([b"a,b\n1,2\n"] * 2, b"a,b\n1,2\n", "text/csv")
    assert asked == [b"/prefix/api/a%2Fb?key=k&start=%C3%A4", b"/prefix/api?key=k", b"/prefix/api/c?key=k&n=1"]
    streamed = files.requests[0].headers
    assert (streamed["accept"], streamed["accept-encoding"]) == ("text/csv", "identity")
    assert streamed["dagster-cloud-api-token"] == SECRET


@pytest.mark.parametrize("files", [Files(404), Files(206), Files(kind="text/html")])
async def test_nothing_comes_where_something_else_lies(files: Files) -> None:
    with served(files.app) as url:
        async with below(url) as client:
            assert [piece async for piece in client.stream("/x", "text/csv")] == []
    assert len(files.requests) == 1


async def test_a_stream_that_breaks_off_is_no_whole_one() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http_answer(b"a,b\n", "content-type: text/csv", length=5000))

    async with talking(cut) as url, below(url) as client:
        pieces = client.stream("/x", "text/csv")
        assert await anext(pieces) == b"a,b\n"
        with pytest.raises(BrokenOff):
            await anext(pieces)
    async with below(url) as client:
        with pytest.raises(Unreachable, match=f"^Nothing is listening at {url}$") as caught:
            [piece async for piece in client.stream("/x", "text/csv")]
    assert caught.value.hint == "Start it."
