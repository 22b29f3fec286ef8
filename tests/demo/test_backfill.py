"""The run of 50,000 events."""

import re
from typing import Any

import pytest
import pytest_asyncio

from .conftest import QUERIES, Clock, Demo
from .test_paging import cursor


@pytest.fixture
async def run_id(demo: Demo) -> str:
    return await demo.newest("warehouse_backfill", "SUCCESS")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def log() -> list[dict[str, Any]]:
    demo = Demo(Clock())
    return await demo.events(await demo.newest("warehouse_backfill", "SUCCESS"))


async def test_has_exactly_fifty_thousand_events(demo: Demo, run_id: str) -> None:
    pages = await demo.pages(run_id, 1000)
    assert [len(page["events"]) for page in pages] == [1000] * 50 + [0]
    assert [page["hasMore"] for page in pages] == [True] * 50 + [False]
    assert pages[-1]["cursor"] == pages[-2]["cursor"] == cursor(50_000)
    assert (await demo.page(run_id, 1, cursor(49_999, "OFFSET")))["events"] == pages[-2]["events"][-1:]
    assert (await demo.page(run_id, 1, cursor(50_000, "OFFSET")))["events"] == []


@pytest.mark.parametrize("start", [0, 1, 777, 24_999, 49_990])
async def test_any_page_is_that_part_of_the_log(demo: Demo, run_id: str, log: list[dict[str, Any]], start: int) -> None:
    page = await demo.page(run_id, 7, cursor(start))
    assert page["events"] == log[start : start + 7]
    assert page["cursor"] == cursor(start + 7)
    page = await demo.page(run_id, 1000, cursor(start))
    assert page["events"] == log[start : start + 1000]


async def test_goes_on_for_about_an_hour(demo: Demo, run_id: str, log: list[dict[str, Any]]) -> None:
    (run,) = await demo.runs(runIds=[run_id])
    assert run["endTime"] - run["startTime"] == pytest.approx(3600, abs=1)
    times = [int(event["timestamp"]) for event in log]
    assert times == sorted(times)
    assert times[-1] > int(run["endTime"] * 1000)
    per_minute = [0] * 61
    for time in times:
        per_minute[(time - times[0]) // 60_000] += 1
    assert min(per_minute[1:59]) > 200
    assert max(per_minute) < 3000


async def test_has_the_structure_of_the_recorded_run(demo: Demo, run_id: str, log: list[dict[str, Any]]) -> None:
    short = await demo.events((await demo.runs(pipelineName="warehouse_backfill"))[1]["id"])
    assert len(short) < 5000

    def structure(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [(event["eventType"], event["stepKey"]) for event in events if event["eventType"]]

    assert structure(log) == structure(short)
    running: str | None = None
    for event in log:
        if event["eventType"] == "STEP_START":
            running = event["stepKey"]
        assert event["stepKey"] in (None, running)
        if event["eventType"] == "STEP_SUCCESS":
            running = None
    data = await demo.ask(QUERIES["broad"], "LabRun", runId=run_id)
    steps = {step["stepKey"]: step for step in data["runOrError"]["stepStats"]}
    starts = {event["stepKey"]: int(event["timestamp"]) for event in log if event["eventType"] == "STEP_START"}
    assert {key: int(step["startTime"] * 1000) for key, step in steps.items()} == starts


async def test_its_text_varies_and_agrees_with_itself(log: list[dict[str, Any]]) -> None:
    messages = [event["message"] for event in log]
    assert len(set(messages)) > 40_000
    totals: dict[str, int] = {}
    for step in {event["stepKey"] for event in log if event["message"].startswith("GET ")}:
        told = "\n".join(event["message"] for event in log if event["stepKey"] == step)
        parts = {int(part) for part in re.findall(r"part-(\d{5})", told)}
        assert parts == set(range(len(parts)))
        assert f"lake.{step.removeprefix('backfill_')}: {len(parts)} of {len(parts)} parts loaded" in told
        (analyzed,) = re.findall(r"ANALYZE \S+ ([\d,]+) rows", told)
        loaded = [int(rows.replace(",", "")) for rows in re.findall(r"COPY INTO \S+ ([\d,]+) rows", told)]
        assert int(analyzed.replace(",", "")) == pytest.approx(sum(loaded), rel=0.1)
        totals[step] = len(parts)
    assert len(totals) == 10
    assert f"October 2026: 10 tables with {sum(totals.values()):,} parts in all" in messages


async def test_a_part_is_loaded_with_the_rows_that_were_read(log: list[dict[str, Any]]) -> None:
    rows: list[str] = []
    loaded = 0
    for event in log:
        if read := re.match(r"read ([\d,]+) rows", event["message"]):
            rows.append(read[1])
        elif copied := re.match(r"COPY INTO lake\.\w+: ([\d,]+) rows", event["message"]):
            assert copied[1] == rows[-1]
            loaded += 1
    assert loaded > 10_000
    assert len(set(rows)) > 5_000
