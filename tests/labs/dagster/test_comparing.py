"""A failed run of a real server and one that went well, compared."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from run_tui.cli import cli
from run_tui.kin import last_success
from run_tui.model import RunFilter
from run_tui.screens.compare import CompareScreen
from run_tui.sources import open_source
from tests.labs.dagster.exploring import explorer
from tests.labs.dagster.lab import DagsterLab
from tests.waiting import until


def compared(lab: DagsterLab, *run_ids: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["run", "compare", "--url", lab.url, *run_ids, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_two_runs_of_a_real_server(dagster_lab: DagsterLab) -> None:
    good, bad = dagster_lab.finished("nightly_etl"), dagster_lab.finished("nightly_etl_strict")
    found = compared(dagster_lab, good, bad)
    assert {found[side]["id"] for side in ("before", "after")} == {good, bad}
    assert {step["step"]: step["change"] for step in found["steps"]}["load_users"] == "failed"
    first = found["first_event"]
    assert first["step"] == "load_users"
    assert "STEP_FAILURE" in {side["eventType"] for side in (first["before"], first["after"])}
    assert any("strict: true" in line for line in found["config"])


async def test_the_last_success_is_found_and_shown(dagster_lab: DagsterLab) -> None:
    source = open_source("dagster", dagster_lab.url)
    bad = await source.run(dagster_lab.finished("nightly_etl_strict"))
    before = [run for run in (await source.runs(RunFilter(job="nightly_etl"))).items if run.created_at < bad.created_at]
    good = await last_success(source, bad)
    await source.aclose()
    assert (good and good.id) == next((run.id for run in before if run.status == "SUCCESS"), None)
    async with explorer(dagster_lab, bad.id) as pilot:
        await pilot.press("equals_sign")
        screen = pilot.app.screen
        assert isinstance(screen, CompareScreen)
        if before:
            await until(lambda: screen.report is not None)
