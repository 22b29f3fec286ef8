"""The filters of the Run API documents, to the letter: `--type` and `--step`."""

from __future__ import annotations

from collections.abc import Iterable

from run_tui.model import RunEvent


def filter_events_by_type(events: Iterable[RunEvent], event_type: str | None) -> list[RunEvent]:
    """The events whose type is one of a comma-separated list, whatever its case; all events without a list."""
    if not event_type:
        return list(events)
    types = {name.strip().upper() for name in event_type.split(",")}
    return [event for event in events if event.event_type and event.event_type.upper() in types]


def filter_events_by_step(events: Iterable[RunEvent], step_key: str | None) -> list[RunEvent]:
    """The events whose step key contains `step_key`, whatever its case; all events without one."""
    if not step_key:
        return list(events)
    return [event for event in events if event.step_key and step_key.lower() in event.step_key.lower()]
