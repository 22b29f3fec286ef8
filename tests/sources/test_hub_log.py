"""Each endpoint of a Hub Log server over a real socket, and each of its refusals in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from run_tui.errors import BadAnswer, ConfigError, RunNotFound, ServerError, SourceError, Unauthorized, Unsupported
from run_tui.model import EventPage, RunEvent, RunFilter, RunStatus
from run_tui.sources import open_source, resolve_run_id
from run_tui.sources.hub_log import HubLogSource
from tests.labs.hub_log.app import problem
from tests.labs.hub_log.data import RELOAD, SALES, STREAM, UUID_DAG
from tests.labs.hub_log.serving import HEADERS, NOW, Served, serving

SECRET = HEADERS["Authorization"]


@pytest.fixture
def hub() -> Iterator[Served]:
    with serving() as served:
        yield served


async def events_of(source: HubLogSource, run_id: str, limit: int = 1000) -> list[RunEvent]:
    events: list[RunEvent] = []
    page = EventPage(run_id, has_more=True)
    while page.has_more:
        page = await source.page(run_id, page.cursor, limit)
        events += page.as_list().items
    return events


# The search


async def test_the_runs_of_a_dag_are_listed_newest_first_however_many_weeks_they_span(hub: Served) -> None:
    async with hub.source() as source:
        runs = await source.runs(RunFilter(job=SALES), limit=20)
        older = await source.runs(RunFilter(job=SALES), runs.items[-1].id, 100)
    listed = [run.id for run in runs.items + older.items]
    assert listed == [hub.run_id(SALES, number) for number in range(40)]
    assert runs.has_more
    assert runs.items[0].status is RunStatus.FAILURE
    assert runs.items[0].tags == {
        "event_status": "success",
        "extract_status": "success",
        "transform_status": "failed",
    }
    spans = [address for address in hub.troubles.asked if "date_from" in address]
    assert len(spans) > 4


async def test_a_run_without_its_last_phases_has_ended_once_a_day_has_passed(hub: Served) -> None:
    old, fresh = hub.world.dags[UUID_DAG][0], hub.world.big
    for run in (old, fresh):
        del run.phases["load"]

    async def statuses(source: HubLogSource) -> list[tuple[RunStatus, RunStatus]]:
        ids = [hub.run_id(dag) for dag in (UUID_DAG, RELOAD)]
        listed = {run.id: run.status for run in (await source.runs(RunFilter())).items}
        return [(listed[run_id], (await source.run(run_id)).status) for run_id in ids]

    async with hub.source(UUID_DAG, RELOAD) as source:
        ended, going_on = await statuses(source)
        assert ended == (RunStatus.SUCCESS, RunStatus.SUCCESS)
        assert going_on == (RunStatus.STARTED, RunStatus.STARTED)
        assert (await source.page(hub.run_id(UUID_DAG))).run == await source.run(hub.run_id(UUID_DAG))
    # What was created long ago and is being made now has not ended.
    old.phases["transform"][0].started = NOW
    async with hub.source(UUID_DAG, RELOAD) as source:
        assert (await source.run(hub.run_id(UUID_DAG))).status is RunStatus.STARTED
        old.phases["transform"][0].success = None
        ended, _ = await statuses(source)
        assert ended == (RunStatus.STARTED, RunStatus.STARTED)


async def test_a_list_ends(hub: Served) -> None:
    async with hub.source() as source:
        last = await source.runs(RunFilter(job=SALES), hub.run_id(SALES, 39))
        assert not last.items
        assert not last.has_more
        assert not (await source.runs(RunFilter(job="no-such-dag"))).items


async def test_runs_of_several_dags_are_merged_by_age(hub: Served) -> None:
    async with hub.source(SALES, STREAM, RELOAD, UUID_DAG) as source:
        first = await source.runs(RunFilter(), limit=4)
        rest = await source.runs(RunFilter(), first.cursor, limit=3)
    runs = first.items + rest.items
    assert [run.pipeline_name for run in runs] == [STREAM, RELOAD, SALES, SALES, UUID_DAG, SALES, SALES]
    assert [run.created_at for run in runs] == sorted((run.created_at for run in runs), reverse=True)


async def test_without_a_dag_the_list_says_how_to_name_one(hub: Served) -> None:
    async with hub.source() as source:
        with pytest.raises(Unsupported, match="one DAG at a time") as caught:
            await source.runs(RunFilter())
    assert "job:NAME" in caught.value.hint
    assert not hub.troubles.asked


async def test_a_filter_is_asked_of_the_server_or_applied_to_its_answer(hub: Served) -> None:
    async with hub.source() as source:

        async def found(**wanted: object) -> list[str]:
            runs = await source.runs(RunFilter(job=SALES, **wanted), limit=100)  # type: ignore[arg-type]
            return [run.id for run in runs.items]

        newest, second = hub.run_id(SALES, 0), hub.run_id(SALES, 1)
        assert await found(statuses=(RunStatus.FAILURE,)) == [newest]
        assert await found(tags=(("transform_status", "failed"),)) == [newest]
        assert hub.troubles.count("transform_status=failed")
        assert await found(tags=(("event_status", "failed"),)) == []
        two_days = (NOW - timedelta(days=2)).timestamp()
        assert await found(created_after=two_days) == [newest, second]
        assert (await found(created_before=two_days))[0] == hub.run_id(SALES, 2)
        assert await found(root=newest) == []


async def test_runs_are_found_by_a_word_in_what_a_phase_did(hub: Served) -> None:
    async with hub.source() as source:
        runs = await source.runs(RunFilter(job=SALES, tags=(("transform_keyword", "no EXCHANGE rate"),)))
        none = await source.runs(RunFilter(job=SALES, tags=(("load_keyword", "no exchange rate"),)))
    assert [run.id for run in runs.items] == [hub.run_id(SALES)]
    assert runs.items[0].tags["transform_keyword"] == "no EXCHANGE rate"
    assert not none.items


async def test_runs_are_asked_for_by_their_ids(hub: Served) -> None:
    wanted = (hub.run_id(SALES, 30), hub.run_id(STREAM), hub.run_id(SALES, 2))
    async with hub.source() as source:
        runs = await source.runs(RunFilter(ids=wanted))
    assert [run.id for run in runs.items] == [wanted[1], wanted[2], wanted[0]]
    assert hub.troubles.count("run_ids=") > 2


# One run


async def test_a_run_has_the_times_and_states_of_its_phases(hub: Served) -> None:
    async with hub.source() as source:
        run = await source.run(hub.run_id(SALES, 1))
        details = await source.run_details(hub.run_id(SALES, 1))
        going_on = await source.run(hub.run_id(STREAM))
    assert (run.status, run.pipeline_name) == (RunStatus.SUCCESS, SALES)
    assert (run.created_at, run.started_at, run.ended_at) == (
        "2026-11-21T02:00:00.000Z",
        "2026-11-21T02:01:00.000Z",
        "2026-11-21T02:04:55.000Z",
    )
    assert details.tags["load_rows"] == "1,600"
    assert details.tags["extract_path"].startswith("s3://")
    assert (going_on.status, going_on.ended_at) == (RunStatus.STARTED, None)


async def test_phases_are_steps_one_after_the_other(hub: Served) -> None:
    async with hub.source() as source:
        steps = await source.steps(hub.run_id(SALES))
    assert [(step.key, step.depends_on) for step in steps] == [
        ("event", ()),
        ("extract", ("event",)),
        ("transform", ("extract",)),
        ("load", ("transform",)),
    ]


async def test_a_failed_run_tells_each_attempt_with_its_errors_and_traceback(hub: Served) -> None:
    async with hub.source() as source:
        events = await events_of(source, hub.run_id(SALES))
    told = [(event.event_type, event.step_key) for event in events if event.event_type is not None]
    attempt = [("ERROR_LOG", "transform")] * 2
    assert told == [
        ("STEP_START", "event"),
        ("STEP_SUCCESS", "event"),
        ("STEP_START", "extract"),
        ("STEP_SUCCESS", "extract"),
        ("STEP_START", "transform"),
        *attempt,
        ("STEP_UP_FOR_RETRY", "transform"),
        ("STEP_RESTARTED", "transform"),
        *attempt,
        ("STEP_UP_FOR_RETRY", "transform"),
        ("STEP_RESTARTED", "transform"),
        *attempt,
        ("STEP_FAILURE", "transform"),
    ]
    error = events[-1].error
    assert error is not None
    assert (error.class_name, error.message) == ("No exchange rate", "KeyError: 'CLF'")
    assert error.stack[0] == ('  File "/opt/etl/runner.py", line 88, in run_phase\n    rows = phase.apply(frame)\n')
    assert error.stack[-1] == "KeyError: 'CLF'"
    assert {entry.label: entry.value for entry in events[-2].metadata} == {
        "type": "etl/transform-failed",
        "status": "500",
    }
    assert {entry.label: entry.value for entry in events[-1].metadata}["log_count"] == "60"


@pytest.mark.parametrize("limit", [1, 7, 60, 1000])
async def test_pages_of_any_size_make_the_same_run(hub: Served, limit: int) -> None:
    run_id = hub.run_id(SALES)
    async with hub.source() as source:
        events = await events_of(source, run_id, limit)
        lines = [event.message for event in events if event.event_type is None]
        assert len(events) == 239
        assert [line.split(":")[0] for line in lines[-60:]] == [f"line {row}" for row in range(60)]
        assert not await source.has_more_than(run_id, len(events))
        assert await source.has_more_than(run_id, len(events) - 1)


async def test_a_cursor_counts_and_can_be_made_from_a_count(hub: Served) -> None:
    run_id = hub.run_id(SALES)
    async with hub.source() as source:
        page = await source.page(run_id, None, 150)
        assert await source.cursor_after(run_id, 150) == page.cursor
        assert source.events_between(None, page.cursor) == 150
        later = (await source.page(run_id, page.cursor, 20)).cursor
        assert (source.events_between(page.cursor, later), source.events_between(later, page.cursor)) == (20, -20)
        assert await source.find_tail(run_id, page.cursor) is None
        with pytest.raises(BadAnswer, match="not a cursor"):
            await source.page(run_id, "garbage")


async def test_what_the_system_does_not_have_is_said(hub: Served) -> None:
    async with hub.source() as source:
        assert source.run_url(hub.run_id(SALES)) is None
        assert not source.capabilities.output
        with pytest.raises(Unsupported, match="no phase"):
            await source.rows(hub.run_id(SALES), "publish", 1, start=0, limit=5)


# Tables


async def test_the_payload_is_what_triggered_the_run(hub: Served) -> None:
    async with hub.source() as source:
        payload = await source.payload(hub.run_id(SALES))
    assert isinstance(payload, dict)
    assert payload.keys() == {"queue_data", "event"}
    assert payload["queue_data"]["key"] == "in/2026-11-22.parquet"


async def test_data_rows_come_from_any_place_and_by_keyword(hub: Served) -> None:
    run_id = hub.run_id(SALES, 1)
    async with hub.source() as source:
        rows = await source.rows(run_id, "extract", None, start=770, limit=3)
        assert (rows.total, rows.attempt) == (1600, 2)
        assert [row["order_id"] for row in rows.items][:1] == [100_770]
        assert not (await source.rows(run_id, "extract", 1, start=0, limit=3)).items
        found = await source.rows(run_id, "extract", 2, start=0, limit=500, keyword="GIFT wrap, row 15")
    assert found.total == 23
    assert found.items[0]["note"] == "gift wrap, row 15"
    assert hub.troubles.count("keyword=GIFT")


# Names


@pytest.mark.parametrize("text", ["{run}", " {run}\n", "{url}/api/v1/dags/{dag}/runs/{date}/{encoded}?x=1"])
async def test_a_run_is_named_by_its_id_or_its_address(hub: Served, text: str) -> None:
    run_id = hub.run_id(SALES)
    dag, date, run = run_id.split("/")
    encoded = run.replace(":", "%3A").replace("+", "%2B")
    async with hub.source() as source:
        text = text.format(run=run_id, url=hub.url, dag=dag, date=date, encoded=encoded)
        assert await resolve_run_id(source, text) == run_id


async def test_a_run_may_be_named_by_the_beginning_of_its_id(hub: Served) -> None:
    async with hub.source(SALES) as source:
        assert await resolve_run_id(source, "nightly-sales/2026-11-22") == hub.run_id(SALES)
        with pytest.raises(ConfigError, match="runs begin with"):
            await resolve_run_id(source, "nightly-sales/2026")


async def test_the_parts_of_an_id_are_encoded_on_their_way(hub: Served) -> None:
    async with hub.source() as source:
        assert (await source.run(hub.run_id(UUID_DAG))).status is RunStatus.SUCCESS


# Refusals

Question = Callable[[HubLogSource, str], Awaitable[object]]
QUESTIONS: dict[str, Question] = {
    "search": lambda source, run: source.runs(RunFilter(job=SALES)),
    "summary": lambda source, run: source.run(run),
    "event": lambda source, run: source.payload(run),
    "metadata": lambda source, run: source.page(run),
    "data": lambda source, run: source.rows(run, "extract", 1, start=0, limit=5),
    "errors": lambda source, run: source.page(run, "1:transform:1:errors:0"),
    "logs": lambda source, run: source.page(run, "1:transform:1:logs:0"),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_token_that_is_missing_or_wrong_is_told(hub: Served, question: str) -> None:
    for headers, words in (({}, "wants a token"), ({"Authorization": "Bearer old"}, "did not accept the token")):
        async with hub.source(headers=headers) as source:
            with pytest.raises(Unauthorized, match=words):
                await QUESTIONS[question](source, hub.run_id(SALES))


async def test_an_unknown_run_is_told(hub: Served) -> None:
    unknown = f"{SALES}/2026-11-22/manual__x"
    async with hub.source() as source:
        for ask in (source.run, source.page, source.payload):
            with pytest.raises(RunNotFound, match=f"Run {unknown} not found") as caught:
                await ask(unknown)
            assert "etl.logs" in caught.value.hint
        for text in ("9d38c7ea", f"{SALES}/2026-13-45/x", SALES):
            with pytest.raises(RunNotFound, match="names no run"):
                await source.run(text)


async def test_what_the_server_does_not_take_is_told_in_its_words(hub: Served) -> None:
    async with hub.source() as source:
        with pytest.raises(ServerError, match="does not take what was asked: transform_status must be all") as caught:
            await source.runs(RunFilter(job=SALES, tags=(("transform_status", "broken"),)))
        assert not caught.value.transient
        problems = {"detail": [{"loc": ["query", "page"], "msg": "Input should be a number", "type": "int_parsing"}]}
        hub.troubles.fail = lambda _: JSONResponse(problems, 422)
        with pytest.raises(ServerError, match=r"does not take what was asked: query\.page: Input should be a number"):
            await source.run(hub.run_id(SALES))


Failure = tuple[int, str, type[SourceError], str]
FAILURES: list[Failure] = [
    (502, "Bad Gateway", ServerError, "could not look up its runs: etl.logs is away"),
    (500, "Internal", ServerError, "etl.logs is away"),
    (503, "Unavailable", ServerError, "is too busy"),
    (403, "Forbidden", Unauthorized, "did not accept the token"),
]


@pytest.mark.parametrize(("status", "title", "kind", "words"), FAILURES)
async def test_a_problem_is_told_in_its_words(
    hub: Served, status: int, title: str, kind: type[SourceError], words: str
) -> None:
    hub.troubles.fail = lambda _: problem(status, title, "etl.logs is away")
    async with hub.source() as source:
        for question in QUESTIONS.values():
            with pytest.raises(kind, match=words) as caught:
                await question(source, hub.run_id(SALES))
            assert SECRET not in f"{caught.value!r} {caught.value.hint}"


async def test_another_page_than_the_one_asked_for_is_no_page(hub: Served) -> None:
    hub.troubles.wrong_offset = True
    async with hub.source() as source:
        with pytest.raises(BadAnswer, match="another page"):
            await source.rows(hub.run_id(SALES), "extract", 1, start=50, limit=50)


async def test_a_server_that_is_none_is_told(hub: Served) -> None:
    def page(_: Request) -> Response:
        return Response(b"<html>", media_type="text/html")

    hub.troubles.fail = page
    async with hub.source() as source:
        with pytest.raises(BadAnswer, match=r"a web page .* not with the Hub Log API"):
            await source.run(hub.run_id(SALES))


async def test_it_is_opened_by_its_name(hub: Served) -> None:
    source = open_source("hub_log", f"{hub.url}/api/v1", headers=HEADERS, dags=[STREAM])
    try:
        assert (source.where, source.system) == (hub.url, "Hub Log API")
        assert await source.run(hub.run_id(STREAM))
    finally:
        await source.aclose()
