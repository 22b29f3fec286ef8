from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from run_tui.query.times import TimeContext, resolve_time

BERLIN = ZoneInfo("Europe/Berlin")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def resolved(text: str, start: str, end: str, tz: tzinfo = UTC) -> str:
    context = TimeContext(ms(start), ms(end), ms("2030-01-01T00:00Z"), tz)
    moment = datetime.fromtimestamp(resolve_time(text, context) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12:45", "2026-11-22T12:45:00.000"),
        ("9:05", "2026-11-22T09:05:00.000"),
        ("12:30:45.5", "2026-11-22T12:30:45.500"),
        ("2026-11-21", "2026-11-21T00:00:00.000"),
        ("2026-11-22T12:30", "2026-11-22T12:30:00.000"),
        ("2026-11-22 12:30", "2026-11-22T12:30:00.000"),
        ("2026-11-22t12:30:45.079z", "2026-11-22T12:30:45.079"),
        ("2026-11-22T12:30+02:00", "2026-11-22T10:30:00.000"),
        ("5m", "2026-11-22T12:55:00.000"),
        ("1H30M", "2026-11-22T11:30:00.000"),
        ("1.5s", "2026-11-22T12:59:58.500"),
        ("250ms", "2026-11-22T12:59:59.750"),
        ("1w2d", "2026-11-13T13:00:00.000"),
        ("+30s", "2026-11-22T12:30:30.000"),
        ("+0s", "2026-11-22T12:30:00.000"),
    ],
)
def test_times_people_type(text: str, expected: str) -> None:
    assert resolved(text, "2026-11-22T12:30Z", "2026-11-22T13:00Z") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "12",
        "12:3",
        "25:00",
        "12:60",
        "2026-11-2",
        "2026-13-01",
        "2026-11-22Tx",
        "5",
        "5x",
        "-5m",
        "m",
        "+",
        "1e5s",
        "٣m",
        "9999999999d",
        "12:30\n2",
        "2026-11-22\nx",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        resolve_time(text, TimeContext(0, None, 0))


def test_clock_times_and_dates_are_those_of_the_screen() -> None:
    start, end = "2026-11-21T23:30Z", "2026-11-22T02:00Z"  # 00:30 to 03:00 on the 22nd in Berlin
    assert resolved("01:00", start, end, BERLIN) == "2026-11-22T00:00:00.000"
    assert resolved("2026-11-22", start, end, BERLIN) == "2026-11-21T23:00:00.000"
    assert resolved("2026-11-22T01:00Z", start, end, BERLIN) == "2026-11-22T01:00:00.000"


def test_a_clock_time_before_the_start_is_on_the_next_day_where_the_run_lasted_until_then() -> None:
    start = "2026-11-21T23:50Z"
    assert resolved("00:10", start, "2026-11-22T00:20Z") == "2026-11-22T00:10:00.000"
    assert resolved("00:10", start, "2026-11-22T00:10Z") == "2026-11-22T00:10:00.000"
    assert resolved("00:10", start, "2026-11-22T00:09Z") == "2026-11-21T00:10:00.000"
    assert resolved("23:50", start, "2026-11-24T00:00Z") == "2026-11-21T23:50:00.000"
    assert resolved("23:55", start, "2026-11-24T00:00Z") == "2026-11-21T23:55:00.000"


def test_the_next_day_is_the_calendars_even_where_clocks_change() -> None:
    start, end = "2026-10-24T21:00Z", "2026-10-25T11:00Z"  # 23:00 in summer to 12:00 in winter
    assert resolved("10:00", start, end, BERLIN) == "2026-10-25T09:00:00.000"


def test_durations_count_from_now_while_the_run_goes_on() -> None:
    assert resolve_time("5m", TimeContext(0, None, 1_000_000)) == 700_000
    assert resolve_time("5m", TimeContext(0, 900_000, 1_000_000)) == 600_000


zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
texts = st.from_regex(r"\+?[0-9]{1,3}(ms|[smhdw])|[0-9]{1,2}:[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True)


@given(texts, st.integers(), st.none() | st.integers(), st.integers(), zones | st.just(BERLIN))
@example("12:30", 10**30, None, -(10**30), BERLIN)
@example("12:30", -(10**30), None, 0, timezone(timedelta(hours=-23)))
@example("12:30", 10**30, None, 0, timezone(timedelta(hours=23)))
@example("9999-12-31", 0, None, 0, timezone(timedelta(hours=-23)))
@example("0001-01-01", 0, None, 0, timezone(timedelta(hours=23)))
def test_no_context_makes_a_time_wrong(text: str, start: int, end: int | None, now: int, tz: tzinfo) -> None:
    try:
        resolve_time(text, TimeContext(0, None, 0))
    except ValueError:
        return
    assert isinstance(resolve_time(text, TimeContext(start, end, now, tz)), int)
