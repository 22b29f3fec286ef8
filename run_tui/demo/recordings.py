"""The runs recorded from a real server, as they lie in the package."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_HEAD = 1 << 17
"""A run's own part comes first in its file and is shorter than this many bytes; its events may be megabytes."""


@dataclass
class Recording:
    """One run as the GraphQL objects a server told it in, each read when it is asked for."""

    name: str
    file: Traversable

    @cached_property
    def run(self) -> dict[str, Any]:
        """The finished run."""
        with self.file.open("rb") as stream, gzip.open(stream) as text:
            head = text.read(_HEAD).decode()
        run: dict[str, Any] = json.JSONDecoder().raw_decode(head, head.index(":") + 1)[0]
        return run

    @property
    def events(self) -> list[dict[str, Any]]:
        """Everything it logged, in the server's order."""
        events: list[dict[str, Any]] = self._whole["events"]
        return events

    @property
    def captured_logs(self) -> dict[str, dict[str, str]]:
        """By file key, what its processes wrote to `stdout` and `stderr`."""
        logs: dict[str, dict[str, str]] = self._whole["captured_logs"]
        return logs

    @cached_property
    def _whole(self) -> dict[str, Any]:
        whole: dict[str, Any] = json.loads(gzip.decompress(self.file.read_bytes()))
        for event in whole["events"]:
            if event.get("error"):
                event["error"]["causes"] = list(_causes(event["error"]))
        return whole


def _causes(error: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The causes nested in an error, one by one: servers tell them in both ways."""
    cause = error.get("cause")
    if cause is not None:
        yield cause
        yield from _causes(cause)


class Waiting:
    """A recorded run that is still in the queue and has only just been told so."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    @cached_property
    def run(self) -> dict[str, Any]:
        """The run before anything has happened."""
        run = self._recording.run
        created = run["creationTime"]
        never = {"startTime": None, "endTime": None}
        stats = {
            **run["stats"],
            **never,
            "launchTime": None,
            "enqueuedTime": created,
            "stepsSucceeded": 0,
            "stepsFailed": 0,
        }
        queued = {"status": "QUEUED", "runStatus": "QUEUED", "updateTime": created, "canTerminate": True}
        return {**run, **never, **queued, "stats": stats, "stepStats": []}

    @property
    def events(self) -> list[dict[str, Any]]:
        """The one event of a run in the queue."""
        first = self._recording.events[0]
        timestamp = str(int(self.run["creationTime"] * 1000))
        return [{**first, "__typename": "RunEnqueuedEvent", "eventType": "RUN_ENQUEUED", "timestamp": timestamp}]

    @property
    def captured_logs(self) -> dict[str, dict[str, str]]:
        """Nothing: it has no process."""
        return {}


@cache
def recording(name: str) -> Recording:
    """The recording of that name, which every caller shares."""
    from importlib.resources import files

    return Recording(name, files(__package__) / "data" / f"{name}.json.gz")
