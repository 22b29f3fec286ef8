"""How operators read the values they are given: names, levels, attempts, times."""

from __future__ import annotations

import re
from math import inf

from run_tui.query.terms import ANY, How, Value, Values
from run_tui.query.times import TimeContext, resolve_time
from run_tui.query.tokens import Item

LEVELS = ("debug", "info", "warning", "error", "critical")
"""The names of the levels; a level's rank is its place, from 1."""

EVERY_LEVEL = "0"

_SOME_CONTEXT = TimeContext(start_ms=0, end_ms=None, now_ms=0)
_ATTEMPT = re.compile(r"[1-9][0-9]{0,5}")


def read_name(item: Item) -> Value | None:
    """Part of a name, a glob where there are wildcards outside quotes, or after "=" the very name."""
    if item.head.startswith("="):
        return Value(item.text[1:]) if item.text[1:] else None
    wild = item.tail is None and ("*" in item.head or "?" in item.head)
    return Value(item.text, How.GLOB if wild else How.CONTAINS)


def read_level(item: Item) -> Value:
    """A level's name or its beginning, or its rank; 0 is every level."""
    text = item.text.casefold()
    if text == EVERY_LEVEL:
        return Value(EVERY_LEVEL)
    for rank, level in enumerate(LEVELS, 1):
        if text == str(rank) or level.startswith(text):
            return Value(level)
    raise ValueError(f"knows {', '.join(LEVELS)}, or 0 to 5")


def rank_limits(levels: Values) -> tuple[int, int]:
    """The ranks that pass, from the first to before the second; (0, 6) are all."""
    wanted = [_rank(value) for value in levels.wanted]
    unwanted = [rank for value in levels.unwanted if (rank := _rank(value))]
    return min(wanted, default=0), min(unwanted, default=len(LEVELS) + 1)


def _rank(level: Value) -> int:
    return 0 if level.text == EVERY_LEVEL else LEVELS.index(level.text) + 1


def read_attempt(item: Item) -> Value:
    """A number from 1."""
    if not _ATTEMPT.fullmatch(item.text):
        raise ValueError("wants a number from 1, such as 2")
    return Value(item.text)


def read_time(item: Item) -> Value:
    """A time within a run: see `resolve_time`."""
    return _time(item, "wants 12:30, 2026-11-22T12:30, 5m (before the end) or +30s (after the start)")


def read_date(item: Item) -> Value:
    """A time in general, which knows no start to count from."""
    message = "wants 2026-11-22, 2026-11-22T12:30, 12:30 or 2d (ago)"
    if item.text.strip().startswith("+"):
        raise ValueError(message)
    return _time(item, message)


def _time(item: Item, message: str) -> Value:
    try:
        resolve_time(item.text, _SOME_CONTEXT)
    except ValueError:
        raise ValueError(message) from None
    return Value(item.text)


def time_span(after: Values, before: Values, context: TimeContext) -> tuple[float, float] | None:
    """The epoch milliseconds that pass, from the first to before the second; None when all do.

    Of several alternatives the widest counts; not after a time is before it, and the other way round.
    """
    if after == before == ANY:
        return None
    begins = [resolve_time(value.text, context) for value in after.wanted]
    ends = [resolve_time(value.text, context) for value in before.wanted]
    latest_begin = [resolve_time(value.text, context) for value in before.unwanted]
    earliest_end = [resolve_time(value.text, context) for value in after.unwanted]
    return (
        max([min(begins, default=-inf), *latest_begin]),
        min([max(ends, default=inf), *earliest_end]),
    )
