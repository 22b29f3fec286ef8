"""Views become files and views again; what was there before a file stays until it is whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from run_tui.model import RunEvent
from run_tui.screens.run import RunScreen
from run_tui.screens.save import SaveScreen
from run_tui.sources import open_file
from tests.screens import demo_app, open_run
from tests.sources.test_archive import saved
from tests.test_saved_run import app_on
from tests.waiting import until


@asynccontextmanager
async def saving(run_screen: RunScreen, pilot: Pilot[None], path: Path) -> AsyncIterator[SaveScreen]:
    """The save screen, with this file's name in it."""
    await pilot.press("ctrl+s")
    await until(lambda: isinstance(pilot.app.screen, SaveScreen))
    screen = pilot.app.screen
    assert isinstance(screen, SaveScreen)
    screen.path.value = str(path)
    yield screen
    await until(lambda: pilot.app.screen is run_screen)


def note_of(screen: SaveScreen) -> str:
    return str(screen.query_one("#save-note").render())


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def events_in(path: Path) -> list[RunEvent]:
    source = open_file(str(path))
    page = await source.page(source.run_id)
    await source.aclose()
    assert not page.has_more
    return [page.event(index) for index in range(len(page))]


async def test_a_run_and_what_a_filter_shows_of_it(tmp_path: Path) -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "sync_billing")
        timeline = screen.pane.timeline
        shown = [timeline.event(timeline[index]) for index in range(len(timeline))]
        whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
        async with saving(screen, pilot, whole):
            await pilot.press("enter")
        assert await events_in(whole) == shown
        await pilot.press("slash", *"attempt:2", "enter")
        await until(lambda: timeline.complete and 0 < timeline.fitting < len(shown))
        filtered = [timeline.event(timeline[index]) for index in range(len(timeline))]
        async with saving(screen, pilot, part):
            await pilot.press("enter")
        assert await events_in(part) == filtered
        assert {event.attempt for event in filtered} == {2}
        async with saving(screen, pilot, tmp_path / "all.jsonl"):
            await pilot.press("tab", "enter")
        assert await events_in(tmp_path / "all.jsonl") == shown
        source = open_file(str(whole))
        assert await source.run(source.run_id) == screen.run
        assert await source.steps(source.run_id) == screen.plan
        assert source.where == "whole.jsonl, from demo"
        await source.aclose()
    source = open_file(str(part))
    assert source.where.endswith("only attempt:2")
    await source.aclose()


async def test_a_file_is_replaced_only_by_who_says_so_twice(tmp_path: Path) -> None:
    path = tmp_path / "there.csv"
    path.write_text("precious")
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "sync_billing")
        async with saving(screen, pilot, path) as save:
            await pilot.press("enter")
            await until(lambda: "there already" in note_of(save))
            assert path.read_text() == "precious"
            await pilot.press("enter")
        assert path.read_text().startswith("runId,timestamp,level")
        assert len(path.read_text().splitlines()) > screen.pane.timeline.held
        assert names_in(tmp_path) == ["there.csv"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("run.pdf", "end in .jsonl, .csv or .txt"), ("none/run.txt", "No such file"), ("folder.txt", "no regular file")],
)
async def test_what_cannot_be_saved_is_told_and_can_be_tried_again(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "folder.txt").mkdir()
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "sync_billing")
        async with saving(screen, pilot, tmp_path / name) as save:
            await pilot.press("enter")
            await until(lambda: says in note_of(save))
            save.path.value = str(tmp_path / "run.txt")
            await pilot.press("enter")
        assert (tmp_path / "run.txt").read_text().startswith(f"Events for run {screen.run.id}:")


async def test_saving_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    source, folder = saved(tmp_path / "long.jsonl", 30_000), tmp_path / "folder"
    folder.mkdir()
    app = app_on(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.all_read)
        run_screen = app.screen
        assert isinstance(run_screen, RunScreen)
        async with saving(run_screen, pilot, folder / "copy.jsonl") as save:
            save.action_save()  # a key would be waited for until all is saved
            await until(lambda: "Saving: " in note_of(save))
            save.action_close()
            await until(lambda: "Stopped" in note_of(save))
            await until(lambda: names_in(folder) == [])
            await pilot.press("enter")
        copy = (folder / "copy.jsonl").read_text().splitlines()
        assert len(copy) == 30_001
        assert names_in(folder) == ["copy.jsonl"]
