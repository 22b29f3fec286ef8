"""What the demo answers to requests that are no plain queries, against what a real server answered."""

from typing import Any

import httpx
import pytest

from .conftest import DOCUMENTED, Demo

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


async def test_server_info(demo: Demo) -> None:
    response = await demo.http.get("/server_info")
    assert response.text == (
        '{"dagster_webserver_version":"1.13.27","dagster_version":"1.13.27","dagster_graphql_version":"1.13.27"}'
    )
    assert response.headers["content-type"] == JSON


@pytest.mark.parametrize("path", ["/", "/nowhere", "/graphql/", "/runs/1"])
async def test_an_unknown_page_is_the_web_page(demo: Demo, path: str) -> None:
    response = await demo.http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert response.text.startswith("<!doctype html>")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/graphql/", "/server_info"])
async def test_posting_to_another_path_is_refused(demo: Demo, path: str) -> None:
    response = await demo.http.post(path, json={"query": "{ version }"})
    assert (response.status_code, response.headers["content-type"], response.text) == (405, TEXT, "Method Not Allowed")


@pytest.mark.parametrize(
    ("content_type", "content", "status", "text"),
    [
        (JSON, '{"query": "{ version }"}', 200, '{"data":{"version":"1.13.27"}}'),
        (f"{JSON}; charset=utf-8", '{"query": "{ version }"}', 200, '{"data":{"version":"1.13.27"}}'),
        ("application/graphql", "{ version }", 200, '{"data":{"version":"1.13.27"}}'),
        (JSON, "{}", 400, "No GraphQL query found in the request"),
        (JSON, "{", 400, "GraphQL request is invalid JSON:\n{"),
        (JSON, "", 400, "GraphQL request is invalid JSON:\n"),
        (JSON, '[{"query": "{ version }"}]', 500, "Internal Server Error"),
        (JSON, '{"query": 1}', 500, "Internal Server Error"),
        (
            JSON,
            '{"query": "{ version }", "variables": "{"}',
            400,
            "Malformed GraphQL variables. Passed as string but not valid JSON:\n{",
        ),
        ("text/plain", '{"query": "{ version }"}', 400, "No GraphQL query found in the request"),
        ("application/x-www-form-urlencoded", "query={version}", 400, "No GraphQL query found in the request"),
    ],
)
async def test_bodies(demo: Demo, content_type: str, content: str, status: int, text: str) -> None:
    response = await demo.http.post("/graphql", content=content, headers={"Content-Type": content_type})
    assert (response.status_code, response.text) == (status, text)
    assert response.headers["content-type"] == (JSON if status == 200 else TEXT)
    assert int(response.headers["content-length"]) == len(response.content)


async def test_a_query_in_the_url(demo: Demo) -> None:
    response = await demo.http.get("/graphql", params={"query": "{ version }"})
    assert response.json() == {"data": {"version": "1.13.27"}}
    parameters = {"query": "query($r: ID!) { runOrError(runId: $r) { __typename } }", "variables": '{"r": "x"}'}
    response = await demo.http.get("/graphql", params=parameters)
    assert response.json() == {"data": {"runOrError": {"__typename": "RunNotFoundError"}}}
    response = await demo.http.get("/graphql")
    assert (response.status_code, response.text) == (400, "No GraphQL query found in the request")


async def test_a_body_that_comes_in_pieces(demo: Demo) -> None:
    async def pieces() -> Any:
        for piece in (b'{"query"', b': "{ vers', b'ion }"}'):
            yield piece

    response = await demo.http.post("/graphql", content=pieces(), headers={"Content-Type": JSON})
    assert response.json() == {"data": {"version": "1.13.27"}}


async def test_text_that_no_encoding_has(demo: Demo) -> None:
    content = b'{"query": "{ runOrError(runId: \\"\\ud800\\") { ... on Error { message } } }"}'
    response = await demo.http.post("/graphql", content=content, headers={"Content-Type": JSON})
    assert response.json()["data"]["runOrError"]["message"] == "Pipeline run ? could not be found."


async def test_two_fields_in_one_request(demo: Demo) -> None:
    run_id = await demo.newest("sync_crm", "SUCCESS")
    query = """query($r: ID!) { runOrError(runId: $r) { ... on Run { status } }
        logsForRun(runId: $r, limit: 2) { ... on EventConnection { events { ... on MessageEvent { eventType } } } } }"""
    assert await demo.ask(query, r=run_id) == {
        "runOrError": {"status": "SUCCESS"},
        "logsForRun": {"events": [{"eventType": "RUN_STARTING"}, {"eventType": "ENGINE_EVENT"}]},
    }


async def test_one_of_the_documented_operations_must_be_named(demo: Demo) -> None:
    response = await demo.post(DOCUMENTED, None, runId="x")
    assert response.status_code == 400
    assert response.json() == {
        "data": None,
        "errors": [{"message": "Must provide operation name if query contains multiple operations."}],
    }


async def test_other_connections_are_not_served(demo: Demo) -> None:
    transport = demo.http._transport
    assert isinstance(transport, httpx.ASGITransport)

    async def unused(*_: Any) -> Any:
        raise AssertionError("nothing is received or sent")

    await transport.app({"type": "websocket", "path": "/graphql"}, unused, unused)
