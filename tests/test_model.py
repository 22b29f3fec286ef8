"""Runs, events and times as the contract has them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import (
    ErrorInfo,
    EventPage,
    Run,
    RunEvent,
    RunEventLevel,
    RunEventList,
    RunStatus,
    effective_rank,
    epoch_ms,
    epoch_times,
    iso_timestamp,
)
from tests.scripted import a_run


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1795307811079", "2026-11-22T00:36:51.079Z"),
        (1795307811.0796, "2026-11-22T00:36:51.079Z"),
        ("2025-08-12T18:04:12", "2025-08-12T18:04:12"),
        ("-1", "1969-12-31T23:59:59.999Z"),
        ("999999999999999999", "999999999999999999"),
        ("²", "²"),
        ("--5", "--5"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_timestamps_are_iso(value: str | float, shown: str) -> None:
    assert iso_timestamp(value) == shown


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1795307811079", 1795307811079),
        ("2026-11-22T00:36:51.079Z", 1795307811079),
        ("2026-11-22T00:36:51.079", 1795307811079),
        ("2026-11-22T01:36:51.079+01:00", 1795307811079),
        ("no time", 0),
    ],
)
def test_times_are_milliseconds(text: str, ms: int) -> None:
    assert epoch_ms(text) == ms


def test_unknown_statuses_and_levels_keep_their_text() -> None:
    run = a_run(RunStatus("HIBERNATING"))
    assert run.status == "HIBERNATING"
    assert not run.status.finished
    assert not run.status.active
    assert '"HIBERNATING"' in run.model_dump_json()
    assert RunEventLevel("NOTICE").rank == RunEventLevel.INFO.rank
    with pytest.raises(ValueError, match="5"):
        RunStatus(5)  # type: ignore[arg-type]


def test_structure_counts_as_info_at_least() -> None:
    assert effective_rank("DEBUG", "STEP_START") == 2
    assert effective_rank("DEBUG", "PIPELINE_SUCCESS") == 2
    assert effective_rank("ERROR", "STEP_FAILURE") == 4
    assert effective_rank("DEBUG", "ENGINE_EVENT") == effective_rank("DEBUG", None) == 1


def test_an_error_knows_its_chain() -> None:
    inner = ErrorInfo(class_name="KeyError")
    assert ErrorInfo(class_name="A", cause=ErrorInfo(class_name="B", cause=inner)).chain[-1] is inner


def test_a_newer_answer_keeps_what_it_does_not_hold() -> None:
    known = a_run(tags={"team": "data"}, config_yaml="{}")
    newer = known.updated(a_run(RunStatus.SUCCESS, ended_at="2026-11-22T00:01:00Z"))
    assert (newer.status, newer.tags, newer.config_yaml) == ("SUCCESS", {"team": "data"}, "{}")


def test_a_page_becomes_the_contracts_list() -> None:
    page = EventPage(
        run_id="r",
        timestamps=["1"],
        levels=["INFO"],
        types=[None],
        steps=["s"],
        messages=["m"],
        cursor="c",
        has_more=True,
    )
    expected = RunEvent(run_id="r", message="m", timestamp=iso_timestamp("1"), level=RunEventLevel.INFO, step_key="s")
    assert page.as_list() == RunEventList(items=[expected], total=1, cursor="c", has_more=True)


def test_models_are_made_from_attributes() -> None:
    run = a_run()
    assert Run.model_validate(run, from_attributes=True) == run


ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ISO = st.datetimes(timezones=st.none() | ZONES).map(datetime.isoformat)
NOW = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=ZONES).map(datetime.isoformat)  # noqa: DTZ001


@given(st.lists(NOW) | st.lists(ISO) | st.lists(ISO | st.integers().map(str) | st.text()))
def test_many_times_at_once_are_the_same_times(texts: list[str]) -> None:
    assert epoch_times(texts) == list(map(epoch_ms, texts))


@pytest.mark.parametrize(
    ("job", "assets", "target"),
    [
        ("nightly_etl", (), "nightly_etl"),
        ("sales", ("orders",), "sales"),
        ("__ASSET_JOB", ("orders",), "orders"),
        ("__ASSET_JOB", ("orders", "core/users"), "orders, core/users"),
        ("__ASSET_JOB", ("a", "b", "c"), "a +2"),
        ("__ASSET_JOB", (), "__ASSET_JOB"),
        (None, (), None),
    ],
)
def test_a_run_of_assets_alone_goes_by_their_names(
    job: str | None, assets: tuple[str, ...], target: str | None
) -> None:
    run = a_run(pipeline_name=job, assets=assets)
    assert run.target == target
    assert run.updated(a_run(pipeline_name=job)).target == target
