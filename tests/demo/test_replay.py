"""The run in progress, on a clock that the test moves."""

from typing import Any

import pytest

from .conftest import QUERIES, Clock, Demo

STATUS = """
query($runId: ID!) {
  runOrError(runId: $runId) {
    ... on Run {
      status startTime endTime updateTime canTerminate
      stats { ... on RunStatsSnapshot { stepsSucceeded stepsFailed endTime } }
      stepStats { stepKey status startTime endTime attempts { startTime endTime } }
    }
  }
}
"""


async def told(demo: Demo, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = (await demo.ask(STATUS, runId=run_id))["runOrError"]
    return run


@pytest.fixture
async def live(demo: Demo) -> dict[str, Any]:
    (run,) = await demo.runs(statuses=["STARTED"])
    return run


@pytest.fixture
async def log(clock: Clock, live: dict[str, Any]) -> list[dict[str, Any]]:
    """All events of the live run, as a demo tells them when they are past."""
    later = Demo(clock)
    clock.now += 120
    events = await later.events(live["id"])
    clock.now -= 120
    return events


async def test_one_run_started_twenty_seconds_ago(demo: Demo, clock: Clock, live: dict[str, Any]) -> None:
    assert live["startTime"] == pytest.approx(clock.now - 20, abs=0.01)
    assert live["endTime"] is None
    assert live == (await demo.runs())[0]


async def test_events_come_as_their_times_pass_and_in_their_order(
    demo: Demo, clock: Clock, live: dict[str, Any], log: list[dict[str, Any]]
) -> None:
    got: list[dict[str, Any]] = []
    cursor = None
    while len(got) < len(log):
        page = await demo.page(live["id"], 1000, cursor)
        got, cursor = got + page["events"], page["cursor"]
        now = int(clock.now * 1000)
        assert not page["hasMore"]
        assert all(int(event["timestamp"]) <= now for event in got)
        # What has not come yet is still to happen, or waits for an event listed before it.
        assert not log[len(got) :] or max(int(event["timestamp"]) for event in log[: len(got) + 1]) + 50 > now
        clock.now += 0.5
    assert got == log
    assert (await demo.page(live["id"], 1000, cursor))["events"] == []


async def test_processes_side_by_side_log_out_of_order(log: list[dict[str, Any]]) -> None:
    times = [int(event["timestamp"]) for event in log]
    assert times != sorted(times)


async def test_the_status_changes_with_its_events(
    demo: Demo, clock: Clock, live: dict[str, Any], log: list[dict[str, Any]]
) -> None:
    moments = {event["eventType"]: int(event["timestamp"]) for event in log if not event["stepKey"]}
    stages = [("RUN_STARTING", "STARTING"), ("RUN_START", "STARTED"), ("RUN_SUCCESS", "SUCCESS")]
    for type_, status in stages:
        clock.now = (moments[type_] + 0.5) / 1000
        assert (await told(demo, live["id"]))["status"] == status
        clock.now -= 0.001
        before = await demo.runs(runIds=[live["id"]])
        assert [run["status"] for run in before] != [status]


async def test_the_end_comes_before_the_last_event(
    demo: Demo, clock: Clock, live: dict[str, Any], log: list[dict[str, Any]]
) -> None:
    *_, success, last = log
    assert success["eventType"] == "RUN_SUCCESS"
    clock.now = (int(success["timestamp"]) + 0.5) / 1000
    run = await told(demo, live["id"])
    assert (run["status"], run["canTerminate"]) == ("SUCCESS", False)
    assert int(run["endTime"] * 1000) == int(success["timestamp"])
    page = await demo.page(live["id"], 0)
    assert page["events"] == log[:-1]
    clock.now += 0.048
    assert (await demo.page(live["id"], 1000, page["cursor"]))["events"] == []
    clock.now += 0.1
    rest = (await demo.page(live["id"], 1000, page["cursor"]))["events"]
    assert [event["eventType"] for event in rest] == ["ENGINE_EVENT"]
    assert rest == [last]


async def test_steps_go_on_with_their_events(
    demo: Demo, clock: Clock, live: dict[str, Any], log: list[dict[str, Any]]
) -> None:
    seen: set[str] = set()
    for moment in range(0, 90, 3):
        clock.now = live["startTime"] + moment + 0.2005
        events = (await demo.page(live["id"], 0))["events"]
        run = await told(demo, live["id"])
        ends = {"STEP_SUCCESS": "SUCCESS", "STEP_FAILURE": "FAILURE"}
        expected = {event["stepKey"]: "IN_PROGRESS" for event in events if event["eventType"] == "STEP_START"}
        expected |= {event["stepKey"]: ends[event["eventType"]] for event in events if event["eventType"] in ends}
        assert {step["stepKey"]: step["status"] for step in run["stepStats"]} == expected
        assert run["stats"]["stepsSucceeded"] == list(expected.values()).count("SUCCESS")
        for step in run["stepStats"]:
            times = [step["startTime"], step["endTime"], *(item["endTime"] for item in step["attempts"])]
            assert all(time is None or time <= clock.now for time in times)
            assert (step["endTime"] is None) is (step["status"] == "IN_PROGRESS")
        seen |= set(expected.values())
    assert seen == {"IN_PROGRESS", "SUCCESS"}


async def test_another_run_follows_and_few_are_kept(demo: Demo, clock: Clock, live: dict[str, Any]) -> None:
    others = len(await demo.runs()) - 1
    ids = [live["id"]]
    for _ in range(40):
        clock.now += 30
        active = await demo.runs(statuses=["STARTED", "STARTING", "NOT_STARTED"])
        assert len(active) <= 1
        ids += [run["id"] for run in active if run["id"] != ids[-1]]
        assert len(await demo.runs()) - others <= 5
    assert 10 <= len(set(ids)) == len(ids)
    assert {run["jobName"] for run in await demo.runs(runIds=ids)} == {live["jobName"]}
    assert len(await demo.runs(runIds=ids)) == 5
    assert ids[0] not in {run["id"] for run in await demo.runs()}


async def test_a_pause_lies_between_two_live_runs(demo: Demo, clock: Clock, live: dict[str, Any]) -> None:
    first = live
    while first["endTime"] is None:
        clock.now += 1
        (first,) = await demo.runs(runIds=[live["id"]])
    assert not await demo.runs(statuses=["STARTED", "STARTING", "NOT_STARTED"])
    while not (active := await demo.runs(statuses=["STARTED"])):
        clock.now += 1
    assert 5 < active[0]["startTime"] - first["endTime"] < 15


async def test_a_live_run_reads_the_same_later(demo: Demo, clock: Clock, live: dict[str, Any]) -> None:
    clock.now += 100
    before = await demo.ask(QUERIES["broad"], "LabRun", runId=live["id"]), await demo.events(live["id"])
    clock.now += 100
    assert (await demo.ask(QUERIES["broad"], "LabRun", runId=live["id"]), await demo.events(live["id"])) == before


async def test_a_run_in_the_queue_stays_there(demo: Demo, clock: Clock) -> None:
    (run,) = await demo.runs(statuses=["QUEUED"])
    assert 0 < clock.now - run["creationTime"] < 300
    clock.now += 7200
    assert await demo.runs(statuses=["QUEUED"]) == [run]
