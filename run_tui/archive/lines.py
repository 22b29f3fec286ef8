"""The lines of a saved run: a header, then one event each, all of them JSON objects in ASCII.

An event is the object of the Run API documents, with its attempt, error and metadata where it has them:

    {"format": "run-tui run", "version": 1, "system": ..., "where": ..., "savedAt": ..., "filter": ..., "count": ...,
     "run": {"id": ..., "status": ...}, "steps": [{"key": ..., "dependsOn": [...]}]}
    {"runId": ..., "message": ..., "timestamp": ..., "level": ..., "stepKey": ..., "eventType": ..., "attempt": 1,
     "error": {"className": ..., "message": ..., "stack": [...], "cause": {...}}, "metadata": [{"label": ..., ...}]}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, with_config

# pydantic takes the standard library's TypedDict from Python 3.12 on only, and brings this one along.
from typing_extensions import TypedDict

from run_tui.model import ErrorInfo, EventDetails, EventPage, MetadataEntry, Run, RunEvent, RunName, Step

FORMAT, VERSION = "run-tui run", 1
_LATER = ConfigDict(defer_build=True)


@dataclass(frozen=True, slots=True)
class Header:
    """Where a saved run comes from and what it was then; `filter` is what its events fit, "" for all of them.

    `saved_at` is ISO 8601; `count` is how many events follow, None where that was not known yet. Where events of
    several runs are saved together `run` is what they are as one, and `runs` are they.
    """

    run: Run
    steps: tuple[Step, ...] = ()
    system: str = ""
    where: str = ""
    saved_at: str = ""
    filter: str = ""
    count: int | None = None
    runs: tuple[Run, ...] = ()


@with_config(_LATER)
class _Step(TypedDict):
    key: str
    kind: str
    dependsOn: list[str]
    template: NotRequired[str | None]


@with_config(_LATER)
class _Header(TypedDict):
    format: Literal["run-tui run"]
    version: Annotated[int, Field(ge=1)]
    run: Run
    steps: NotRequired[list[_Step]]
    system: NotRequired[str]
    where: NotRequired[str]
    savedAt: NotRequired[str]
    filter: NotRequired[str]
    count: NotRequired[int | None]
    runs: NotRequired[list[Run]]


class _Entry(TypedDict):
    label: str
    value: str
    description: NotRequired[str | None]


class _Error(TypedDict):
    className: str | None
    message: str
    stack: list[str]
    cause: NotRequired[_Error | None]


class EventObject(TypedDict):
    """One event as a line has it."""

    runId: str
    message: str
    timestamp: str
    level: str
    stepKey: NotRequired[str | None]
    eventType: NotRequired[str | None]
    attempt: NotRequired[Annotated[int, Field(ge=1, lt=2**31)] | None]
    error: NotRequired[_Error | None]
    metadata: NotRequired[list[_Entry]]


_HEADER = TypeAdapter(_Header)
EVENTS: TypeAdapter[list[EventObject]] = TypeAdapter(list[EventObject], config=_LATER)
"""Checks that objects are events."""


def header_line(header: Header) -> str:
    """The first line of a saved run, equally long whatever its `count`: that is written last."""
    told = {
        "format": FORMAT,
        "version": VERSION,
        "system": header.system,
        "where": header.where,
        "savedAt": header.saved_at,
        "filter": header.filter,
        "run": header.run.model_dump(),
        "steps": [
            {"key": step.key, "kind": step.kind, "dependsOn": step.depends_on, "template": step.template}
            for step in header.steps
        ],
    }
    if header.runs:
        told["runs"] = [run.model_dump() for run in header.runs]
    count = "null" if header.count is None else str(header.count)
    return f'{json.dumps(told)[:-1]}, "count": {count:>12}}}'


def is_header(found: object) -> bool:
    """Whether an object means to be the header of a saved run."""
    return isinstance(found, Mapping) and found.get("format") == FORMAT


def header_of(found: object) -> Header:
    """The header that an object is. Raises `ValueError` where it is none, or one of a later version."""
    told = _HEADER.validate_python(found)
    if told["version"] > VERSION:
        raise ValueError("it was saved by a later version of run-tui")
    return Header(
        run=told["run"],
        steps=tuple(
            Step(step["key"], step["kind"], tuple(step["dependsOn"]), step.get("template"))
            for step in told.get("steps", ())
        ),
        system=told.get("system", ""),
        where=told.get("where", ""),
        saved_at=told.get("savedAt", ""),
        filter=told.get("filter", ""),
        count=told.get("count"),
        runs=tuple(told.get("runs", ())),
    )


def event_object(event: RunEvent) -> dict[str, Any]:
    """An event as the Run API documents have it."""
    return {
        "runId": event.run_id,
        "message": event.message,
        "timestamp": event.timestamp,
        "level": event.level,
        "stepKey": event.step_key,
        "eventType": event.event_type,
    }


def event_line(event: RunEvent) -> str:
    """A line of a saved run."""
    told = event_object(event)
    if event.attempt is not None:
        told["attempt"] = event.attempt
    if event.error is not None:
        told["error"] = _error_object(event.error)
    if event.metadata:
        told["metadata"] = [
            {"label": entry.label, "value": entry.value, "description": entry.description} for entry in event.metadata
        ]
    return json.dumps(told)


def page_of(
    run_id: str, events: Sequence[EventObject], names: Mapping[str, RunName] = MappingProxyType({})
) -> EventPage:
    """Events as columns; their attempts too, if every event of a step tells its own.

    Those of several runs tell which each is of, by their `names`, which are keyed by id.
    """
    steps = [event.get("stepKey") for event in events]
    attempts = [event.get("attempt") or 0 for event in events]
    all_told = all(attempt or step is None for attempt, step in zip(attempts, steps, strict=True))
    return EventPage(
        run_id,
        timestamps=[event["timestamp"] for event in events],
        levels=[event["level"] for event in events],
        types=[event.get("eventType") for event in events],
        steps=steps,
        messages=[event["message"] for event in events],
        details={
            index: _details(event) for index, event in enumerate(events) if event.get("error") or event.get("metadata")
        },
        attempts=attempts if all_told else (),
        runs=[names[event["runId"]] for event in events] if names else (),
    )


def _details(event: EventObject) -> EventDetails:
    error = event.get("error")
    return EventDetails(
        error=_error_of(error) if error else None,
        metadata=tuple(
            MetadataEntry(label=entry["label"], value=entry["value"], description=entry.get("description"))
            for entry in event.get("metadata", ())
        ),
    )


def _error_object(error: ErrorInfo) -> dict[str, Any]:
    told: dict[str, Any] | None = None
    for link in reversed(error.chain):
        told = {"className": link.class_name, "message": link.message, "stack": link.stack, "cause": told}
    return told or {}


def _error_of(told: _Error) -> ErrorInfo:
    links: list[_Error] = []
    link: _Error | None = told
    while link:
        links.append(link)
        link = link.get("cause")
    error: ErrorInfo | None = None
    for link in reversed(links):
        error = ErrorInfo(
            class_name=link["className"], message=link["message"], stack=tuple(link["stack"]), cause=error
        )
    assert error is not None
    return error
