"""An event log of a PySpur run, which the server does not keep: what changed between one look at the run and the next.

Events are numbered as they are found out, and a number is the cursor: the server's times come late and out of order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from run_tui.model import EventDetails, EventPage, MetadataEntry, RunStatus, epoch_ms
from run_tui.sources import _pyspur_wire as wire
from run_tui.sources._pyspur_errors import error_of
from run_tui.sources._pyspur_models import as_json, ended_ms, server_offset, status_of, task_end_ms
from run_tui.sources._pyspur_plan import Plan

SHORT = 160
"""Characters of a node's outputs in its event's message; the details have all."""
ESTIMATED = MetadataEntry(label="time", value="estimated: the server does not tell when this began")

START = "INFO", "STEP_START"
RESUMED = "INFO", "STEP_RESUMED"
SUCCESS = "INFO", "STEP_SUCCESS"
PAUSED = "WARNING", "STEP_SUSPENDED"
SKIPPED = "WARNING", "STEP_SKIPPED"
NOT_TAKEN = "DEBUG", "STEP_SKIPPED"

_STARTED = frozenset({"RUNNING", "COMPLETED", "FAILED", "PAUSED"})
_ENDINGS = {
    RunStatus.SUCCESS: ("RUN_SUCCESS", "INFO"),
    RunStatus.FAILURE: ("RUN_FAILURE", "ERROR"),
    RunStatus.CANCELING: ("RUN_CANCELING", "WARNING"),
    RunStatus.CANCELED: ("RUN_CANCELED", "WARNING"),
    RunStatus.SUSPENDED: ("RUN_SUSPENDED", "WARNING"),
}


@dataclass(frozen=True, slots=True)
class _Event:
    """One event; `time` is epoch milliseconds."""

    time: int
    level: str
    type: str
    step: str | None
    message: str
    details: EventDetails | None = None


class RunLog:
    """All that has been seen of one run; `began` tells it from an earlier run of the same id, which servers reuse."""

    def __init__(self, began: str) -> None:
        self.began = began
        self._events: list[_Event] = []
        self._states: dict[str, str] = {}
        self._running: set[str] = set()
        self._status: RunStatus | None = None

    def __len__(self) -> int:
        return len(self._events)

    def take(self, run: wire.Run, now: float) -> None:
        """Adds what has changed since the last look; `now` is epoch seconds."""
        status = status_of(run, now)
        look = _Look(run, int(now * 1000))
        if self._status is None and status is not RunStatus.QUEUED:
            self._events.append(look.run_started())
        self._events += self._news(look)
        if status is not self._status:
            self._events += look.run_changed(self._status, status)
            self._status = None if status is RunStatus.QUEUED else status

    def page(self, run_id: str, start: int, limit: int) -> EventPage:
        """Up to `limit` events after the first `start`."""
        events = self._events[start : start + limit]
        end = start + len(events)
        return EventPage(
            run_id,
            timestamps=[str(event.time) for event in events],
            levels=[event.level for event in events],
            types=[event.type for event in events],
            steps=[event.step for event in events],
            messages=[event.message for event in events],
            details={place: event.details for place, event in enumerate(events) if event.details is not None},
            cursor=cursor_of(end, self.began) if end else None,
            has_more=end < len(self._events),
        )

    def _news(self, look: _Look) -> list[_Event]:
        """What became of the tasks, in the order of time and, where that is the same, of the plan."""
        news = []
        for task in look.run.tasks:
            before = self._states.get(task.id)
            self._states[task.id] = task.status
            if task.status == before:
                continue
            if task.status in _STARTED and task.id not in self._running:
                self._running.add(task.id)
                news.append(look.started(task))
            if before == "PAUSED" and task.status in _STARTED:
                news.append(look.resumed(task))
            news += look.changed(task, started=task.id in self._running)
        return sorted(news, key=look.place)


class _Look:
    """One look at a run, at `now` (epoch milliseconds), and how it reads as events."""

    def __init__(self, run: wire.Run, now: int) -> None:
        self.run, self.now = run, now
        self.plan = Plan.of(run.definition)
        self._offset = server_offset(run)
        self._began = epoch_ms(run.start_time)
        self._places = {key: place for place, key in enumerate(self.plan.order())}
        ends = ((task.node_id, task_end_ms(task, self._offset)) for task in run.tasks)
        self._ends = {key: end for key, end in ends if end is not None}

    def place(self, event: _Event) -> tuple[int, int]:
        """Where an event belongs among those of the same look; a node's own stay as they are."""
        return event.time, self._places.get(event.step or "", len(self._places))

    def run_started(self) -> _Event:
        """The run's first event."""
        workflow = self.run.workflow_version
        name = workflow.name if workflow is not None else ""
        version = f" version {workflow.version}" if workflow is not None and workflow.version is not None else ""
        kind = f", {self.run.run_type}" if self.run.run_type else ""
        details = _json_details(inputs=self.run.initial_inputs)
        return _Event(self._began, "INFO", "RUN_START", None, f"Started {name or 'a workflow'}{version}{kind}", details)

    def run_changed(self, before: RunStatus | None, after: RunStatus) -> Iterator[_Event]:
        """What became of the run as a whole."""
        if after in _ENDINGS:
            event_type, level = _ENDINGS[after]
            time = ended_ms(self.run) if after.finished else self._paused_at()
            details = _json_details(outputs=self.run.outputs) if after.finished else None
            yield _Event(time, level, event_type, None, self._run_message(after), details)
        elif before is not None:
            yield _Event(self.now, "INFO", "RUN_RESUMED", None, f"{_word(before)}, then {_word(after)}")

    def started(self, task: wire.Task) -> _Event:
        """A task's start: servers tell the right time only of what was restarted after a pause."""
        told = epoch_ms(task.start_time or "")
        if told >= self._began:
            return self._event(task, START, "started", told)
        ends = [self._ends[need] for need in self.plan.needs.get(task.node_id, ()) if need in self._ends]
        time = min(max(ends, default=self._began), self._ends.get(task.node_id, self.now))
        return self._event(task, START, "started (time estimated)", time, EventDetails(metadata=(ESTIMATED,)))

    def resumed(self, task: wire.Task) -> _Event:
        """Somebody has decided on what waited for them."""
        return self._event(task, RESUMED, "resumed", self._ended(task))

    def changed(self, task: wire.Task, *, started: bool) -> Iterator[_Event]:
        """What has become of a task, where that is more than its start."""
        end = self._ended(task)
        match task.status:
            case "COMPLETED":
                yield self._event(task, SUCCESS, f"completed{_outputs(task)}", end, _task_details(task))
            case "FAILED":
                lines = (task.error or "").strip().splitlines()
                message = lines[-1] if lines else "It failed without saying why."
                yield _Event(end, "ERROR", "STEP_FAILURE", task.node_id, message, _task_details(task))
            case "PAUSED":
                yield self._event(task, PAUSED, f"waits for somebody: {self._question(task)}", end, _task_details(task))
            case "CANCELED" if task.error:
                yield self._event(task, SKIPPED, f"not executed: {task.error.strip()}", end)
            case "CANCELED" if started or self.run.status == "CANCELED":
                yield self._event(task, SKIPPED, "canceled", end)
            case "CANCELED":
                yield self._event(task, NOT_TAKEN, "not executed: its branch was not taken", end)

    def _event(
        self, task: wire.Task, kind: tuple[str, str], what: str, time: int, details: EventDetails | None = None
    ) -> _Event:
        level, event_type = kind
        return _Event(time, level, event_type, task.node_id, f"{self._name(task)} {what}", details)

    def _name(self, task: wire.Task) -> str:
        """What a node is called: its kind, and its title where that is not its id."""
        node = self.plan.nodes.get(task.node_id)
        kind = task.node_type or (node.node_type if node is not None else "") or "node"
        title = node.title if node is not None else ""
        return kind if title in ("", task.node_id) else f"{title} ({kind})"

    def _question(self, task: wire.Task) -> str:
        node = self.plan.nodes.get(task.node_id)
        return str((node.config if node is not None else {}).get("message") or "no message")

    def _ended(self, task: wire.Task) -> int:
        end = task_end_ms(task, self._offset)
        return self.now if end is None else end

    def _paused_at(self) -> int:
        return self.now if self.run.end_time is None else epoch_ms(self.run.end_time)

    def _run_message(self, status: RunStatus) -> str:
        failed = [task.node_id for task in self.run.tasks if task.status == "FAILED"]
        match status:
            case RunStatus.FAILURE if failed:
                return f"Failed: {', '.join(failed)}"
            case RunStatus.FAILURE:
                return (
                    "Failed outside its nodes, and the server keeps no reason. Without the inputs it needs a run does."
                )
            case RunStatus.SUSPENDED:
                return "Waits for somebody"
        return _word(status).capitalize()


def _word(status: RunStatus) -> str:
    words = {RunStatus.SUCCESS: "completed", RunStatus.STARTED: "running", RunStatus.SUSPENDED: "paused"}
    return words.get(status, status.value.lower())


def _outputs(task: wire.Task) -> str:
    text = "" if task.outputs is None else f": {as_json(task.outputs, None)}"
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _task_details(task: wire.Task) -> EventDetails:
    told = {"inputs": task.inputs, "outputs": task.outputs, "inside": task.subworkflow_output}
    error = error_of(task.error) if task.status == "FAILED" and task.error else None
    return EventDetails(error=error, metadata=_entries(told))


def _json_details(**told: object) -> EventDetails | None:
    entries = _entries(told)
    return EventDetails(metadata=entries) if entries else None


def _entries(told: dict[str, object]) -> tuple[MetadataEntry, ...]:
    return tuple(MetadataEntry(label=label, value=as_json(value)) for label, value in told.items() if value)


def cursor_of(count: int, began: str) -> str:
    """The cursor after the first `count` events of the run that began then."""
    return f"{count}@{began}"


def place_of(cursor: str | None) -> tuple[int, str | None] | None:
    """How many events lie before a cursor, and when its run began; None for what is no cursor of ours."""
    if cursor is None:
        return 0, None
    count, mark, began = cursor.partition("@")
    return (int(count), began) if mark and count.isdecimal() and len(count) < 10 else None
