"""A server's URL, headers and answers; what is no answer becomes an error that says what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from run_tui.errors import BadAnswer, Busy, ConfigError, ServerError, SourceError, Unauthorized
from run_tui.sources._answer import Crashed
from run_tui.sources._graphql import GraphQLClient
from tests.sources.asking import (
    GOOD,
    GOOD_BODY,
    HTML,
    SECRET,
    TOKEN,
    answer_of,
    ask,
    failure,
    failure_of,
)
from tests.sources.servers import always, app_of, served


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


async def test_half_a_surrogate_pair_comes_through() -> None:
    body = b'{"data": {"version": "\\ud83d \\uDC00"}}'
    assert await ask("http://demo", app=always(body)) == {"data": {"version": "\ud83d \udc00"}}
    error = await failure("http://demo", app=always(b'{"data": {"version": 1, "x": "\\ud800"}}'))
    assert "(data.version: Input should be" in str(error)


async def test_requests_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with served(always(GOOD_BODY)) as url:
        await ask(f"{url}?token={SECRET}", headers=TOKEN)
    assert not [record for record in caplog.records if record.name.startswith("http")]


async def test_the_body_counts_before_the_status() -> None:
    assert await ask("http://demo", app=always(GOOD_BODY, status=500)) == GOOD


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
        (answer_of(200), BadAnswer, "answered with text/plain (HTTP 200 OK), not with GraphQL"),
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
    assert ("names its kind" in error.hint) == (kind is BadAnswer)


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


IN_AN_HOUR = "in an hour"


def in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        ("7", lambda seconds: seconds == 7),
        (IN_AN_HOUR, lambda seconds: 3000 < seconds <= 3600),
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
    said = in_an_hour() if header == IN_AN_HOUR else header
    headers = {} if said is None else {"retry-after": said}
    error = await failure("http://demo", app=always(b"", status, headers=headers))
    assert isinstance(error, Busy)
    assert fits(error.retry_after)
    assert (error.status, error.transient) == (status, True)
