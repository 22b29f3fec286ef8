"""Changes of a real server's runs through a proxy that breaks what goes to and from it: each is made once at most."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from run_tui.acting import Outcome, Result, act_on, act_on_one, launch
from run_tui.acts import Act, Deed, Job, Order, Reexecution
from run_tui.errors import OutcomeUnknown, RunNotFound
from run_tui.model import Run, RunFilter, RunStatus
from run_tui.sources import open_source
from run_tui.sources.base import Source
from tests.faults.plan import Fault, Plan
from tests.faults.proxy import faulty
from tests.labs.dagster.lab import LOCATION, REPOSITORY, DagsterLab

INDEX = Job("rebuild_search_index", REPOSITORY, LOCATION)
NOT_PASSED_ON = [Fault.RESET, Fault.HANG_UP, Fault.BREAKDOWN, Fault.BAD_GATEWAY, Fault.GRAPHQL_ERROR, Fault.EMPTY]
PASSED_ON = [Fault.RESET_WITHIN, Fault.HANG_UP_WITHIN, Fault.CUT_JSON]


class Once(Plan):
    """Lets the first request meet with a fault, and no other."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(1, 1.0, [fault])

    def draw(self) -> Fault | None:
        """What befalls the next request."""
        return None if self.counts else super().draw()


@asynccontextmanager
async def broken(lab: DagsterLab, plan: Plan) -> AsyncIterator[Source]:
    """The lab's server behind the faults of a plan."""

    async def restart() -> None:
        raise AssertionError("no restart was planned")

    async with faulty(int(lab.url.rpartition(":")[2]), plan, restart) as proxy:
        source = open_source("dagster", proxy.url)
        try:
            yield source
        finally:
            await source.aclose()


async def queued(lab: DagsterLab, count: int, mark: str) -> list[Run]:
    """So many runs that wait, the newest first."""
    for _ in range(count):
        lab.launch(INDEX.name, tags={"of": mark})
    return await marked(lab, mark)


async def marked(lab: DagsterLab, mark: str) -> list[Run]:
    """The runs there are with a mark."""
    source = open_source("dagster", lab.url)
    try:
        return (await source.runs(RunFilter(tags=(("of", mark),)))).items
    finally:
        await source.aclose()


async def test_twenty_runs_are_terminated_at_once(queue_lab: DagsterLab) -> None:
    runs = await queued(queue_lab, 20, "twenty")
    async with broken(queue_lab, Plan(1, 0.0)) as source:
        outcomes = [outcome async for outcome in act_on([(source, run) for run in runs], Deed(Act.TERMINATE))]
    assert [outcome.run for outcome in outcomes] == runs
    assert {outcome.result for outcome in outcomes} == {Result.DONE}
    assert {run.status for run in await marked(queue_lab, "twenty")} == {RunStatus.CANCELED}


@pytest.mark.parametrize("fault", NOT_PASSED_ON)
async def test_a_launch_that_may_not_have_arrived_is_not_repeated(queue_lab: DagsterLab, fault: Fault) -> None:
    mark = f"lost {fault}"
    async with broken(queue_lab, Once(fault)) as source:
        outcome = await launch(source, Order(INDEX, "", {"of": mark}))
    assert outcome.result is Result.UNKNOWN
    assert isinstance(outcome.error, OutcomeUnknown)
    assert "whether it was done is not known; so far there is no new run" in outcome.message
    assert await marked(queue_lab, mark) == []


@pytest.mark.parametrize("fault", PASSED_ON)
async def test_a_launch_whose_answer_is_lost_is_found_and_is_there_once(queue_lab: DagsterLab, fault: Fault) -> None:
    mark = f"found {fault}"
    async with broken(queue_lab, Once(fault)) as source:
        outcome = await launch(source, Order(INDEX, "", {"of": mark}))
    (run,) = await marked(queue_lab, mark)
    assert (outcome.result, outcome.new_id) == (Result.DONE, run.id)


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.RESET_WITHIN])
async def test_a_re_execution_is_made_once(queue_lab: DagsterLab, fault: Fault) -> None:
    (run,) = await queued(queue_lab, 1, f"again {fault}")
    async with broken(queue_lab, Once(fault)) as source:
        outcome = await act_on_one(source, run, Deed(Act.REEXECUTE, how=Reexecution.ALL_STEPS))
    children = [child.id for child in await marked(queue_lab, f"again {fault}") if child.id != run.id]
    assert children == [] if fault is Fault.RESET else [outcome.new_id]
    assert outcome.result is (Result.UNKNOWN if fault is Fault.RESET else Result.DONE)


@pytest.mark.parametrize("act", [Act.TERMINATE, Act.DELETE])
async def test_the_state_after_a_lost_answer_is_the_run_s_own(queue_lab: DagsterLab, act: Act) -> None:
    told: list[Outcome] = []
    for fault in (Fault.RESET, Fault.RESET_WITHIN):
        (run,) = await queued(queue_lab, 1, f"{act} {fault}")
        async with broken(queue_lab, Once(fault)) as source:
            told.append(await act_on_one(source, run, Deed(act)))
    lost, found = told
    assert (lost.result, found.result) == (Result.UNKNOWN, Result.DONE)
    assert lost.message.endswith("the run is QUEUED now" if act is Act.TERMINATE else "the run is still there")
    assert found.message.endswith("the run is CANCELED now" if act is Act.TERMINATE else "the run is gone now")


async def test_the_others_go_on_after_one_has_failed(queue_lab: DagsterLab) -> None:
    runs = await queued(queue_lab, 3, "three")
    queue_lab.terminate(runs[1].id)
    async with broken(queue_lab, Plan(1, 0.0)) as source:
        gone = runs[0].model_copy(update={"id": "00000000-0000-4000-8000-000000000000"})
        outcomes = [outcome async for outcome in act_on([(source, run) for run in (gone, *runs)], Deed(Act.TERMINATE))]
    assert [outcome.result for outcome in outcomes] == [Result.FAILED, Result.DONE, Result.FAILED, Result.DONE]
    assert isinstance(outcomes[0].error, RunNotFound)
    assert "having status CANCELED" in outcomes[2].message


async def test_nothing_is_asked_of_a_server_that_is_away_or_a_connection_that_is_read_only(
    queue_lab: DagsterLab,
) -> None:
    (run,) = await queued(queue_lab, 1, "kept")
    async with broken(queue_lab, Plan(1, 0.0)) as source:
        pass
    away = await act_on_one(open_source("dagster", source.where), run, Deed(Act.DELETE))
    assert (away.result, "not known" in away.message) == (Result.FAILED, False)
    kept = await act_on_one(open_source("dagster", queue_lab.url, read_only=True), run, Deed(Act.DELETE))
    assert (kept.result, kept.message) == (Result.FAILED, "This connection is read-only")
    assert await marked(queue_lab, "kept") == [run]
