"""Runs of the demo are launched, executed again, terminated and deleted on its own clock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from run_tui.acting import Result, act_on_one, launch
from run_tui.acts import Act, Deed, Order, Reexecution
from run_tui.demo import create_app
from run_tui.errors import RunNotFound
from run_tui.jobs import job_named
from run_tui.model import Run, RunStatus
from run_tui.sources.base import Actions
from run_tui.sources.dagster import DagsterSource

from .conftest import Clock


@pytest.fixture
async def source(clock: Clock) -> AsyncIterator[DagsterSource]:
    """The demo as the explorer asks it."""
    source = DagsterSource("http://demo", app=create_app(clock), name="demo")
    yield source
    await source.aclose()


def actions(source: DagsterSource) -> Actions:
    assert source.actions is not None
    return source.actions


async def launched(source: DagsterSource, job: str) -> Run:
    """A new run of a job."""
    outcome = await launch(source, Order(job_named(await actions(source).workspace(), job), "", {"of": "tests"}))
    assert outcome.new_id is not None
    return await source.run_details(outcome.new_id)


async def test_every_job_is_launched_and_ends(source: DagsterSource, clock: Clock) -> None:
    workspace = await actions(source).workspace()
    assert len(workspace.jobs) == 13
    runs = [await launched(source, job.name) for job in workspace.jobs]
    assert len({run.id for run in runs}) == 13
    assert {(run.tags["of"], run.status.finished) for run in runs} == {("tests", False)}
    clock.now += 60
    ended = [await source.run(run.id) for run in runs]
    assert all(run.status.finished for run in ended)
    assert all([len(await source.page(run.id)) > 5 for run in ended])


async def test_a_run_goes_on_until_it_is_terminated(source: DagsterSource, clock: Clock) -> None:
    run = await launched(source, "nightly_etl")
    clock.now += 20
    assert (await source.run(run.id)).status is RunStatus.STARTED
    before = await source.page(run.id)
    assert (await act_on_one(source, run, Deed(Act.TERMINATE))).result is Result.DONE
    clock.now += 3600
    assert (await source.run(run.id)).status is RunStatus.CANCELED
    after = await source.page(run.id)
    assert list(after.messages[: len(before)]) == list(before.messages)
    assert list(after.types[len(before) :]) == ["RUN_CANCELING", "RUN_CANCELED"]
    again = await act_on_one(source, run, Deed(Act.TERMINATE))
    assert (again.result, "having status CANCELED" in again.message) == (Result.FAILED, True)


async def test_a_run_is_executed_again_and_deleted(source: DagsterSource, clock: Clock) -> None:
    run = await launched(source, "sync_billing")
    clock.now += 60
    outcome = await act_on_one(source, run, Deed(Act.REEXECUTE, how=Reexecution.FROM_FAILURE))
    assert outcome.new_id is not None
    child = await source.run_details(outcome.new_id)
    assert (child.parent_run_id, child.root_run_id, child.tags["of"]) == (run.id, run.id, "tests")
    some = await act_on_one(source, child, Deed(Act.REEXECUTE, how=Reexecution.STEPS, steps=("fetch_invoices",)))
    assert some.new_id is not None
    assert (await source.run_details(some.new_id)).root_run_id == run.id
    assert (await act_on_one(source, child, Deed(Act.DELETE))).result is Result.DONE
    with pytest.raises(RunNotFound):
        await source.run(child.id)
