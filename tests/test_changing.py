"""The screens that come before something is changed: on the demo, whose runs can be changed as a server's can."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from run_tui.acts import ConfigProblem, Job
from run_tui.screens.change import ChangeScreen
from run_tui.screens.jobs import JobsScreen
from run_tui.screens.launch import LaunchScreen, tags_of
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from tests.screens import demo_app, open_run, run_screen, runs_screen
from tests.terminal import Terminal
from tests.waiting import until


def shown(pilot: Pilot[None]) -> str:
    """All that is on the screen in front."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in strips)


@pytest.mark.parametrize("key", ["ctrl+k", "R", "D"])
async def test_nothing_is_done_to_runs_that_are_left_alone(key: str) -> None:
    async with demo_app() as pilot:
        before = list(runs_screen(pilot).rows.runs)
        await pilot.press("space", "space", key)
        assert isinstance(pilot.app.screen, ChangeScreen)
        assert [run.id for run in pilot.app.screen.runs] == [run.id for run in before[:2]]
        await pilot.press("escape")
        assert runs_screen(pilot).rows.runs == before
        assert "◆ 2 marked" in shown(pilot)
        await pilot.press("escape")
        assert "marked" not in shown(pilot)


async def test_marks_stay_on_their_runs_whatever_the_filter_hides() -> None:
    async with demo_app() as pilot:
        screen = runs_screen(pilot)
        first = screen.rows.runs[0]
        await pilot.press("space", "slash", *"job:nightly_etl", "enter", "g", "space")
        wanted = {run.id for run in screen.chosen_runs}
        assert len(wanted) == 2
        assert first.id in wanted


async def test_a_way_that_does_not_apply_says_why() -> None:
    async with demo_app() as pilot:
        await open_run(pilot, "SUCCESS", "sync_crm")
        await pilot.press("ctrl+k", "enter")
        assert isinstance(pilot.app.screen, ChangeScreen)
        assert "Nothing of it runs any more." in shown(pilot)
        await pilot.press("escape", "R", "j", "enter")
        assert isinstance(pilot.app.screen, ChangeScreen)
        assert not pilot.app.screen.over
        assert "Only of runs that failed or were canceled." in shown(pilot)


async def test_marked_steps_can_be_executed_again() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        assert screen.chosen_steps == []
        await pilot.press("s", "space", "space")
        steps = screen.chosen_steps
        assert len(steps) == 2
        await pilot.press("R")
        assert isinstance(pilot.app.screen, ChangeScreen)
        assert "Only 2 steps" in shown(pilot)
        assert ", ".join(steps) in shown(pilot)
        await pilot.press("G", "enter")
        await until(lambda: isinstance(pilot.app.screen, ChangeScreen) and pilot.app.screen.over)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen is not screen)


async def test_a_run_s_job_is_launched_as_it_was() -> None:
    async with demo_app() as pilot:
        before = (await open_run(pilot, "FAILURE", "nightly_etl")).run
        await pilot.press("L")
        await until(lambda: isinstance(pilot.app.screen, LaunchScreen) and pilot.app.screen.is_valid)
        assert "strict: true" in shown(pilot)
        await pilot.press("L")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.run.id != before.id)
        screen = run_screen(pilot)
        assert screen.rows.follow
        await until(lambda: "team" in screen.run.tags)
        kept = {key: value for key, value in before.tags.items() if not key.startswith("dagster/")}
        assert len(kept) == 3
        assert kept.items() <= screen.run.tags.items()


async def test_an_edited_launch_is_dropped_only_when_that_is_said_twice() -> None:
    async with demo_app(keys={"launch.back": "f4"}) as pilot:
        await open_run(pilot, "FAILURE", "nightly_etl")
        for edited in (False, True):
            await pilot.press("L")
            await until(lambda: isinstance(pilot.app.screen, LaunchScreen) and pilot.app.screen.is_valid)
            if edited:
                await pilot.press("t", "end", "x", "f4")
                assert "edited: f4 once more drops it" in shown(pilot)
                await pilot.press("backspace", "y")
                assert "✓ valid" in shown(pilot)
                await pilot.press("f4")
                assert isinstance(pilot.app.screen, LaunchScreen)
            await pilot.press("f4")
            assert isinstance(pilot.app.screen, RunScreen)


def test_an_editor_that_is_not_there_is_told_and_the_terminal_stays_ours(tmp_path: Path) -> None:
    environ = {**os.environ, "RUN_TUI_CONFIG": str(tmp_path / "none.toml"), "TERM": "xterm-256color"}
    environ["VISUAL"] = "no-such-editor"
    with Terminal([sys.executable, "-m", "run_tui", "demo"], (110, 32), environ) as terminal:
        for keys, seen in (
            ("", "nightly_etl"),
            ("J", "LOCATION"),
            ("\r", "✓ valid"),
            ("e", "could not be started"),
            ("\x1b", "LOCATION"),
        ):
            terminal.send(keys)
            assert terminal.settle(lambda seen=seen: seen in terminal.drained().text, 0.2, 30), seen  # type: ignore[misc]
        terminal.send("q")
        terminal.wait(30)
        assert terminal.process.returncode == 0


@pytest.mark.parametrize(
    ("broken", "has_assets", "said"),
    [
        ({}, False, "There are no jobs here."),
        ({"west": "No module named x"}, False, "There are no jobs here that could be loaded."),
        ({}, True, "There are assets here, but no jobs."),
    ],
)
async def test_why_there_are_no_jobs(broken: dict[str, str], has_assets: bool, said: str) -> None:
    async with demo_app() as pilot:
        screen = JobsScreen()
        await pilot.app.push_screen(screen)
        assert "⏎ Open" not in shown(pilot)
        screen.show_jobs([], broken, 0.0, has_assets=has_assets)
        await pilot.pause()
        assert said in shown(pilot)
        assert "r Runs" not in shown(pilot)


async def test_a_job_s_runs_are_listed() -> None:
    async with demo_app() as pilot:
        await pilot.press("J")
        await until(lambda: isinstance(pilot.app.screen, JobsScreen) and pilot.app.screen.rows.row_count() > 0)
        await pilot.press("slash", *"crm", "enter", "r")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        await until(lambda: {run.pipeline_name for run in runs_screen(pilot).rows.runs} == {"sync_crm"})


async def test_what_a_server_has_against_a_configuration_acts_on_no_terminal() -> None:
    async with demo_app() as pilot:
        screen = LaunchScreen(Job("\x1b[2Jjob", "r", "l"), "wh\x07ere", {})
        await pilot.app.push_screen(screen)
        screen.show_config("a: 1\nb: \x1b]0;title\x07")
        screen.show_problems([ConfigProblem("no\x1b[31m", line=2), ConfigProblem("nowhere")])
        await pilot.pause()
        text = shown(pilot)
        assert not any(ord(character) < 32 and character != "\n" for character in text)
        lines = text.splitlines()
        assert lines[2].strip() == "✗ nowhere"
        assert lines[3].strip() == "1  a: 1"
        assert lines[5].strip().startswith("✗ no")
        await pilot.press("L")
        assert pilot.app.screen is screen
        assert "2 problems: e edits" in shown(pilot)
        await pilot.press("t", *"tag", "enter", "L")
        assert "is no tag" in shown(pilot)
        assert not pilot.app._notifications


@pytest.mark.parametrize(
    ("text", "tags"),
    [("", {}), ("a=1  b=x=y", {"a": "1", "b": "x=y"}), ("'a b=c d' e=", {"a b": "c d", "e": ""})],
)
def test_tags_are_read_as_words(text: str, tags: dict[str, str]) -> None:
    assert tags_of(text) == tags


@pytest.mark.parametrize("text", ["a", "=b", "a=1 b", "a='1"])
def test_what_is_no_tag_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="tag"):
        tags_of(text)
