"""What a Hub Log server's answers look like, by the server's own names; fields that are not named here are ignored.

The service's document names endpoints and parameters, and of the answers only the pages, the phases' `success`,
`message`, `total` and path, the counts and the fields of errors. What else is relied upon is assumed here:

- an item of the search has its phases by name, or inside `log`; one that has not begun is null or missing, and one that
  goes on has no `success` yet;
- a log line has `timestamp`, `level` and `message`;
- an attempt's metadata may tell when it began and ended and whether it succeeded, under one of the names below; an
  attempt that never was has no metadata, as a page without items or as 404;
- a run may end without its last phases, which no answer tells: where all that have begun have succeeded and a day has
  passed since, no other will begin;
- a search lists the newest runs first; a run was created at the time in its Airflow id, else as its date began.
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypeVar

from pydantic import AliasChoices, AliasPath, Field, TypeAdapter
from typing_extensions import TypedDict

T = TypeVar("T")

LAST_PHASE_BEGINS = 86_400.0
"""Seconds after which no further phase begins, counted from the run's creation or the end of its last phase."""

PHASES = ("event", "extract", "transform", "load")
"""The phases in the order in which they run."""


class Phase(TypedDict):
    """How a phase went; `success` is null while it goes on, `total` counts the rows of its data."""

    success: NotRequired[bool | None]
    message: NotRequired[str | None]
    total: NotRequired[int | None]
    path: NotRequired[Annotated[str | None, Field(validation_alias=AliasChoices("s3_data_path", "path"))]]


def _phase(name: str) -> Any:
    return Field(validation_alias=AliasChoices(name, AliasPath("log", name)))


class WireRun(TypedDict):
    """A run as the search and the summary tell it."""

    run_id: str
    dag_id: NotRequired[str | None]
    date: NotRequired[str | None]
    event: NotRequired[Annotated[Phase | None, _phase("event")]]
    extract: NotRequired[Annotated[Phase | None, _phase("extract")]]
    transform: NotRequired[Annotated[Phase | None, _phase("transform")]]
    load: NotRequired[Annotated[Phase | None, _phase("load")]]


class Log(TypedDict):
    """One line of a phase's log."""

    timestamp: str
    level: str
    message: str | None


class Error(TypedDict):
    """One error of a phase."""

    error_type: NotRequired[str | None]
    error_title: NotRequired[str | None]
    error_status: NotRequired[int | str | None]
    error_detail: NotRequired[str | None]
    traceback: NotRequired[str | None]


Row = dict[str, Any]
"""A row whose columns are the customer's own, or an attempt's metadata."""


class LogPage(TypedDict):
    """A page of log lines."""

    items: list[Log]
    total: int
    limit: NotRequired[int]
    offset: NotRequired[int]


class ErrorPage(TypedDict):
    """A page of errors."""

    items: list[Error]
    total: int
    limit: NotRequired[int]
    offset: NotRequired[int]


class RowPage(TypedDict):
    """A page of rows."""

    items: list[Row]
    total: int
    limit: NotRequired[int]
    offset: NotRequired[int]


class RunPage(TypedDict):
    """A page of the search."""

    items: list[WireRun]
    total: int
    limit: NotRequired[int]
    offset: NotRequired[int]


STARTED = ("started_at", "start_time", "start_date")
ENDED = ("finished_at", "ended_at", "end_time", "end_date")
"""The names under which an attempt's metadata may tell its times."""


def adapter(shape: type[T]) -> TypeAdapter[T]:
    """What checks answers of a shape."""
    found: TypeAdapter[T] = _adapters.get(shape) or TypeAdapter(shape)
    _adapters[shape] = found
    return found


_adapters: dict[object, TypeAdapter[Any]] = {}
