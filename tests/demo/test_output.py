"""Captured stdout and stderr: keys, byte cursors, and how it grows while a run is going on."""

from datetime import UTC, datetime
from typing import Any

import pytest

from .conftest import Clock, Demo

LOGS = """
query($key: [String!]!, $cursor: String, $limit: Int) {
  capturedLogs(logKey: $key, cursor: $cursor, limit: $limit) { logKey stdout stderr cursor }
}
"""
METADATA = """
query($key: [String!]!) {
  capturedLogsMetadata(logKey: $key) { stdoutDownloadUrl stdoutLocation stderrDownloadUrl stderrLocation }
}
"""
CAPTURES = """
query($runId: ID!) {
  logsForRun(runId: $runId, limit: 0) {
    ... on EventConnection { events { timestamp ... on LogsCapturedEvent { fileKey stepKeys } } }
  }
}
"""


async def captures(demo: Demo, run_id: str) -> list[dict[str, Any]]:
    data = await demo.ask(CAPTURES, runId=run_id)
    return [event for event in data["logsForRun"]["events"] if "fileKey" in event]


async def output(demo: Demo, key: list[str], cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    data = await demo.ask(LOGS, key=key, cursor=cursor, limit=limit)
    logs: dict[str, Any] = data["capturedLogs"]
    return logs


@pytest.fixture
async def key(demo: Demo) -> list[str]:
    """The log key of a process that wrote to stdout and to stderr."""
    run_id = await demo.newest("nightly_etl", "SUCCESS")
    (capture,) = (item for item in await captures(demo, run_id) if item["stepKeys"] == ["extract_orders"])
    return [run_id, "compute_logs", capture["fileKey"]]


async def test_the_whole_output(demo: Demo, key: list[str]) -> None:
    logs = await output(demo, key)
    assert logs["logKey"] == key
    assert "rows in 14 parts" in logs["stdout"]
    assert f" - nightly_etl - {key[0]} - " in logs["stderr"]
    assert logs["cursor"] == f"{len(logs['stdout'].encode())}:{len(logs['stderr'].encode())}"
    assert await output(demo, key, logs["cursor"]) == {**logs, "stdout": None, "stderr": None}


async def test_its_lines_tell_the_times_of_the_run(demo: Demo, key: list[str]) -> None:
    (run,) = await demo.runs(runIds=[key[0]])
    events = await demo.events(key[0])
    (start,) = (
        event for event in events if event["eventType"] == "STEP_START" and event["stepKey"] == "extract_orders"
    )
    (line,) = (line for line in (await output(demo, key))["stderr"].splitlines() if " - STEP_START - " in line)
    told = datetime.fromisoformat(line[:19]).replace(tzinfo=UTC).timestamp()
    assert told == pytest.approx(int(start["timestamp"]) / 1000, abs=8)
    assert run["startTime"] - 8 < told < run["endTime"]


@pytest.mark.parametrize("limit", [1, 7, 4096])
async def test_pieces_make_up_the_whole(demo: Demo, key: list[str], limit: int) -> None:
    whole = await output(demo, key)
    pieces = [await output(demo, key, limit=limit)]
    while pieces[-1]["stderr"] and len(pieces) < 300:
        assert len(pieces[-1]["stderr"].encode()) <= limit
        pieces.append(await output(demo, key, pieces[-1]["cursor"], limit))
    assert whole["stdout"].startswith("".join(piece["stdout"] or "" for piece in pieces))
    assert whole["stderr"].startswith("".join(piece["stderr"] or "" for piece in pieces))
    assert pieces[-1]["cursor"] == whole["cursor"] or len(pieces) == 300


@pytest.mark.parametrize(
    "key",
    [
        ["nobody", "compute_logs", "shgruxgg"],
        ["x"],
        ["x", "compute_logs", "y", "z"],
        ["RUN", "compute_logs", "nothing"],
    ],
)
async def test_unknown_keys_have_nothing(demo: Demo, key: list[str]) -> None:
    run_id = await demo.newest("nightly_etl", "SUCCESS")
    key = [run_id if part == "RUN" else part for part in key]
    assert await output(demo, key) == {"logKey": key, "stdout": None, "stderr": None, "cursor": "0:0"}


async def test_a_cursor_that_is_none(demo: Demo, key: list[str]) -> None:
    assert await output(demo, key, "garbage") == await output(demo, key)
    response = await demo.post(LOGS, key=key, cursor="a:b")
    assert response.status_code == 500
    assert response.json()["data"] is None


async def test_where_it_lies(demo: Demo, key: list[str]) -> None:
    path = "/".join(key)
    assert (await demo.ask(METADATA, key=key))["capturedLogsMetadata"] == {
        "stdoutDownloadUrl": f"/logs/{path}/out",
        "stdoutLocation": f"/srv/acme/dagster_home/storage/{path}.out",
        "stderrDownloadUrl": f"/logs/{path}/err",
        "stderrLocation": f"/srv/acme/dagster_home/storage/{path}.err",
    }


async def test_grows_while_its_process_lives(demo: Demo, clock: Clock) -> None:
    (live,) = await demo.runs(statuses=["STARTED"])
    start = clock.now
    clock.now = start + 100
    everything = {}
    for capture in await captures(demo, live["id"]):
        key = [live["id"], "compute_logs", capture["fileKey"]]
        everything[capture["fileKey"]] = (int(capture["timestamp"]), await output(demo, key))
    partial = set()
    for moment in range(0, 100, 5):
        clock.now = start - 20 + moment + 0.0005
        for file_key, (captured, whole) in everything.items():
            logs = await output(demo, [live["id"], "compute_logs", file_key])
            if clock.now * 1000 < captured:
                assert logs["cursor"] == "0:0"
            text = logs["stderr"] or ""
            assert whole["stderr"].startswith(text)
            if 0 < len(text) < len(whole["stderr"]):
                partial.add(file_key)
                assert text.endswith("\n")
    assert len(partial) >= 4
