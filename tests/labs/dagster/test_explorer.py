"""The explorer on a real Dagster server."""

from __future__ import annotations

import unicodedata

import pytest

from run_tui.screens.runs import RunsScreen
from tests.labs.dagster.exploring import explorer, fresh, held
from tests.labs.dagster.lab import DagsterLab
from tests.labs.dagster.scenarios import resource
from tests.screens import run_screen
from tests.waiting import until


async def test_the_runs_are_those_of_the_server(dagster_lab: DagsterLab) -> None:
    wanted = dagster_lab.finished("nightly_etl_strict")
    async with explorer(dagster_lab) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        assert wanted in {run.id for run in screen.rows.runs}
        await pilot.press("slash", *"status:failure job:nightly_etl", "enter")
        await until(lambda: screen.rows.row_count() >= 1 and {run.status for run in screen.rows.runs} == {"FAILURE"})


async def test_a_failed_run_shows_the_users_exception(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("nightly_etl_strict")
    async with explorer(dagster_lab, run_id) as pilot:
        screen = run_screen(pilot)
        await until(lambda: screen.all_read)
        shown = screen.detail.text
        assert "WarehouseError" in shown
        assert "caused by SchemaError" in shown
        assert "caused by KeyError" in shown
        assert held(screen.store) == fresh(dagster_lab, run_id)
        await until(lambda: screen.steps.row_count() > 0 and bool(screen.run.config_yaml))


async def test_a_running_run_grows_by_itself_and_ends_as_a_fresh_read(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("clickstream_ingest", resource("stream", seconds=2, rate=10))
    dagster_lab.until_events(run_id, 5)
    async with explorer(dagster_lab, run_id) as pilot:
        screen = run_screen(pilot)
        sizes = {len(screen.store)}
        assert not screen.all_read

        def ended() -> bool:
            sizes.add(len(screen.store))
            return screen.all_read

        await until(ended, 90)
        assert len(sizes) > 3
        assert screen.run.status == "SUCCESS"
        assert screen.rows.cursor == screen.rows.row_count() - 1
        assert held(screen.store) == fresh(dagster_lab, run_id)


async def test_the_server_may_restart_meanwhile(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("clickstream_ingest", resource("stream", seconds=4, rate=10))
    dagster_lab.until_events(run_id, 5)
    async with explorer(dagster_lab, run_id) as pilot:
        screen = run_screen(pilot)
        dagster_lab.restart()
        await until(lambda: screen.all_read, 90)
        assert held(screen.store) == fresh(dagster_lab, run_id)


async def test_events_a_server_cannot_deliver_are_stepped_over_and_counted(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("custom_level")
    async with explorer(dagster_lab, run_id) as pilot:
        screen = run_screen(pilot)
        await until(lambda: screen.all_read, 60)
        missing = len(dagster_lab.exported(run_id)) - len(screen.store)
        assert missing == screen.store.skipped_count == 3
        await until(lambda: "3 events unreadable" in screen.query_one("#facts").render().plain)  # type: ignore[union-attr]


async def test_odd_texts_are_shown_harmless_and_kept_exact(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("odd_texts")
    async with explorer(dagster_lab, run_id) as pilot:
        screen = run_screen(pilot)
        await until(lambda: screen.all_read)
        assert held(screen.store) == fresh(dagster_lab, run_id)
        for row in range(len(screen.store)):
            screen.rows.move_to(row)
            await pilot.press("enter")
            painted = "".join(screen.rows.render_line(y).text for y in range(screen.rows.size.height))
            assert not {unicodedata.category(character) for character in painted} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


async def test_the_web_page_is_named_where_no_browser_can_open(
    dagster_lab: DagsterLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "somewhere")
    async with explorer(dagster_lab, dagster_lab.finished("nightly_etl_strict")) as pilot:
        await pilot.press("o")
        page = f"{dagster_lab.url}/runs/{run_screen(pilot).run.id}?focusedTime="
        await until(lambda: pilot.app.clipboard.startswith(page))
