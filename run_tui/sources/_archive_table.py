"""Files that are one JSON object: a `dagster debug export`, or the document that `run-events get --json` prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any

from pydantic import TypeAdapter, ValidationError

from run_tui.archive import EVENTS, page_of
from run_tui.errors import BadAnswer
from run_tui.model import EventPage, Run, Step
from run_tui.sources._archive_content import Content
from run_tui.sources._archive_form import Beginning, Ending, Place, first_found
from run_tui.sources._dagster_export import exported_page, exported_run, exported_steps
from run_tui.sources._dagster_stored import EVENTS as STORED_EVENTS

EXPORTED, DOCUMENTED = "event_list", "events"
"""The member that holds the events of an export, and of a document."""
_FORMS: dict[str, tuple[TypeAdapter[list[Any]], Callable[[str, Sequence[Any]], EventPage]]] = {
    EXPORTED: (STORED_EVENTS, exported_page),
    DOCUMENTED: (EVENTS, page_of),
}
_ARRAY = re.compile(rf'"({EXPORTED}|{DOCUMENTED})"\s*:\s*\[\s*(?=\S)'.encode())
_HEAD = re.compile(rb'\{\s*"\w+"\s*:\s*(?:"[^"\\]*"|[^",{}\[\]]+)\s*,')
_BETWEEN = b", \t\r\n"
_BACK = 1 << 18
_DECODER = json.JSONDecoder()
Members = Mapping[str, Any]


class Table:
    """Such a file, known by `name`. Raises `BadAnswer` where it is nothing of the kind.

    Its elements are told apart by what they all begin with: no other object in them begins so, and in a text of theirs
    the quotes would be escaped.
    """

    noun = "Event"

    def __init__(self, content: Content, name: str) -> None:
        array = first_found(content, _ARRAY.search)
        if array is None:
            raise BadAnswer(f"{name} holds no run: neither a saved one nor a debug export")
        self._adapter, self._page = _FORMS[array[1].decode()]
        self._before = _members(array.string[: array.end()] + b"]}") or {}
        first = first_found(content, lambda text: _element(text, array.end()))
        self.separator, told = first or (b"", {})
        told = {**told, **self._before}
        run_id, job = told.get("run_id") or told.get("runId"), told.get("pipeline_name")
        self.beginning = Beginning(
            Place(0, array.end()),
            run_id if isinstance(run_id, str) else "",
            job=job if isinstance(job, str) else None,
        )

    def pieces(self, text: bytes, limit: int, *, whole: bool) -> Sequence[bytes]:
        """At most `limit` elements, with what stands between them."""
        starts = [found.start() for found in islice(re.finditer(re.escape(self.separator), text), limit + 1)]
        if whole and len(starts) <= limit:
            starts.append(len(text))
        return [text[start:end] for start, end in pairwise(starts)]

    def events(self, pieces: Sequence[bytes]) -> Sequence[Any]:
        """The events of some elements."""
        text = b"[" + b"".join(pieces).rstrip(_BETWEEN) + b"]"
        try:
            return self._adapter.validate_json(text)
        except ValidationError:
            return self._adapter.validate_python(json.loads(text))  # takes halves of surrogate pairs too

    def page(self, events: Sequence[Any]) -> EventPage:
        """Events as columns."""
        return self._page(self.beginning.run_id, events)

    def first_from(self, text: bytes) -> int:
        """The beginning of the first element."""
        return text.find(self.separator)

    def ending(self, content: Content) -> Ending:
        """The last element's end, and what the members of the object tell."""
        last = self._last_element(content)
        text = content.read(last, content.size).decode("utf-8", "surrogateescape")
        try:
            at = _DECODER.raw_decode(text)[1] if self.separator else 0
        except (ValueError, RecursionError):
            return Ending(last, whole=False)
        end = last + len(text[:at].encode("utf-8", "surrogateescape"))
        after = _members("{" + text[at:].lstrip().removeprefix("]").lstrip().removeprefix(","))
        told = {**self._before, **(after or {})}
        return Ending(end, after is not None, _run(told), _plan(told))

    def _last_element(self, content: Content) -> int:
        room, start = _BACK, self.beginning.start.offset
        while self.separator:
            first = max(start, content.size - room)
            found = content.read(first, room).rfind(self.separator)
            if found >= 0:
                return first + found
            room *= 2
        return start


def _element(text: bytes, start: int) -> tuple[bytes, Members] | None:
    """What the first element begins with, "" where the array is empty, and what it tells; None if it is cut off."""
    rest = text[start:]
    if rest.startswith(b"]"):
        return b"", {}
    head = _HEAD.match(rest)
    try:
        element, _ = _DECODER.raw_decode(rest.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return None
    return (head[0], element) if head and isinstance(element, dict) else None


def _members(text: str | bytes) -> Members | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _run(told: Members) -> Run | None:
    try:
        return exported_run(told.get("pipeline_run"))
    except ValueError:
        return None


def _plan(told: Members) -> Sequence[Step]:
    try:
        return exported_steps(told.get("execution_plan_snapshot"))
    except (ValueError, BadAnswer):
        return ()
