"""What the Dagster source asks, and what it makes of answers that no recording holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from run_tui.acts import Act
from run_tui.errors import BadAnswer, Busy, RunNotFound, ServerError, SourceError, Unauthorized
from run_tui.model import RunEvent, RunFilter, RunStatus
from run_tui.sources._dagster_poison import offset_cursor, storage_cursor
from run_tui.sources.base import Capabilities, Source
from run_tui.sources.dagster import DagsterSource
from tests.sources.asking import EVENT, page_of, saying, source_of
from tests.sources.servers import RUN_ID, ScriptedDagster, always, app_of

RUN = {"__typename": "Run", "id": "r1", "status": "STARTED", "creationTime": 1795307802.063625}


class Runs:
    """A server that answers with runs r1, r2, … and keeps the variables it was asked with."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.asked: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        variables = (await request.json())["variables"]
        self.asked.append(variables)
        start = int((variables["cursor"] or "r0")[1:]) + 1
        found = [{**RUN, "id": f"r{n}"} for n in range(start, min(start + variables["limit"], self.total + 1))]
        runs = {"__typename": "Runs", "count": self.total, "results": found}
        return JSONResponse({"data": {"runsOrError": runs}})


def test_it_is_a_source() -> None:
    source: Source = DagsterSource("https://acme.dagster.cloud/prod/graphql")
    assert source.system == "Dagster Plus API"
    assert source.where == "https://acme.dagster.cloud/prod"
    assert source.capabilities == Capabilities(
        steps=True, web_page=True, output=True, lasting=True, acts=frozenset(Act)
    )
    assert source.actions is not None
    assert source.run_url("a/b") == "https://acme.dagster.cloud/prod/runs/a%2Fb"


def test_a_source_for_reading_changes_nothing() -> None:
    source = DagsterSource("https://acme.dagster.cloud/prod", read_only=True)
    assert source.capabilities == Capabilities(steps=True, web_page=True, output=True, lasting=True, read_only=True)
    assert source.actions is None


def test_an_app_has_no_web_page() -> None:
    source = DagsterSource("http://demo", app=always(b""), name="demo")
    assert (source.where, source.capabilities.web_page, source.run_url("r1")) == ("demo", False, None)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (RunFilter(), {}),
        (
            RunFilter(
                statuses=(RunStatus.FAILURE, RunStatus("NEW")),
                job="etl",
                tags=(("team", "ops"), ("team", "web")),
                created_after=0.0,
                created_before=2.5,
                ids=("a", "b"),
            ),
            {
                "statuses": ["FAILURE", "NEW"],
                "pipelineName": "etl",
                "tags": [{"key": "team", "value": "ops"}, {"key": "team", "value": "web"}],
                "createdAfter": 0.0,
                "createdBefore": 2.5,
                "runIds": ["a", "b"],
            },
        ),
        (RunFilter(root="r0"), {"tags": [{"key": "dagster/root_run_id", "value": "r0"}]}),
    ],
)
async def test_the_filter_sent(wanted: RunFilter, sent: dict[str, Any]) -> None:
    server = Runs(1)
    async with source_of(app_of(server.answer)) as source:
        await source.runs(wanted)
    assert server.asked == [{"filter": sent, "cursor": None, "limit": 51}]


async def test_pages_of_runs_end_without_an_empty_one() -> None:
    server = Runs(4)
    async with source_of(app_of(server.answer)) as source:
        first = await source.runs(RunFilter(), limit=2)
        second = await source.runs(RunFilter(), first.cursor, limit=2)
        after = await source.runs(RunFilter(), second.cursor, limit=2)
    assert ([run.id for run in first.items], first.has_more, first.cursor, first.total) == (["r1", "r2"], True, "r2", 4)
    assert ([run.id for run in second.items], second.has_more, second.cursor) == (["r3", "r4"], False, "r4")
    assert (after.items, after.has_more, after.cursor) == ([], False, "r4")


async def test_a_run_of_assets_tells_which() -> None:
    selected = [{"path": ["core", "orders"]}, {"path": ["users"]}]
    run = {**RUN, "pipelineName": "__ASSET_JOB", "assetSelection": selected}
    answer = {"data": {"runsOrError": {"__typename": "Runs", "count": 1, "results": [run]}}}
    async with source_of(always(json.dumps(answer).encode())) as source:
        (found,) = (await source.runs(RunFilter())).items
    assert found.assets == ("core/orders", "users")
    assert found.target == "core/orders, users"


@pytest.mark.parametrize(("limit", "sent"), [(-5, 1), (0, 1), (1, 1), (1000, 1000), (5000, 1000)])
async def test_limits_are_those_that_every_server_takes(limit: int, sent: int) -> None:
    server, runs = ScriptedDagster(range(1, 4)), Runs(1)
    async with source_of(server.app) as source:
        await source.events(RUN_ID, limit=limit)
        await source.page(RUN_ID, limit=limit)
    async with source_of(app_of(runs.answer)) as source:
        await source.runs(RunFilter(), limit=limit)
    assert [asked["limit"] for asked in (*server.asked, *runs.asked)] == [sent, sent, sent + 1]


async def test_the_cursor_is_sent_as_it_came() -> None:
    server = ScriptedDagster(range(1, 6))
    async with source_of(server.app) as source:
        first = await source.events(RUN_ID, limit=3)
        await source.events(RUN_ID, first.cursor, limit=3)
    assert server.asked == [
        {"runId": RUN_ID, "limit": 3},
        {"runId": RUN_ID, "limit": 3, "afterCursor": first.cursor},
    ]


async def test_the_run_comes_with_a_page_where_it_is_asked_for() -> None:
    server = ScriptedDagster(range(1, 8), run={"id": RUN_ID, "status": "STARTED", "creationTime": 1.0})
    async with source_of(server.app) as source:
        first = await source.page(RUN_ID, limit=3)
        rest = await source.page(RUN_ID, first.cursor, limit=3, with_run=False)
    assert (len(first), len(rest)) == (3, 3)
    assert rest.run is None
    assert first.run is not None
    assert first.run.status is RunStatus.STARTED


async def test_an_older_server_is_asked_the_documented_queries() -> None:
    server = ScriptedDagster(range(1, 6), knows_all_types=False)
    async with source_of(server.app) as source:
        first = await source.page(RUN_ID, limit=3)
        rest = await source.page(RUN_ID, first.cursor, limit=3, with_run=False)
        tail = await source.page(RUN_ID, rest.cursor, limit=3)
    assert [*first.messages, *rest.messages, *tail.messages] == server.good
    assert [page.run is not None for page in (first, rest, tail)] == [True, False, True]
    refused = [name for name in server.names if name == "RunTuiPage"]
    assert len(refused) == 1
    assert len(server.asked) == 6


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_or_broken_server_is_not_taken_for_an_older_one(status: int) -> None:
    server = ScriptedDagster(range(1, 4))
    body = json.dumps({"data": None, "errors": [{"message": "no"}]}).encode()
    moods = [Response(body, status, media_type="application/json")]

    async def answer(request: Request) -> Response:
        return moods.pop() if moods else await server._answer(request)

    async with source_of(app_of(answer)) as source:
        with pytest.raises(Busy if status != 500 else ServerError):
            await source.page(RUN_ID)
        await source.page(RUN_ID)
    assert server.names == ["RunTuiPage"]


async def test_an_unknown_run() -> None:
    server = ScriptedDagster(range(1, 4))
    async with source_of(server.app) as source:
        for asking in (source.page("x"), source.events("x"), source.run("x"), source.has_more_than("x", 1)):
            with pytest.raises(RunNotFound, match=r"^Pipeline run nobody could not be found\.$") as caught:
                await asking
            assert "http://scripted" in caught.value.hint


@pytest.mark.parametrize(
    ("member", "kind", "message"),
    [
        ({"__typename": "RunNotFoundError"}, RunNotFound, "Run r1 not found"),
        ({"__typename": "RunNotFoundError", "message": " "}, RunNotFound, "Run r1 not found"),
        ({"__typename": "RunNotFoundError", "message": None}, RunNotFound, "Run r1 not found"),
        ({"__typename": "UnauthorizedError", "message": "Not for you"}, Unauthorized, "Not for you"),
        ({"__typename": "UnauthorizedError"}, Unauthorized, "http://scripted does not allow this"),
        ({"__typename": "PythonError", "message": "boom\n", "stack": "Traceback"}, ServerError, "boom"),
        ({"__typename": "StrangeError"}, ServerError, "http://scripted answered with a StrangeError"),
        ({"__typename": "Pipeline"}, BadAnswer, "http://scripted answered with JSON that does not fit"),
        (None, BadAnswer, "http://scripted answered with JSON that does not fit"),
    ],
)
async def test_what_is_not_a_run(member: Any, kind: type[SourceError], message: str) -> None:
    async with source_of(saying(runOrError=member)) as source:
        for asking in (source.run("r1"), source.run_details("r1"), source.steps("r1")):
            with pytest.raises(kind) as caught:
                await asking
            assert str(caught.value).startswith(message)


async def test_a_traceback_in_one_piece() -> None:
    async with source_of(saying(runOrError={"__typename": "PythonError", "message": "x", "stack": "Trace"})) as source:
        with pytest.raises(ServerError) as caught:
            await source.run("r1")
    assert (caught.value.stack, caught.value.status, caught.value.transient) == (("Trace",), 500, True)


async def test_a_filter_that_the_server_refuses() -> None:
    refusal = {"__typename": "InvalidPipelineRunsFilterError", "message": "bad tags"}
    async with source_of(saying(runsOrError=refusal)) as source:
        with pytest.raises(ServerError, match="bad tags") as caught:
            await source.runs(RunFilter())
    assert not caught.value.transient


async def test_a_run_of_a_later_server() -> None:
    run = {**RUN, "status": "HIBERNATING", "startTime": "2025-08-12T18:04:12", "endTime": None, "mode": None, "new": 1}
    async with source_of(saying(runOrError=run)) as source:
        found = await source.run("r1")
    assert (found.status.value, found.status.finished) == ("HIBERNATING", False)
    assert (found.created_at, found.started_at) == ("2026-11-22T00:36:42.063Z", "2025-08-12T18:04:12")
    assert (found.ended_at, found.mode, found.pipeline_name) == (None, None, None)


async def test_events_of_a_later_server() -> None:
    event = {**EVENT, "message": None, "level": "TRACE", "eventType": "NEW", "timestamp": "2025-08-12T18:04:12"}
    async with source_of(saying(logsForRun=page_of(event))) as source:
        (read,) = (await source.events("r1")).items
    assert (read.message, read.level.value, read.level.rank, read.event_type) == ("", "TRACE", 2, "NEW")
    assert read.timestamp == "2025-08-12T18:04:12"


async def test_a_page_whose_run_cannot_be_read() -> None:
    failure = {"__typename": "PythonError", "message": "x", "stack": []}
    async with source_of(saying(runOrError=failure, logsForRun=page_of(EVENT))) as source:
        page = await source.page("r1")
    assert (len(page), page.run) == (1, None)


@pytest.mark.parametrize("bad", ["", "²", "-", "--5", "9" * 5000, "soon", 5, None])
async def test_a_time_that_is_none(bad: object) -> None:
    async with source_of(saying(logsForRun=page_of({**EVENT, "timestamp": bad}))) as source:
        with pytest.raises(BadAnswer, match=r"logsForRun.*timestamp"):
            await source.events("r1")


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "1e300", "-1e12", '"²"', "null"])
async def test_a_run_s_time_that_is_none(bad: str) -> None:
    body = json.dumps({"data": {"runOrError": RUN}}).replace("1795307802.063625", bad)
    async with source_of(always(body.encode())) as source:
        with pytest.raises(BadAnswer, match=r"runOrError.*creationTime"):
            await source.run("r1")


async def test_the_check_for_gaps_needs_a_server_that_knows_offsets() -> None:
    failure = {"__typename": "PythonError", "message": "unknown cursor", "stack": []}
    async with source_of(saying(logsForRun=failure)) as source:
        with pytest.raises(ServerError, match="unknown cursor"):
            await source.has_more_than("r1", 5)


async def test_counts_and_cursors_are_asked_for_without_events() -> None:
    server = ScriptedDagster(range(1, 31), unknown_levels=[20])
    async with source_of(server.app) as source:
        assert [await source.has_more_than(RUN_ID, count) for count in (0, 29, 30)] == [True, True, False]
        assert [await source.cursor_after(RUN_ID, count) for count in (1, 19, 20, 21)] == [
            storage_cursor(1), storage_cursor(19), None, storage_cursor(21),
        ]  # fmt: skip
    counts = (0, 29, 30, 0, 18, 19, 20)
    assert server.asked == [{"runId": RUN_ID, "limit": 1, "afterCursor": offset_cursor(count)} for count in counts]
    assert {*server.names} == {"RunTuiProbe"}


async def test_the_tail_of_a_long_run() -> None:
    server = ScriptedDagster(range(1, 10_001))
    async with source_of(server.app) as source:
        place = await source.find_tail(RUN_ID, None)
        page = await source.page(RUN_ID, place)
        assert await source.find_tail(RUN_ID, page.cursor) is None
        assert source.events_between(place, page.cursor) == len(page)
        assert source.events_between("garbage", page.cursor) is None
    assert page.messages[-1] == "event 10000"
    assert {*server.names} == {"RunTuiProbe", "RunTuiPage"}
    server = ScriptedDagster(range(1, 10_001), unknown_levels=range(8_000, 9_800))
    async with source_of(server.app) as source:
        assert await source.find_tail(RUN_ID, None) is not None


async def test_pages_are_asked_for_with_their_run_or_without() -> None:
    server = ScriptedDagster(range(1, 8))
    async with source_of(server.app) as source:
        cursor = (await source.page(RUN_ID, limit=3)).cursor
        await source.page(RUN_ID, cursor, limit=3, with_run=False)
    assert server.names == ["RunTuiPage", "RunTuiMore"]
    assert server.asked[1] == {"runId": RUN_ID, "limit": 3, "afterCursor": cursor}


async def test_a_server_tells_its_version() -> None:
    async with source_of(saying(version="1.13.27")) as source:
        assert await source.ping() == "Dagster 1.13.27"
        await source.reconnect()
        assert await source.ping() == "Dagster 1.13.27"


@pytest.mark.parametrize("text", ["0c11e89c", RUN_ID[:-1], f"{RUN_ID}0", RUN_ID.replace("-", ""), f"{RUN_ID}\n"])
def test_a_whole_id_is_a_uuid(text: str) -> None:
    source = DagsterSource("http://h")
    assert (source.whole_id(RUN_ID), source.whole_id(RUN_ID.upper())) == (RUN_ID, RUN_ID.upper())
    assert source.whole_id(text) is None


def test_the_web_page_may_begin_elsewhere() -> None:
    source = DagsterSource("http://h:3000", page="https://acme.dagster.cloud/prod")
    assert (source.where, source.run_url("r1")) == ("http://h:3000", "https://acme.dagster.cloud/prod/runs/r1")


@pytest.mark.parametrize(
    ("event", "query"),
    [
        ({"event_type": "STEP_START", "level": "DEBUG"}, "?focusedTime=1795348800079"),
        ({"level": "INFO"}, "?focusedTime=1795348800079"),
        ({"level": "DEBUG"}, "?focusedTime=1795348800079&levels=critical%7Cdebug%7Cerror%7Cevent%7Cinfo%7Cwarning"),
    ],
)
def test_a_runs_page_at_an_event(event: dict[str, str], query: str) -> None:
    source = DagsterSource("https://acme.dagster.cloud/prod")
    told = RunEvent.model_validate({"run_id": "r1", "message": "m", "timestamp": "2026-11-22T12:00:00.079Z"} | event)
    assert source.run_url("r/1", told) == f"https://acme.dagster.cloud/prod/runs/r%2F1{query}"
