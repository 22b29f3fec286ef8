"""The source on a real PySpur server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from run_tui.errors import RunNotFound, Unsupported
from run_tui.feed import Feed
from run_tui.model import RunFilter, RunStatus
from run_tui.sources.pyspur import PySpurSource
from run_tui.updates import Loaded
from tests.labs.pyspur import workflows
from tests.labs.pyspur.lab import PySpurLab


@asynccontextmanager
async def source_of(lab: PySpurLab) -> AsyncIterator[PySpurSource]:
    source = PySpurSource(lab.url)
    try:
        yield source
    finally:
        await source.aclose()


async def told(source: PySpurSource, run_id: str) -> list[tuple[str | None, str | None]]:
    page = await source.page(run_id)
    return list(zip(page.types, page.steps, strict=True))


async def test_a_run_completes(pyspur_lab: PySpurLab) -> None:
    run_id = pyspur_lab.run("etl", workflows.etl())
    async with source_of(pyspur_lab) as source:
        run = await source.run(run_id)
        assert (run.status, run.pipeline_name) == (RunStatus.SUCCESS, "etl")
        assert "nodes" not in run.tags
        nodes = ["input_node", "double", "output_node"]
        assert [step.key for step in await source.steps(run_id)] == nodes
        steps = [(kind, node) for node in nodes for kind in ("STEP_START", "STEP_SUCCESS")]
        assert await told(source, run_id) == [("RUN_START", None), *steps, ("RUN_SUCCESS", None)]


async def test_a_node_fails_although_the_server_says_completed(pyspur_lab: PySpurLab) -> None:
    run_id = pyspur_lab.run("broken", workflows.broken())
    async with source_of(pyspur_lab) as source:
        page = await source.page(run_id)
        failure = next(event for event in page.as_list().items if event.event_type == "STEP_FAILURE")
        assert failure.error is not None
        assert (failure.step_key, failure.error.class_name) == ("bad", "ZeroDivisionError")
        assert page.run is not None
        assert page.run.status is RunStatus.FAILURE
    assert pyspur_lab.ask("GET", f"/run/{run_id}/")["status"] == "COMPLETED", "reading changes nothing"


async def test_a_branch_a_loop_and_a_run_without_inputs(pyspur_lab: PySpurLab) -> None:
    routes = pyspur_lab.run("routes", workflows.routes(), x=20)
    loop = pyspur_lab.run("loop", workflows.loop())
    without = pyspur_lab.run("without", workflows.etl(), x=None)
    async with source_of(pyspur_lab) as source:
        assert {("STEP_SUCCESS", "big"), ("STEP_SKIPPED", "small")} <= set(await told(source, routes))
        assert ("STEP_SUCCESS", "increment") in await told(source, loop)
        assert await told(source, without) == [("RUN_START", None), ("RUN_FAILURE", None)]


async def test_somebody_is_asked_and_approves(pyspur_lab: PySpurLab) -> None:
    run_id = pyspur_lab.run("approval", workflows.approval())
    async with source_of(pyspur_lab) as source:
        assert (await told(source, run_id))[-1] == ("RUN_SUSPENDED", None)
        assert (await source.run(run_id)).status is RunStatus.SUSPENDED
        pyspur_lab.approve(run_id)
        pyspur_lab.until(run_id, lambda run: all(task["status"] == "COMPLETED" for task in run["tasks"]))
        assert (await source.run(run_id)).status is RunStatus.SUCCESS
        assert (await told(source, run_id))[-1] == ("RUN_SUCCESS", None)


async def test_a_slow_run_is_followed_task_by_task_to_its_end(pyspur_lab: PySpurLab) -> None:
    run_id, gates = pyspur_lab.launch_gated("slow", 3)
    seen: list[str | None] = []
    async with source_of(pyspur_lab) as source:
        feed = Feed(source, run_id)
        async for update in feed.updates():
            if not isinstance(update, Loaded):
                continue
            seen += update.page.types
            if update.page.types[-1] == "STEP_START":
                open_gate(gates)
        assert feed.over
        assert seen.count("STEP_SUCCESS") == 5
        assert seen[-1] == "RUN_SUCCESS"
        assert sorted(map(str, seen)) == sorted(str(kind) for kind, _ in await told(source, run_id))


def open_gate(gates: list[Path]) -> None:
    """Lets the next node go on."""
    gates.pop(0).write_text("through")


async def test_a_canceled_run_that_goes_on_is_watched_until_it_has_completed(pyspur_lab: PySpurLab) -> None:
    run_id, gates = pyspur_lab.launch_gated("canceled", 1)
    pyspur_lab.until(run_id, lambda run: any(task["status"] == "RUNNING" for task in run["tasks"]))
    seen: list[str | None] = []
    async with source_of(pyspur_lab) as source:
        await source.page(run_id)
        pyspur_lab.cancel(run_id)
        async for update in Feed(source, run_id).updates():
            if isinstance(update, Loaded):
                seen += update.page.types
                if update.page.types[-1] == "RUN_CANCELING":
                    open_gate(gates)
    assert seen[-1] == "RUN_SUCCESS"


async def test_children_are_found_and_deleting_is_refused_in_words(pyspur_lab: PySpurLab) -> None:
    parent = pyspur_lab.run("parent", workflows.etl())
    children = [pyspur_lab.run("child", workflows.etl(), parent=parent) for _ in range(2)]
    async with source_of(pyspur_lab) as source:
        assert [run.id for run in await source.children(parent)] == children[::-1]
        assert [run.id for run in (await source.runs(RunFilter(root=parent))).items] == children[::-1]
        assert (await source.run_details(children[0])).root_run_id == parent
        listed = {run.id for run in (await source.runs(RunFilter())).items}
        assert parent in listed
        assert listed.isdisjoint(children)
        assert source.actions is not None
        with pytest.raises(Unsupported, match="cannot delete runs"):
            await source.actions.delete(parent)
        with pytest.raises(RunNotFound):
            await source.run("R99999")


async def test_times_of_a_server_elsewhere(tmp_path: Path, pyspur_lab: PySpurLab) -> None:
    lab = PySpurLab(tmp_path, zone="America/New_York")
    lab.start()
    try:
        run_id = lab.run("etl", workflows.etl())
        async with source_of(lab) as source:
            page, run = await source.page(run_id), await source.run(run_id)
        assert run.ended_at is not None
        stamps = [event.timestamp for event in page.as_list().items]
        assert stamps == sorted(stamps)
        assert run.created_at <= stamps[1] <= stamps[-2] <= run.ended_at
    finally:
        lab.stop()
