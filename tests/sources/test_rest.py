"""JSON at a path of a server: what is asked, and what becomes of each kind of answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from run_tui.errors import BadAnswer, Busy, ServerError, SourceError, Unauthorized
from run_tui.sources._answer import Crashed
from run_tui.sources._rest import RestClient
from tests.sources.servers import served

NUMBERS = TypeAdapter(list[int])


class Client(RestClient):
    endpoint = "/api"


def server(body: object = None, status: int = 200, kind: str = "application/json") -> Starlette:
    """Has one answer below /api; text is sent as it is. Its `state.asked` keeps the requests."""
    app = Starlette()

    async def answer(request: Request) -> Response:
        app.state.asked.append(f"{request.method} {request.url.path}?{request.url.query}")
        return Response(body if isinstance(body, str) else json.dumps(body), status, media_type=kind)

    app.state.asked = []
    app.routes.append(Route("/{path:path}", answer, methods=["GET", "DELETE"]))
    return app


async def got(app: Starlette, **options: Any) -> list[int]:
    client = Client("http://test", app=app, **options)
    try:
        return await client.get("/numbers/", NUMBERS, {"page": "2"})
    finally:
        await client.aclose()


@pytest.mark.parametrize("base", ["", "/", "/api", "/api/"])
async def test_the_endpoint_is_found_below_the_servers_page(base: str) -> None:
    app = server([1, 2])
    with served(app) as url:
        client = Client(url + base)
        assert client.where == url
        assert await client.get("/numbers/", NUMBERS, {"page": "2"}) == [1, 2]
        await client.delete("/numbers/a%2Fb/")
        await client.aclose()
    assert app.state.asked == ["GET /api/numbers/?page=2", "DELETE /api/numbers/a/b/?"]


async def test_a_query_string_of_the_users_stays() -> None:
    app = server([])
    client = Client("http://test/prod?tenant=a", app=app)
    await client.get("/numbers/", NUMBERS, {"page": "2"})
    await client.get("/numbers/", NUMBERS)
    assert app.state.asked == ["GET /prod/api/numbers/?tenant=a&page=2", "GET /prod/api/numbers/?tenant=a"]
    await client.aclose()


@pytest.mark.parametrize(
    ("body", "status", "error", "message"),
    [
        ({"detail": "Not Found"}, 404, ServerError, "Not Found"),
        ({"detail": [{"loc": ["query", "page"], "msg": "too large"}]}, 422, ServerError, "query.page: too large"),
        ({"title": "Gone", "type": "about:blank"}, 410, ServerError, "Gone"),
        ({"title": "Gone", "detail": "It was deleted."}, 410, ServerError, "It was deleted."),
        ({}, 404, BadAnswer, "http://test answered with application/json (HTTP 404 Not Found), not with JSON"),
        ({"detail": "Who?"}, 401, Unauthorized, "http://test wants a token (HTTP 401 Unauthorized: Who?)"),
        ({"detail": "Later"}, 503, Busy, "http://test is too busy (HTTP 503 Service Unavailable)"),
        ({"a": 1}, 200, BadAnswer, "http://test answered with JSON that does not fit (Input should be a valid array)"),
    ],
)
async def test_what_is_no_answer_says_why(body: object, status: int, error: type[SourceError], message: str) -> None:
    with pytest.raises(error) as caught:
        await got(server(body, status))
    assert str(caught.value) == message
    if type(caught.value) is ServerError:
        assert caught.value.status == status


async def test_a_breakdown_and_a_web_page_are_told_apart() -> None:
    with pytest.raises(Crashed):
        await got(server("Internal Server Error", 500, "text/plain"))
    with pytest.raises(BadAnswer, match="answered with a web page"):
        await got(server("<html>", 200, "text/html"))


async def test_a_refused_deletion_says_why() -> None:
    client = Client("http://test", app=server({"detail": "Method Not Allowed"}, 405))
    with pytest.raises(ServerError, match="Method Not Allowed"):
        await client.delete("/numbers/")
    await client.aclose()
