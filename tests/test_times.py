"""Times on the screen: days, zones, summer time, what relative ones count from."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from run_tui.format import TimeMode, event_time, full_time, zone, zone_name
from run_tui.model import RunStatus
from run_tui.query import TimeContext, parse
from run_tui.screens.facts import run_facts
from run_tui.screens.run import RunScreen
from run_tui.timeline import Timeline
from run_tui.widgets.event_log import EventLog
from tests.screens import demo_app, open_run
from tests.scripted import a_page, a_run

NOON = 1_795_348_800_000
"""2026-11-22 12:00:00 UTC."""
SUMMER = 1_782_900_000_000
"""2026-07-01 10:00:00 UTC."""
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (9 * HOUR + 79, "+9:00:00.079"),
        (15 * HOUR + 1_816_179, "+15:30:16.1"),
        (2 * HOUR + 1_816_009, "+2:30:16.009"),
        (0, "+0:00.000"),
        (750_987, "+12:30.987"),
        (-630, "-0:00.630"),
        (HOUR - 1, "+59:59.999"),
        (HOUR, "+1:00:00.000"),
        (10 * HOUR - 1, "+9:59:59.999"),
        (10 * HOUR, "+10:00:00.0"),
        (DAY - 1, "+23:59:59.9"),
        (DAY + HOUR + 61_000, "+1d 01:01:01"),
        (10 * DAY - 1, "+9d 23:59:59"),
        (10 * DAY, "+10d 00:00"),
        (3 * DAY + 14 * HOUR + 1_536_000, "+3d 14:25:36"),
        (12 * DAY + 13 * HOUR, "+12d 13:00"),
        (-400 * DAY, "-400d 00:00"),
    ],
)
def test_long_spans_take_no_more_room(later: int, shown: str) -> None:
    assert event_time(NOON + later, TimeMode.DELTA, NOON) == shown
    assert len(shown) <= 12


def test_what_came_before_may_not_be_known() -> None:
    assert event_time(NOON, TimeMode.DELTA, None) == "…"


@pytest.mark.usefixtures("berlin")
def test_local_times_are_those_of_the_season() -> None:
    assert full_time(SUMMER, TimeMode.LOCAL) == "2026-07-01 12:00:00.000 CEST"
    assert full_time(NOON, TimeMode.ELAPSED) == "2026-11-22 13:00:00.000 CET"
    assert full_time(NOON, TimeMode.UTC) == "2026-11-22 12:00:00.000 UTC"
    assert full_time(10**18, TimeMode.UTC) == "--:--:--.--- UTC"
    assert zone_name(TimeMode.LOCAL, SUMMER, NOON) == "CEST/CET"
    assert zone_name(TimeMode.LOCAL, 10**18) == zone_name(TimeMode.LOCAL) in ("CEST", "CET")
    assert event_time(SUMMER, TimeMode.LOCAL, 0, dated=True) == "Jul  1 12:00:00.000"


@given(st.integers(350_000_000, 2_100_000_000), st.integers(0, 1))
@pytest.mark.usefixtures("berlin")
def test_the_local_zone_is_that_of_the_machine(seconds: int, fold: int) -> None:
    moment = datetime.fromtimestamp(seconds, BERLIN).replace(tzinfo=None)
    local = zone(TimeMode.LOCAL)
    ours, theirs = moment.replace(tzinfo=local, fold=fold), moment.replace(tzinfo=BERLIN, fold=fold)
    assert ours.timestamp() == theirs.timestamp()
    here, there = datetime.fromtimestamp(seconds, local), datetime.fromtimestamp(seconds, BERLIN)
    assert here.replace(tzinfo=None) == there.replace(tzinfo=None)
    assert (here.utcoffset(), here.tzname(), here.fold) == (there.utcoffset(), there.tzname(), there.fold)
    assert f"{here:%c %Z %z}" == f"{there:%c %Z %z}"


def test_a_time_of_no_day_has_no_local_zone() -> None:
    at = time_of_day(12, tzinfo=zone(TimeMode.LOCAL))
    assert (at.utcoffset(), at.tzname(), at.dst()) == (None, None, None)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("far", [datetime.min, datetime.max])  # noqa: DTZ901
def test_days_that_no_zone_has(far: datetime) -> None:
    local = zone(TimeMode.LOCAL)
    assert far.replace(tzinfo=local).utcoffset() is not None
    assert abs(local.fromutc(far.replace(tzinfo=local)) - far.replace(tzinfo=local)) < timedelta(days=1)


@pytest.mark.usefixtures("berlin")
def test_a_filters_clock_times_are_those_of_the_run_and_not_of_now() -> None:
    context = TimeContext(SUMMER, SUMMER + HOUR, NOON, zone(TimeMode.LOCAL))
    event = a_page(["m"] * 3, timestamps=[str(SUMMER - 1), str(SUMMER), str(SUMMER + 1)])
    wanted = parse("after:12:00").filter
    assert [wanted.matches(event.event(n), context) for n in range(3)] == [False, True, True]


class OneLog(App[None]):
    """A log and nothing else."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self.timeline = timeline

    def compose(self) -> ComposeResult:
        yield EventLog(self.timeline)

    def times(self, mode: TimeMode) -> list[str]:
        """The visible events up to their level, under a time mode."""
        log = self.query_one(EventLog)
        log.time_mode = mode
        log.rows_grew()
        events = (row for row in range(log.row_count()) if self.timeline.gap_at(row) is None)
        return [log.render_line(row).text.partition(" INFO ")[0].strip() for row in events]


def timeline_at(*seconds: int) -> Timeline:
    timeline = Timeline("r1")
    timeline.add(a_page(["m"] * len(seconds), timestamps=[str(NOON + 1000 * s) for s in seconds]))
    return timeline


async def test_relative_times_at_a_gap_and_under_a_filter() -> None:
    timeline = timeline_at(0, 5)
    context = TimeContext(NOON, None, NOON)
    timeline.add_to_end(a_page(["m", "other", "m"], timestamps=[str(NOON + 1000 * s) for s in (60, 61, 90)]), context)
    app = OneLog(timeline)
    async with app.run_test(size=(80, 10)):
        assert app.times(TimeMode.DELTA) == ["+0:00.000", "+0:05.000", "…", "+0:01.000", "+0:29.000"]
        app.query_one(EventLog).started = NOON - 2000
        assert app.times(TimeMode.ELAPSED) == ["+0:02.000", "+0:07.000", "+1:02.000", "+1:03.000", "+1:32.000"]
        timeline.apply(parse("-other").filter, context, None)
        assert timeline.advance(60)
        app.query_one(EventLog).rows_replaced()
        assert app.times(TimeMode.DELTA) == ["+0:00.000", "+0:05.000", "…", "+0:30.000"]
        timeline.join(None)
        app.query_one(EventLog).rows_replaced()
        assert timeline.advance(60)
        assert app.times(TimeMode.DELTA)[2] == "+0:55.000"


async def test_a_run_of_several_days_says_the_day() -> None:
    app = OneLog(timeline_at(0, 3600))
    async with app.run_test(size=(80, 10)) as pilot:
        assert app.times(TimeMode.UTC) == ["12:00:00.000", "13:00:00.000"]
        app.timeline.add(a_page(["m"], timestamps=[str(NOON + DAY)]))
        assert app.times(TimeMode.UTC) == ["Nov 22 12:00:00.000", "Nov 22 13:00:00.000", "Nov 23 12:00:00.000"]
        assert app.times(TimeMode.ELAPSED)[2] == "+1d 00:00:00"
        await pilot.resize_terminal(70, 10)
        await pilot.pause()
        assert app.times(TimeMode.UTC)[2] == "12:00:00.000"


def shown(screen: RunScreen, line: str) -> str:
    return str(screen.query_one(line).render())


async def test_the_zone_is_named_in_every_mode() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        for _ in TimeMode:
            await pilot.press("t")
            assert " UTC" in shown(screen, "#status")
            assert " UTC" in screen.detail.text.splitlines()[0]
        await pilot.press("escape", "g", "t", "t")
        assert screen.time_mode is TimeMode.ELAPSED
        started = screen.rows.started
        assert started is not None
        first = event_time(screen.store.times[0], TimeMode.ELAPSED, started)
        assert first in screen.rows.render_line(0).text
        screen.filter_bar.text = "before:+0s"
        await pilot.pause()
        assert len(screen.pane.timeline) == sum(screen.store.times[row] < started for row in range(len(screen.store)))


@pytest.mark.parametrize(
    ("started", "ended", "shown"),
    [
        ("2026-11-20T00:00:00.000Z", "2026-11-20T13:53:00.000Z", "Nov 20 00:00 → 13:53 UTC"),
        ("2026-11-21T23:59:00.000Z", "2026-11-22T00:01:02.000Z", "yesterday 23:59 → 00:01:02 UTC"),
        ("2026-11-22T00:01:02.000Z", None, "00:01:02 UTC"),
    ],
)
def test_the_span_of_a_run_names_its_day_once(started: str, ended: str | None, shown: str) -> None:
    run = a_run(RunStatus.SUCCESS, started_at=started, ended_at=ended)
    assert run_facts(run, TimeMode.UTC, NOON / 1000)[-1].text == shown
