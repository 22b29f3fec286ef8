"""Events as the table and the JSON of the Run API documents."""

from __future__ import annotations

from typing import Any, Protocol

import click

from run_tui.archive import event_object, table_end, table_head, table_row
from run_tui.cli._common import print_json
from run_tui.model import RunEvent


class EventPrinter(Protocol):
    """Prints a run's events as they come in."""

    def add(self, events: list[RunEvent]) -> None:
        """Takes the next events."""

    def end(self) -> None:
        """Says that there are no more."""


class EventTable:
    """The documented table; its head is printed with the first event."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._count = 0

    def add(self, events: list[RunEvent]) -> None:
        """Prints a line for each event."""
        lines = [table_row(event) for event in events]
        if not self._count:
            lines[:0] = table_head(self._run_id)
        self._count += len(events)
        click.echo("\n".join(lines))

    def end(self) -> None:
        """Prints the count."""
        click.echo("\n".join(table_end(self._run_id, self._count)))


class EventDocument:
    """The documented JSON object, printed whole at the end."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._events: list[dict[str, Any]] = []

    def add(self, events: list[RunEvent]) -> None:
        """Keeps the events for the end."""
        self._events += map(event_object, events)

    def end(self) -> None:
        """Prints the object."""
        print_json({"run_id": self._run_id, "events": self._events, "count": len(self._events)}, indent=2)


class EventLines:
    """The events of the documented JSON, one object a line: what can be read while a run goes on."""

    def add(self, events: list[RunEvent]) -> None:
        """Prints a line for each event."""
        print_json(*map(event_object, events))

    def end(self) -> None:
        """Nothing: every line stands for itself."""
