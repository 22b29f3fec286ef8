"""The events of a run as the table of the Run API documents."""

from __future__ import annotations

from run_tui.format import clean
from run_tui.model import RunEvent


def table_head(run_id: str) -> list[str]:
    """The lines before the first event."""
    header = f"{'TIMESTAMP':<20} {'TYPE':<20} {'STEP_KEY':<30} {'MESSAGE':<50}"
    return [f"Events for run {clean(run_id)}:", "", header, "-" * len(header)]


def table_row(event: RunEvent) -> str:
    """An event's line; no text in it acts on a terminal."""
    timestamp = clean(event.timestamp)[:19]
    event_type = clean(event.event_type or "")
    step_key = clean(event.step_key or "")
    message = clean(event.message)
    message = message[:47] + "..." if len(message) > 50 else message
    return f"{timestamp:<20} {event_type:<20} {step_key:<30} {message:<50}"


def table_end(run_id: str, count: int) -> list[str]:
    """The lines after the last event."""
    return ["", f"Total events: {count}"] if count else [f"No events found for run {clean(run_id)}"]
