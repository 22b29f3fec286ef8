from __future__ import annotations

import pytest

from run_tui.model import RunEventLevel
from run_tui.query.operands import (
    LEVELS,
    rank_limits,
    read_attempt,
    read_date,
    read_level,
    read_name,
    read_time,
    time_span,
)
from run_tui.query.terms import ANY, How, Value, Values
from run_tui.query.times import TimeContext
from run_tui.query.tokens import Item

CONTEXT = TimeContext(start_ms=1_000, end_ms=101_000, now_ms=0)


def item(head: str, tail: str | None = None) -> Item:
    return Item(0, 0, head, tail)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (item("load"), Value("load", How.CONTAINS)),
        (item("load_*"), Value("load_*", How.GLOB)),
        (item("", "work[?]"), Value("work[?]", How.CONTAINS)),
        (item("=load"), Value("load")),
        (item("=", "a b"), Value("a b")),
        (item("", "=load"), Value("=load", How.CONTAINS)),
        (item("="), None),
    ],
)
def test_names(given: Item, expected: Value | None) -> None:
    assert read_name(given) == expected


@pytest.mark.parametrize(
    ("typed", "level"),
    [("w", "warning"), ("WARN", "warning"), ("err", "error"), ("3", "warning"), ("critical", "critical"), ("0", "0")],
)
def test_levels_by_name_beginning_or_rank(typed: str, level: str) -> None:
    assert read_level(item(typed)) == Value(level)


@pytest.mark.parametrize("typed", ["warnings", "6", "-1", "fatal", "warning*"])
def test_no_levels(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^knows debug, info, warning, error, critical, or 0 to 5$"):
        read_level(item(typed))


def test_a_levels_place_is_its_rank() -> None:
    assert [RunEventLevel(level.upper()).rank for level in LEVELS] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("levels", "limits"),
    [
        (ANY, (0, 6)),
        (Values((Value("warning"),)), (3, 6)),
        (Values((Value("warning"), Value("info"))), (2, 6)),
        (Values((Value("warning"), Value("0"))), (0, 6)),
        (Values((), (Value("error"), Value("critical"))), (0, 4)),
        (Values((), (Value("0"),)), (0, 6)),
    ],
)
def test_rank_limits(levels: Values, limits: tuple[int, int]) -> None:
    assert rank_limits(levels) == limits


def test_attempts() -> None:
    assert read_attempt(item("12")) == Value("12")
    for typed in ("0", "-1", "x", "1.5", "٢", "9" * 5000):
        with pytest.raises(ValueError, match=r"^wants a number from 1, such as 2$"):
            read_attempt(item(typed))


def test_times_and_dates() -> None:
    assert read_time(item("+30s")) == Value("+30s")
    assert read_date(item("", "2026-11-22 12:30")) == Value("2026-11-22 12:30")
    with pytest.raises(ValueError, match=r"^wants 12:30, .* or"):
        read_time(item("noon"))
    for typed in ("noon", "+30s"):
        with pytest.raises(ValueError, match=r"^wants 2026-11-22, .* or 2d \(ago\)$"):
            read_date(item(typed))


@pytest.mark.parametrize(
    ("after", "before", "span"),
    [
        (ANY, ANY, None),
        (Values((Value("+10s"),)), ANY, (11_000, float("inf"))),
        (Values((Value("+20s"), Value("+10s"))), ANY, (11_000, float("inf"))),
        (ANY, Values((Value("+20s"), Value("+10s"))), (float("-inf"), 21_000)),
        (Values((Value("20s"),)), Values((Value("10s"),)), (81_000, 91_000)),
        (Values((), (Value("+10s"), Value("+20s"))), ANY, (float("-inf"), 11_000)),
        (Values((Value("+5s"),)), Values((), (Value("+10s"), Value("+20s"))), (21_000, float("inf"))),
    ],
)
def test_time_spans(after: Values, before: Values, span: tuple[float, float] | None) -> None:
    assert time_span(after, before, CONTEXT) == span
