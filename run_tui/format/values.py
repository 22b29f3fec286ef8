"""Statuses, times, errors and events of the model as display text and style names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from run_tui.format.clean import clean, cut
from run_tui.format.colours import PLAIN, Coloured, coloured
from run_tui.model import ErrorInfo, Run, RunEvent, RunStatus, StepState, epoch_ms

_STATUS_GLYPHS = {
    RunStatus.SUCCESS: "✓",
    RunStatus.FAILURE: "✗",
    RunStatus.CANCELED: "■",
    RunStatus.CANCELING: "◌",
    RunStatus.STARTED: "●",
    RunStatus.STARTING: "◔",
    RunStatus.QUEUED: "○",
    RunStatus.NOT_STARTED: "○",
    RunStatus.MANAGED: "○",
    RunStatus.SUSPENDED: "‖",
}
_STATUS_STYLES = {RunStatus.SUCCESS: "good", RunStatus.FAILURE: "bad", RunStatus.CANCELED: "quiet"}
_STEP_STYLES = {
    StepState.SUCCESS: "good",
    StepState.FAILURE: "bad",
    StepState.RUNNING: "active",
    StepState.RETRYING: "warning",
    StepState.SUSPENDED: "warning",
    StepState.INTERRUPTED: "warning",
}
_STEP_GLYPHS = {
    StepState.PENDING: "·",
    StepState.UNREAD: "·",
    StepState.RUNNING: "●",
    StepState.RETRYING: "↻",
    StepState.SUSPENDED: "‖",
    StepState.SUCCESS: "✓",
    StepState.FAILURE: "✗",
    StepState.SKIPPED: "↷",
    StepState.NOT_EXECUTED: "○",
    StepState.INTERRUPTED: "■",
}


def status_glyph(status: RunStatus) -> str:
    """One cell that stands for a run's status; always shown beside its word."""
    return _STATUS_GLYPHS.get(status, "?")


def status_text(status: RunStatus) -> str:
    """A run's status as glyph and word: "✗ failure"."""
    return f"{status_glyph(status)} {clean(status.value).lower().replace('_', ' ')}"


def status_style(status: RunStatus) -> str:
    """The style name of a run's status: good, bad, active, waiting or quiet."""
    if status.active:
        return "active"
    return _STATUS_STYLES.get(status, "waiting")


def step_glyph(state: StepState) -> str:
    """One cell that stands for a step's state."""
    return _STEP_GLYPHS[state]


def step_style(state: StepState) -> str:
    """The style name of a step's state, as for runs."""
    return _STEP_STYLES.get(state, "quiet")


def level_style(rank: int) -> str:
    """The style name of an effective level's rank, 1 (DEBUG) to 5 (CRITICAL)."""
    return ("quiet", "quiet", "plain", "warning", "bad", "bad")[min(rank, 5)]


BELL = "♪"
"""One cell that stands for an alert at a run's end."""


class TimeMode(StrEnum):
    """How times are shown; the value names it on the screen."""

    LOCAL = "local"
    UTC = "UTC"
    ELAPSED = "since start"
    DELTA = "since previous"

    @property
    def following(self) -> TimeMode:
        """The next mode in the cycle."""
        modes = list(TimeMode)
        return modes[(modes.index(self) + 1) % len(modes)]


def zone(mode: TimeMode) -> tzinfo:
    """The zone clock times are read and shown in."""
    return _LOCAL if mode is TimeMode.LOCAL else UTC


class _Local(tzinfo):
    """This machine's zone, summer time included: an offset alone is right for half of the year only."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else self._known(dt).utcoffset()

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else self._known(dt).tzname()

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def fromutc(self, dt: datetime) -> datetime:
        try:
            return dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)
        except (OverflowError, ValueError, OSError):
            return dt

    def _known(self, dt: datetime) -> datetime:
        try:
            return dt.replace(tzinfo=None).astimezone()
        except (OverflowError, ValueError, OSError):
            return dt.replace(tzinfo=UTC)


_LOCAL = _Local()


def zone_name(mode: TimeMode, *moments: int) -> str:
    """What the screen calls the mode; local time goes by its zone's names at these moments (epoch ms), else now."""
    if mode is not TimeMode.LOCAL:
        return mode.value
    times = [at for at in (moment(ms, mode) for ms in moments) if at is not None] or [datetime.now(UTC).astimezone()]
    return "/".join(dict.fromkeys(at.tzname() or "local" for at in times))


def clock_mode(mode: TimeMode) -> TimeMode:
    """How clock times are shown beside times of this mode: local or UTC."""
    return TimeMode.UTC if mode is TimeMode.UTC else TimeMode.LOCAL


def moment(milliseconds: int, mode: TimeMode) -> datetime | None:
    """Epoch milliseconds as a time in the mode's zone; None where no calendar has it."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(None if mode is TimeMode.LOCAL else UTC)
    except (OverflowError, ValueError, OSError):
        return None


def clock(milliseconds: int, mode: TimeMode) -> str:
    """`12:31:04.004`."""
    at = moment(milliseconds, mode)
    return "--:--:--.---" if at is None else f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"


def full_time(milliseconds: int, mode: TimeMode) -> str:
    """`2026-11-22 12:31:04.004 CET`, in local time or UTC."""
    mode = clock_mode(mode)
    at = moment(milliseconds, mode)
    day = "" if at is None else f"{at:%Y-%m-%d} "
    return f"{day}{clock(milliseconds, mode)} {zone_name(mode, milliseconds)}"


def same_day(first: int, second: int, mode: TimeMode) -> bool:
    """Whether two times (epoch ms) are of one day, so that their clock times tell them apart."""
    days = {None if at is None else at.date() for at in (moment(first, mode), moment(second, mode))}
    return len(days) == 1


def event_time(milliseconds: int, mode: TimeMode, reference: int | None, *, dated: bool = False) -> str:
    """An event's time in twelve cells, `dated` in nineteen.

    `reference` is what the relative modes count from: the run's start, or the previous event; None if that is unknown.
    """
    if mode is clock_mode(mode):
        at = moment(milliseconds, mode)
        return f"{at:%b} {at.day:2} {clock(milliseconds, mode)}" if dated and at else clock(milliseconds, mode)
    if reference is None:
        return "…"
    sign = "-" if milliseconds < reference else "+"
    rest, millis = divmod(abs(milliseconds - reference), 1000)
    minutes, seconds = divmod(rest, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        text = f"{sign}{hours // 24}d {hours % 24:02}:{minutes:02}"
        return f"{text}:{seconds:02}" if hours < 240 else text
    if hours >= 10:
        return f"{sign}{hours}:{minutes:02}:{seconds:02}.{millis // 100}"
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{sign}{text}.{millis:03}"


def day_and_clock(text: str | None, mode: TimeMode, now: float) -> str:
    """An ISO time, short: `12:30:02` today, `yesterday 12:30`, `Nov 18 12:30`, `2025-11-18 12:30` in another year."""
    at = moment(epoch_ms(text), mode) if text else None
    today = moment(int(now * 1000), mode)
    if at is None or today is None:
        return ""
    days = (today.date() - at.date()).days
    if days == 0:
        return f"{at:%H:%M:%S}"
    if days == 1:
        return f"yesterday {at:%H:%M}"
    return f"{at:%b} {at.day:2} {at:%H:%M}" if at.year == today.year else f"{at:%Y-%m-%d %H:%M}"


def day_or_clock(text: str | None, mode: TimeMode, now: float) -> str:
    """An ISO time in six cells: `12:30` today, `Nov 18`, or `2025` in another year."""
    at = moment(epoch_ms(text), mode) if text else None
    today = moment(int(now * 1000), mode)
    if at is None or today is None:
        return ""
    if at.date() == today.date():
        return f"{at:%H:%M}"
    return f"{at:%b} {at.day:2}" if at.year == today.year else f"{at:%Y}"


def duration(seconds: float) -> str:
    """`240ms`, `12s`, `4m 26s`, `2h 03m`, `3d 04h`."""
    if seconds < 0:
        return "0s"
    if seconds < 1:
        return f"{int(seconds * 1000)}ms"
    if seconds < 10:
        return f"{int(seconds * 10) / 10:g}s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours:02}h"
    if hours:
        return f"{hours}h {minutes:02}m"
    return f"{minutes}m {rest:02}s" if minutes else f"{rest}s"


def run_seconds(run: Run, now: float) -> float | None:
    """How long a run took, or has taken so far; None before it started. `now` is epoch seconds."""
    if run.started_at is None:
        return None
    end = epoch_ms(run.ended_at) / 1000 if run.ended_at else now
    return end - epoch_ms(run.started_at) / 1000 if run.ended_at or run.status.active else None


def plural(number: int, noun: str) -> str:
    """`1 event`, `8,431 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def short_id(run_id: str) -> str:
    """The first eight characters, as Dagster's own pages show them; of `DAG/2026-05-01/RUN` the date."""
    first, *rest = clean(run_id).split("/")
    return rest[0][:10] if rest else first[:8]


def headline(event: RunEvent, limit: int) -> Coloured:
    """What an event says in one line, of a message looked at no further than for `limit` characters.

    A failure is told by the user's own exception: a failed step's own message only repeats that it failed.
    """
    message = coloured(event.message, limit)
    if event.error is None:
        return message
    cause = error_line(root_error(event.error), limit)
    if event.event_type == "STEP_FAILURE" or not str(message):
        return Coloured(((cause, PLAIN),))
    return message + f" · {cause}"


def root_error(error: ErrorInfo) -> ErrorInfo:
    """The exception the user's code raised: the framework's wrappers are left out where they have a cause."""
    while error.cause is not None and is_wrapper(error):
        error = error.cause
    return error


def is_wrapper(error: ErrorInfo) -> bool:
    """Whether this is the framework's own error, around the user's or in place of one."""
    return (error.class_name or "").startswith(("Dagster", "RetryRequested", "ChildProcessCrash"))


def error_line(error: ErrorInfo, limit: int = 2000) -> str:
    """`RuntimeError: could not load table`, without the module path that servers put before the class."""
    message = clean(cut(error.message, limit).strip())
    name = clean(error.class_name or "")
    before, found, after = message.partition(name) if name else ("", "", "")
    if not found or not re.fullmatch(r"[\w.]*", before):
        return f"{name}: {message}" if name and message else name or message
    return name + after


_ORIGINS = {
    "dagster/partition": "partition",
    "dagster/backfill": "backfill",
    "dagster/schedule_name": "schedule",
    "dagster/sensor_name": "sensor",
    "dagster/step_selection": "steps",
}
"""Tags of Dagster's own that tell one run of a job from the next, and what they are called here."""


def tags_text(tags: Iterable[tuple[str, str]]) -> str:
    """Tags as `key=value`: first what a run is of and what launched it, `partition=2026-05-01`, then the user's own.

    The system's others (`dagster/…`, `.dagster/…`) and this program's (`run_tui/…`) are left out, and so is the state
    of a part of the run that went well (`extract_status=success`): those that did not are what tells runs apart.
    """
    known = dict(tags)
    told = [(name, known[key]) for key, name in _ORIGINS.items() if key in known]
    own = [
        (key, value)
        for key, value in known.items()
        if not key.startswith(("dagster/", ".dagster/", "run_tui/")) and (key[-7:], value) != ("_status", "success")
    ]
    return " ".join(f"{clean(key)}={clean(value)}" for key, value in told + own)
