"""What values look like, and that no server text can do harm."""

from __future__ import annotations

import sys
import unicodedata

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from run_tui.format import (
    BELL,
    PLAIN,
    TimeMode,
    clean,
    clean_lines,
    coloured,
    coloured_lines,
    cut,
    day_and_clock,
    day_or_clock,
    duration,
    error_line,
    event_time,
    headline,
    is_wrapper,
    level_style,
    plural,
    root_error,
    run_labels,
    run_seconds,
    same_day,
    short_id,
    shorten,
    status_style,
    status_text,
    step_glyph,
    step_style,
    tags_text,
    zone_name,
)
from run_tui.model import ErrorInfo, RunEvent, RunEventLevel, RunName, RunStatus, StepState
from tests.scripted import a_run

NOON = 1_795_348_800.0
"""2026-11-22 12:00:00 UTC."""


SEQUENCES = ["\x1b[31m", "\x1b[m", "\x1b[1;38;5;208m", "\x1b[48;2;1;2;3m", "\x1b[38:2::9:9:9;4:3m", "\x1b[58;5;1m"]
FRAGMENTS = ["\x1b[", "\x1b", "31m", "\x1b[38;5m", "\x1b[;;38;5;1:2;999m", "\x1b[8m", "\x1b[2J", "\x9b31m", "\r", "\n"]
TEXTS = st.lists(st.sampled_from(SEQUENCES + FRAGMENTS) | st.text(st.characters(), max_size=4), max_size=12).map(
    "".join
)
"""Any characters at all, lone surrogates too, and whole and broken sequences between them."""


@given(TEXTS)
def test_cleaned_text_is_one_line_on_which_nothing_acts(text: str) -> None:
    cleaned = clean(text)
    assert not {unicodedata.category(character) for character in cleaned} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(cleaned) == cleaned
    assert [clean(line) for line in clean_lines(text)] == clean_lines(text)


@given(TEXTS, st.integers(0, 40))
def test_colours_change_nothing_of_the_text(text: str, limit: int) -> None:
    assert str(coloured(text, len(text) + 1)) == clean(text)
    assert list(map(str, coloured_lines(text))) == clean_lines(text)
    assert clean(cut(text, limit)).startswith(str(coloured(cut(text, limit), limit)))
    assert len(str(coloured(text, limit))) <= limit * len("⟨10FFFF⟩")


def test_every_character_that_acts_or_hides_is_shown_and_no_other_is_changed() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    acting = regex.findall(r"[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{InEgyptian_Hieroglyph_Format_Controls}]", every)
    others = every.translate(dict.fromkeys(map(ord, acting)))
    assert clean(others) == others
    assert [character for character in acting if character in clean(character)] == []
    joiners = [character for character in acting if not clean(character)]
    assert joiners == ["\u200c", "\u200d", "\ufe0e", "\ufe0f"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\r\nthree", "two↵lines↵three"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b2J", "⟨9B⟩2J"),
        ("a\u202eb", "a⟨202E⟩b"),
        ("\ud800", "⟨D800⟩"),
        ("tab\there", "tab  here"),
        ("👨\u200d👩", "👨👩"),
        ("[red]x[/bad]", "[red]x[/bad]"),
        ("\x7f\x00 \x1f", "␡␀ ␟"),
        (f"\x1b[{'1' * 64}mx\x1b[{'1' * 65}m", f"x␛[{'1' * 65}m"),
        ("\x1b[0;1:2;9mx\x1b31m[m", "x␛31m[m"),
    ],
)
def test_what_cleaning_shows(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1, "0s"),
        (0, "0ms"),
        (0.24, "240ms"),
        (0.9999, "999ms"),
        (1, "1s"),
        (5.94, "5.9s"),
        (9.99, "9.9s"),
        (10, "10s"),
        (59.9, "59s"),
        (60, "1m 00s"),
        (266, "4m 26s"),
        (3_599, "59m 59s"),
        (3_600, "1h 00m"),
        (7_380, "2h 03m"),
        (86_399, "23h 59m"),
        (86_400, "1d 00h"),
        (273_600, "3d 04h"),
        (1_000_000, "11d 13h"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-22T09:30:02Z", "09:30:02"),
        ("2026-11-21T23:59:00Z", "yesterday 23:59"),
        ("2026-11-08T03:04:00Z", "Nov  8 03:04"),
        ("2026-10-18T23:04:00Z", "Oct 18 23:04"),
        ("2026-11-23T03:04:00Z", "Nov 23 03:04"),
        ("2025-11-08T03:04:00Z", "2025-11-08 03:04"),
        (None, ""),
        ("9999999999999999999", ""),
    ],
)
def test_days(text: str | None, shown: str) -> None:
    assert day_and_clock(text, TimeMode.UTC, NOON) == shown
    assert day_and_clock(text, TimeMode.UTC, 1e18) == ""


def test_clock_times_that_no_calendar_has() -> None:
    assert event_time(10**18, TimeMode.UTC, None) == "--:--:--.---"
    assert event_time(10**18, TimeMode.UTC, None, dated=True) == "--:--:--.---"
    assert same_day(10**18, 10**17, TimeMode.UTC)
    assert not same_day(10**18, 0, TimeMode.UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-22T09:30:02Z", "09:30"),
        ("2026-11-21T23:59:00Z", "Nov 21"),
        ("2025-11-08T03:04:00Z", "2025"),
        (None, ""),
        ("9999999999999999999", ""),
    ],
)
def test_days_in_six_cells(text: str | None, shown: str) -> None:
    assert day_or_clock(text, TimeMode.UTC, NOON) == shown


def test_time_modes_form_a_cycle_and_name_their_zone() -> None:
    modes = [TimeMode.LOCAL]
    while modes[-1].following not in modes:
        modes.append(modes[-1].following)
    assert modes == list(TimeMode)
    assert [mode.value for mode in modes] == ["local", "UTC", "since start", "since previous"]
    assert [zone_name(mode) for mode in modes[1:]] == ["UTC", "since start", "since previous"]


def test_statuses() -> None:
    assert status_text(RunStatus.FAILURE) == "✗ failure"
    assert status_text(RunStatus("BRAND_NEW\x1b")) == "? brand new␛"
    styles = {"good": {RunStatus.SUCCESS}, "bad": {RunStatus.FAILURE}, "quiet": {RunStatus.CANCELED}}
    for status in RunStatus:
        expected = next((style for style, those in styles.items() if status in those), None)
        assert status_style(status) == (expected or ("active" if status.active else "waiting"))
        assert cell_len(status_text(status).partition(" ")[0]) == 1


def test_states_of_steps_have_a_cell_and_a_style() -> None:
    assert set(map(cell_len, [*map(step_glyph, StepState), BELL])) == {1}
    styles = {state: step_style(state) for state in StepState}
    assert {state: style for state, style in styles.items() if style != "quiet"} == {
        StepState.SUCCESS: "good",
        StepState.FAILURE: "bad",
        StepState.RUNNING: "active",
        StepState.RETRYING: "warning",
        StepState.SUSPENDED: "warning",
        StepState.INTERRUPTED: "warning",
    }


def test_levels_have_a_style_each_rank() -> None:
    assert [level_style(rank) for rank in range(8)] == ["quiet"] * 2 + ["plain", "warning"] + ["bad"] * 4


def test_how_long_a_run_took() -> None:
    finished = a_run(RunStatus.SUCCESS, started_at="2026-11-22T11:00:00Z", ended_at="2026-11-22T11:00:05Z")
    assert run_seconds(finished, NOON) == 5
    assert run_seconds(a_run(started_at="2026-11-22T11:59:00Z"), NOON) == 60
    assert run_seconds(a_run(started_at="2026-11-22T11:59:59.500Z", ended_at="2026-11-22T11:59:59.750Z"), NOON) == 0.25
    assert run_seconds(a_run(RunStatus.QUEUED), NOON) is None
    assert run_seconds(a_run(RunStatus.FAILURE, started_at="2026-11-22T11:00:00Z"), NOON) is None


def failure(message: str, **fields: object) -> RunEvent:
    user = ErrorInfo(class_name="RuntimeError", message="acme.RuntimeError: no table\n")
    wrapper = ErrorInfo(class_name="DagsterExecutionStepExecutionError", message="dagster wrapper", cause=user)
    values = {"run_id": "r1", "timestamp": "1", "level": RunEventLevel.ERROR, "error": wrapper} | fields
    return RunEvent.model_validate({"message": message, **values})


def test_a_failure_is_told_by_the_users_exception() -> None:
    step = failure('Execution of step "load" failed.', event_type="STEP_FAILURE")
    assert str(headline(step, 100)) == "RuntimeError: no table"
    run = failure("Execution failed.", event_type="RUN_FAILURE")
    assert str(headline(run, 100)) == "Execution failed. · RuntimeError: no table"
    assert str(headline(failure("", event_type="RUN_FAILURE"), 100)) == "RuntimeError: no table"
    assert str(headline(failure("said", error=None), 3)) == "sai"
    assert str(headline(failure("said", error=ErrorInfo(message="m" * 999)), 5)) == "said · mmmmm"


@pytest.mark.parametrize("name", ["DagsterExecutionError", "RetryRequestedFrom", "ChildProcessCrashed"])
def test_the_frameworks_own_errors_are_left_out(name: str) -> None:
    user = ErrorInfo(class_name="KeyError", message="'x'", cause=ErrorInfo(class_name="OSError"))
    wrapper = ErrorInfo(class_name=name, cause=user)
    assert is_wrapper(wrapper)
    assert not is_wrapper(user)
    assert not is_wrapper(ErrorInfo(message="nameless"))
    assert root_error(ErrorInfo(class_name=name, cause=wrapper)) is user
    lone = ErrorInfo(class_name=name)
    assert root_error(lone) is lone


@pytest.mark.parametrize(
    ("name", "message", "line"),
    [
        ("KeyError", "KeyError: 'x'\n", "KeyError: 'x'"),
        ("KeyError", "'x'", "KeyError: 'x'"),
        ("KeyError", "app.errors.KeyError: 'x'", "KeyError: 'x'"),
        ("KeyError", "no KeyError", "KeyError: no KeyError"),
        ("KeyError", "", "KeyError"),
        (None, "just said", "just said"),
        (None, "", ""),
        ("Key\x1b", "a\nb", "Key␛: a↵b"),
        (None, "m" * 3000, "m" * 2000),
    ],
)
def test_error_lines(name: str | None, message: str, line: str) -> None:
    assert error_line(ErrorInfo(class_name=name, message=message)) == line


@given(TEXTS, st.integers(1, 20))
def test_what_is_shortened_or_cut_fits(text: str, width: int) -> None:
    short = shorten(text, width)
    assert len(short) <= width
    assert short == text or (short[-1] == "…" and len(short) == width and text.startswith(short[:-1]))
    assert cut(text, len(text)) == text
    assert text[:width].startswith(cut(text, width))


def test_small_texts() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert plural(1, "event") == "1 event"
    assert plural(8431, "event") == "8,431 events"
    assert short_id("9d38c7ea-8b2a-4c0e") == "9d38c7ea"
    assert short_id("nightly\x1b/2026-05-01/manual") == "2026-05-01"
    ours = [("dagster/image", "x"), (".dagster/y", "z"), ("run_tui/request", "1")]
    assert tags_text([("team", "data"), *ours]) == "team=data"
    launched = {"team": "data", "dagster/step_selection": "load", "dagster/sensor_name": "new files"}
    launched |= {"dagster/schedule_name": "daily", "dagster/backfill": "ab", "dagster/partition": "2026-05-01"}
    told = "partition=2026-05-01 backfill=ab schedule=daily sensor=new files steps=load team=data"
    assert tags_text(launched.items()) == told
    states = [("extract_status", "success"), ("load_status", "running"), ("review_status", "failed")]
    assert tags_text(states) == "load_status=running review_status=failed"
    assert tags_text([("a\n", "1"), ("b", "\x1b")]) == "a↵=1 b=␛"


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ([RunName("9d38c7ea-8b2a", "etl", "prod")], ["9d38c7ea"]),
        ([RunName("9d38c7ea-8b2a"), RunName("f925cb5a-8724"), RunName("9d38c7ea-8b2a")], ["9d38c7ea", "f925cb5a"]),
        ([RunName("9d38c7ea-8b2a"), RunName("9d38c7ea-9276")], ["9d38c7ea-8b2a", "9d38c7ea-9276"]),
        ([RunName("a", "etl"), RunName("b", "e\x1bt")], ["a etl", "b e␛t"]),
        ([RunName("a", "etl"), RunName("b")], ["a etl", "b"]),
        ([RunName("a", "etl", "prod"), RunName("a", "etl", "staging")], ["a prod", "a staging"]),
        ([RunName("0123456789\x1b"), RunName("0123456789\x1a")], ["0123456789␛", "0123456789␚"]),
    ],
)
def test_labels_of_runs_say_what_tells_them_apart(names: list[RunName], labels: list[str]) -> None:
    assert run_labels(names) == dict(zip(dict.fromkeys(names), labels, strict=True))


@pytest.mark.parametrize("code", ["38;5;300", "38;2;0;0;256", "38;9", "38"])
def test_a_colour_that_there_is_none_of_is_left_out(code: str) -> None:
    assert coloured(f"\x1b[{code}mtext", 20).pieces == (("text", PLAIN),)


def test_words_stand_before_and_after_a_coloured_line() -> None:
    line = "before " + coloured("\x1b[31mred", 20) + " after"
    assert str(line) == "before red after"
    assert [look == PLAIN for _, look in line.pieces] == [True, False, True]
