"""The runs of the demo: when they ran, and how they are found."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from .conftest import QUERIES, Clock, Demo

ORDERS = {"nightly_etl": (2, 0), "sales_assets": (4, 15), "ingest_uploads": (6, 30)}


async def test_the_last_days_as_a_data_engineer_knows_them(demo: Demo, clock: Clock) -> None:
    runs = await demo.runs()
    assert 40 <= len(runs) <= 50
    assert {run["status"] for run in runs} == {"SUCCESS", "FAILURE", "CANCELED", "STARTED", "QUEUED"}
    assert all(UUID(run["id"]) for run in runs)
    assert len({run["id"] for run in runs}) == len(runs)
    created = [run["creationTime"] for run in runs]
    assert created == sorted(created, reverse=True)
    assert clock.now - 10 * 86400 < created[-1] < clock.now - 5 * 86400
    newest_end = max(run["endTime"] for run in runs if run["endTime"])
    assert newest_end == pytest.approx(clock.now - 240, abs=1)


@pytest.mark.parametrize("job", ORDERS)
@pytest.mark.parametrize("hour", [0, 2.05, 4.5, 13, 23.99])
async def test_daily_jobs_start_at_their_hour_on_days_past(clock: Clock, job: str, hour: float) -> None:
    clock.now = clock.now // 86400 * 86400 + hour * 3600
    demo = Demo(clock)
    starts = [run["creationTime"] for run in await demo.runs(pipelineName=job) if run["endTime"] < clock.now - 241]
    moments = [datetime.fromtimestamp(start, UTC) for start in starts]
    assert {(moment.hour, moment.minute) for moment in moments} == {ORDERS[job]}
    assert len({moment.date() for moment in moments}) == len(moments) >= 6


async def test_ids_are_the_same_whenever_the_demo_starts(clock: Clock) -> None:
    first = {run["id"] for run in await Demo(clock).runs()}
    clock.now += 12_345_678.9
    assert {run["id"] for run in await Demo(clock).runs()} == first


@pytest.mark.parametrize("hours", [0, 7.3, 1000])
async def test_a_run_tells_the_same_everywhere(clock: Clock, hours: float) -> None:
    clock.now += hours * 3600
    demo = Demo(clock)
    for listed in await demo.runs():
        data = await demo.ask(QUERIES["broad"], "LabRun", runId=listed["id"])
        run = data["runOrError"]
        assert {name: run[name] for name in listed} == listed
        events = (await demo.page(listed["id"], 1000))["events"]
        assert {event["runId"] for event in events} == {listed["id"]}
        moments = {event["eventType"]: int(event["timestamp"]) for event in events if not event["stepKey"]}
        for name, time in (
            ("RUN_STARTING", run["stats"]["launchTime"]),
            ("RUN_START", run["startTime"]),
            ("RUN_SUCCESS", run["endTime"]),
            ("RUN_FAILURE", run["endTime"]),
            ("RUN_CANCELED", run["endTime"]),
            ("RUN_ENQUEUED", run["stats"]["enqueuedTime"]),
        ):
            if name in moments:
                assert moments[name] == int(time * 1000)
        assert all(run[name] for name in ("hasTerminatePermission", "hasDeletePermission"))
        assert run["canTerminate"] is (run["status"] in ("STARTED", "QUEUED"))


async def test_steps_start_and_end_when_their_events_say(demo: Demo) -> None:
    for run in await demo.runs(statuses=["SUCCESS"], pipelineName="nightly_etl"):
        data = await demo.ask(QUERIES["broad"], "LabRun", runId=run["id"])
        steps = {step["stepKey"]: step for step in data["runOrError"]["stepStats"]}
        for event in await demo.events(run["id"]):
            field = {"STEP_START": "startTime", "STEP_SUCCESS": "endTime"}.get(event["eventType"])
            if field:
                assert int(steps[event["stepKey"]][field] * 1000) == int(event["timestamp"])


async def test_told_durations_grow_with_the_run(demo: Demo) -> None:
    run_id = await demo.newest("nightly_etl", "FAILURE")
    events = {(event["stepKey"], event["eventType"]): event for event in await demo.events(run_id)}
    start, end = (int(events["clean_orders", f"STEP_{name}"]["timestamp"]) for name in ("START", "SUCCESS"))
    told = events["clean_orders", "STEP_SUCCESS"]["message"].rpartition(" in ")[2]
    assert float(told.removesuffix("s.")) == pytest.approx((end - start) / 1000, rel=0.05)


async def test_runs_work_on_the_data_of_the_day_before(demo: Demo) -> None:
    for run in await demo.runs(pipelineName="sales_assets"):
        tags = {tag["key"]: tag["value"] for tag in run["tags"]}
        day = datetime.fromtimestamp(run["creationTime"] - 86400, UTC)
        assert tags["dagster/partition"] == f"{day:%Y-%m-%d}"


async def test_a_failure_tells_the_whole_chain_of_its_causes(demo: Demo) -> None:
    run_id = await demo.newest("nightly_etl", "FAILURE")
    data = await demo.ask(QUERIES["broad"], "LabEvents", runId=run_id)
    (failure,) = (event for event in data["logsForRun"]["events"] if event["eventType"] == "STEP_FAILURE")
    chain = [failure["error"]]
    while cause := chain[-1].get("cause"):
        chain.append(cause)
    names = [error["className"] for error in chain]
    assert names == ["DagsterExecutionStepExecutionError", "WarehouseError", "SchemaError", "KeyError"]


async def test_a_retried_run_tells_its_attempts(demo: Demo) -> None:
    types = [event["eventType"] for event in await demo.events(await demo.newest("sync_crm", "SUCCESS"))]
    assert types.count("STEP_UP_FOR_RETRY") == types.count("STEP_RESTARTED") == 2


async def test_filters(demo: Demo, clock: Clock) -> None:
    runs = await demo.runs()
    failed = [run for run in runs if run["status"] == "FAILURE"]
    assert len(failed) == 7
    assert await demo.runs(statuses=["FAILURE"]) == failed
    assert await demo.runs(statuses=["FAILURE", "CANCELED"]) == [
        run for run in runs if run["status"] in ("FAILURE", "CANCELED")
    ]
    assert await demo.runs(pipelineName="sync_crm") == [run for run in runs if run["jobName"] == "sync_crm"]
    assert await demo.runs(runIds=[runs[5]["id"], "nobody", runs[3]["id"]]) == [runs[3], runs[5]]
    assert await demo.runs(statuses=[], runIds=[], tags=[]) == runs
    assert await demo.runs(mode="default") == runs
    assert await demo.runs(mode="other", pipelineName="sync_crm") == []
    middle = runs[9]["creationTime"]
    assert await demo.runs(createdAfter=middle) == runs[:9]
    assert await demo.runs(createdBefore=middle) == runs[10:]
    assert await demo.runs(updatedAfter=clock.now - 60) == [run for run in runs if run["status"] == "STARTED"]
    assert await demo.count(statuses=["FAILURE"]) == 7


async def test_tags_of_one_key_are_alternatives(demo: Demo) -> None:
    runs = await demo.runs()

    def of(key: str, *values: str) -> list[str]:
        return [run["id"] for run in runs if any({"key": key, "value": value} in run["tags"] for value in values)]

    growth, retail = ({"key": "team", "value": team} for team in ("growth", "retail"))
    second = {"key": "tier", "value": "2"}
    assert [run["id"] for run in await demo.runs(tags=[growth, retail])] == of("team", "growth", "retail")
    assert [run["id"] for run in await demo.runs(tags=[growth, second])] == of("team", "growth")
    assert await demo.runs(tags=[retail, second]) == []


@pytest.mark.parametrize("limit", [1, 7, 1000])
async def test_pages_of_runs(demo: Demo, limit: int) -> None:
    runs = await demo.runs()
    pages = [await demo.runs(limit=limit)]
    while pages[-1]:
        pages.append(await demo.runs(cursor=pages[-1][-1]["id"], limit=limit))
    assert [run for page in pages for run in page] == runs
    assert await demo.count() == len(runs)


async def test_limits_and_cursors_at_the_edge(demo: Demo) -> None:
    runs = await demo.runs()
    assert await demo.runs(limit=0) == await demo.runs(limit=-1) == runs
    assert await demo.runs(cursor="nobody") == []
    assert await demo.runs(cursor=runs[-1]["id"]) == []
    # The cursor is a place among the runs that fit.
    failed = await demo.runs(statuses=["FAILURE"])
    assert await demo.runs(cursor=failed[0]["id"], statuses=["FAILURE"]) == failed[1:]
