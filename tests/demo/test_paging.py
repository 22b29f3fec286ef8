"""Pages of events: cursors, limits and what comes at the end."""

import base64
import json

import pytest

from .conftest import DOCUMENTED, Demo

ERROR = """
query($runId: ID!, $cursor: String) {
  logsForRun(runId: $runId, afterCursor: $cursor) { __typename ... on PythonError { message className stack } }
}
"""


def cursor(value: object, type_: str = "STORAGE_ID") -> str:
    return base64.b64encode(json.dumps({"type": type_, "value": value}).encode()).decode()


@pytest.fixture
async def run_id(demo: Demo) -> str:
    """A run of a middling number of events."""
    return await demo.newest("nightly_etl", "SUCCESS")


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
async def test_pages_make_up_the_log_exactly(demo: Demo, run_id: str, limit: int) -> None:
    whole = (await demo.page(run_id))["events"]
    pages = await demo.pages(run_id, limit)
    assert [event for page in pages for event in page["events"]] == whole
    assert [len(page["events"]) for page in pages[:-1]] == [limit] * (len(whole) // limit)
    assert [page["hasMore"] for page in pages] == [True] * (len(whole) // limit) + [False]


async def test_an_exact_multiple_has_an_empty_page_after_it(demo: Demo, run_id: str) -> None:
    count = len(await demo.events(run_id))
    first, last = await demo.pages(run_id, count)
    assert (len(first["events"]), first["hasMore"]) == (count, True)
    assert last == {"__typename": "EventConnection", "events": [], "cursor": first["cursor"], "hasMore": False}


async def test_the_cursor_tells_the_position(demo: Demo, run_id: str) -> None:
    page = await demo.page(run_id, 10)
    assert page["cursor"] == cursor(10)
    for same in (cursor("10"), cursor(10.7), cursor(10, "OFFSET")):
        assert await demo.page(run_id, 10, same) == await demo.page(run_id, 10, page["cursor"])
    assert await demo.page(run_id, 10, cursor(-1)) == page


async def test_a_cursor_beyond_the_end_is_echoed(demo: Demo, run_id: str) -> None:
    for far in (cursor(10**6), cursor(10**6, "OFFSET")):
        page = await demo.page(run_id, 10, far)
        assert (page["events"], page["cursor"], page["hasMore"]) == ([], far, False)


async def test_a_limit_is_clamped_and_none_is_unlimited(demo: Demo) -> None:
    run_id = await demo.newest("clickstream_ingest", "SUCCESS")
    for limit in (None, 1000, 1001, 50_000):
        page = await demo.page(run_id, limit)
        assert (len(page["events"]), page["hasMore"]) == (1000, True)
    rest = len((await demo.page(run_id, None, cursor(1000)))["events"])
    for limit in (0, -1):
        page = await demo.page(run_id, limit)
        assert (len(page["events"]), page["hasMore"]) == (1000 + rest, False)


async def test_a_run_in_the_queue_has_one_event(demo: Demo) -> None:
    (run,) = await demo.runs(statuses=["QUEUED"])
    page = await demo.page(run["id"])
    assert [event["eventType"] for event in page["events"]] == ["RUN_ENQUEUED"]
    assert (page["cursor"], page["hasMore"]) == (cursor(1), False)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("garbage", "binascii.Error: Incorrect padding\n"),
        ("", "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n"),
        ("HEAD", "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n"),
        (base64.b64encode(b"{}").decode(), "KeyError: 'type'\n"),
        (base64.b64encode(b"5").decode(), "TypeError: 'int' object is not subscriptable\n"),
        (cursor(3, "NOPE"), "ValueError: 'NOPE' is not a valid EventLogCursorType\n"),
        (cursor(10**30), "OverflowError: Python int too large to convert to SQLite INTEGER\n"),
    ],
)
async def test_a_bad_cursor_is_an_error_behind_http_500(demo: Demo, run_id: str, bad: str, message: str) -> None:
    response = await demo.post(ERROR, runId=run_id, cursor=bad)
    assert response.status_code == 500
    assert list(response.json()) == ["data"]
    error = response.json()["data"]["logsForRun"]
    assert (error["__typename"], error["message"]) == ("PythonError", message)
    assert error["className"] in message
    assert all(line.startswith("  File ") for line in error["stack"])


async def test_an_unknown_run_comes_before_a_bad_cursor(demo: Demo) -> None:
    data = await demo.ask(DOCUMENTED, "CliRunEventsQuery", runId="nobody", afterCursor="garbage")
    assert data["logsForRun"] == {
        "__typename": "RunNotFoundError",
        "message": "Pipeline run nobody could not be found.",
    }
