"""Which event a run is opened on, by the events read so far."""

from __future__ import annotations

from datetime import UTC

import pytest

from run_tui.failure import capture_at, captures_of, failure_of, reason_of
from run_tui.format import TimeMode
from run_tui.model import ErrorInfo, MetadataEntry, RunEvent, RunEventLevel, RunStatus
from run_tui.output import Capture
from run_tui.query import TimeContext
from run_tui.screens.run import RunScreen
from run_tui.timeline import Place, Timeline
from tests.events import page_of
from tests.screens import NOW, demo_app
from tests.scripted import a_run
from tests.waiting import until

TIMES = TimeContext(1_795_307_802_000, None, 1_795_307_900_000, UTC)
FAILED = RunStatus.FAILURE


def event(  # noqa: PLR0917
    event_type: str | None,
    step: str | None = None,
    error: ErrorInfo | None = None,
    message: str = "m",
    level: str = "ERROR",
    metadata: tuple[MetadataEntry, ...] = (),
) -> RunEvent:
    return RunEvent(
        run_id="r1",
        message=message,
        timestamp="2026-11-22T00:00:00.000Z",
        level=RunEventLevel(level),
        step_key=step,
        event_type=event_type,
        error=error,
        metadata=metadata,
    )


def wrapped(class_name: str, message: str) -> ErrorInfo:
    cause = ErrorInfo(class_name=class_name, message=f"acme.{class_name}: {message}")
    inner = ErrorInfo(class_name="DagsterUserCodeExecutionError", message="in user code", cause=cause)
    return ErrorInfo(class_name="DagsterExecutionStepExecutionError", message="executing op", cause=inner)


def timeline_of(*events: RunEvent, end: tuple[RunEvent, ...] = ()) -> Timeline:
    timeline = Timeline("r1")
    timeline.add(page_of(events))
    if end:
        timeline.add_to_end(page_of(end), TIMES)
    return timeline


LOGGED = event(None, "extract", message="500, using the cache")
STARTED = event("STEP_START", "load", level="DEBUG")
FAILURE = event("STEP_FAILURE", "load", wrapped("LoadError", "no such table"))
OTHER = event("STEP_FAILURE", "check", wrapped("CheckError", "too old"))
STOPPED = event("STEP_FAILURE", "scan", ErrorInfo(class_name="DagsterExecutionInterruptedError"))
SKIPPED = event(None, "publish", message="Dependencies for step publish failed: ['load']. Not executing.")
RESOURCE = event("RESOURCE_INIT_FAILURE", "load", ErrorInfo(class_name="PermissionError", message="denied"))
HOOK = event("HOOK_ERRORED", "load", ErrorInfo(class_name="ChatError", message="refused"))
ENDED = event("RUN_FAILURE", None, wrapped("LoadError", "no such table"), "Steps failed: ['load', 'scan'].")
MARKED = event("RUN_FAILURE", message="This run has been marked as failed from outside the execution context.")
EXITED = event("ENGINE_EVENT", message="Run execution process for r1 unexpectedly exited with code 70.", level="INFO")
KILLED = event(
    "ENGINE_EVENT",
    "load",
    ErrorInfo(class_name="ChildProcessCrashException"),
    "child process for step load was terminated by signal 9 (SIGKILL).",
    level="DEBUG",
)
CRASHED = event("STEP_FAILURE", "load", ErrorInfo(class_name="ChildProcessCrashException", message="x.y.Child"))
UNLOADABLE = event("ENGINE_EVENT", None, ErrorInfo(class_name="ImportError", message="no module named acme"))


@pytest.mark.parametrize(
    ("events", "row", "reason"),
    [
        ((LOGGED, STARTED, FAILURE, SKIPPED, OTHER, ENDED), 2, "load: LoadError: no such table"),
        ((STOPPED, FAILURE, ENDED), 1, "load: LoadError: no such table"),
        ((LOGGED, RESOURCE, ENDED), 1, "load: PermissionError: denied"),
        ((RESOURCE, HOOK, FAILURE, ENDED), 2, "load: LoadError: no such table"),
        ((LOGGED, ENDED), 1, "load: LoadError: no such table"),
        ((LOGGED, UNLOADABLE, MARKED), 1, "ImportError: no module named acme"),
        ((LOGGED, STARTED, EXITED, MARKED), 2, "load: process unexpectedly exited with code 70"),
        ((STARTED, KILLED, LOGGED, CRASHED, ENDED), 1, "load: process was terminated by signal 9 (SIGKILL)"),
        ((STARTED, EXITED, CRASHED), 2, "load: ChildProcessCrashException: x.y.Child"),
        ((STARTED, MARKED), 1, MARKED.message),
        ((STARTED, LOGGED), 1, "extract: 500, using the cache"),
    ],
)
def test_the_failure_of_a_failed_run(events: tuple[RunEvent, ...], row: int, reason: str) -> None:
    timeline = timeline_of(*events)
    place = failure_of(timeline, FAILED)
    assert place == Place(False, row)
    assert reason_of(timeline, place) == reason


def test_other_runs_have_a_failure_only_where_a_hook_of_theirs_failed() -> None:
    everything = timeline_of(LOGGED, FAILURE, HOOK, ENDED)
    assert failure_of(everything, RunStatus.SUCCESS) == Place(False, 2)
    assert failure_of(timeline_of(LOGGED, FAILURE), RunStatus.SUCCESS) is None
    assert failure_of(everything, RunStatus.STARTED) is None
    assert failure_of(everything, RunStatus.CANCELED) is None
    assert failure_of(timeline_of(STARTED), FAILED) is None


def test_across_the_gap_the_likeliest_comes_first() -> None:
    assert failure_of(timeline_of(LOGGED, STARTED, end=(SKIPPED, ENDED)), FAILED) == Place(True, 1)
    assert failure_of(timeline_of(LOGGED, STARTED, end=(OTHER, ENDED)), FAILED) == Place(True, 0)
    assert failure_of(timeline_of(LOGGED, FAILURE, end=(OTHER, ENDED)), FAILED) == Place(False, 1)


def test_the_output_beside_a_failure_is_that_of_its_process() -> None:
    first, second, third = Capture("k1", ("load",)), Capture("k2", ("check",)), Capture("k3", ("load",))
    told = [event("LOGS_CAPTURED", metadata=tuple(each.as_metadata())) for each in (first, second, third)]
    timeline = timeline_of(told[0], told[1], FAILURE, MARKED, OTHER, told[2], FAILURE, STOPPED)
    assert [capture_at(timeline, Place(False, row)) for row in (2, 3, 4, 6, 7)] == [first, first, second, third, None]
    assert captures_of(timeline, "load") == [first, third]
    assert captures_of(timeline, None) == [first, second, third]
    assert captures_of(timeline, "scan") == []
    alone = timeline_of(told[0], OTHER)
    assert capture_at(alone, Place(False, 1)) == first
    assert captures_of(alone, "work[a]") == [first]


@pytest.mark.parametrize("moved", [False, True])
async def test_an_earlier_failure_is_gone_to_unless_the_user_has_moved(moved: bool) -> None:
    async with demo_app() as pilot:
        screen = RunScreen(a_run(FAILED), "here", TimeMode.UTC, lambda: NOW)
        await pilot.app.push_screen(screen)
        screen.store.append(page_of([LOGGED, STARTED]))
        screen.store_changed()
        screen.end_store.append(page_of([SKIPPED, OTHER, ENDED]))
        screen.end_changed()
        await pilot.pause()
        assert screen.pane.current == OTHER.model_copy(update={"attempt": 1})
        assert "CheckError" in screen.detail.text
        if moved:
            await pilot.press("k")
        screen.store.append(page_of([STARTED, FAILURE]))
        screen.store_changed()
        screen.show_joined()
        screen.show_read(True)
        await until(lambda: screen.pane.timeline.end is None)
        await pilot.pause()
        shown = screen.pane.current
        assert shown is not None
        assert shown.step_key == ("publish" if moved else "load")
        assert ("LoadError" in screen.detail.text) is not moved
