"""A failed run opens on the user's own exception, on a real Dagster server, however it failed."""

from __future__ import annotations

from typing import Any

import pytest

from run_tui.model import RunStatus
from run_tui.reasons import read_reason
from run_tui.sources.dagster import DagsterSource
from tests.labs.dagster.exploring import explorer
from tests.labs.dagster.lab import DagsterLab
from tests.screens import run_screen
from tests.waiting import until

ONE_PROCESS: dict[str, Any] = {"execution": {"config": {"in_process": {}}}}
SEEDED = {
    "nightly_etl_strict": ("STEP_FAILURE", "load_users", "WarehouseError: COPY INTO core.users was rolled back"),
    "sync_billing": ("STEP_FAILURE", "fetch_invoices", "ConnectionError: could not connect to billing.acme.io:5432"),
    "import_catalog": ("STEP_FAILURE", "read_feed[oslo]", "FeedError: catalog of oslo ends amid an object"),
    "nightly_features": ("RESOURCE_INIT_FAILURE", "refresh_features", "ConnectionError: could not open a session"),
}
CHECKPOINT = "acme.failures.CheckpointError: v14.ckpt: checksum 9f3c41d0"
LAUNCHED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "in several processes": ("train_ranker", {}, "STEP_FAILURE", "FloatingPointError: loss of fold 1 is nan"),
    "with its process": (
        "score_churn",
        ONE_PROCESS,
        "ENGINE_EVENT",
        "acme.failures.CheckpointError: v14.ckpt: checksum",
    ),
    "with a step's process": ("score_churn", {}, "ENGINE_EVENT", CHECKPOINT),
}


async def opens_on(lab: DagsterLab, run_id: str, event_type: str, text: str) -> str:
    """Opens the run and waits until its first screen says so; returns the reason for the list."""
    async with explorer(lab, run_id) as pilot:
        screen = run_screen(pilot)
        current = screen.pane.current
        assert current is not None
        assert current.event_type == event_type
        await until(lambda: text in seen(screen.detail.text))
        lines = seen(screen.detail.text).split("\n")
        line = next(n for n, line in enumerate(lines) if text in line)
        await until(lambda: line < screen.detail.size.height)
        assert screen.detail.scroll_y == 0
    source = DagsterSource(lab.url)
    try:
        return await read_reason(source, run_id)
    finally:
        await source.aclose()


def seen(rendered: object) -> str:
    return str(rendered)


@pytest.mark.parametrize("name", SEEDED)
async def test_a_failed_run_opens_on_the_users_exception(dagster_lab: DagsterLab, name: str) -> None:
    event_type, step, text = SEEDED[name]
    reason = await opens_on(dagster_lab, dagster_lab.finished(name), event_type, text)
    assert reason.startswith(f"{step}: {text}")


@pytest.mark.parametrize("how", LAUNCHED)
async def test_a_run_that_failed_in_processes_of_its_own(dagster_lab: DagsterLab, how: str) -> None:
    job, config, event_type, text = LAUNCHED[how]
    run_id = dagster_lab.launch(job, config, wait=True)
    reason = await opens_on(dagster_lab, run_id, event_type, text)
    if event_type == "ENGINE_EVENT":
        assert reason == "load_checkpoint: process unexpectedly exited with code 70"
    else:
        assert reason.startswith(f"train_fold_1: {text}")


async def test_a_hook_that_failed_is_shown_though_its_run_succeeded(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("notify_partners")
    async with explorer(dagster_lab, run_id) as pilot:
        screen = run_screen(pilot)
        assert screen.run.status is RunStatus.SUCCESS
        current = screen.pane.current
        assert current is not None
        assert current.event_type == "HOOK_ERRORED"
        assert "ConnectionError: chat.acme.io refused" in seen(screen.detail.text)
