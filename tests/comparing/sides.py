"""Runs to compare, made of a few words."""

from __future__ import annotations

from collections.abc import Sequence

from run_tui.comparing import Comparison, Side, compare
from run_tui.model import RunEvent, RunEventLevel, RunStatus, Step, iso_timestamp
from tests.events import page_of
from tests.scripted import a_run

START = 1_795_307_802_000
NOW = START / 1000 + 3600


def event(message: str, step: str | None = None, kind: str | None = None, at: int = 0, level: str = "INFO") -> RunEvent:
    """An event `at` milliseconds after the start."""
    return RunEvent(
        run_id="r1",
        message=message,
        timestamp=iso_timestamp(str(START + at)),
        level=RunEventLevel(level),
        step_key=step,
        event_type=kind,
    )


def side(
    events: Sequence[RunEvent], plan: Sequence[str] = (), status: RunStatus = RunStatus.SUCCESS, **fields: object
) -> Side:
    """A run that has been read."""
    made = Side(a_run(status, "r1", **fields), [Step(key) for key in plan])
    made.append(page_of(events))
    return made


def compared(before: Side, after: Side) -> Comparison:
    """All that differs."""
    found = compare(before, after, NOW)
    for _ in found.part():
        pass
    return found
