"""What a step wrote, as the user meets it on the demo connection."""

from __future__ import annotations

from textual.pilot import Pilot

from run_tui.screens.output import OutputScreen
from run_tui.screens.run import RunScreen
from run_tui.widgets.status_line import StatusLine
from tests.screens import demo_app, open_run
from tests.waiting import until


async def open_output(pilot: Pilot[None]) -> OutputScreen:
    await pilot.press("l")
    await until(lambda: isinstance(pilot.app.screen, OutputScreen))
    screen = pilot.app.screen
    assert isinstance(screen, OutputScreen)
    return screen


def facts(screen: OutputScreen) -> str:
    return screen.query_one(StatusLine).render().plain


async def test_a_failed_step_shows_its_stderr_and_the_way_back() -> None:
    async with demo_app() as pilot:
        await open_run(pilot, "FAILURE", "nightly_etl")
        screen = await open_output(pilot)
        await until(lambda: "complete" in facts(screen))
        assert "load_users   stderr" in facts(screen)
        assert any("WarehouseError" in line for line in screen.rows.lines)
        assert screen.rows.cursor == len(screen.rows.lines) - 1
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunScreen))


async def test_tab_shows_the_other_stream() -> None:
    async with demo_app() as pilot:
        await open_run(pilot, "FAILURE", "nightly_etl")
        screen = await open_output(pilot)
        await until(lambda: screen.rows.row_count() > 0)
        await pilot.press("tab")
        await until(lambda: "stdout" in facts(screen) and "complete" in facts(screen))
        assert screen.rows.row_count() == 0
        painted = "".join(screen.rows.render_line(y).text for y in range(screen.rows.size.height))
        assert "wrote nothing to stdout" in painted


async def test_a_user_who_scrolls_stops_following_and_f_starts_again() -> None:
    async with demo_app() as pilot:
        await open_run(pilot, "FAILURE", "nightly_etl")
        screen = await open_output(pilot)
        await until(lambda: "complete" in facts(screen))
        await pilot.press("k")
        assert not screen.rows.follow
        await pilot.press("f")
        assert screen.rows.follow
        assert screen.rows.cursor == screen.rows.row_count() - 1
        await pilot.press("y")
        assert pilot.app.clipboard == screen.rows.lines[screen.rows.cursor]
