"""What values look like, and that no server text can do harm."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.format import (
    PLAIN,
    Look,
    TimeMode,
    clean,
    clean_lines,
    coloured,
    coloured_lines,
    cut,
    day_and_clock,
    duration,
    error_line,
    event_time,
    headline,
    plural,
    root_error,
    run_seconds,
    shorten,
    status_style,
    status_text,
    tags_text,
    zone_name,
)
from run_tui.model import ErrorInfo, RunEvent, RunEventLevel, RunStatus
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


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", [("plain", PLAIN)]),
        ("\x1b[1;31mred\x1b[0m not", [("red", Look(1, bold=True)), (" not", PLAIN)]),
        ("\x1b[01;91;44mx", [("x", Look(9, 4, bold=True))]),
        ("\x1b[38;5;208;48;2;1;2;3my", [("y", Look(208, (1, 2, 3)))]),
        ("\x1b[38:2::9:8:7;4:3mz", [("z", Look((9, 8, 7), underline=True))]),
        (
            "\x1b[2;3;4;7ma\x1b[22;23;24;27mb",
            [("a", Look(None, None, False, True, True, True, True)), ("b", PLAIN)],
        ),
        ("\x1b[58;5;1;8;5mseen", [("seen", PLAIN)]),
        ("\x1b[38;5;300mno such colour", [("no such colour", PLAIN)]),
        ("\x1b[31mtwo\nlines", [("two↵lines", Look(1))]),
        ("\x1b[31m\x1b[2Jx", [("␛[2Jx", Look(1))]),
    ],
)
def test_looks(text: str, pieces: list[tuple[str, Look]]) -> None:
    assert list(coloured(text, 100).pieces) == pieces


def test_a_cut_leaves_no_part_of_a_sequence_and_counts_what_is_seen() -> None:
    rainbow = "".join(f"\x1b[38;5;{n}m{n % 10}" for n in range(200))
    assert str(coloured(rainbow, 30)) == "0123456789" * 3
    assert [cut("ab\x1b[31mc", limit) for limit in range(2, 9)] == ["ab"] * 5 + ["ab\x1b[31m", "ab\x1b[31mc"]
    assert str(coloured("\x1b[31m" * 1000 + "x", 2)) == ""


@given(st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u00ad")))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    invisible = set("\u115f\u1160\u3164\uffa0")
    assert clean(text) == text or set(text) & invisible


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
    ],
)
def test_what_cleaning_shows(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1, "0s"),
        (0.24, "240ms"),
        (5.94, "5.9s"),
        (12.9, "12s"),
        (266, "4m 26s"),
        (7380, "2h 03m"),
        (273600, "3d 04h"),
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
        ("2025-11-08T03:04:00Z", "2025-11-08 03:04"),
        (None, ""),
        ("9999999999999999999", ""),
    ],
)
def test_days(text: str | None, shown: str) -> None:
    assert day_and_clock(text, TimeMode.UTC, NOON) == shown


def test_event_times() -> None:
    start = int(NOON * 1000)
    assert event_time(start + 79, TimeMode.UTC, start) == "12:00:00.079"
    assert event_time(start + 65_079, TimeMode.ELAPSED, start) == "+1:05.079"
    assert event_time(start + 3_665_079, TimeMode.DELTA, start) == "+1:01:05.079"
    assert event_time(start - 630, TimeMode.DELTA, start) == "-0:00.630"
    assert event_time(10**18, TimeMode.UTC, start) == "--:--:--.---"


def test_time_modes_form_a_cycle_and_name_their_zone() -> None:
    modes = [TimeMode.LOCAL]
    while modes[-1].following not in modes:
        modes.append(modes[-1].following)
    assert modes == list(TimeMode)
    assert zone_name(TimeMode.UTC) == "UTC"
    assert zone_name(TimeMode.LOCAL)


def test_statuses() -> None:
    assert status_text(RunStatus.FAILURE) == "✗ failure"
    assert status_text(RunStatus("BRAND_NEW")) == "? brand new"
    assert [status_style(status) for status in (RunStatus.SUCCESS, RunStatus.STARTED, RunStatus.QUEUED)] == [
        "good",
        "active",
        "waiting",
    ]


def test_how_long_a_run_took() -> None:
    finished = a_run(RunStatus.SUCCESS, started_at="2026-11-22T11:00:00Z", ended_at="2026-11-22T11:00:05Z")
    assert run_seconds(finished, NOON) == 5
    assert run_seconds(a_run(started_at="2026-11-22T11:59:00Z"), NOON) == 60
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
    assert str(headline(failure("said", error=None), 3)) == "sai"


def test_error_lines() -> None:
    assert error_line(ErrorInfo(class_name="KeyError", message="KeyError: 'x'\n")) == "KeyError: 'x'"
    assert error_line(ErrorInfo(class_name="KeyError", message="'x'")) == "KeyError: 'x'"
    assert error_line(ErrorInfo(class_name="KeyError")) == "KeyError"
    assert error_line(ErrorInfo(message="just said")) == "just said"
    lone = ErrorInfo(class_name="DagsterError", message="m")
    assert root_error(lone) is lone


def test_small_texts() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abc", 4) == "abc"
    assert plural(1, "event") == "1 event"
    assert plural(8431, "event") == "8,431 events"
    assert tags_text([("team", "data"), ("dagster/image", "x"), (".dagster/y", "z")]) == "team=data"
