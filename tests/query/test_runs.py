from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from run_tui.model import Run, RunFilter, RunStatus
from run_tui.query import created_time, parse_runs, status_named

NOW_MS = 1_795_350_600_000  # 2026-11-22T12:30:00Z


def run(id: str, status: str, job: str | None, created: str, on: str | None = None, **tags: str) -> Run:
    return Run(id=id, status=RunStatus(status), created_at=created, pipeline_name=job, tags=tags, connection=on)


RUNS = [
    run("9d38c7ea", "FAILURE", "nightly_etl", "2026-11-22T12:00:00.000Z", "prod", team="data", env="prod"),
    run("1c7c29c8", "STARTED", "nightly_features", "2026-11-22T11:00:00.500Z", "prod-eu", team="ml", env="prod"),
    run("e3fd16cf", "SUCCESS", "Nightly_ETL", "2026-11-21T13:00:00.000Z", "staging", team="data", env="test"),
    run("94dbe6dc", "STARTING", "etl", "2026-11-20T12:30:00.000Z", note="see the wiki"),
    run("aa00bb11", "NOT_STARTED", None, "2026-11-01T00:00:00.000Z"),
    run("cc22dd33", "Paused", "etl_backfill", "2026-10-31T23:59:59.999Z", team="ops"),
]
IDS = [each.id[:2] for each in RUNS]


def listed(text: str) -> list[str]:
    query = parse_runs(text, jobs=["etl", "hourly"], connections=["prod", "prod-eu", "staging"])
    assert not query.problems
    return [each.id[:2] for each in RUNS if query.matches(each, NOW_MS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", IDS),
        ("status:FAILURE", ["9d"]),
        ("status:fail", ["9d"]),
        ("status:failed", ["9d"]),
        ("status:faile", ["9d"]),
        ("status:running", ["1c"]),
        ("status:run", ["1c"]),
        ("-status:failed -status:succeeded", ["1c", "94", "aa", "cc"]),
        ("status:start", ["1c", "94"]),
        ("status:started", ["1c"]),
        ("status:s*", ["1c", "e3", "94"]),
        ("status:failure,success", ["9d", "e3"]),
        ("-status:failure -status:success", ["1c", "94", "aa", "cc"]),
        ("status:pause", ["cc"]),
        ("status:=paused", ["cc"]),
        ("status:", IDS),
        ("status:=", IDS),
        ("job:nightly", ["9d", "1c", "e3"]),
        ("job:nightly_*", ["9d", "1c", "e3"]),
        ("job:nightly_etl", ["9d", "e3"]),
        ("job:=nightly_etl", ["9d"]),
        ("job:etl", ["94"]),
        ("job:et", ["9d", "e3", "94", "cc"]),
        ("-job:nightly", ["94", "aa", "cc"]),
        ("tag:team=data", ["9d", "e3"]),
        ("tag:team=dat", []),
        ("tag:team=d*", ["9d", "e3"]),
        ("tag:team=", ["9d", "1c", "e3", "cc"]),
        ("tag:te", ["9d", "1c", "e3", "94", "cc"]),
        ("tag:=data", ["9d", "e3"]),
        ("tag:=", ["9d", "1c", "e3", "94", "cc"]),
        ("tag:team=data tag:team=ml", ["9d", "1c", "e3"]),
        ("tag:team=data,env=prod", ["9d"]),
        ("tag:team=data -tag:env=prod", ["e3"]),
        ('tag:note="see the wiki"', ["94"]),
        ("on:prod", ["9d"]),
        ("on:pro", ["9d", "1c"]),
        ("on:*eu,staging", ["1c", "e3"]),
        ("-on:prod -on:staging", ["1c", "94", "aa", "cc"]),
        ("after:2d", ["9d", "1c", "e3", "94"]),
        ("after:11:30", ["9d"]),
        ("after:12:45", ["9d", "1c", "e3"]),
        ("before:2026-11-01", ["cc"]),
        ("after:2026-11-01 before:1d", ["94", "aa"]),
        ("-after:2026-11-01", ["cc"]),
        ("etl prod", ["9d"]),
        ("9D38", ["9d"]),
        ("38c7", []),
        ("team=ml", ["1c"]),
        ("paus", ["cc"]),
        ("-etl", ["1c", "aa"]),
        ("-9d", ["1c", "e3", "94", "aa", "cc"]),
        ('"the wiki"', ["94"]),
        ("/^nightly_etl$/", ["9d", "e3"]),
        ("/38c7/", ["9d"]),
        ("-/t/", []),
        ("status:FAILURE job:nightly_* tag:team=data after:2d before:1m etl", ["9d"]),
    ],
)
def test_filter(text: str, expected: list[str]) -> None:
    assert listed(text) == expected


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", RunFilter()),
        ("words /x/ -job:a -status:FAILURE -tag:a=b", RunFilter()),
        ("status:FAILURE,success", RunFilter(statuses=(RunStatus.FAILURE, RunStatus.SUCCESS))),
        ("status:FAILURE,can", RunFilter()),
        ("status:=odd", RunFilter()),
        ("job:etl", RunFilter(job="etl")),
        ("job:=nightly_etl", RunFilter(job="nightly_etl")),
        ("job:nightly_etl", RunFilter()),
        ("job:nightly_*", RunFilter()),
        ("job:etl,hourly", RunFilter()),
        ("tag:team=data,env=prod", RunFilter(tags=(("team", "data"), ("env", "prod")))),
        ("tag:a=b=c", RunFilter(tags=(("a", "b=c"),))),
        ("tag:team=data,team=ml tag:env=p* tag:x tag:y=", RunFilter()),
        ("after:30m", RunFilter(created_after=1_795_348_799.999)),
        ("on:prod", RunFilter()),
        ("before:2026-11-01", RunFilter(created_before=1_793_491_200.001)),
        ("after:999999999w before:9999-12-31", RunFilter()),
    ],
)
def test_what_a_server_is_asked(text: str, asked: RunFilter) -> None:
    assert parse_runs(text, jobs=["etl", "hourly"]).to_server(NOW_MS / 1000) == asked


@pytest.mark.parametrize(
    ("text", "job"),
    [
        ("", None),
        ("job:new_job", "new_job"),
        ("job:=etl", "etl"),
        ("job:nightly_*", None),
        ("job:etl,hourly", None),
        ("-job:etl", None),
    ],
)
def test_a_server_that_is_asked_by_job_gets_the_name_as_typed(text: str, job: str | None) -> None:
    assert parse_runs(text).to_server(NOW_MS / 1000, by_job=True) == RunFilter(job=job)


@pytest.mark.parametrize("text", ["after:+30s", "before:noon"])
def test_times_that_mean_nothing_without_a_run(text: str) -> None:
    [problem] = parse_runs(text).problems
    assert text[problem.start : problem.end] in ("+30s", "noon")
    assert "wants 2026-11-22" in problem.message


def test_clock_times_are_those_of_the_screens_zone() -> None:
    query = parse_runs("after:20:30", tz=ZoneInfo("Asia/Tokyo"))  # 11:30 UTC
    assert [each.id[:2] for each in RUNS if query.matches(each, NOW_MS)] == ["9d"]
    assert query.to_server(NOW_MS / 1000).created_after == 1_795_346_999.999


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22", NOW_MS - 45_000_000),
        ("2026-11-22T10:00+02:00", NOW_MS - 16_200_000),
        ("09:30", NOW_MS - 10_800_000),
        ("20:30", NOW_MS - 57_600_000),  # of the day before
        ("90m", NOW_MS - 5_400_000),
    ],
)
def test_a_time_by_itself_is_read_as_one_in_a_filter(text: str, expected: int) -> None:
    assert created_time(text, NOW_MS / 1000) == expected / 1000


@pytest.mark.parametrize("text", ["+1h", "noon", "", "2026-13-01"])
def test_what_is_no_time_by_itself(text: str) -> None:
    with pytest.raises(ValueError, match="wants 2026-11-22"):
        created_time(text, NOW_MS / 1000)


def test_times_that_no_server_can_be_asked_for_are_left_to_us() -> None:
    asked = {
        text: parse_runs(f"before:{text}").to_server(NOW_MS / 1000).created_before
        for text in ("5000-01-01", "7000-01-01")
    }
    assert asked == {"5000-01-01": 95_617_584_000.001, "7000-01-01": None}


def test_words_are_looked_for_in_the_assets_too() -> None:
    made = run("ff", "SUCCESS", None, "2026-11-01T00:00:00.000Z").model_copy(update={"assets": ("raw/users",)})
    assert parse_runs("USERS").matches(made, NOW_MS)
    assert not parse_runs("orders").matches(made, NOW_MS)


def test_statuses_are_named_as_here_or_as_elsewhere() -> None:
    assert [status_named(text) for text in ("failure", " Failed ", "CANCELLED", "succeeded")] == [
        RunStatus.FAILURE, RunStatus.FAILURE, RunStatus.CANCELED, RunStatus.SUCCESS
    ]  # fmt: skip
    assert status_named("paused") is None
