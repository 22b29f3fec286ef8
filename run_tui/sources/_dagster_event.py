"""What a Dagster server tells of one event, by the server's own names; fields that are not named here are ignored."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import AliasChoices, BeforeValidator, Field

# pydantic takes the standard library's TypedDict from Python 3.12 on only, and brings this one along.
from typing_extensions import TypedDict

YEAR_1, YEAR_10000 = -62_135_596_800, 253_402_300_800
Timestamp = Annotated[str, Field(pattern=r"^(-?[0-9]{1,17}|[0-9]{4}-[ -~]{1,40})$")]
"""Epoch milliseconds, or the ISO 8601 text that the documents speak of."""

Moment = Annotated[float, Field(ge=YEAR_1, lt=YEAR_10000)] | Timestamp
"""Epoch seconds within the calendar, or a text."""

Lines = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
"""A traceback, which servers send as a list of texts and the documents show as one text."""


class AssetKey(TypedDict):
    """The asset `a/b` as its parts."""

    path: list[str]


class Column(TypedDict):
    """A table's column."""

    name: str
    type: str


class TableSchema(TypedDict):
    """A table's columns."""

    columns: list[Column]


class Table(TypedDict):
    """A table; each record is a JSON object."""

    records: list[str]
    schema: TableSchema


class ColumnSource(TypedDict):
    """A column that another one is made from."""

    assetKey: AssetKey
    columnName: str


class ColumnLineage(TypedDict):
    """What a column is made from."""

    columnName: str
    columnDeps: list[ColumnSource]


class CodeReference(TypedDict):
    """Where code is: a file, perhaps with a line, or a URL."""

    text: Annotated[str, Field(validation_alias=AliasChoices("filePath", "url"))]
    lineNumber: NotRequired[int | None]


_TEXTS = AliasChoices(
    "text", "url", "path", "jsonString", "mdStr", "floatRepr", "intRepr", "pool", "runId", "jobName"
)  # fmt: skip


class Entry(TypedDict):
    """A metadata entry: its label and its value, in a field that tells the value's kind."""

    label: str
    description: NotRequired[str | None]
    text: NotRequired[Annotated[str, Field(validation_alias=_TEXTS)]]
    boolValue: NotRequired[bool | None]
    timestamp: NotRequired[Moment]
    module: NotRequired[str]
    name: NotRequired[str]
    assetKey: NotRequired[AssetKey]
    table: NotRequired[Table]
    schema: NotRequired[TableSchema]
    lineage: NotRequired[list[ColumnLineage]]
    codeReferences: NotRequired[list[CodeReference]]


class Entries(TypedDict):
    """Whatever else a failure says of itself."""

    metadataEntries: NotRequired[list[Entry]]


class PythonError(TypedDict):
    """An exception and what caused it: one nested in the other, or all in a list."""

    message: str
    className: NotRequired[str | None]
    stack: NotRequired[Lines]
    cause: NotRequired[PythonError | None]
    causes: NotRequired[list[PythonError]]


class CheckEvaluation(TypedDict):
    """An asset check's result."""

    checkName: str
    assetKey: AssetKey
    severity: str
    success: bool
    description: NotRequired[str | None]
    metadataEntries: NotRequired[list[Entry]]


class ExpectationResult(TypedDict):
    """An expectation's result."""

    label: str | None
    success: bool
    description: NotRequired[str | None]
    metadataEntries: NotRequired[list[Entry]]


class Particulars(TypedDict):
    """The fields that only some kinds of events have."""

    error: NotRequired[PythonError | None]
    metadataEntries: NotRequired[list[Entry]]
    failureMetadata: NotRequired[Entries | None]
    secondsToWait: NotRequired[float | None]
    description: NotRequired[str | None]
    assetKey: NotRequired[AssetKey | None]
    partition: NotRequired[str | None]
    evaluation: NotRequired[CheckEvaluation]
    expectationResult: NotRequired[ExpectationResult]
    fileKey: NotRequired[str]
    stepKeys: NotRequired[list[str] | None]
    externalStdoutUrl: NotRequired[str | None]
    externalStderrUrl: NotRequired[str | None]


class Event(Particulars):
    """An event: fields that all have, and the type that plain messages lack."""

    message: str | None
    timestamp: Timestamp
    level: str
    stepKey: str | None
    eventType: NotRequired[str | None]


COMMON_FIELDS = 5
"""How many fields an event has at most that carries no details."""
