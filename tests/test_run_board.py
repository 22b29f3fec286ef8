"""The runs of a log of several: how each fares, and what they are together."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import Run, RunEvent, RunStatus, StepState, epoch_ms
from run_tui.run_board import RunBoard, run_of_several
from run_tui.steps import Attempt, StepProgress
from run_tui.store import EventStore
from tests.events import EVENTS, RUN_NAMES, SEVERAL, of_runs, page_of
from tests.scripted import a_run

STATES = {
    RunStatus.SUCCESS: StepState.SUCCESS,
    RunStatus.FAILURE: StepState.FAILURE,
    RunStatus.CANCELED: StepState.INTERRUPTED,
    RunStatus.SUSPENDED: StepState.SUSPENDED,
    RunStatus.STARTING: StepState.RUNNING,
    RunStatus.STARTED: StepState.RUNNING,
    RunStatus.CANCELING: StepState.RUNNING,
    RunStatus.QUEUED: StepState.PENDING,
}
BEGAN, ENDED = "2026-11-22T00:00:05.000Z", "2026-11-22T00:01:00.000Z"


def runs() -> list[Run]:
    return [a_run(run_id=name.id, pipeline_name=name.job, connection=name.connection) for name in RUN_NAMES.values()]


@given(st.lists(st.lists(EVENTS, max_size=6), max_size=5), SEVERAL)
def test_the_errors_of_each_run_are_counted_as_they_come(
    pages: list[list[RunEvent]], several: tuple[bool, Random]
) -> None:
    board, store, errors = RunBoard(runs()), EventStore(""), Counter[str]()
    for page in (of_runs(events, (True, several[1])) for events in pages):
        store.append(page_of(page))
        found = [event.run_id for row, event in enumerate(page, len(store) - len(page)) if store.ranks[row] >= 4]
        errors.update(found)
        assert board.update(store) is bool(found)
        assert [row.errors for row in board.listed(None)] == [errors[name] for name in RUN_NAMES]
    board.forget_events()
    assert not any(row.errors for row in board.listed(None))
    assert board.update(store) is bool(errors)
    assert [row.errors for row in board.listed(None)] == [errors[name] for name in RUN_NAMES]


@pytest.mark.parametrize("status", STATES)
def test_each_run_is_as_it_was_last_told(status: RunStatus) -> None:
    one, other = a_run(run_id="a"), a_run(run_id="b", created_at=BEGAN)
    board = RunBoard([one, other])
    now = a_run(status, "b", started_at=BEGAN, ended_at=ENDED, created_at=BEGAN)
    board.take(other.name, now, readable=True)
    assert board.runs == [one, now]
    assert (board.run_at("b"), board.run_named(other.name)) == (now, now)
    assert board.ready("b") == epoch_ms(BEGAN)
    state = STATES[status]
    assert board.listed(None) == [
        StepProgress("a", StepState.RUNNING),
        StepProgress("b", state, (Attempt(state, epoch_ms(BEGAN), epoch_ms(ENDED)),)),
    ]
    board.take(one.name, a_run(run_id="a", started_at=BEGAN), readable=False)
    assert board.listed(None)[0] == StepProgress("a", StepState.UNREAD)
    board.take(one.name, a_run(run_id="a", started_at=BEGAN), readable=True)
    going = StepState.RUNNING
    assert board.listed(None)[0] == StepProgress("a", going, (Attempt(going, epoch_ms(BEGAN)),))


def together(*statuses: RunStatus) -> Run:
    return run_of_several([a_run(status, f"r{number}") for number, status in enumerate(statuses)])


def test_runs_are_over_when_all_are_and_then_the_worst_that_one_is() -> None:
    good, bad, stopped, on = RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED, RunStatus.STARTED
    assert together(good, on, bad).status is on
    assert together(good, RunStatus.QUEUED).status is on
    assert together(good, stopped, bad).status is bad
    assert together(good, stopped).status is stopped
    assert together(good, good).status is good


def test_runs_last_from_the_first_ones_beginning_to_the_last_ones_end() -> None:
    times = ["2026-11-22T00:00:09.000Z", "2026-11-22T01:00:00.000+02:00", "2026-11-22T00:00:07.000Z"]
    over = [a_run(RunStatus.SUCCESS, time, created_at=time, started_at=time, ended_at=time) for time in times]
    whole = run_of_several(over)
    assert (whole.id, whole.pipeline_name) == ("3 runs", "etl")
    assert (whole.created_at, whole.started_at, whole.ended_at) == (times[1], times[1], times[0])
    more = run_of_several([*over, a_run(created_at=times[0], pipeline_name="elt")])
    assert (more.started_at, more.ended_at, more.pipeline_name) == (times[1], None, None)
    waiting = run_of_several([a_run(RunStatus.QUEUED)])
    assert (waiting.started_at, waiting.ended_at) == (None, None)
