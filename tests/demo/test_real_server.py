"""The same wrong requests to the demo and to a real server: the same answers."""

import asyncio
import json
from typing import Any

import pytest

from tests.labs.dagster.lab import DagsterLab

from .conftest import DOCUMENTED, Demo
from .test_paging import cursor

EVENTS = """query Q($runId: ID!, $limit: Int, $afterCursor: String) {
  logsForRun(runId: $runId, limit: $limit, afterCursor: $afterCursor) { __typename
    ... on EventConnection { cursor hasMore }
    ... on Error { message } ... on PythonError { className cause { message } } }
}"""
RUNS = """query($filter: RunsFilter, $limit: Int) {
  runsOrError(filter: $filter, limit: $limit) { __typename ... on Runs { count results { id } } }
}"""
KEY = "query($k: [String!]!, $c: String) { capturedLogs(logKey: $k, cursor: $c) { logKey stdout stderr cursor } }"

REQUESTS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "version": ("{ version }", None, {}),
    "syntax error": ('{ logsForRun(runId: "x" ', None, {}),
    "unknown field": ("{ nope { x } }", None, {}),
    "unknown mutation": ("mutation { nope }", None, {}),
    "no argument": ("{ runOrError { __typename } }", None, {}),
    "unknown operation": (DOCUMENTED, "Nope", {}),
    "no operation named": (DOCUMENTED, None, {}),
    "missing variable": (EVENTS, None, {}),
    "null variable": (EVENTS, None, {"runId": None}),
    "id of another type": (EVENTS, None, {"runId": 1.5}),
    "id as a number": (EVENTS, None, {"runId": 123}),
    "limit as text": (EVENTS, None, {"runId": "x", "limit": "5"}),
    "limit with a fraction": (EVENTS, None, {"runId": "x", "limit": 5.5}),
    "limit as a whole float": (EVENTS, None, {"runId": "x", "limit": 5.0}),
    "limit as a boolean": (EVENTS, None, {"runId": "x", "limit": True}),
    "limit too large": (EVENTS, None, {"runId": "x", "limit": 2**31}),
    "cursor as a number": (EVENTS, None, {"runId": "x", "afterCursor": 5}),
    "unknown run": (EVENTS, None, {"runId": "x"}),
    "unknown run, bad cursor": (EVENTS, None, {"runId": "x", "afterCursor": "garbage"}),
    "bad cursor": (EVENTS, None, {"runId": "RUN", "afterCursor": "garbage"}),
    "empty cursor": (EVENTS, None, {"runId": "RUN", "afterCursor": ""}),
    "cursor HEAD": (EVENTS, None, {"runId": "RUN", "afterCursor": "HEAD"}),
    "cursor of an unknown type": (EVENTS, None, {"runId": "RUN", "afterCursor": cursor(1, "NOPE")}),
    "huge cursor": (EVENTS, None, {"runId": "RUN", "afterCursor": cursor(10**30)}),
    "first page": (EVENTS, None, {"runId": "RUN", "limit": 10}),
    "cursor as text": (EVENTS, None, {"runId": "RUN", "limit": 10, "afterCursor": cursor("10")}),
    "negative cursor": (EVENTS, None, {"runId": "RUN", "limit": 1, "afterCursor": cursor(-1)}),
    "offset": (EVENTS, None, {"runId": "RUN", "limit": 3, "afterCursor": cursor(5, "OFFSET")}),
    "beyond the end": (EVENTS, None, {"runId": "RUN", "limit": 3, "afterCursor": cursor(10**6)}),
    "offset beyond the end": (EVENTS, None, {"runId": "RUN", "limit": 3, "afterCursor": cursor(10**6, "OFFSET")}),
    "unknown status": (RUNS, None, {"filter": {"statuses": ["SUCCESS", "NOPE"]}}),
    "unknown filter": (RUNS, None, {"filter": {"jobName": "x"}}),
    "filter of another type": (RUNS, None, {"filter": {"createdAfter": "now"}}),
    "filter that is none": (RUNS, None, {"filter": 5}),
    "tag without value": (RUNS, None, {"filter": {"tags": [{"key": "team"}]}}),
    "null among tags": (RUNS, None, {"filter": {"tags": [None]}}),
    "nothing found": (RUNS, None, {"filter": {"pipelineName": "nope"}}),
    "unknown key": (KEY, None, {"k": ["nobody", "compute_logs", "nothing"]}),
    "a key that is no list": (KEY, None, {"k": "nothing"}),
}

INVALID = [
    "{ version(nope: 1) }",
    "query Q { runOrError(runId: $nope) { __typename } }",
    "{ runOrError(runId: $nope) { __typename } }",
    '{ runOrError(runId: "x") { ...Nope } }',
    "{ repositoriesOrError }",
    '{ runsOrError(limit: "5") { __typename } }',
    "{ runOrError(runId: null) { __typename } }",
    "{ runsOrError(filter: {statuses: [NOPE]}) { __typename } }",
]
"""What the real server tells more about than the demo."""


@pytest.fixture(scope="module")
def finished(dagster_lab: DagsterLab) -> str:
    """The id of a finished run of the real server."""
    return dagster_lab.finished("sync_crm")


@pytest.mark.parametrize("name", REQUESTS)
async def test_answers_as_the_real_server_does(demo: Demo, dagster_lab: DagsterLab, finished: str, name: str) -> None:
    query, operation, variables = REQUESTS[name]
    own = of_run(variables, await demo.newest("sync_crm", "SUCCESS"))
    real = await asyncio.to_thread(dagster_lab.post, query, of_run(variables, finished), operation)
    response = await demo.post(query, operation, **own)
    assert (response.status_code, response.headers["content-type"]) == (real.status, real.content_type)
    assert response.json() == without_details(real.body)


@pytest.mark.parametrize("query", INVALID)
async def test_refuses_what_the_real_server_refuses(demo: Demo, dagster_lab: DagsterLab, query: str) -> None:
    real = await asyncio.to_thread(dagster_lab.post, query)
    response = await demo.post(query)
    assert response.status_code == real.status == 400
    own, theirs = response.json(), json.loads(real.body)
    assert own.keys() == theirs.keys()
    assert own["errors"][0].keys() == theirs["errors"][0].keys()


def of_run(variables: dict[str, Any], run_id: str) -> dict[str, Any]:
    return {name: run_id if value == "RUN" else value for name, value in variables.items()}


def without_details(body: str) -> Any:
    """An answer without the traces of the server's own code that come with an error."""
    answer = json.loads(body)
    for error in answer.get("errors", ()):
        error.pop("extensions", None)
    return answer
