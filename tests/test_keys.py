"""Keys of the settings file, the footer and the help screen."""

from __future__ import annotations

from functools import partial

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from run_tui.actions import ACTIONS, WHERE, key_text
from run_tui.app import RunTuiApp
from run_tui.demo import create_app
from run_tui.explorer.remapping import remapped
from run_tui.screens.help import HelpScreen, places, sections
from run_tui.screens.runs import RunsScreen
from run_tui.sources.dagster import DagsterSource
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.type_list import TypeList
from tests.screens import demo_app, open_run, run_screen, runs_screen
from tests.waiting import until


def test_other_keys_take_the_place_of_an_actions_own() -> None:
    actions, problems = remapped({"run.follow": "F5", "view.filter": "/, ctrl+l"})
    keys = {action.id: key_text(action) for action in actions}
    assert (keys["run.follow"], keys["view.filter"], keys["run.steps"]) == ("f5", "/ ctrl+l", "s")
    assert problems == []


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"run.folow": "x"}, "\"run.folow\" is no action, is 'run.follow' meant?"),
        ({"zzz": "x"}, '"zzz" is no action.'),
        ({"run.follow": "banana"}, '"run.follow": "banana" is no key.'),
        ({"run.follow": ""}, '"run.follow": "" is no key.'),
        ({"run.follow": "shift+ctrl+nope"}, '"run.follow": "shift+ctrl+nope" is no key.'),
        ({"run.steps": "e"}, '"e" is the key of both "run.next_error" and "run.steps": only one of them works.'),
        ({"run.steps": "/"}, '"/" is the key of both "view.filter" and "run.steps": only one of them works.'),
    ],
)
def test_what_is_wrong_with_keys_is_told(keys: dict[str, str], problem: str) -> None:
    assert remapped(keys)[1] == [problem]


def test_keys_of_places_that_cover_each_other_on_purpose_are_no_conflict() -> None:
    assert remapped({"output.follow": "e", "histogram.left": "f"})[1] == []
    assert remapped({action.id: action.keys for action in ACTIONS})[0] is not ACTIONS


async def test_keys_are_remapped_on_the_screen_in_footer_and_help() -> None:
    async with demo_app(keys={"run.steps": "F5", "run.folow": "x"}) as pilot:
        assert [note.message for note in pilot.app._notifications] == [
            "\"run.folow\" is no action, is 'run.follow' meant?"
        ]
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        assert "f5 Steps" in footer(pilot)
        await pilot.press("s")
        assert not screen.steps.has_focus
        await pilot.press("f5")
        assert screen.steps.has_focus
        await pilot.press("f1")
        texts = dict(dict(sections(pilot.app.actions))["One run"])
        assert "f5" in texts
        assert "s" not in texts


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ((), ["run", "act", "list", "view", "app", "filter.run"]),
        (("s",), ["steps", "run", "act", "list", "view", "app", "filter.run"]),
        (("i",), ["histogram", "run", "act", "view", "app", "filter.run"]),
        (("slash",), ["filter.run", "run", "act", "view", "app"]),
    ],
)
async def test_help_begins_with_what_has_the_focus(keys: tuple[str, ...], first: list[str]) -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press(*keys)
        shown = places(screen)
        assert [place for place in shown if place != "find"] == first
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        titles = [title for title, _ in sections(ACTIONS, shown)]
        assert titles[0] == WHERE.get(shown[0], "Filter of a run's events")
        assert len(titles) == len(set(titles)) == len(WHERE) + 2


async def test_a_click_beside_the_help_closes_it() -> None:
    async with demo_app() as pilot:
        await pilot.press("f1")
        await pilot.click("#help", offset=(10, 3))
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.click(offset=(1, 3))
        assert runs_screen(pilot)


@pytest.mark.parametrize("width", [60, 80, 110, 200])
async def test_the_footer_shows_whole_keys_of_what_has_the_focus(width: int) -> None:
    async with demo_app((width, 24)) as pilot:
        await open_run(pilot, "FAILURE", "nightly_etl")
        for key, shown in ((), "/ Filter"), (("s",), "space Mark"), (("b",), "+ Zoom in"), (("slash",), "tab Complete"):
            await pilot.press(*key)
            await until(partial(_in_footer, pilot, shown))
            assert len(" ".join(footer(pilot))) <= width
            if key != ("slash",):
                assert footer(pilot)[-2:] == ["? Help", "q Quit"]
        assert footer(pilot) == ["⏎ Keep", "tab Complete", "esc Clear"]


async def test_the_footer_drops_first_what_is_of_no_use_to_the_run_and_names_keys_as_help_does() -> None:
    async with demo_app((80, 24)) as pilot:
        await pilot.press("g")
        await until(partial(_in_footer, pilot, "ctrl+k Terminate"))
        assert not _in_footer(pilot, "R Re-execute")
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        screen.rows.move_to(next(i for i, run in enumerate(screen.rows.runs) if run.status.finished), by_user=True)
        await until(partial(_in_footer, pilot, "R Re-execute"))
        assert not _in_footer(pilot, "ctrl+k Terminate")


async def test_a_short_message_covers_nothing_but_the_footer() -> None:
    app = RunTuiApp(DagsterSource("http://demo", app=create_app(), name="demo"), "demo")
    async with app.run_test(size=(100, 30), notifications=True):
        app.notify("Copied the row.")
        await until(lambda: any(toast.region.height for toast in app.screen.query(Toast)))
        region = app.screen.query_one(Toast).region
        assert (region.y, region.height) == (29, 1)


async def test_an_empty_list_offers_nothing_that_is_done_to_a_run_and_says_how_to_go_on() -> None:
    async with demo_app((160, 24), keys={"view.back": "f4", "act.jobs": "f6"}) as pilot:
        assert {"⏎ Open", "space Mark"} <= set(footer(pilot))
        await pilot.press("slash", *"job:none", "enter")
        await until(lambda: runs_screen(pilot).rows.row_count() == 0)
        await until(lambda: not _in_footer(pilot, "⏎ Open"))
        assert not {"space Mark", "R Re-execute", "ctrl+k Terminate"} & set(footer(pilot))
        assert "f4 clears it." in _painted(pilot)
        await pilot.press("f4")
        await until(partial(_in_footer, pilot, "space Mark"))
        runs_screen(pilot).show_runs((), 0, False)
        assert "f6 shows the jobs, to launch one; ctrl+o shows other connections." in _painted(pilot)


def _painted(pilot: Pilot[None]) -> str:
    rows = runs_screen(pilot).rows
    return "\n".join(rows.render_line(y).text for y in range(rows.size.height))


async def test_a_narrower_footer_drops_keys_and_takes_them_back() -> None:
    async with demo_app((110, 24)) as pilot:
        await open_run(pilot, "FAILURE", "nightly_etl")
        before = footer(pilot)
        await pilot.resize_terminal(60, 24)
        await until(lambda: len(footer(pilot)) < len(before))
        await pilot.resize_terminal(110, 24)
        await until(lambda: footer(pilot) == before)


async def test_wide_terminals_have_the_detail_beside_the_log() -> None:
    async with demo_app((200, 40)) as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        assert screen.detail.region.x >= screen.rows.region.right
        await pilot.resize_terminal(120, 40)
        await until(lambda: screen.detail.region.y >= screen.rows.region.bottom)


async def test_types_are_picked_from_a_list() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        counts = screen.pane.timeline.type_counts()
        await pilot.press("T")
        types = pilot.app.screen.query_one(TypeList)
        assert types.row_count() > 10
        assert types.size.height == types.row_count()
        wanted = [str(kind) for kind in types.types[1:3]]
        await pilot.press("j", "space", "space", "enter")
        assert screen.filter_bar.text == f"type:{','.join(wanted)}"
        await until(lambda: screen.pane.timeline.complete)
        assert len(screen.pane.timeline) == sum(counts[kind] for kind in wanted)
        await pilot.press("T", "escape")
        assert run_screen(pilot).filter_bar.text == f"type:{','.join(wanted)}"


def _in_footer(pilot: Pilot[None], key: str) -> bool:
    return key in footer(pilot)


def footer(pilot: Pilot[None]) -> list[str]:
    return [f"{key.text} {key.title}" for key in pilot.app.screen.query_one(KeyBar).keys]
