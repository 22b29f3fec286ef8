"""Files of lines: a saved run with a header, or any events one a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from itertools import islice

from pydantic import ValidationError

from run_tui.archive import EVENTS, EventObject, Header, header_of, is_header, page_of
from run_tui.errors import BadAnswer
from run_tui.model import EventPage
from run_tui.sources._archive_content import Content
from run_tui.sources._archive_form import Beginning, Ending, Place, first_found


class Lines:
    """Such a file, known by `name`. Raises `BadAnswer` where its first line is neither a header nor an event."""

    noun, separator = "Line", b"\n"

    def __init__(self, content: Content, name: str) -> None:
        line = first_found(content, _first_line) or content.read(0, content.size)
        header = _read_header(line, name)
        if header is None:
            self.beginning = Beginning(Place(0, 0), _first_run_id(line, name))
        else:
            self.beginning = Beginning(
                Place(1, len(line)),
                header.run.id,
                run=header.run,
                steps=header.steps,
                runs=header.runs,
                count=header.count,
                origin=_origin(header),
                saved_at=header.saved_at,
            )
        self._names = {run.id: run.name for run in self.beginning.runs}
        self._ids = self._names.keys() or {self.beginning.run_id}

    def pieces(self, text: bytes, limit: int, *, whole: bool) -> Sequence[bytes]:
        """At most `limit` lines."""
        lines = list(islice(BytesIO(text), limit))
        if lines and not whole and not lines[-1].endswith(b"\n"):
            lines.pop()
        return lines

    def events(self, pieces: Sequence[bytes]) -> Sequence[EventObject]:
        """The events of some lines, if each is one of this run."""
        text = b"[" + b",".join(pieces) + b"]"
        try:
            events = EVENTS.validate_json(text)
        except ValidationError:
            events = EVENTS.validate_python(json.loads(text))  # takes halves of surrogate pairs too
        if len(events) != len(pieces) or not all(event["runId"] in self._ids for event in events):
            raise ValueError("not one event of the run each")
        return events

    def page(self, events: Sequence[EventObject]) -> EventPage:
        """Events as columns."""
        return page_of(self.beginning.run_id, events, self._names)

    def first_from(self, text: bytes) -> int:
        """The beginning of the first whole line."""
        return text.find(b"\n") + 1 or -1

    def ending(self, content: Content) -> Ending:
        """The last line's end."""
        return Ending(content.size)


def _origin(header: Header) -> str:
    origin = f", from {header.where}" if header.where else ""
    return f"{origin}, only {header.filter}" if header.filter else origin


def _first_line(text: bytes) -> bytes | None:
    end = text.find(b"\n") + 1
    return text[:end] if end else None


def _read_header(line: bytes, name: str) -> Header | None:
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        raise BadAnswer(f"{name} holds no run: its first line is damaged") from None
    if not is_header(first):
        return None
    try:
        return header_of(first)
    except ValidationError:
        raise BadAnswer(f"{name} holds no run: its first line is damaged") from None
    except ValueError as error:
        raise BadAnswer(f"{name} cannot be read: {error}") from None


def _first_run_id(line: bytes, name: str) -> str:
    try:
        return EVENTS.validate_python([json.loads(line)])[0]["runId"]
    except ValidationError:
        raise BadAnswer(f"{name} holds no run that run-tui has saved, and no events") from None
