"""Being told that a run has ended."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

import run_tui.app
from run_tui.app import RunTuiApp
from run_tui.demo import create_app
from run_tui.errors import Unreachable
from run_tui.model import Run, RunStatus
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources.dagster import DagsterSource
from run_tui.watch import LOOK, Watch
from tests.screens import NOW, demo_app, open_run, runs_screen
from tests.scripted import FakeTime, ScriptedSource, a_run, failing
from tests.waiting import until


async def told(watch: Watch) -> list[Run]:
    async with aclosing(watch.updates()) as updates:
        return [run async for run in updates]


async def test_each_run_is_told_once_when_it_has_ended() -> None:
    time, looks = FakeTime(), 0

    def script(source: ScriptedSource, number: int) -> None:
        nonlocal looks
        looks = number
        if number == 3:
            source.runs_held[0] = a_run(RunStatus.FAILURE, "a")
        if number == 4:
            source.runs_held = [a_run(RunStatus.SUCCESS, "b")]

    source = ScriptedSource(runs_held=[a_run(run_id="a"), a_run(run_id="b")], script=script)
    watch = Watch(source, clock=time.clock)
    for run in source.runs_held:
        watch.add(run)
    assert [(run.id, run.status) for run in await told(watch)] == [("a", "FAILURE"), ("b", "SUCCESS")]
    assert (looks, watch.ids, time.waits) == (4, frozenset(), [LOOK] * 3)


async def test_a_run_that_was_deleted_is_told_as_it_was() -> None:
    watch = Watch(ScriptedSource(runs_held=[a_run(run_id="other")]), clock=FakeTime().clock)
    watch.add(a_run(run_id="gone"))
    assert [run.status for run in await told(watch)] == [RunStatus.STARTED]


async def test_a_failing_server_is_asked_again() -> None:
    time = FakeTime()
    source = ScriptedSource(
        runs_held=[a_run(RunStatus.SUCCESS)], script=failing(Unreachable("down", ""), Unreachable("down", ""))
    )
    watch = Watch(source, clock=time.clock)
    watch.add(a_run())
    assert [run.status for run in await told(watch)] == [RunStatus.SUCCESS]
    assert len(time.waits) == 2


async def test_a_run_that_is_dropped_is_not_told() -> None:
    watch = Watch(ScriptedSource(), clock=FakeTime().clock)
    watch.add(a_run())
    watch.drop("r1")
    assert await told(watch) == []


class Telling(RunTuiApp):
    """Keeps what it sends to the terminal beside the screen."""

    CSS_PATH = str(Path(run_tui.app.__file__).with_name("run_tui.tcss"))

    def __init__(self, now: list[float], *, alert: bool = False) -> None:
        clock = lambda: now[0]  # noqa: E731
        source = DagsterSource("http://demo", app=create_app(clock), name="demo")
        super().__init__(source, "demo", alert=alert, now=clock)
        self.sent: list[str] = []

    def write_to_terminal(self, sequence: str) -> None:
        self.sent.append(sequence)

    @property
    def toasts(self) -> str:
        return " ".join(toast.message for toast in self._notifications)


def status_line(screen: RunScreen) -> str:
    return str(screen.query_one("#status").render())


async def test_the_end_of_a_run_is_told_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("VTE_VERSION", raising=False)
    monkeypatch.delenv("TMUX", raising=False)
    now = [NOW]
    app = Telling(now)
    async with app.run_test(size=(110, 32)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        await pilot.press("a")
        await until(lambda: "♪ alert" in status_line(screen))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, RunsScreen))
        rows = runs_screen(pilot).rows
        await until(lambda: any(rows.render_line(y).text.startswith("♪") for y in range(rows.size.height)))
        now[0] += 125
        app._alerts.poll_now()
        await until(lambda: "has succeeded" in app.toasts)
        assert app.sent == [f"\x1b]9;run-tui: clickstream_ingest {screen.run.id[:8]} has succeeded\x07"]
        assert not any(rows.render_line(y).text.startswith("♪") for y in range(rows.size.height))


async def test_an_alert_can_be_taken_back_and_a_finished_run_has_none() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        await pilot.press("a", "a")
        await until(lambda: any("not be told" in toast.message for toast in pilot.app._notifications))
        assert "alert" not in status_line(screen)
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("a")
        await until(lambda: any("has ended already" in toast.message for toast in pilot.app._notifications))


async def test_the_end_of_every_run_opened_is_told_if_the_settings_say_so() -> None:
    now = [NOW]
    app = Telling(now, alert=True)
    async with app.run_test(size=(110, 32)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        assert "♪ alert" in status_line(screen)
        now[0] += 125
        await pilot.press("ctrl+r")
        await until(lambda: "has succeeded" in app.toasts)
        assert "alert" not in status_line(screen)
