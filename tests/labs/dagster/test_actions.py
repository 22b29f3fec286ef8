"""What a real Dagster server does when runs are to be changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from run_tui.acts import Act, Job, Order, Reexecution
from run_tui.errors import InvalidConfig, RunNotFound, ServerError, Unauthorized
from run_tui.feed import Feed
from run_tui.model import RunFilter, RunStatus
from run_tui.sources import open_source
from run_tui.sources.base import Actions, Source
from run_tui.updates import RunChanged
from tests.labs.dagster.lab import LOCATION, REPOSITORY, DagsterLab

INDEX = Job("rebuild_search_index", REPOSITORY, LOCATION)
LONG = "resources:\n  stream:\n    config:\n      seconds: 600\n"
NOBODY = "00000000-0000-4000-8000-000000000000"


@asynccontextmanager
async def acting_on(url: str) -> AsyncIterator[tuple[Source, Actions]]:
    """A server's runs, and what can be done to them."""
    source = open_source("dagster", url)
    assert source.actions is not None
    try:
        yield source, source.actions
    finally:
        await source.aclose()


async def statuses(source: Source, run_id: str) -> list[RunStatus]:
    """The states that a watched run goes through until its end."""
    seen: list[RunStatus] = []
    async with aclosing(Feed(source, run_id).updates()) as updates:
        async for update in updates:
            if isinstance(update, RunChanged) and update.run.status not in seen:
                seen.append(update.run.status)
    return seen


async def test_a_job_is_launched_watched_and_terminated(dagster_lab: DagsterLab) -> None:
    async with acting_on(dagster_lab.url) as (source, actions):
        run_id = await actions.launch(Order(INDEX, LONG, {"why": "the test's"}))
        watched = asyncio.create_task(statuses(source, run_id))
        await asyncio.to_thread(dagster_lab.wait, run_id, "STARTED")
        assert (await source.run_details(run_id)).tags["why"] == "the test's"
        await actions.terminate(run_id)
        async with asyncio.timeout(60):
            assert (await watched)[-1] is RunStatus.CANCELED
        with pytest.raises(ServerError, match=r"could not be terminated due to having status CANCELED"):
            await actions.terminate(run_id)


async def test_only_the_failed_part_is_executed_again(dagster_lab: DagsterLab) -> None:
    failed = dagster_lab.finished("nightly_etl_strict")
    async with acting_on(dagster_lab.url) as (source, actions):
        again = await actions.reexecute(failed, Reexecution.FROM_FAILURE, tags={"ticket": "4711"})
        await asyncio.to_thread(dagster_lab.settle, again)
        run = await source.run_details(again)
        assert (run.parent_run_id, run.tags["ticket"]) == (failed, "4711")
        begun = {event["stepKey"] for event in dagster_lab.events(again) if event["eventType"] == "STEP_START"}
        assert begun == {"load_users"}


async def test_chosen_steps_are_executed_again(dagster_lab: DagsterLab) -> None:
    failed = dagster_lab.finished("nightly_etl_strict")
    async with acting_on(dagster_lab.url) as (source, actions):
        again = await actions.reexecute(failed, Reexecution.STEPS, steps=["check_freshness"])
        assert await asyncio.to_thread(dagster_lab.settle, again) == "SUCCESS"
        run = await source.run_details(again)
        assert (run.parent_run_id, run.root_run_id, run.tags["team"]) == (failed, failed, "data-platform")
        begun = {event["stepKey"] for event in dagster_lab.events(again) if event["eventType"] == "STEP_START"}
        assert begun == {"check_freshness"}
        with pytest.raises(ServerError, match="no_such_step"):
            await actions.reexecute(failed, Reexecution.STEPS, steps=["no_such_step"])


async def test_a_run_is_deleted(dagster_lab: DagsterLab) -> None:
    async with acting_on(dagster_lab.url) as (source, actions):
        run_id = await actions.launch(Order(Job("sync_crm", REPOSITORY, LOCATION)))
        await asyncio.to_thread(dagster_lab.settle, run_id)
        await actions.delete(run_id)
        with pytest.raises(RunNotFound):
            await source.run(run_id)
        with pytest.raises(RunNotFound):
            await actions.delete(run_id)
        with pytest.raises(RunNotFound):
            await actions.terminate(run_id)


async def test_a_configuration_is_refused_in_the_server_s_words_and_nothing_is_launched(
    dagster_lab: DagsterLab,
) -> None:
    wrong = "resources:\n  stream:\n    config:\n      rate: fast\n"
    unknown = "resources:\n  stream:\n    config:\n      speed: 2\n"
    async with acting_on(dagster_lab.url) as (source, actions):
        with pytest.raises(InvalidConfig, match="Invalid scalar at path") as raised:
            await actions.launch(Order(INDEX, wrong, {"marked": "refused"}))
        (problem,) = raised.value.problems
        assert problem.path == ("resources", "stream", "config", "rate")
        assert await actions.check_config(INDEX, wrong) == raised.value.problems
        (problem,) = await actions.check_config(INDEX, unknown)
        assert (problem.path, problem.names) == (("resources", "stream", "config"), ("speed",))
        assert (await source.runs(RunFilter(tags=(("marked", "refused"),)))).items == []
        assert await actions.check_config(INDEX, LONG) == ()


async def test_the_jobs_of_the_server_with_their_defaults(dagster_lab: DagsterLab) -> None:
    async with acting_on(dagster_lab.url) as (_, actions):
        workspace = await actions.workspace()
        assert {"nightly_etl", "sync_crm", "sales_assets"} <= {job.name for job in workspace.jobs}
        assert all(job.launchable and not job.name.startswith("__") for job in workspace.jobs)
        assert workspace.broken == {}
        assert "seconds: 60" in await actions.default_config(INDEX)
        assert await actions.permissions() == frozenset(Act)
        with pytest.raises(ServerError, match="no_such_job"):
            await actions.default_config(Job("no_such_job", REPOSITORY, LOCATION))


async def test_a_read_only_server_refuses_everything_in_words(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("nightly_etl_strict")
    with dagster_lab.beside("--read-only") as url:
        async with acting_on(url) as (_, actions):
            assert await actions.permissions() == frozenset()
            assert not any(job.launchable for job in (await actions.workspace()).jobs)
            for ask in (
                actions.delete(run_id),
                actions.reexecute(run_id, Reexecution.FROM_FAILURE),
                actions.reexecute(run_id, Reexecution.STEPS, steps=["load_users"]),
                actions.launch(Order(INDEX)),
            ):
                with pytest.raises(Unauthorized, match="does not allow this: "):
                    await ask
            with pytest.raises(ServerError, match="do not have permission to terminate"):
                await actions.terminate(run_id)
