"""Why failed runs failed, found for a list."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from run_tui.demo import create_app
from run_tui.errors import Unreachable
from run_tui.model import EventPage, RunFilter, RunStatus
from run_tui.reasons import Reasons, read_reason
from run_tui.sources.dagster import DagsterSource
from tests.screens import NOW, demo_app, runs_screen
from tests.scripted import Asked, ScriptedSource, failing
from tests.waiting import until


class FailedAt(ScriptedSource):
    """A scripted run of which one event, and the last, tell of a failure."""

    failed = 0

    async def answer(self, asked: Asked) -> EventPage:
        page = await super().answer(asked)
        kinds = {self.log[self.failed]: "STEP_FAILURE", self.log[-1]: "RUN_FAILURE"}
        return replace(page, types=[kinds.get(text) for text in page.messages])


async def test_of_a_long_run_only_the_ends_are_read() -> None:
    source = FailedAt([f"event {n}" for n in range(40)], tail_at="37")
    source.failed = 20
    assert await read_reason(source, "r1") == "event 39"
    assert source.cursors == [None, "37", "40"]
    early = FailedAt([f"event {n}" for n in range(40)], tail_at="37")
    early.failed = 1
    assert (await read_reason(early, "r1")).endswith("event 1")
    assert early.cursors == [None]


async def test_runs_that_cannot_be_read_can_be_asked_for_again() -> None:
    source = ScriptedSource(["a"], script=failing(Unreachable("no answer")))
    reasons = Reasons(source)
    async with aclosing(reasons.found()) as found:
        reasons.want(["r1"])
        asked = asyncio.ensure_future(anext(found))
        await until(lambda: len(source.cursors) == 1)
        assert not asked.done()
        reasons.want(["r1"])
        assert await asked == ("r1", "")


async def test_every_failed_run_of_the_demo_has_a_reason() -> None:
    source = DagsterSource("http://demo", app=create_app(lambda: NOW), name="demo")
    listed = await source.runs(RunFilter(statuses=(RunStatus.FAILURE,)))
    found = {run.pipeline_name: await read_reason(source, run.id) for run in listed.items}
    await source.aclose()
    assert found["nightly_etl"].startswith("load_users: WarehouseError: COPY INTO core.users was rolled back")
    assert found["score_churn"] == "load_checkpoint: process unexpectedly exited with code 70"
    assert all(": " in reason for reason in found.values())


@pytest.mark.parametrize("width", [160, 110, 80])
async def test_the_list_shows_the_reasons_of_failures_that_come_into_view(width: int) -> None:
    async with demo_app((width, 20)) as pilot:
        rows = runs_screen(pilot).rows
        failed = [run.key for run in rows.runs if run.status is RunStatus.FAILURE]
        in_view = [run.key for run in rows.runs[: rows.size.height] if run.status is RunStatus.FAILURE]
        assert len(in_view) < len(failed)
        await until(lambda: set(rows.reasons) == set(in_view))
        row = next(n for n, run in enumerate(rows.runs) if run.pipeline_name == "nightly_etl")
        assert "load_users: WarehouseError" in rows.render_line(row).text
        while rows.cursor < rows.row_count() - 1:
            await pilot.press("pagedown")
        await until(lambda: set(rows.reasons) == set(failed))
