"""Every way in which a server can fail to answer becomes an error that names it and gives no token away."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from typing_extensions import TypedDict

from run_tui.errors import BadAnswer, Busy, ConfigError, ServerError, SourceError, Unauthorized, Unreachable
from run_tui.sources._http import Crashed, GraphQLClient, _no_connection, _same_server
from tests.sources.servers import SELF_SIGNED, always, app_of, http_answer, read_request, served, talking

SECRET = "s3cret-t0ken"
TOKEN = {"Dagster-Cloud-Api-Token": SECRET}
HTML = b"<!doctype html><title>Dagster</title>"


class Version(TypedDict):
    data: dict[str, str]


SHAPE = TypeAdapter(Version)
GOOD: Version = {"data": {"version": "1.13.27"}}
GOOD_BODY = json.dumps(GOOD).encode()


@asynccontextmanager
async def client_of(url: str, **options: Any) -> AsyncIterator[GraphQLClient]:
    client = GraphQLClient(url, hint="Start it.", **options)
    try:
        yield client
    finally:
        await client.aclose()


async def ask(url: str, **options: Any) -> Version:
    async with client_of(url, **options) as client:
        return await client.query("{version}", {"n": 1}, SHAPE)


async def failure(url: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await ask(url, **options)
    assert SECRET not in f"{caught.value!r} {caught.value.hint}"
    return caught.value


async def failure_of(app: Any) -> SourceError:
    with served(app) as url:
        error = await failure(url, headers=TOKEN)
        assert url in str(error) or not isinstance(error, BadAnswer | Unreachable)
        return error


@pytest.mark.parametrize(
    ("url_given", "asked"),
    [
        ("{}", "/graphql"),
        ("{}/", "/graphql"),
        ("{}/graphql", "/graphql"),
        ("{}/graphql/", "/graphql"),
        (" {}/graphql#frag ", "/graphql"),
        ("{}/local/prefix", "/local/prefix/graphql"),
        ("{}/local/graphql", "/local/graphql"),
        ("{}/graphql?x=1&y=", "/graphql?x=1&y="),
    ],
)
async def test_a_url_may_be_given_with_or_without_graphql(url_given: str, asked: str) -> None:
    seen: list[Request] = []

    async def answer(request: Request) -> Response:
        seen.append(request)
        assert await request.json() == {"query": "{version}", "variables": {"n": 1}}
        return JSONResponse(GOOD)

    with served(app_of(answer)) as url:
        assert await ask(url_given.format(url), headers=TOKEN) == GOOD
        assert str(seen[0].url) == url + asked
    assert seen[0].headers["content-type"] == "application/json"
    assert seen[0].headers["dagster-cloud-api-token"] == SECRET


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://example.test:3000/graphql/", "http://example.test:3000"),
        (f"https://ann:{SECRET}@example.test/prod?token={SECRET}", "https://example.test/prod"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_the_url_shown_has_no_secret(url: str, shown: str) -> None:
    client = GraphQLClient(url, headers=TOKEN)
    assert client.where == shown
    assert SECRET not in repr(client)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:3000", "ftp://example.test", "http://", "http://h:99999", "http://a..b", "http://h/a%3Fb",
     f"http://ann:{SECRET}/x@h"],
)  # fmt: skip
def test_what_is_no_url_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="is not the URL of a server") as caught:
        GraphQLClient(url)
    assert "http://127.0.0.1:3000" in caught.value.hint
    assert SECRET not in str(caught.value)


@given(text=st.text() | st.text().map("http://{}".format) | st.from_regex(r"https?://[a-z@:/?#\[\]%.0-9]*"))
def test_any_text_is_a_url_or_a_configuration_error(text: str) -> None:
    try:
        client = GraphQLClient(text)
    except ConfigError:
        return
    assert client.where.startswith(("http://", "https://"))


@pytest.mark.parametrize("value", [f"{SECRET}\n", f" {SECRET}", f"{SECRET}é", f"{SECRET}\x1b"])
def test_a_header_that_http_cannot_carry_is_a_configuration_error(value: str) -> None:
    with pytest.raises(ConfigError, match="HTTP header X-Token") as caught:
        GraphQLClient("http://h", headers={"X-Token": value})
    assert SECRET not in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be the name"):
        GraphQLClient("http://h", headers={"X Token": "x"})


async def test_a_login_in_the_url_is_sent_as_a_header_which_a_given_one_overrides() -> None:
    seen: list[str] = []

    async def answer(request: Request) -> Response:
        seen.extend(request.headers.getlist("authorization"))
        return JSONResponse(GOOD)

    with served(app_of(answer)) as url:
        host = url.removeprefix("http://")
        await ask(f"http://ann:p%40ss@{host}")
        await ask(f"http://ann:p%40ss@{host}", headers={"Authorization": "Bearer x"})
    assert seen == ["Basic YW5uOnBAc3M=", "Bearer x"]


async def test_an_app_answers_in_this_process() -> None:
    assert await ask("http://demo", app=always(GOOD_BODY)) == GOOD
    assert GraphQLClient("http://demo", app=always(b""), name="demo").where == "demo"
    assert GraphQLClient("http://h", name="prod").where == "http://h"


async def test_the_body_counts_before_the_status() -> None:
    assert await ask("http://demo", app=always(GOOD_BODY, status=500)) == GOOD


def answer_of(status: int, kind: str | None = "text/plain", body: bytes = b"?") -> Any:
    return always(body, status, kind)


@pytest.mark.parametrize(
    ("app", "kind", "text"),
    [
        (answer_of(200, "text/html; charset=utf-8", HTML), BadAnswer, "answered with a web page (HTTP 200 OK), not"),
        (answer_of(502, "text/html", HTML), BadAnswer, "answered with a web page (HTTP 502 Bad Gateway), not"),
        (answer_of(405), BadAnswer, "answered with text/plain (HTTP 405 Method Not Allowed), not with GraphQL"),
        (answer_of(404, None, b""), BadAnswer, "answered with nothing (HTTP 404 Not Found), not with GraphQL"),
        (answer_of(404, "application/json", b'{"detail": "x"}'), BadAnswer, "application/json (HTTP 404 Not Found)"),
        (answer_of(200, "application/json", b'{"data": {"vers'), BadAnswer, "JSON that does not fit (Invalid JSON"),
        (answer_of(200, "application/json", b"[]"), BadAnswer, "JSON that does not fit (Input should be an object)"),
        (answer_of(200, "application/json", b'{"data": {"version": 1}}'), BadAnswer, "(data.version: Input should be"),
        (answer_of(200, "application/json", b"[" * 5000), BadAnswer, "JSON that does not fit (Invalid JSON"),
        (answer_of(200, "application/json", b'{"errors": []}'), BadAnswer, "(data: Field required)"),
        (answer_of(401), Unauthorized, "did not accept the token (HTTP 401 Unauthorized)"),
        (answer_of(403, "text/html", HTML), Unauthorized, "did not accept the token (HTTP 403 Forbidden)"),
        (answer_of(429), Busy, "is too busy (HTTP 429 Too Many Requests)"),
        (answer_of(500), Crashed, "broke down over the request (HTTP 500 Internal Server Error)"),
        (answer_of(502), ServerError, "failed (HTTP 502 Bad Gateway)"),
        (answer_of(599, None), ServerError, "failed (HTTP 599)"),
    ],
)
async def test_an_answer_that_is_none_says_what_it_is(app: Any, kind: type[SourceError], text: str) -> None:
    error = await failure_of(app)
    assert type(error) is kind
    assert text in str(error)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ([{"message": "Cannot query field 'x'.\n"}, {"message": "more"}], "Cannot query field 'x'."),
        (["in words"], "in words"),
        ([{"message": None}], "{} answered with an error (HTTP 400 Bad Request)"),
        ([7], "{} answered with an error (HTTP 400 Bad Request)"),
    ],
)
async def test_errors_that_the_server_lists(errors: list[object], message: str) -> None:
    with served(always(json.dumps({"data": None, "errors": errors}).encode(), 400)) as url:
        error = await failure(url)
        assert str(error) == message.format(url)
    assert isinstance(error, ServerError)
    assert (error.status, error.transient) == (400, False)


async def test_no_token_is_not_called_a_wrong_one() -> None:
    with served(answer_of(401)) as url:
        assert str(await failure(url)) == f"{url} wants a token (HTTP 401 Unauthorized)"


def in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        ("7", lambda seconds: seconds == 7),
        (in_an_hour(), lambda seconds: 3000 < seconds <= 3600),
        ("Mon, 01 Jan 2001 00:00:00 GMT", lambda seconds: seconds == 0),
        ("Mon, 01 Jan 2001 00:00:00 -0000", lambda seconds: seconds == 0),
        ("soon", lambda seconds: seconds is None),
        ("-5", lambda seconds: seconds is None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", lambda seconds: seconds is None),
        (None, lambda seconds: seconds is None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_when_to_ask_again(status: int, header: str | None, fits: Callable[[float | None], bool]) -> None:
    headers = {} if header is None else {"retry-after": header}
    error = await failure("http://demo", app=always(b"", status, headers=headers))
    assert isinstance(error, Busy)
    assert fits(error.retry_after)
    assert (error.status, error.transient) == (status, True)


async def test_nothing_is_listening() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    error = await failure(url, headers=TOKEN)
    assert (type(error), str(error), error.hint) == (Unreachable, f"Nothing is listening at {url}", "Start it.")


@pytest.mark.parametrize(
    ("why", "message"),
    [(ConnectionRefusedError, "Nothing is listening at http://h"), (OSError, "No connection to http://h")],
)
def test_no_address_of_a_name_lets_in(why: type[OSError], message: str) -> None:
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = ExceptionGroup("multiple connection attempts failed", [why(113, "::1"), why(111, "h")])
    assert _no_connection("http://h", error) == message


async def test_an_unknown_host() -> None:
    url = f"http://{'.'.join(['a' * 60] * 5)}"
    assert str(await failure(url)) == f"The host name in {url} cannot be found"


async def test_no_way_to_a_host() -> None:
    url = "http://255.255.255.255"
    error = await failure(url)
    assert (type(error), str(error)) == (Unreachable, f"No connection to {url}")


async def test_no_answer_in_time() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with talking(silent) as url:
        error = await failure(url, read_timeout=0.05)
    assert (type(error), str(error)) == (Unreachable, f"{url} did not answer in 0.05 s")


async def test_no_connection_in_time() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        error = await failure(url, connect_timeout=0.05)
    assert (type(error), str(error)) == (Unreachable, f"{url} did not accept a connection in 0.05 s")


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await read_request(reader)


async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(http_answer(GOOD_BODY, length=5000))


async def no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


async def good(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(http_answer(GOOD_BODY))


@pytest.mark.parametrize("talk", [reset, hang_up, cut, no_http])
async def test_a_connection_that_breaks_is_tried_once_more(talk: Any) -> None:
    async with talking(talk, good) as url:
        assert await ask(url) == GOOD
    async with talking(talk, talk, good) as url:
        error = await failure(url, headers=TOKEN)
        assert (type(error), str(error)) == (Unreachable, f"{url} broke off the connection without a whole answer")


async def test_a_pooled_connection_that_the_server_drops_costs_no_failure() -> None:
    async def one_answer_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await good(reader, writer)
        await reset(reader, writer)

    async with talking(one_answer_only, good) as url, client_of(url) as client:
        assert await client.query("{version}", {}, SHAPE) == GOOD
        assert await client.query("{version}", {}, SHAPE) == GOOD


async def test_compression_is_undone_and_a_damaged_one_told() -> None:
    packed = {"content-encoding": "gzip"}
    assert await ask("http://demo", app=always(gzip.compress(GOOD_BODY), headers=packed)) == GOOD
    error = await failure("http://demo", app=always(GOOD_BODY, headers=packed))
    assert (type(error), str(error)) == (BadAnswer, "http://demo answered with a damaged compression")


async def test_certificates_are_checked() -> None:
    with served(always(GOOD_BODY), tls=SELF_SIGNED) as secure:
        error = await failure(secure, headers=TOKEN)
        assert str(error) == f"No secure connection to {secure}: self-signed certificate"
        with served(redirecting_to(f"{secure}/graphql")) as url:
            error = await failure(url, headers=TOKEN)
            there = f"{secure}/graphql, where {url} redirects,"
            assert str(error) == f"No secure connection to {there}: self-signed certificate"


async def test_a_server_without_tls() -> None:
    with served(always(GOOD_BODY)) as url:
        secure = url.replace("http:", "https:")
        assert str(await failure(secure)).startswith(f"No secure connection to {secure}: ")


async def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    async with talking(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        error = await failure("https://example.test")
    assert str(error) == "The proxy on the way to https://example.test did not let the request pass"


def redirecting_to(url: str, status: int = 307) -> Any:
    async def answer(_: Request) -> Response:
        return RedirectResponse(url, status)

    return app_of(answer)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_within_the_server_keeps_the_token(status: int) -> None:
    async def answer(request: Request) -> Response:
        if request.url.path != "/moved/graphql":
            return RedirectResponse("/moved/graphql", status)
        assert (await request.json())["query"] == "{version}"
        return JSONResponse({"data": {"token": request.headers["dagster-cloud-api-token"]}})

    with served(app_of(answer)) as url:
        assert await ask(url, headers=TOKEN) == {"data": {"token": SECRET}}


async def test_a_redirect_to_another_server_drops_the_token() -> None:
    seen: list[dict[str, str]] = []

    async def login(request: Request) -> Response:
        seen.append(dict(request.headers))
        return Response(HTML, media_type="text/html")

    with served(app_of(login)) as other, served(redirecting_to(f"{other}/login?for={SECRET}")) as url:
        error = await failure(url, headers=TOKEN | {"Authorization": f"Bearer {SECRET}", "Cookie": f"s={SECRET}"})
    (headers,) = seen
    assert SECRET not in str(headers)
    assert headers["content-type"] == "application/json"
    assert (
        str(error) == f"{other}/login, where {url} redirects, answered with a web page (HTTP 200 OK), not with GraphQL"
    )


async def test_a_token_that_was_dropped_is_not_called_a_wrong_one() -> None:
    with served(answer_of(401)) as other, served(redirecting_to(other)) as url:
        assert "wants a token" in str(await failure(url, headers=TOKEN))


@pytest.mark.parametrize("target", ["ftp://example.test", "http://h:99999/", "http://a..b", "mailto:x"])
async def test_a_redirect_to_nowhere(target: str) -> None:
    with served(redirecting_to(target)) as url:
        error = await failure(url)
        assert str(error) == f"{url} redirects to something that is no web address"


async def test_a_redirect_in_circles() -> None:
    with served(redirecting_to("/graphql")) as url:
        assert str(await failure(url)) == f"{url} redirects in circles"


@pytest.mark.parametrize(
    ("url", "target", "same"),
    [
        ("http://h/graphql", "http://h/x", True),
        ("http://h:3000", "http://h:3000", True),
        ("http://h", "https://h", True),
        ("https://h", "http://h", False),
        ("http://h:3000", "https://h:3000", False),
        ("http://h:3000", "http://h:3001", False),
        ("https://h", "https://h.evil.test", False),
    ],
)
def test_where_tokens_may_go(url: str, target: str, same: bool) -> None:
    assert _same_server(httpx.URL(url), httpx.URL(target)) is same


async def test_one_connection_serves_many_requests() -> None:
    ports: set[int] = set()

    async def answer(request: Request) -> Response:
        assert request.client is not None
        ports.add(request.client.port)
        return JSONResponse(GOOD)

    with served(app_of(answer)) as url:
        async with client_of(url) as client:
            for _ in range(3):
                await client.query("{version}", {}, SHAPE)
    assert len(ports) == 1
