"""An open run where its feed begins again."""

from __future__ import annotations

from run_tui.app import RunTuiApp
from run_tui.errors import Unauthorized
from run_tui.model import RunStatus
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from tests.scripted import ScriptedSource, a_run
from tests.waiting import until


async def test_a_second_reading_that_stopped_half_way_is_taken_up_where_it_stood() -> None:
    refused = False

    def script(source: ScriptedSource, number: int) -> None:
        nonlocal refused
        if source.cursors.count("9") > 1:  # all that was shown has been read
            source.hidden.clear()
        if not source.hidden and source.cursors[-1] == "6" and not refused:
            refused = True
            raise Unauthorized("the token has expired", "")

    log = [f"event {n}" for n in range(9)]
    ended = "2026-11-01T00:00:00.000Z"
    source = ScriptedSource(log, RunStatus.SUCCESS, hidden={1}, script=script, ended_at=ended)
    source.runs_held = [a_run(RunStatus.SUCCESS)]
    app = RunTuiApp(source, "scripted")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, RunScreen) and refused)
        screen = app.screen
        assert isinstance(screen, RunScreen)
        await until(lambda: "cannot be read" in str(screen.query_one("#status").render()))
        await pilot.press("ctrl+r")
        await until(lambda: screen.all_read)
        assert [screen.store.message(row) for row in range(len(screen.store))] == log
