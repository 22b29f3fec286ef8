"""Marked runs opened together: one log with one filter, each event with its run, the runs in the place of steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.format import short_id
from run_tui.model import Run
from run_tui.screens.help import HelpScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.screens.save import SaveScreen
from run_tui.screens.together import TogetherScreen
from run_tui.sources import open_file
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.status_line import StatusLine
from tests.screens import NOW, demo_app, runs_screen
from tests.settling import shown
from tests.test_explorer import counts, detail_text, hint, visible
from tests.test_several import explorer, staging
from tests.waiting import until

JOBS = ("nightly_etl", "sync_billing", "import_catalog")


def failed(screen: RunsScreen, job: str) -> Run:
    return next(run for run in screen.rows.runs if run.pipeline_name == job and run.status == "FAILURE")


async def open_together(pilot: Pilot[None], runs: Sequence[Run]) -> TogetherScreen:
    """Marks the runs and opens them, until all there is of them has been read."""
    rows = runs_screen(pilot).rows
    for run in runs:
        rows.move_to([each.key for each in rows.runs].index(run.key))
        await pilot.press("space")
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, TogetherScreen) and pilot.app.screen.was_read)
    assert isinstance(pilot.app.screen, TogetherScreen)
    return pilot.app.screen


async def open_failed(pilot: Pilot[None]) -> tuple[TogetherScreen, list[Run]]:
    runs = [failed(runs_screen(pilot), job) for job in JOBS]
    return await open_together(pilot, runs), runs


def head(screen: RunScreen) -> str:
    return screen.query_one("#status", StatusLine).render().plain


def notices(pilot: Pilot[None]) -> str:
    return " ".join(note.message for note in pilot.app._notifications)


def owners(screen: RunScreen) -> set[str]:
    """The runs whose events are shown."""
    timeline = screen.pane.timeline
    return {timeline.event(timeline[index]).run_id for index in range(len(timeline))}


async def test_the_key_that_opens_one_run_opens_all_that_are_marked_and_the_footer_says_so() -> None:
    async with demo_app() as pilot:
        bar = runs_screen(pilot).query_one(KeyBar)
        await pilot.press("space")
        assert [key.title for key in bar.keys].count("Open together") == 0
        await pilot.press("space")
        await until(lambda: "Open together" in [key.title for key in bar.keys])
        assert "Open" not in [key.title for key in bar.keys]
        await pilot.press("escape")
        await until(lambda: "Open" in [key.title for key in bar.keys])
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        assert not isinstance(pilot.app.screen, TogetherScreen)


async def test_events_come_by_time_each_with_its_run() -> None:
    async with demo_app((160, 40)) as pilot:
        screen, runs = await open_failed(pilot)
        store = screen.store
        reached: dict[str, int] = {}
        times = []
        for row in range(len(store)):  # the demo's runs have times that fall by themselves
            name = store.run_of(row).id
            reached[name] = max(store.times[row], reached.get(name, 0))
            times.append(reached[name])
        assert times == sorted(times)
        assert owners(screen) == {run.id for run in runs}
        assert head(screen).startswith(" 3 runs   ✗ 3 failure")
        screen.filter_bar.text = "type:RUN_FAILURE"
        await until(lambda: counts(screen).startswith("3 of"))
        shown = "\n".join(visible(screen.rows))
        assert all(f" {short_id(run.id)} " in shown for run in runs)
        await pilot.press("enter")
        assert f"{short_id(screen.pane.current.run_id)} " in detail_text(screen)  # type: ignore[union-attr]


async def test_a_run_is_filtered_by_and_completed() -> None:
    async with demo_app((160, 40)) as pilot:
        screen, runs = await open_failed(pilot)
        await pilot.press("slash", *"run:sync")
        await until(lambda: owners(screen) == {runs[1].id})
        assert "sync_billing" in hint(screen)
        screen.filter_bar.text = f"run:{runs[0].id[:8]},=import_catalog"
        await until(lambda: owners(screen) == {runs[0].id, runs[2].id})


async def test_the_runs_stand_in_the_place_of_steps_with_their_errors() -> None:
    async with demo_app((160, 40)) as pilot:
        screen, runs = await open_failed(pilot)
        rows = visible(screen.steps)[:3]
        for row, run in zip(rows, runs, strict=True):
            store = screen.store
            errors = sum(store.ranks[n] >= 4 and store.run_of(n).id == run.id for n in range(len(store)))
            assert row.startswith(f" ✗ {short_id(run.id)}")
            assert f" ✗{errors} " in row
        await pilot.press("s", "j", "enter")
        await until(lambda: owners(screen) == {runs[1].id})
        assert screen.filter_bar.text == f"run:{short_id(runs[1].id)}"
        await pilot.press("r")
        assert f"Run {screen.pane.current.run_id}" in detail_text(screen)  # type: ignore[union-attr]


async def test_errors_are_walked_across_runs() -> None:
    async with demo_app((160, 40)) as pilot:
        screen, runs = await open_failed(pilot)
        screen.hide_detail()
        await pilot.press("g")
        seen = set()
        for _ in range(40):
            await pilot.press("e")
            seen.add(screen.pane.current.run_id)  # type: ignore[union-attr]
        assert seen == {run.id for run in runs}


async def test_the_command_names_all_runs() -> None:
    async with demo_app((160, 40)) as pilot:
        screen, runs = await open_failed(pilot)
        screen.filter_bar.text = "level:error"
        await pilot.press("c")
        ids = " ".join(run.id for run in runs)
        assert pilot.app.clipboard.startswith(f"run-tui -c demo {ids} --filter level:error")


async def test_what_is_for_one_run_is_not_offered() -> None:
    async with demo_app((160, 40)) as pilot:
        screen, _ = await open_failed(pilot)
        for action in ("output", "terminate", "reexecute", "launch", "neighbour", "alert"):
            assert not screen.check_action(action, ())
        assert screen.check_action("bars", ())


async def test_runs_of_several_connections_open_together() -> None:
    async with explorer((160, 40), staging=staging()) as pilot:
        screen = runs_screen(pilot)
        await until(lambda: any(run.connection == "staging" for run in screen.rows.runs))
        there = next(run for run in screen.rows.runs if run.id == "s-2")
        together = await open_together(pilot, [failed(screen, "nightly_etl"), there])
        assert "s-2" in owners(together)
        assert any(line.split()[1:4] == ["s-2", "etl", "staging"] for line in visible(together.steps))


async def test_a_run_that_is_gone_is_told_of_and_the_others_are_shown() -> None:
    gone = staging()
    async with explorer((160, 40), staging=gone) as pilot:
        screen = runs_screen(pilot)
        await until(lambda: any(run.connection == "staging" for run in screen.rows.runs))
        there = next(run for run in screen.rows.runs if run.id == "s-2")
        gone.runs_held = gone.runs_held[1:]
        together = await open_together(pilot, [failed(screen, "nightly_etl"), there])
        assert "s-2 is left out: Run s-2 not found" in notices(pilot)
        assert len(owners(together)) == 1
        assert "s-2" in visible(together.steps)[1]


async def test_back_in_the_list_the_marks_are_still_there() -> None:
    async with demo_app((160, 40)) as pilot:
        screen, runs = await open_failed(pilot)
        await until(lambda: screen.detail.display is not None)
        while pilot.app.screen is screen:
            await pilot.press("escape")
        assert len(runs_screen(pilot).rows.marked) == len(runs)


async def test_saved_together_they_are_opened_together(tmp_path: Path) -> None:
    path = tmp_path / "several.jsonl"
    async with demo_app((160, 40)) as pilot:
        screen, runs = await open_failed(pilot)
        held = [screen.store.event(row) for row in range(len(screen.store))]
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(pilot.app.screen, SaveScreen))
        pilot.app.screen.query_one("#save-path").value = str(path)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(path.exists)
    assert [run["id"] for run in json.loads(path.read_text().splitlines()[0])["runs"]] == [run.id for run in runs]
    source = open_file(str(path))
    app = RunTuiApp(source, source.name, source.run_id, now=lambda: NOW, file=str(path), together=source.together)
    async with app.run_test(size=(160, 40)):
        await until(lambda: isinstance(app.screen, TogetherScreen) and app.screen.all_read)
        assert isinstance(app.screen, TogetherScreen)
        store = app.screen.store
        assert [store.event(row) for row in range(len(store))] == held
        assert head(app.screen).startswith(" 3 runs   ✗ 3 failure")
        app.screen.filter_bar.text = "run:sync_billing"
        await until(lambda: owners(app.screen) == {runs[1].id})  # type: ignore[arg-type]


async def test_help_leaves_out_what_is_for_one_run() -> None:
    async with demo_app((160, 60)) as pilot:
        await open_failed(pilot)
        await pilot.press("question_mark")
        await until(lambda: isinstance(pilot.app.screen, HelpScreen))
        assert isinstance(pilot.app, RunTuiApp)
        told = shown(pilot.app)
        assert "Show the steps as bars over time" in told
        assert "Go to the job's run before." not in told
        assert "Delete the run with its events." not in told
