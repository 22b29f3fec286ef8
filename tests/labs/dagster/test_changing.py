"""Runs are changed, and jobs launched, on the explorer's screens at a real Dagster server."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.model import RunFilter, RunStatus
from run_tui.screens.change import ChangeScreen
from run_tui.screens.jobs import JobsScreen
from run_tui.screens.launch import LaunchScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources import open_source
from run_tui.widgets.key_bar import KeyBar
from tests.labs.dagster.exploring import explorer
from tests.labs.dagster.lab import DagsterLab
from tests.terminal import Terminal
from tests.waiting import until

JOB = "rebuild_search_index"


def shown(pilot: Pilot[None]) -> str:
    """All that is on the screen in front."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in strips)


async def changing(pilot: Pilot[None], *keys: str) -> ChangeScreen:
    """The screen that asks, after these keys."""
    await pilot.press(*keys)
    await until(lambda: isinstance(pilot.app.screen, ChangeScreen))
    screen = pilot.app.screen
    assert isinstance(screen, ChangeScreen)
    return screen


async def listed(pilot: Pilot[None], text: str, count: int) -> RunsScreen:
    """The list under a filter, which so many runs fit."""
    screen = pilot.app.screen
    assert isinstance(screen, RunsScreen)
    screen.filter_bar.text = text
    await until(lambda: screen.rows.row_count() == count and screen.rows.runs[0].tags.get("of") is not None)
    return screen


async def test_twenty_marked_runs_are_terminated(queue_lab: DagsterLab) -> None:
    ids = [queue_lab.launch(JOB, tags={"of": "bulk"}) for _ in range(20)]
    queue_lab.terminate(ids[0])
    async with explorer(queue_lab) as pilot:
        runs = await listed(pilot, "tag:of=bulk", 20)
        await pilot.press(*["space"] * 20)
        assert "◆ 20 marked" in shown(pilot)
        screen = await changing(pilot, "ctrl+k")
        assert "Terminate 20 runs?" in shown(pilot)
        assert "… and 12 more" in shown(pilot)
        await pilot.press("enter")
        await until(lambda: screen.over)
        await pilot.pause()
        assert "19 of 20 runs done, 1 failed" in shown(pilot)
        assert "having status CANCELED." in shown(pilot)
        await pilot.press("escape")
        await until(lambda: {run.status for run in runs.rows.runs} == {RunStatus.CANCELED})
        assert "marked" not in shown(pilot)
    assert {queue_lab.status(run_id) for run_id in ids} == {"CANCELED"}


async def test_marking_as_canceled_and_deleting_want_to_be_said_twice(queue_lab: DagsterLab) -> None:
    run_id = queue_lab.launch(JOB, tags={"of": "twice"})
    async with explorer(queue_lab) as pilot:
        await listed(pilot, "tag:of=twice", 1)
        await changing(pilot, "ctrl+k", "j", "enter")
        assert "Mark 1 run as canceled?" in shown(pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        assert queue_lab.status(run_id) == "QUEUED"
        screen = await changing(pilot, "ctrl+k", "j", "enter", "j", "enter")
        await until(lambda: screen.over)
        assert queue_lab.status(run_id) == "CANCELED"
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        await changing(pilot, "D")
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        assert queue_lab.status(run_id) == "CANCELED"
        screen = await changing(pilot, "D", "j", "enter")
        await until(lambda: screen.over)
    source = open_source("dagster", queue_lab.url)
    assert (await source.runs(RunFilter(ids=(run_id,)))).items == []
    await source.aclose()


async def test_a_failed_run_is_re_executed_and_its_new_run_followed(dagster_lab: DagsterLab) -> None:
    failed = dagster_lab.finished("nightly_etl_strict")
    async with explorer(dagster_lab, failed) as pilot:
        await until(lambda: bool(pilot.app.screen.run.tags))  # type: ignore[attr-defined]
        screen = await changing(pilot, "R", "enter")
        await until(lambda: screen.over)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.run.id != failed)
        run = pilot.app.screen
        assert isinstance(run, RunScreen)
        await until(lambda: run.all_read, 60)
        begun = {run.store.steps[row] for row in range(len(run.store)) if run.store.types[row] == "STEP_START"}
        assert begun == {"load_users"}


async def test_a_job_is_launched_from_the_list_of_jobs(queue_lab: DagsterLab) -> None:
    async with explorer(queue_lab) as pilot:
        await pilot.press("J")
        await until(lambda: isinstance(pilot.app.screen, JobsScreen) and pilot.app.screen.rows.row_count() > 10)
        await pilot.press("slash", *"search acme", "enter", "enter")
        await until(lambda: isinstance(pilot.app.screen, LaunchScreen) and "✓ valid" in shown(pilot))
        assert "seconds: 60" in shown(pilot)
        await pilot.press("t", *"of=form", "enter", "L")
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        run = pilot.app.screen
        assert isinstance(run, RunScreen)
        await until(lambda: run.run.tags.get("of") == "form")
        assert (run.run.pipeline_name, run.run.status) == (JOB, RunStatus.QUEUED)
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))


async def test_what_a_read_only_server_does_not_allow_is_grey_and_refused_in_words(queue_lab: DagsterLab) -> None:
    run_id = queue_lab.launch(JOB, tags={"of": "kept"})
    with queue_lab.beside("--read-only") as url:
        app = RunTuiApp(open_source("dagster", url), "lab")
        async with app.run_test(size=(120, 40)) as pilot:
            await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
            bar = app.screen.query_one(KeyBar)
            grey = {"terminate", "reexecute"}
            await until(lambda: {key.action for key in bar.keys if not key.enabled} == grey)
            await pilot.press("ctrl+k", "D", "L")
            assert isinstance(app.screen, RunsScreen)
            await pilot.press("J")
            await until(lambda: isinstance(app.screen, JobsScreen) and app.screen.rows.row_count() > 10)
    assert await asyncio.to_thread(queue_lab.status, run_id) == "QUEUED"


async def test_a_read_only_connection_offers_nothing(queue_lab: DagsterLab) -> None:
    queue_lab.launch(JOB)
    app = RunTuiApp(open_source("dagster", queue_lab.url, read_only=True), "lab")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        await pilot.press("ctrl+k", "R", "D", "L", "J")
        assert isinstance(app.screen, RunsScreen)
        assert not {"terminate", "reexecute"} & {key.action for key in app.screen.query_one(KeyBar).keys}


def test_a_wrong_configuration_is_shown_at_its_line_and_edited_again(queue_lab: DagsterLab, tmp_path: Path) -> None:
    wrong, right = "resources: {stream: {config: {rate: fast}}}", "resources: {stream: {config: {rate: 9}}}"
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nif grep -q fast $1; then echo '{right}' > $1; else echo '{wrong}' > $1; fi\n")
    editor.chmod(0o700)
    environment = {
        **os.environ,
        "RUN_TUI_URL": queue_lab.url,
        "RUN_TUI_CONFIG": str(tmp_path / "config.toml"),
        "VISUAL": str(editor),
        "TERM": "xterm-256color",
    }
    before = queue_lab.ask("LabRuns")["runsOrError"]["count"]
    with Terminal([sys.executable, "-m", "run_tui"], (110, 30), environment) as terminal:

        def until_shown(text: str) -> None:
            assert terminal.settle(lambda: text in terminal.drained().text, 0.05, 30), terminal.screen.text

        until_shown("ctrl+o Connect")
        terminal.send("J")
        until_shown("warehouse_backfill")
        terminal.send("/search\r\r")
        until_shown("seconds: 60")
        until_shown("✓ valid")
        terminal.send("e")
        until_shown("✗ Invalid scalar at path")
        until_shown("1  " + wrong)
        terminal.send("L")
        until_shown("1 problem: e edits")
        assert queue_lab.ask("LabRuns")["runsOrError"]["count"] == before
        terminal.send("e")
        until_shown("1  " + right)
        until_shown("✓ valid")
        terminal.send("L")
        until_shown("queued")
        assert queue_lab.ask("LabRuns")["runsOrError"]["count"] == before + 1
