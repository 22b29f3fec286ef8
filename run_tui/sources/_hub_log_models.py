"""Turns checked answers of a Hub Log server into models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from run_tui.model import ErrorInfo, EventDetails, EventPage, MetadataEntry, Run, Step, epoch_ms, iso_timestamp
from run_tui.sources._hub_log_layout import Attempt, Layout, phases_of, status_of
from run_tui.sources._hub_log_places import Part, Place, RunKey
from run_tui.sources._hub_log_wire import PHASES, Error, Log, WireRun

ERROR_LOG = "ERROR_LOG"
"""The type of the events that are a phase's errors."""

_ID_TIME = re.compile(r"__([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})?)")
_RESULTS = {True: "success", False: "failed", None: "running"}


def run_of(key: RunKey, found: WireRun, now: float, layout: Layout | None = None) -> Run:
    """A run with its phases' states as tags; with its times and paths too where its attempts are known.

    `now` is epoch seconds.
    """
    attempts = layout.attempts if layout is not None else ()
    ended = [attempt.ended for attempt in attempts if attempt.ended]
    status = status_of(found, now - max(map(epoch_ms, (created_at(key), *ended))) / 1000)
    return Run(
        id=str(key),
        status=status,
        created_at=created_at(key),
        started_at=next((attempt.started for attempt in attempts if attempt.started), None),
        ended_at=max(ended, key=epoch_ms) if ended and status.finished else None,
        pipeline_name=key.dag,
        tags=_states(found) | (_paths(found) if layout is not None else {}),
    )


def created_at(key: RunKey) -> str:
    """When a run was created, as far as its id tells."""
    found = _ID_TIME.search(key.run)
    return iso_timestamp(str(epoch_ms(found[1] if found is not None else f"{key.date}T00:00:00+00:00")))


def _states(found: WireRun) -> dict[str, str]:
    return {f"{name}_status": _RESULTS[phase.get("success")] for name, phase in phases_of(found).items()}


def _paths(found: WireRun) -> dict[str, str]:
    """Where each phase's data lie, and how many rows they have."""
    told: dict[str, str] = {}
    for name, phase in phases_of(found).items():
        told |= {f"{name}_rows": f"{phase.get('total') or 0:,}", f"{name}_path": phase.get("path") or ""}
    return {label: text for label, text in told.items() if text}


def plan() -> list[Step]:
    """The phases as steps, each after the one before."""
    return [Step(phase, depends_on=PHASES[max(0, at - 1) : at]) for at, phase in enumerate(PHASES)]


def error_of(error: Error) -> ErrorInfo:
    """An error by its title, which is made for people, with its traceback a frame at a time."""
    return ErrorInfo(
        class_name=error.get("error_title") or error.get("error_type"),
        message=error.get("error_detail") or "",
        stack=_frames(error.get("traceback") or ""),
    )


def _frames(traceback: str) -> tuple[str, ...]:
    """A traceback's frames, each with its line of code, and what else stands between and after them."""
    frames: list[str] = []
    for line in traceback.splitlines(keepends=True):
        if frames and line.startswith("    ") and frames[-1].startswith('  File "'):
            frames[-1] += line
        elif not line.startswith("Traceback (most recent call last)"):
            frames.append(line)
    return tuple(frames)


@dataclass
class PageBuilder:
    """A page of a run's events in the making, from `place` on, of at most `room` events."""

    key: RunKey
    place: Place
    room: int
    timestamps: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    types: list[str | None] = field(default_factory=list)
    steps: list[str | None] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    details: dict[int, EventDetails] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def start(self, attempt: Attempt, created: str) -> None:
        """The attempt's first event."""
        event_type = "STEP_START" if attempt.number == 1 else "STEP_RESTARTED"
        again = "" if attempt.number == 1 else f" again, attempt {attempt.number}"
        self._add(attempt.started or created, "INFO", event_type, attempt.phase, f"{attempt.phase} started{again}")
        self.room -= 1
        self.place = Place(self.place.index + 1, attempt.phase, attempt.number, Part.LOGS)

    def lines(self, phase: str, lines: Sequence[Log]) -> None:
        """Lines of its log."""
        self.timestamps += [line["timestamp"] for line in lines]
        self.levels += [line["level"] for line in lines]
        self.messages += [line["message"] or "" for line in lines]
        self.types += [None] * len(lines)
        self.steps += [phase] * len(lines)
        self._moved(len(lines))

    def skip_line(self, sentence: str) -> None:
        """A line that cannot be read."""
        self.skipped.append(sentence)
        self._moved(1)

    def errors(self, attempt: Attempt, errors: Sequence[Error], created: str) -> None:
        """Its errors."""
        for error in errors:
            info = error_of(error)
            self.details[len(self.messages)] = EventDetails(error=info, metadata=_facts(error))
            text = ": ".join(filter(None, (info.class_name, info.message)))
            self._add(attempt.ended or self._last(created), "ERROR", ERROR_LOG, attempt.phase, text)
        self._moved(len(errors))

    def end(self, attempt: Attempt, error: Error | None, created: str) -> None:
        """Its last event, with the error that ended it."""
        event_type = "STEP_SUCCESS" if attempt.success else "STEP_FAILURE" if attempt.final else "STEP_UP_FOR_RETRY"
        level = "INFO" if attempt.success else "ERROR"
        text = attempt.message or f"{attempt.phase} {'finished' if attempt.success else 'failed'}"
        info = None if error is None or attempt.success else error_of(error)
        self.details[len(self.messages)] = EventDetails(error=info, metadata=attempt.metadata)
        self._add(attempt.ended or self._last(created), level, event_type, attempt.phase, text)
        self._moved(1)

    def finished(self, *, has_more: bool, run: Run | None) -> EventPage:
        """The page."""
        return EventPage(
            str(self.key),
            self.timestamps,
            self.levels,
            self.types,
            self.steps,
            self.messages,
            self.details,
            cursor=str(self.place),
            has_more=has_more,
            run=run,
            skipped=tuple(self.skipped),
            skipped_count=len(self.skipped),
        )

    def _add(self, timestamp: str, level: str, event_type: str, phase: str, message: str) -> None:
        self.timestamps.append(timestamp)
        self.levels.append(level)
        self.types.append(event_type)
        self.steps.append(phase)
        self.messages.append(message)

    def _moved(self, events: int) -> None:
        self.room -= events
        self.place = self.place.moved(events)

    def _last(self, created: str) -> str:
        """The time of the event before."""
        return self.timestamps[-1] if self.timestamps else created


def _facts(error: Error) -> tuple[MetadataEntry, ...]:
    facts: Mapping[str, object] = {"type": error.get("error_type"), "status": error.get("error_status")}
    return tuple(MetadataEntry(label=label, value=str(value)) for label, value in facts.items() if value is not None)
