"""Two runs compared on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.errors import Unreachable
from run_tui.model import Run, RunStatus, iso_timestamp
from run_tui.screens.compare import CompareScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.screens.together import TogetherScreen
from run_tui.widgets.detail import Detail
from tests.screens import demo_app, open_run, run_screen, runs_screen
from tests.scripted import ScriptedSource, a_run, failing
from tests.settling import shown
from tests.waiting import until

NOW = 1_795_350_667


def compare_screen(pilot: Pilot[None]) -> CompareScreen:
    screen = pilot.app.screen
    assert isinstance(screen, CompareScreen)
    return screen


async def compared(pilot: Pilot[None]) -> CompareScreen:
    """The comparison, once it is there."""
    await until(lambda: isinstance(pilot.app.screen, CompareScreen) and pilot.app.screen.report is not None)
    return compare_screen(pilot)


async def compare_failed(pilot: Pilot[None]) -> CompareScreen:
    await open_run(pilot, "FAILURE", "nightly_etl")
    await pilot.press("equals_sign")
    return await compared(pilot)


def screen_text(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app, RunTuiApp)
    return shown(pilot.app)


def runs_compared(screen: CompareScreen) -> list[Run]:
    assert screen.report is not None
    return [screen.report.found.before.run, screen.report.found.after.run]


async def test_a_failed_run_is_compared_with_the_last_that_succeeded() -> None:
    async with demo_app((110, 34)) as pilot:
        screen = await compare_failed(pilot)
        before, after = runs_compared(screen)
        assert (before.status, after.status) == (RunStatus.SUCCESS, RunStatus.FAILURE)
        assert before.pipeline_name == after.pipeline_name == "nightly_etl"
        text = screen_text(pilot)
        assert f"After {after.id[:8]}  STEP_FAILURE  ERROR  load_users" in text
        for told in (
            "in load_users",
            "success → failure",
            "strict: true",
            "7 of 10 steps alike",
            "much slower: from 2 ×",
        ):
            assert told in text
        assert "3 rows without user_id" in screen.query_one("#event-before", Detail).text
        assert "KeyError: 'user_id'" in screen.query_one("#event-after", Detail).text


async def test_the_events_stand_side_by_side_where_there_is_room() -> None:
    for size, beside in (((200, 40), True), ((80, 24), False)):
        async with demo_app(size) as pilot:
            screen = await compare_failed(pilot)
            one, other = (screen.query_one(f"#event-{name}", Detail).region for name in ("before", "after"))
            assert (one.y == other.y, one.x < other.x) == (beside, beside)
            assert min(one.height, other.height) > 3


async def test_the_cursor_chooses_whose_events_are_shown() -> None:
    async with demo_app((110, 34)) as pilot:
        screen = await compare_failed(pilot)
        before = screen.query_one("#event-after", Detail)
        await pilot.press("G")
        await until(lambda: "not executed" in before.text)
        await pilot.press("a", "G")
        assert screen.rows.current is not None
        assert screen.rows.current.parting is None
        assert not screen.query_one("#pair").display
        await pilot.press("g")
        assert "KeyError" in before.text


async def test_enter_opens_the_run_at_its_event_and_the_same_key_leads_back() -> None:
    async with demo_app((110, 34)) as pilot:
        screen = await compare_failed(pilot)
        before, after = runs_compared(screen)
        for key, run, kind in (("enter", after, "STEP_FAILURE"), ("b", before, None)):
            await pilot.press(key)
            await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.all_read)
            opened = run_screen(pilot)
            assert opened.run.id == run.id
            assert opened.pane.current is not None
            assert (opened.pane.current.step_key, opened.pane.current.event_type) == ("load_users", kind)
            await pilot.press("equals_sign")
            assert runs_compared(await compared(pilot)) == [before, after]
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        await pilot.press("escape", "escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))


async def test_two_marked_runs_are_compared_the_older_one_first() -> None:
    async with demo_app((110, 34)) as pilot:
        runs = runs_screen(pilot)
        wanted = [row for row, run in enumerate(runs.rows.runs) if run.pipeline_name == "sync_crm"][:3]
        for row in wanted[:2]:
            runs.rows.move_to(row)
            await pilot.press("space")
        newer, older = (runs.rows.runs[row].id for row in wanted[:2])
        await pilot.press("equals_sign")
        assert [run.id for run in runs_compared(await compared(pilot))] == [older, newer]
        await pilot.press("escape")
        runs.rows.move_to(wanted[2])
        await pilot.press("space", "equals_sign")
        await until(lambda: any("mark two" in note.message for note in pilot.app._notifications))
        assert pilot.app.screen is runs


async def test_two_runs_that_are_open_together_are_compared() -> None:
    async with demo_app((110, 34)) as pilot:
        runs = runs_screen(pilot)
        wanted = [row for row, run in enumerate(runs.rows.runs) if run.pipeline_name == "sync_crm"][:2]
        for row in wanted:
            runs.rows.move_to(row)
            await pilot.press("space")
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, TogetherScreen) and pilot.app.screen.was_read)
        await pilot.press("equals_sign")
        newer, older = (runs.rows.runs[row].id for row in wanted)
        assert [run.id for run in runs_compared(await compared(pilot))] == [older, newer]
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.run.id == newer)


async def test_other_runs_of_the_job_are_compared_in_turn() -> None:
    async with demo_app((110, 34)) as pilot:
        screen = await compare_failed(pilot)
        first, after = runs_compared(screen)
        await pilot.press("left_square_bracket")
        await until(lambda: screen.report is not None and runs_compared(screen)[0].id != first.id)
        assert runs_compared(screen)[0].created_at < first.created_at
        assert runs_compared(screen)[1].id == after.id
        await pilot.press("right_square_bracket")
        await until(lambda: screen.report is not None and runs_compared(screen)[0].id == first.id)
        await pilot.press("right_square_bracket")
        await until(lambda: any("no other run" in note.message for note in pilot.app._notifications))


def run_at(ago: int, run_id: str, status: RunStatus = RunStatus.SUCCESS, **fields: object) -> Run:
    return a_run(status, run_id, created_at=iso_timestamp(float(NOW - ago)), **fields)


@asynccontextmanager
async def scripted(source: ScriptedSource) -> AsyncIterator[Pilot[None]]:
    app = RunTuiApp(source, "scripted", now=lambda: float(NOW))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        yield pilot


async def test_without_a_success_the_run_before_is_taken() -> None:
    failed = RunStatus.FAILURE
    held = [run_at(1, "new", failed), run_at(5, "old", failed)]
    async with scripted(ScriptedSource(["a", "b"], runs_held=held)) as pilot:
        await pilot.press("equals_sign")
        assert [run.id for run in runs_compared(await compared(pilot))] == ["old", "new"]
        assert "Nothing differs" in screen_text(pilot)


async def test_without_any_run_before_there_is_nothing_to_compare_with() -> None:
    async with scripted(ScriptedSource(["a"], runs_held=[run_at(1, "only")])) as pilot:
        await pilot.press("equals_sign")
        await until(lambda: "no run of this job before" in screen_text(pilot))
        await pilot.press("enter", "b", "escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))


async def test_a_server_that_fails_for_a_while_is_waited_for() -> None:
    source = ScriptedSource(["a", "b"], runs_held=[run_at(1, "new"), run_at(5, "old")])
    async with scripted(source) as pilot:
        source.script = failing(*(Unreachable("scripted does not answer.", "") for _ in range(3)))
        await pilot.press("equals_sign")
        assert [run.id for run in runs_compared(await compared(pilot))] == ["old", "new"]


async def test_leaving_while_runs_are_being_read_ends_the_reading() -> None:
    async with demo_app((110, 34)) as pilot:
        await open_run(pilot, "SUCCESS", "warehouse_backfill")
        await pilot.press("equals_sign")
        await until(lambda: isinstance(pilot.app.screen, CompareScreen))
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        await until(lambda: all(worker.group != "compare" for worker in pilot.app.workers if worker.is_running))
