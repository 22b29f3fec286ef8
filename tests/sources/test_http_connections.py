"""Connections that fail, break or lead elsewhere: the error names the server, and no token goes astray."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from contextlib import closing
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from run_tui.errors import BadAnswer, BrokenOff, OutcomeUnknown, TimedOut, Unreachable
from run_tui.reach import Reach
from run_tui.sources._http import _LIMITS, _same_server
from run_tui.sources._http_words import PROXY_HINT, no_connection
from tests.sources.asking import (
    GOOD,
    GOOD_BODY,
    HTML,
    SECRET,
    SHAPE,
    TOKEN,
    answer_of,
    ask,
    client_of,
    failure,
)
from tests.sources.servers import SELF_SIGNED, always, app_of, http_answer, read_request, served, talking


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
    error.__cause__.__cause__ = ExceptionGroup("multiple connection attempts failed", [why(113, "::1"), why(113, "h")])
    assert no_connection("http://h", error) == (message, "")


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
        error = await failure(url, reach=Reach(read_timeout=0.05))
    assert (type(error), str(error)) == (TimedOut, f"{url} did not answer in 0.05 s")


async def test_no_connection_in_time() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        error = await failure(url, reach=Reach(connect_timeout=0.05))
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
        assert (type(error), str(error)) == (BrokenOff, f"{url} broke off the connection without a whole answer")


@pytest.mark.parametrize("talk", [reset, hang_up, cut, no_http])
async def test_what_changes_something_is_not_sent_twice(talk: Any) -> None:
    async with talking(talk, good) as url, client_of(url) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await client.mutate("mutation", {}, SHAPE)
        assert await client.mutate("mutation", {}, SHAPE) == GOOD
    assert str(caught.value).startswith(f"{url} broke off the connection without a whole answer: whether it was done")


async def test_what_was_not_even_sent_was_not_done() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with client_of(url) as client:
        with pytest.raises(Unreachable):
            await client.mutate("mutation", {}, SHAPE)


def test_idle_connections_are_let_go_of_before_a_server_drops_them() -> None:
    assert 0 < (_LIMITS.keepalive_expiry or 0) < uvicorn.Config("").timeout_keep_alive


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


@pytest.mark.parametrize(
    ("status", "says", "hint"),
    [
        ("407 Proxy Authentication Required", "wants a login (HTTP 407)", "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"),
        ("403 Forbidden", "did not let the request pass (HTTP 403)", PROXY_HINT),
    ],
)
async def test_a_proxy_that_refuses(status: str, says: str, hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())

    async with talking(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        error = await failure("https://example.test")
    assert str(error) == f"The proxy {proxy[7:]} on the way to https://example.test {says}"
    assert hint in error.hint


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
    assert str(error) == f"{other}/login, where {url} redirects, answered with a login page (HTTP 200 OK)"


async def test_a_token_that_was_dropped_is_not_called_a_wrong_one() -> None:
    with served(answer_of(401)) as other, served(redirecting_to(other)) as url:
        assert "wants a token" in str(await failure(url, headers=TOKEN))


@pytest.mark.parametrize("target", ["ftp://example.test", "http://h:99999/", "http://a..b", "mailto:x"])
async def test_a_redirect_to_nowhere(target: str) -> None:
    with served(redirecting_to(target)) as url:
        error = await failure(url)
        assert str(error) == f"{url} redirects to something that is no web address"


@pytest.mark.parametrize(("hops", "found"), [(4, True), (5, False)])
async def test_so_many_redirects_are_followed(hops: int, found: bool) -> None:
    async def answer(request: Request) -> Response:
        done = int(request.query_params.get("n", "0"))
        return JSONResponse(GOOD) if done == hops else RedirectResponse(f"/graphql?n={done + 1}", 307)

    with served(app_of(answer)) as url:
        if found:
            assert await ask(url) == GOOD
        else:
            assert "in circles" in str(await failure(url))


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


async def test_requests_that_wait_on_dead_connections_are_sent_again_on_new_ones() -> None:
    asked = asyncio.Event()

    async def answer_once_then_play_dead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await good(reader, writer)
        await read_request(reader)
        asked.set()
        await reader.read()

    async with talking(answer_once_then_play_dead, good) as url, client_of(url) as client:
        assert await client.query("{version}", {}, SHAPE) == GOOD
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(client.query("{version}", {}, SHAPE))
            await asked.wait()
            await client.reconnect()
        assert waiting.result() == GOOD
