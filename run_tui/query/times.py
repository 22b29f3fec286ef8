"""Points in time as people type them: 12:30, 2026-11-22T12:30, 5m (ago), +30s (into the run)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LOWEST_MS = (datetime(2, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_HIGHEST_MS = (datetime(9998, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND

_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_AMOUNT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|[smhdw])")
_DURATION = re.compile(rf"(?:{_AMOUNT.pattern})+")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*")


@dataclass(frozen=True, slots=True)
class TimeContext:
    """What times are relative to, in epoch milliseconds: a run's start, its last event once it has ended, and now.

    Clock times and dates without a zone are read in `tz`.
    """

    start_ms: int
    end_ms: int | None
    now_ms: int
    tz: tzinfo = UTC

    @property
    def latest_ms(self) -> int:
        """Where durations count back from: the end, or now while the run goes on."""
        return self.now_ms if self.end_ms is None else self.end_ms


def resolve_time(text: str, context: TimeContext) -> int:
    """The point in time as epoch milliseconds. Raises `ValueError` for what is none, whatever the context."""
    text = text.strip().lower()
    if _CLOCK.fullmatch(text):
        return _clock_ms(time.fromisoformat(f"0{text}" if text[1] == ":" else text), context)
    if _DATE.fullmatch(text):
        moment = datetime.fromisoformat(text.upper())
        return _ms(moment if moment.tzinfo else moment.replace(tzinfo=context.tz))
    if text.startswith("+"):
        return context.start_ms + _duration_ms(text[1:])
    return context.latest_ms - _duration_ms(text)


def _clock_ms(clock: time, context: TimeContext) -> int:
    """On the day of the start; on the next day where it was too early for the start and the run lasted until then."""
    start = (_EPOCH + _clamped(context.start_ms) * _MILLISECOND).astimezone(context.tz)
    same_day = datetime.combine(start.date(), clock, tzinfo=context.tz)
    next_day = datetime.combine(start.date() + timedelta(days=1), clock, tzinfo=context.tz)
    if _ms(same_day) < context.start_ms and _ms(next_day) <= context.latest_ms:
        return _ms(next_day)
    return _ms(same_day)


def _duration_ms(text: str) -> int:
    if not _DURATION.fullmatch(text):
        raise ValueError(f"neither a time nor a duration: {text}")
    return round(sum(float(amount) * _UNIT_MS[unit] for amount, unit in _AMOUNT.findall(text)))


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _clamped(ms: int) -> int:
    """A server may claim any time; here it stays a day that the calendar has in every zone."""
    return min(max(ms, _LOWEST_MS), _HIGHEST_MS)
