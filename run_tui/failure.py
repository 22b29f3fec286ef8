"""Which event tells why a run failed: the user's exception, not what the framework makes of it or what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from run_tui.format import clean, error_line, root_error
from run_tui.model import RunEvent, RunStatus
from run_tui.output import CAPTURED, Capture
from run_tui.timeline import Place, Timeline

_ERROR = 4
_ENDINGS = ("RUN_FAILURE", "PIPELINE_FAILURE")
_DIED = re.compile(r"(unexpectedly exited with code -?\d+|was terminated by signal \d+ \(\w+\))")
_FAILED_STEP = re.compile(r"Steps failed: \['([^']+)'")
_NOT_EXECUTED = re.compile(r"Dependencies for step .+ Not executing\.")
_LOOK_BACK = 20
"""Events before a failure among which the end of its process is looked for."""


def failure_of(timeline: Timeline, status: RunStatus) -> Place | None:
    """The event to open a run on, judged by what has been read so far; None where the run is none that failed.

    A run that succeeded although a hook of the user's raised an exception opens on that.
    """
    if status is RunStatus.SUCCESS:
        return next(timeline.places_of("HOOK_ERRORED"), None)
    if status is not RunStatus.FAILURE:
        return None
    place = next(_candidates(timeline), None)
    return None if place is None else _end_of_process(timeline, place) or place


def _candidates(timeline: Timeline) -> Iterator[Place]:
    """What may have failed a run, the likeliest first. A run's own failure repeats that of a step, with a wrapper."""
    interrupted = []
    for place in timeline.places_of("STEP_FAILURE"):
        if _was_interrupted(timeline.event(place)):
            interrupted.append(place)
        else:
            yield place
    yield from timeline.places_of("RESOURCE_INIT_FAILURE")
    endings = [place for ending in _ENDINGS for place in timeline.places_of(ending)]
    yield from (place for place in endings if timeline.event(place).error is not None)
    for place in timeline.places_of("ENGINE_EVENT"):
        if timeline.store_of(place).ranks[place.row] >= _ERROR:
            yield place
    yield from interrupted
    yield from endings
    yield from timeline.places_from(_ERROR)


def _was_interrupted(event: RunEvent) -> bool:
    """Whether a step was only stopped because another one had failed."""
    return event.error is not None and event.error.class_name == "DagsterExecutionInterruptedError"


def _end_of_process(timeline: Timeline, failure: Place) -> Place | None:
    """The event shortly before, of the same step, that tells how its process ended, where that is all there is."""
    event, store = timeline.event(failure), timeline.store_of(failure)
    if event.error is not None and event.error.cause is not None:
        return None
    for row in range(failure.row - 1, max(-1, failure.row - 1 - _LOOK_BACK), -1):
        if store.types[row] != "ENGINE_EVENT" or store.steps[row] != event.step_key:
            continue
        if _DIED.search(store.message(row)):
            return Place(failure.in_end, row)
    return None


def is_failure(event: RunEvent) -> bool:
    """Whether an event tells of something that failed, so that what its process wrote may say more."""
    return event.error is not None or event.event_type in _ENDINGS or _died(event) is not None


def follows_from_others(timeline: Timeline, place: Place) -> bool:
    """Whether an event only tells what came of failures before it: a step not executed, or the run's own end."""
    store = timeline.store_of(place)
    kind, message = store.types[place.row], store.message(place.row)
    if kind in _ENDINGS:
        return _FAILED_STEP.search(message) is not None
    return kind is None and _NOT_EXECUTED.fullmatch(message) is not None


def reason_of(timeline: Timeline, place: Place) -> str:
    """A failure in one harmless line: `load_users: WarehouseError: COPY INTO core.users was rolled back`."""
    event = timeline.event(place)
    died = _died(event)
    if died is not None:
        text = f"process {died[1]}"
    elif event.error is not None:
        text = error_line(root_error(event.error))
    else:
        text = clean(event.message)
    failed = _FAILED_STEP.search(event.message)
    step = failed[1] if failed is not None else _step_at(timeline, place) if died is not None else event.step_key
    return f"{clean(step)}: {text}" if step else text


def capture_at(timeline: Timeline, place: Place) -> Capture | None:
    """Where the output of the process is kept that an event comes from: the latest of its step by then."""
    step, capture = _step_at(timeline, place), None
    before = [at for at in timeline.places_of(CAPTURED) if at <= place]
    for at in reversed(before):
        capture = Capture.from_metadata(timeline.event(at).metadata)
        if capture is not None and step in capture.steps:
            return capture
    # A process that executes the whole run does not name those of its steps that fanned out later.
    return capture if len(before) == 1 else None


def captures_of(timeline: Timeline, step: str | None) -> list[Capture]:
    """The processes of a step, one an attempt, or all of the run's."""
    told = (Capture.from_metadata(timeline.event(place).metadata) for place in timeline.places_of(CAPTURED))
    found = [capture for capture in told if capture is not None]
    return [capture for capture in found if step is None or step in capture.steps or len(found) == 1]


def _died(event: RunEvent) -> re.Match[str] | None:
    return _DIED.search(event.message) if event.event_type == "ENGINE_EVENT" else None


def _step_at(timeline: Timeline, place: Place) -> str | None:
    """The event's step, or for one of the whole run that of the last event before it that has one."""
    steps = timeline.store_of(place).steps
    return next(filter(None, (steps[row] for row in islice(range(place.row, -1, -1), 1 + _LOOK_BACK))), None)
