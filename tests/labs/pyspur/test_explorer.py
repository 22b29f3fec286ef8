"""The explorer on a real PySpur server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.model import RunStatus, StepState
from run_tui.sources import open_source
from run_tui.steps import StepProgress
from tests.labs.pyspur import workflows
from tests.labs.pyspur.lab import PySpurLab
from tests.pyspur_screens import opened
from tests.waiting import until


@asynccontextmanager
async def explorer(lab: PySpurLab, run_id: str) -> AsyncIterator[Pilot[None]]:
    """The explorer, opened on a run by its id."""
    app = RunTuiApp(open_source("pyspur", lab.url), "lab", run_id)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, run_id)
        yield pilot


def states(steps: Sequence[StepProgress]) -> dict[str, StepState]:
    return {step.key: step.state for step in steps}


async def test_a_slow_run_grows_node_by_node_to_its_end(pyspur_lab: PySpurLab) -> None:
    run_id, gates = pyspur_lab.launch_gated("watched", 3)
    pyspur_lab.until(run_id, lambda run: bool(run["tasks"]))
    async with explorer(pyspur_lab, run_id) as pilot:
        screen = await opened(pilot, run_id)
        await until(lambda: list(states(screen.steps.steps).values())[-1] is StepState.PENDING)
        for number, gate in enumerate(gates, 1):
            await until(lambda key=f"wait_{number}": states(screen.steps.steps)[key] is StepState.RUNNING)  # type: ignore[misc]
            gate.write_text("through")
        await until(lambda: screen.all_read)
        assert set(states(screen.steps.steps).values()) == {StepState.SUCCESS}
        assert screen.run.status is RunStatus.SUCCESS
        assert "nodes" not in screen.run.tags


async def test_the_failed_nodes_traceback_is_what_a_failed_run_opens_on(pyspur_lab: PySpurLab) -> None:
    run_id = pyspur_lab.run("failed", workflows.broken())
    async with explorer(pyspur_lab, run_id) as pilot:
        screen = await opened(pilot, run_id)
        await until(lambda: "ZeroDivisionError: division by zero" in screen.detail.text)
        assert "library frames hidden" in screen.detail.text
        assert '"x": 20' in screen.detail.text


async def test_keys_lead_from_a_parent_to_its_child_and_back(pyspur_lab: PySpurLab) -> None:
    parent = pyspur_lab.run("mother", workflows.etl())
    child = pyspur_lab.run("daughter", workflows.etl(), parent=parent)
    async with explorer(pyspur_lab, parent) as pilot:
        await pilot.press("}")
        assert (await opened(pilot, child)).run.parent_run_id == parent
        await pilot.press("{")
        await opened(pilot, parent)
