"""Every action of the table does what it is there for, by each of its keys, and is told of in help and footer."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from textual.command import CommandPalette
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from run_tui.actions import ACTIONS, Action, key_text
from run_tui.app import RunTuiApp
from run_tui.config import load_settings, option_choice, resolve
from run_tui.connections import Connections, open_connection
from run_tui.format import TimeMode
from run_tui.output import Stream
from run_tui.screens.change import ChangeScreen
from run_tui.screens.compare import CompareScreen
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.connection_form import ConnectionForm
from run_tui.screens.data import DataScreen
from run_tui.screens.help import HelpScreen, sections
from run_tui.screens.jobs import JobFilter, JobsScreen
from run_tui.screens.launch import LaunchScreen, TagsInput
from run_tui.screens.output import OutputScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.screens.save import SaveScreen
from run_tui.screens.together import TogetherScreen
from run_tui.screens.types import TypesScreen
from run_tui.sources._dagster_actions import DagsterActions
from run_tui.sources.dagster import DagsterSource
from run_tui.sources.hub_log import HubLogSource
from run_tui.widgets.detail import Detail
from run_tui.widgets.key_bar import KeyBar
from tests.hub_screens import hub_app
from tests.hub_screens import open_run as open_hub_run
from tests.labs.hub_log.data import SALES
from tests.screens import demo_app, open_run
from tests.settling import settled, shown
from tests.waiting import until

Look = Callable[[Any], object]
"""What an action is to change, looked at on the screen that was on top before its key."""
Change = Callable[[Any, Any], bool]
"""Whether that has changed as it should, by what was seen before and after."""


def by(distance: int) -> Change:
    return lambda before, after: bool(after == before + distance)


def to(value: object) -> Change:
    return lambda before, after: bool(after == value != before)


def rises(before: Any, after: Any) -> bool:
    return bool(after > before)


def falls(before: Any, after: Any) -> bool:
    return bool(after < before)


def differs(before: object, after: object) -> bool:
    return before != after


class Try(NamedTuple):
    """Keys that make ready, what the action's own key then changes, and how."""

    ready: str
    look: Look
    change: Change


ASKED: Counter[str] = Counter()
"""Requests of the sources, by method."""
SIGNALS: list[int] = []
"""What the program has sent itself."""


def row(s: Any) -> object:
    return s.rows.cursor


def kind(s: Any) -> object:
    return s.pane.current.event_type


def level_of(s: Any) -> object:
    return s.pane.current.level


def text(s: Any) -> object:
    return s.filter_bar.text


def run_filter(s: Any) -> object:
    return next(text(screen) for screen in s.app.screen_stack if isinstance(screen, RunScreen))


def run_list_filter(s: Any) -> object:
    return next(text(screen) for screen in s.app.screen_stack if isinstance(screen, RunsScreen))


def row_count(s: Any) -> object:
    return s.rows.row_count()


def states(s: Any) -> object:
    return [id(state) for state in s.rows.states.values()]


def result(s: Any) -> object:
    return str(s.query_one("#result").render())


def top(s: Any) -> object:
    return type(s.app.screen)


def said(s: Any) -> object:
    return " ".join(note.message for note in s.app._notifications)


def says(words: str) -> Change:
    return lambda before, after: words not in before and words in after


def clipboard(s: Any) -> object:
    return s.app.clipboard


def asked(method: str) -> Look:
    return lambda s: ASKED[method]


def step_row(s: Any) -> object:
    return s.steps.current.folded


def window(s: Any) -> Any:
    return s.steps.window


def bar(s: Any) -> object:
    return s.pane.histogram._cursor


def attempt(s: Any) -> object:
    return s._attempt if isinstance(s, DataScreen) else s._chosen


def level(rank: int, before: str = "g") -> Try:
    return Try(before, text, to(f"level:{('', 'debug', 'info', 'warning', 'error', 'critical')[rank]}" if rank else ""))


FIND = "g ctrl+f l o a d enter "
BARS = "b g "
"""The cursor on a step that has run."""
GROUP = "s g j "
"""The cursor on a group of dynamic steps."""

TRIES = {
    "list.down": Try("g", row, by(1)),
    "list.up": Try("g j j", row, by(-1)),
    "list.page_down": Try("g", row, rises),
    "list.page_up": Try("G", row, falls),
    "list.first": Try("j j", row, to(0)),
    "list.last": Try("g", lambda s: (s.rows.follow, row(s)), lambda before, after: after == (True, 171)),
    "list.open": Try("g", lambda s: bool(s.detail.display), to(True)),
    "view.filter": Try("", lambda s: s.focused is s.filter_bar.input, to(True)),
    "view.back": Try("/ l o a d enter", text, to("")),
    "view.refresh": Try("", asked("page"), rises),
    "view.web": Try("", said, says("no web page")),
    "view.time": Try("", lambda s: s.time_mode, to(TimeMode.UTC)),
    "view.command": Try("", clipboard, says("run-tui -c demo")),
    "view.alert": Try("", said, says("ended already")),
    "find.open": Try("", lambda s: s.focused is s.find_bar.input, to(True)),
    "find.next": Try(FIND + "g", row, rises),
    "find.previous": Try(FIND + "G", row, falls),
    "runs.info": Try("", lambda s: bool(s.detail.display), to(True)),
    "run.next_error": Try("g", kind, to("STEP_FAILURE")),
    "run.previous_error": Try("G", level_of, to("ERROR")),
    "run.next_warning": Try("g", level_of, to("WARNING")),
    "run.previous_warning": Try("G", level_of, to("ERROR")),
    "run.follow": Try("g", lambda s: s.rows.follow, to(True)),
    "run.steps": Try("", lambda s: s.steps.has_focus, to(True)),
    "run.output": Try("e", top, to(OutputScreen)),
    "run.data": Try("s j", top, to(DataScreen)),
    "run.bars": Try("", lambda s: s.steps.bars, to(True)),
    "run.types": Try("", top, to(TypesScreen)),
    "run.info": Try("", lambda s: "Tags" in s.detail.text, to(True)),
    "run.frames": Try("g e enter", lambda s: "hidden, F shows them" in s.detail.text, to(False)),
    "run.all": level(0, "4"),
    "run.debug": level(1),
    "run.info_up": level(2),
    "run.warning_up": level(3),
    "run.error_up": level(4),
    "run.critical": level(5),
    "run.more_context": Try("4", lambda s: s.pane.timeline.context, by(1)),
    "run.less_context": Try("4 plus", lambda s: s.pane.timeline.context, by(-1)),
    "run.left": Try("right right", lambda s: s.rows.text_offset, by(-20)),
    "run.right": Try("", lambda s: s.rows.text_offset, by(20)),
    "run.wrap": Try("", lambda s: s.rows.wrap, differs),
    "run.mark": Try("g", lambda s: len(s.pane.timeline.marked), differs),
    "run.next_mark": Try("g j j m g", row, by(2)),
    "run.previous_mark": Try("g j j j j m G", row, to(4)),
    "run.older": Try("", lambda s: s.app.screen.run.created_at, falls),
    "run.newer": Try("", said, says("no newer run")),
    "run.parent": Try("", said, says("re-executes no other")),
    "run.child": Try("", said, says("not been re-executed")),
    "run.copy": Try("g", clipboard, lambda before, after: before != after and "\n" not in after),
    "run.copy_all": Try("g e", clipboard, lambda before, after: "etl.py" in after and "\n" in after),
    "run.histogram": Try("", lambda s: s.pane.histogram.has_focus, to(True)),
    "histogram.left": Try("G i", row, falls),
    "histogram.right": Try("g i", row, rises),
    "histogram.next": Try("g i", bar, rises),
    "histogram.previous": Try("G i", bar, falls),
    "histogram.leave": Try("i", lambda s: bool(s.pane.histogram.display), to(False)),
    "steps.mark": Try("s g", lambda s: len(s.steps.marked), differs),
    "steps.open": Try("s g", text, lambda before, after: after[:5] == "step:"),
    "steps.unfold": Try(GROUP + "left", step_row, to(False)),
    "steps.fold": Try(GROUP + "right", step_row, to(True)),
    "steps.zoom_in": Try(BARS, lambda s: window(s).length, falls),
    "steps.zoom_out": Try(BARS + "plus plus", lambda s: window(s).length, rises),
    "steps.earlier": Try(BARS + "plus", lambda s: window(s).start, falls),
    "steps.later": Try(BARS + "plus less_than_sign less_than_sign", lambda s: window(s).start, rises),
    "types.pick": Try("T", run_filter, lambda before, after: after[:5] == "type:"),
    "types.mark": Try("T", lambda s: len(s.types.marked), by(1)),
    "types.close": Try("T", top, to(RunScreen)),
    "output.stream": Try("e l", lambda s: s._stream, to(Stream.STDOUT)),
    "output.follow": Try("e l g", lambda s: s.rows.follow, to(True)),
    "output.next": Try("e l [", attempt, by(1)),
    "output.previous": Try("e l", attempt, by(-1)),
    "output.left": Try("e l right right", lambda s: s.rows.text_offset, by(-20)),
    "output.right": Try("e l", lambda s: s.rows.text_offset, by(20)),
    "output.wrap": Try("e l", lambda s: s.rows.wrap, to(True)),
    "output.copy": Try("e l k", clipboard, differs),
    "output.refresh": Try("e l", asked("output"), rises),
    "output.back": Try("e l", top, to(RunScreen)),
    "output.leave": Try("e l ctrl+f x enter", top, to(RunScreen)),
    "data.search": Try("d", lambda s: s.search.has_focus, to(True)),
    "data.payload": Try("d", lambda s: "triggered" in s.detail.text, to(True)),
    "data.step": Try("d", lambda s: s._step, differs),
    "data.next": Try("d [", attempt, by(1)),
    "data.previous": Try("d", attempt, by(-1)),
    "data.left": Try("s g j d right", lambda s: s.rows.first_column, by(-1)),
    "data.right": Try("s g j d", lambda s: s.rows.first_column, by(1)),
    "data.copy": Try("s g j d", clipboard, lambda before, after: after[:1] == "{"),
    "data.refresh": Try("d", asked("rows"), rises),
    "data.back": Try("d", top, to(RunScreen)),
    "data.leave": Try("d enter", top, to(RunScreen)),
    "runs.connect": Try("", top, to(ConnectScreen)),
    "connect.mark": Try("ctrl+o", lambda s: len(s.rows.marked), differs),
    "connect.add": Try("ctrl+o", top, to(ConnectionForm)),
    "connect.test": Try("ctrl+o", states, differs),
    "connect.refresh": Try("ctrl+o", states, differs),
    "connect.back": Try("ctrl+o", top, to(RunsScreen)),
    "form.save": Try("ctrl+o a", result, differs),
    "form.test": Try("ctrl+o a", result, differs),
    "form.close": Try("ctrl+o a", top, to(ConnectScreen)),
    "run.save": Try("", top, to(SaveScreen)),
    "save.save": Try("ctrl+s", lambda s: len(list(Path.cwd().iterdir())), by(1)),
    "save.scope": Try("4 ctrl+s", lambda s: str(s.query_one("#save-scope", Static).render()), differs),
    "save.close": Try("ctrl+s", top, to(RunScreen)),
    "act.terminate": Try("", top, to(ChangeScreen)),
    "act.reexecute": Try("", top, to(ChangeScreen)),
    "act.delete": Try("", top, to(ChangeScreen)),
    "act.launch": Try("", top, to(LaunchScreen)),
    "act.jobs": Try("", top, to(JobsScreen)),
    "runs.mark": Try("g", lambda s: len(s.rows.marked), differs),
    "runs.together": Try("g j space space", top, to(TogetherScreen)),
    "change.take": Try("R", lambda s: s.over, to(True)),
    "change.close": Try("R", top, to(RunScreen)),
    "view.compare": Try("", top, to(CompareScreen)),
    "compare.before": Try("equals_sign", top, to(RunScreen)),
    "compare.all": Try("equals_sign", row_count, rises),
    "compare.older": Try("equals_sign", lambda s: s._runs[0].created_at, falls),
    "compare.newer": Try("equals_sign", said, says("no other run")),
    "compare.frames": Try("equals_sign", lambda s: "F shows" in s.query_one("#event-after", Detail).text, to(False)),
    "compare.command": Try("equals_sign", clipboard, says("run compare")),
    "compare.refresh": Try("equals_sign", asked("page"), rises),
    "compare.back": Try("equals_sign", top, to(RunScreen)),
    "jobs.filter": Try("J", lambda s: isinstance(s.focused, JobFilter), to(True)),
    "jobs.runs": Try("J", run_list_filter, says("job:")),
    "jobs.refresh": Try("J", asked("workspace"), rises),
    "jobs.back": Try("J", top, to(RunsScreen)),
    "launch.edit": Try("J enter", row_count, by(1)),
    "launch.tags": Try("J enter", lambda s: isinstance(s.focused, TagsInput), to(True)),
    "launch.launch": Try("J enter", top, to(RunScreen)),
    "launch.back": Try("J enter", top, to(JobsScreen)),
    "app.palette": Try("", top, to(CommandPalette)),
    "app.help": Try("", top, to(HelpScreen)),
    "app.suspend": Try("", lambda s: list(SIGNALS), to([signal.SIGTSTP])),
    "app.quit": Try("", lambda s: s.app._exit, to(True)),
}


async def home_runs(pilot: Pilot[None]) -> None:
    assert isinstance(pilot.app.screen, RunsScreen)


HOMES: dict[str, Callable[[Pilot[None]], Any]] = {
    "runs": home_runs,
    "nightly_etl": partial(open_run, status="FAILURE", job="nightly_etl"),
    "import_catalog": partial(open_run, status="FAILURE", job="import_catalog"),
    "sync_billing": partial(open_run, status="FAILURE", job="sync_billing"),
    "connections": home_runs,
    "hub": partial(open_hub_run, job=SALES),
}
"""Opens what keys are tried on."""


def home_of(action: Action) -> str:
    own = {"run.data": "hub", "runs.connect": "connections"}
    places = {"steps": "import_catalog", "output": "sync_billing", "data": "hub"}
    places |= {"runs": "runs", "jobs": "runs", "launch": "runs", "connect": "connections", "form": "connections"}
    return own.get(action.id) or places.get(action.where, "nightly_etl")


@asynccontextmanager
async def at_home(name: str) -> AsyncIterator[Pilot[None]]:
    apps = {"hub": hub_app, "connections": connected_app}
    async with apps.get(name, demo_app)((200, 40)) as pilot:
        yield pilot


@asynccontextmanager
async def connected_app(size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """The explorer with connections to choose from, as far as there are any without settings."""
    with TemporaryDirectory() as folder:
        environ = {"HOME": folder}
        settings = load_settings(environ)
        demo = resolve([option_choice(connection="demo")], settings, environ)
        connections = Connections(settings, [demo], environ)
        app = RunTuiApp(open_connection(demo), demo.name, connections=connections)
        async with app.run_test(size=size) as pilot:
            await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
            yield pilot


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Counts requests; what would stop the program, or leave it, is only noted."""
    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)
    monkeypatch.setattr(os, "kill", lambda pid, number: SIGNALS.append(number))
    monkeypatch.setenv("VISUAL", 'sh -c \'echo "# seen" >> "$0"\'')
    monkeypatch.chdir(tmp_path)
    own = (DagsterSource, "page"), (DagsterSource, "output"), (HubLogSource, "rows"), (DagsterActions, "workspace")
    for room, method in own:
        monkeypatch.setattr(room, method, counted(method, getattr(room, method)))


def counted(method: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def ask(*args: Any, **options: Any) -> Any:
        ASKED[method] += 1
        return call(*args, **options)

    return ask


def test_each_action_has_its_try() -> None:
    assert TRIES.keys() == {action.id for action in ACTIONS}


@pytest.mark.parametrize("home", HOMES)
async def test_each_key_does_what_it_is_there_for(home: str) -> None:
    problems, opened = [], None
    async with at_home(home) as pilot:
        for action in ACTIONS:
            if home_of(action) == home:
                for key in action.keys.split(","):
                    opened = await at_rest(pilot, home, opened)
                    problems += [problem async for problem in tried(pilot, action, key)]
    assert not problems, "\n\n".join(problems)


async def tried(pilot: Pilot[None], action: Action, key: str) -> AsyncIterator[str]:
    """What is wrong with a key."""
    app, (ready, look, change) = pilot.app, TRIES[action.id]
    assert isinstance(app, RunTuiApp)
    await pilot.press(*ready.split())
    await settled(app, notices=False)
    screen = app.screen
    if action.shown and action.title not in [key.title for key in screen.query_one(KeyBar).keys]:
        yield f"{action.id} is not in the footer"
    before = look(screen)
    await pilot.press(key)
    try:
        await until(lambda: change(before, look(screen)), 5)
    except TimeoutError:
        yield (f"{action.id} by {key}: {before} before, {look(screen)} after\n{shown(app)}")


async def at_rest(pilot: Pilot[None], home: str, opened: Screen[Any] | None) -> Screen[Any]:
    """Goes back to where keys are tried, with nothing open and nothing looked for; anew if another run is there."""
    app = pilot.app
    assert isinstance(app, RunTuiApp)
    app.clear_notifications()
    while app.screen is not opened and not isinstance(app.screen, RunsScreen):
        await pilot.press("escape")
        await settled(app, notices=False)
    if app.screen is not opened:
        await HOMES[home](pilot)
    screen = app.screen
    assert isinstance(screen, RunScreen | RunsScreen)
    screen.filter_bar.text = ""
    screen.hide_detail()
    if isinstance(screen, RunScreen):
        screen.find_bar.close()
        screen.pane.histogram.display = False
        if screen.steps.bars:
            screen.action_bars()
    screen.rows.focus()
    return screen


def test_help_tells_of_each_action() -> None:
    told = {row for _, rows in sections() for row in rows}
    assert all((key_text(action), action.help) in told for action in ACTIONS)
