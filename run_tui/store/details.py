"""Errors and metadata, kept as the text that filters look through and a shape that tells its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from run_tui.model import ErrorInfo, EventDetails, MetadataEntry

PART = "\x1f"
"""Stands between the searchable parts of a row's text, so that no phrase matches across two of them."""

Shape = tuple[int, ...]
"""How to read a row's text back: how often its message holds PART, the number of errors, of each the number of its
stack's frames, then a mark for each field. An error's fields are its class, its message and the frames, those of a
metadata entry its label, value and description. A mark is 0 for None and 1 for "", which have no part in the text, and
2 + n for a part that holds PART itself n times.
"""


def pack(message: str, details: EventDetails) -> tuple[str, Shape]:
    """A row's whole text, its parts divided by PART, and what `unpack` needs beside it."""
    errors = details.error.chain if details.error else ()
    fields: list[str | None] = []
    for error in errors:
        fields += error.class_name, error.message, *error.stack
    for entry in details.metadata:
        fields += entry.label, entry.value, entry.description
    parts = [message, *filter(None, fields)]
    text = PART.join(parts)
    # Hardly ever does a part hold a divider itself, and counting them all at once shows it.
    if text.count(PART) < len(parts):
        marks = [2 if field else 0 if field is None else 1 for field in fields]
    else:
        marks = [2 + field.count(PART) if field else 0 if field is None else 1 for field in fields]
    return text, (message.count(PART), len(errors), *(len(error.stack) for error in errors), *marks)


def message_of(text: str, shape: Shape) -> str:
    """The message of a packed row."""
    return PART.join(islice(text.split(PART, shape[0] + 1), shape[0] + 1))


def unpack(text: str, shape: Shape) -> EventDetails:
    """The details of a packed row."""
    dividers, errors, *rest = shape
    fields = _fields(text.split(PART)[dividers + 1 :], rest[errors:])
    links = [
        (next(fields), next(fields) or "", tuple(frame or "" for frame in islice(fields, frames)))
        for frames in rest[:errors]
    ]
    error = None
    for class_name, message, stack in reversed(links):
        error = ErrorInfo(class_name=class_name, message=message, stack=stack, cause=error)
    entries = (
        MetadataEntry(label=label or "", value=value or "", description=description)
        for label, value, description in zip(fields, fields, fields, strict=True)
    )
    return EventDetails(error=error, metadata=tuple(entries))


def _fields(pieces: list[str], marks: Iterable[int]) -> Iterator[str | None]:
    at = 0
    for mark in marks:
        if mark > 1:
            yield PART.join(pieces[at : at + mark - 1])
            at += mark - 1
        else:
            yield "" if mark else None
