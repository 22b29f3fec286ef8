"""The demo's runs: what a server would tell of each at a given moment. All moments are epoch milliseconds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, Protocol

from .recordings import Recording, Waiting
from .retelling import Retelling, milliseconds

_LAST_WORDS = 50
"""How long after its end a run's process still tells that it is gone."""

Event = dict[str, Any]
"""A GraphQL object of one of the types that implement MessageEvent."""

_PERMISSIONS = ("hasReExecutePermission", "hasTerminatePermission", "hasDeletePermission")


class Log(Protocol):
    """All events a run will ever have, in order."""

    def __len__(self) -> int: ...

    def read(self, start: int, stop: int) -> list[Event]:
        """The events from `start` up to `stop`."""

    def known(self, now: int) -> int:
        """How many of them can be read at that moment."""


class RecordedLog:
    """The log of a run that is retold as it was."""

    def __init__(self, events: Sequence[Event], retelling: Retelling) -> None:
        self._events = [retelling(event) for event in events]
        # Processes write side by side: an event is there once all that are listed before it are.
        moments = list(accumulate((int(event["timestamp"]) for event in self._events), max))
        ended = retelling.ended
        self._moments = [at if at <= ended else max(at, ended + _LAST_WORDS) for at in moments]

    def __len__(self) -> int:
        return len(self._events)

    def read(self, start: int, stop: int) -> list[Event]:
        """See `Log`."""
        return self._events[start:stop]

    def known(self, now: int) -> int:
        """See `Log`."""
        return bisect_right(self._moments, now)


class CutLog:
    """A log up to the moment when its run was canceled, and what is told of that."""

    def __init__(self, whole: Log, run_id: str, canceled: int) -> None:
        self._events = whole.read(0, whole.known(canceled))
        self._events += [_told(run_id, canceled, event) for event in _CANCELED]

    def __len__(self) -> int:
        return len(self._events)

    def read(self, start: int, stop: int) -> list[Event]:
        """See `Log`."""
        return self._events[start:stop]

    def known(self, now: int) -> int:
        """See `Log`: nothing comes after the end."""
        return len(self._events)


_CANCELED = (
    ("RunCancelingEvent", "RUN_CANCELING", "INFO", "Sending run termination request."),
    ("RunCanceledEvent", "RUN_CANCELED", "ERROR", "Execution of run was canceled."),
)


def _told(run_id: str, moment: int, event: tuple[str, str, str, str]) -> Event:
    typename, event_type, level, message = event
    return {
        "__typename": typename,
        "runId": run_id,
        "message": message,
        "timestamp": str(moment),
        "level": level,
        "stepKey": None,
        "eventType": event_type,
        "error": None,
    }


MakeLog = Callable[[Sequence[Event], Retelling], Log]


class DemoRun:
    """A recorded run under its own id, started at its own time; `stretch` times as long as it was recorded.

    `log` makes its events from the recorded ones; `changes` take the place of what was recorded of the run itself.
    """

    def __init__(
        self,
        recording: Recording | Waiting,
        run_id: str,
        started: int,
        stretch: float = 1.0,
        log: MakeLog = RecordedLog,
        *,
        changes: dict[str, Any] | None = None,
    ) -> None:
        self.id = run_id
        self._recording = recording
        self._retelling = Retelling(recording.run, run_id, started, stretch)
        self._make_log = log
        self._changes = changes or {}
        self._canceled: int | None = None

    @cached_property
    def _run(self) -> dict[str, Any]:
        return {**self._retelling(self._recording.run), **dict.fromkeys(_PERMISSIONS, True), **self._changes}

    @cached_property
    def created(self) -> int:
        """When it is first heard of."""
        return milliseconds(self._run["creationTime"])

    @property
    def ended(self) -> int:
        """When it ends."""
        return self._retelling.ended

    @cached_property
    def log(self) -> Log:
        """Its events, made when they are first asked for."""
        whole = self._make_log(self._recording.events, self._retelling)
        return whole if self._canceled is None else CutLog(whole, self.id, self._canceled)

    def at(self, now: int) -> dict[str, Any]:
        """The run as a server tells it at that moment."""
        if self._canceled is not None:
            return _canceled(_so_far(self._run, self._canceled), self._canceled)
        return self._run if now >= self.ended else _so_far(self._run, now)

    def cancel(self, now: int) -> None:
        """Ends it, at that moment."""
        self._canceled = now
        vars(self).pop("log", None)

    def output(self, file_key: str, now: int) -> tuple[bytes, bytes] | None:
        """What a process has written by then, stdout and stderr; None if there is no such process yet."""
        logs = self._recording.captured_logs.get(file_key)
        share = self._share(file_key, now)
        if logs is None or share is None:
            return None
        stdout, stderr = (_part(self._retelling.output(logs[stream]), share) for stream in ("stdout", "stderr"))
        return stdout, stderr

    def _share(self, file_key: str, now: int) -> float | None:
        """How far a process has come by then, from 0 to 1; None before it starts."""
        if now >= self.ended:
            return 1.0
        for event in self.log.read(0, self.log.known(now)):
            if event.get("fileKey") == file_key:
                start, end = int(event["timestamp"]), self._end(event["stepKeys"])
                return min((now - start) / max(end - start, 1), 1.0)
        return None

    def _end(self, steps: Sequence[str]) -> int:
        events = self.log.read(0, len(self.log))
        return max((int(event["timestamp"]) for event in events if event["stepKey"] in steps), default=self.ended)


def _part(text: str, share: float) -> bytes:
    lines = text.splitlines(keepends=True)
    return "".join(lines[: int(len(lines) * share)]).encode()


def _so_far(run: dict[str, Any], now: int) -> dict[str, Any]:
    """A run that ends later, as it is told while it still goes on."""

    def passed(seconds: float | None) -> bool:
        return seconds is not None and milliseconds(seconds) <= now

    def known(times: dict[str, Any]) -> dict[str, Any]:
        late = {name: None for name, value in times.items() if name.endswith("Time") and not passed(value)}
        return {**times, **late}

    def step(stats: dict[str, Any]) -> dict[str, Any]:
        if passed(stats["endTime"]):
            return stats
        spans = {name: [span for span in stats[name] if passed(span["endTime"])] for name in ("attempts", "markers")}
        return {**known(stats), **spans, "status": "IN_PROGRESS"}

    steps = [step(stats) for stats in run["stepStats"] if passed(stats["startTime"])]
    states = [stats["status"] for stats in steps]
    counts = {"stepsSucceeded": states.count("SUCCESS"), "stepsFailed": states.count("FAILURE"), "materializations": 0}
    status = (
        "STARTED" if passed(run["startTime"]) else "STARTING" if passed(run["stats"]["launchTime"]) else "NOT_STARTED"
    )
    return {
        **known(run),
        "status": status,
        "runStatus": status,
        "updateTime": run["startTime"] if status == "STARTED" else run["creationTime"],
        "canTerminate": True,
        "stats": {**known(run["stats"]), **counts},
        "stepStats": steps,
    }


def _canceled(run: dict[str, Any], moment: int) -> dict[str, Any]:
    """A run that went on until then, as it is told after it was canceled."""
    ended = {"endTime": moment / 1000, "updateTime": moment / 1000}
    stats = {**run["stats"], "endTime": ended["endTime"]}
    return {**run, **ended, "status": "CANCELED", "runStatus": "CANCELED", "canTerminate": False, "stats": stats}
