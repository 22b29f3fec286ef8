"""Files that are one JSON object: a `dagster debug export`, or the document that `run-events get --json` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError

from run_tui.archive import EVENTS, page_of
from run_tui.errors import BadAnswer
from run_tui.model import MAX_PAGE, EventDetails, EventPage, Run, Step, iso_timestamp
from run_tui.sources._archive_run import told_run
from run_tui.sources._dagster_export import STORED_EVENTS, exported_page, exported_run, exported_steps
from run_tui.sources._json_members import BrokenJson, JsonMembers

EXPORTED, DOCUMENTED = "event_list", "events"
"""The member that holds the events of an export, and of a document."""
_FORMS: dict[str, tuple[TypeAdapter[list[Any]], Callable[[str, Sequence[Any]], EventPage]]] = {
    EXPORTED: (STORED_EVENTS, exported_page),
    DOCUMENTED: (EVENTS, page_of),
}


class SavedTable:
    """The run in such a file, held as columns; `damage` tells what is known to be wrong with the file.

    Raises `BadAnswer` where the text is nothing of the kind.
    """

    origin = ""

    def __init__(self, text: str, name: str, damage: Sequence[str] = ()) -> None:
        self._name = name
        self._told: list[str] = []
        self._first: Mapping[str, object] = {}
        self._lost = 0
        self._details: dict[int, EventDetails] = {}
        self._times: list[str] = []
        self._levels: list[str] = []
        self._types: list[str | None] = []
        self._steps: list[str | None] = []
        self._messages: list[str] = []
        others = self._read(text)
        self._told = [*damage] or self._told
        self.run = self._run(others)
        self.steps = self._plan(others)
        self.runs: Sequence[Run] = ()

    @property
    def saved_at(self) -> str:
        """Its last event's time."""
        return iso_timestamp(self._times[-1]) if self._times else self.run.created_at

    def page(self, cursor: str | None, limit: int) -> EventPage:
        """At most `limit` events after the first `cursor` ones; what could not be read is told with the last."""
        start = _number(cursor)
        part, has_more = slice(start, start + limit), start + limit < len(self._times)
        last = not has_more and start < len(self._times)
        return EventPage(
            self.run.id,
            timestamps=self._times[part],
            levels=self._levels[part],
            types=self._types[part],
            steps=self._steps[part],
            messages=self._messages[part],
            details={
                index: details for index in range(limit) if (details := self._details.get(start + index)) is not None
            },
            cursor=str(min(start + limit, len(self._times))),
            has_more=has_more,
            skipped=tuple(self._told) if last else (),
            skipped_count=self._lost if last else 0,
        )

    def tail(self, after: str | None) -> str | None:
        """None: all is at hand."""

    def between(self, cursor: str | None, later: str) -> int:
        """How many events lie between two places."""
        return _number(later) - _number(cursor)

    def close(self) -> None:
        """Nothing is left open."""

    def _read(self, text: str) -> Mapping[str, object]:
        """Takes in the events; returns the members beside them. What comes after a broken place is lost."""
        others: dict[str, object] = {}
        elements = self._elements(text, others)
        while events := list(islice(elements, MAX_PAGE)):
            form = events[0][0]
            self._take(form, [event for _, event in events])
        return others

    def _elements(self, text: str, others: dict[str, object]) -> Iterator[tuple[str, object]]:
        try:
            for key, value in JsonMembers(text, _FORMS):
                if key in _FORMS:
                    yield key, value
                else:
                    others[key] = value
        except BrokenJson as error:
            self._told.append(
                f"{self._name} is damaged or cut off after {error.place:,} characters: what follows is lost."
            )

    def _take(self, form: str, events: list[object]) -> None:
        adapter, page_of_events = _FORMS[form]
        try:
            good = adapter.validate_python(events)
        except ValidationError:
            good = [one for event in events for one in _valid(adapter, event)]
            self._told += [] if self._lost else [f"{self._name} holds events that cannot be read."]
            self._lost += len(events) - len(good)
        if not self._first and good:
            self._first = good[0]
        page, before = page_of_events("", good), len(self._times)
        self._times += page.timestamps
        self._levels += page.levels
        self._types += page.types
        self._steps += page.steps
        self._messages += page.messages
        self._details.update((before + index, details) for index, details in page.details.items())

    def _run(self, others: Mapping[str, object]) -> Run:
        """The run as the file has it; where that part is lost, as its events tell of it."""
        told = told_run("", EventPage("", types=self._types, timestamps=self._times))
        try:
            run = exported_run(others.get("pipeline_run"))
        except ValueError:
            run_id = others.get("run_id") or self._first.get("runId") or self._first.get("run_id")
            if not isinstance(run_id, str):
                raise BadAnswer(f"{self._name} holds no run: neither a saved one nor a debug export") from None
            job = self._first.get("pipeline_name")
            return told.model_copy(update={"id": run_id, "pipeline_name": job if isinstance(job, str) else None})
        times = {"created_at": told.created_at, "started_at": told.started_at, "ended_at": told.ended_at}
        return run.model_copy(update=times)

    def _plan(self, others: Mapping[str, object]) -> Sequence[Step]:
        try:
            return exported_steps(others.get("execution_plan_snapshot"))
        except (ValueError, BadAnswer):
            return ()


def _valid(adapter: TypeAdapter[list[Any]], event: object) -> list[Any]:
    try:
        return adapter.validate_python([event])
    except ValidationError:
        return []


def _number(cursor: str | None) -> int:
    if cursor is not None and not cursor.isdecimal():
        raise BadAnswer(f"{cursor!r} is no cursor of a file")
    return int(cursor or 0)
