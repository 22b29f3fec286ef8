"""A run in a file in the explorer: opened without any server, and from a pipe."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

from run_tui.app import RunTuiApp
from run_tui.archive import event_line
from run_tui.model import RunStatus
from run_tui.screens.run import RunScreen
from run_tui.sources import open_file
from run_tui.widgets.key_bar import KeyBar
from tests.sources.test_archive import EXPORTS, event, saved
from tests.terminal import Terminal
from tests.waiting import until

EXPORT = EXPORTS / "sync_billing.gz"
SIZE = (100, 30)


def app_on(path: Path) -> RunTuiApp:
    source = open_file(str(path))
    return RunTuiApp(source, source.name, source.run_id, now=lambda: source.saved_at)


async def test_an_export_opens_on_its_failure_with_steps_and_errors() -> None:
    app = app_on(EXPORT)
    async with app.run_test(size=SIZE) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.all_read)
        screen = app.screen
        assert isinstance(screen, RunScreen)
        await until(lambda: screen.steps.row_count() > 0)
        event = screen.pane.current
        assert event is not None
        assert (event.event_type, event.step_key, event.attempt) == ("STEP_FAILURE", "fetch_invoices", 3)
        assert "could not connect to billing.acme.io" in screen.detail.text
        states = {step.key: step.state.value for step in screen.steps.steps}
        assert states == {"fetch_invoices": "failure", "post_invoices": "not run"}
        await pilot.press("slash", *"TimeoutError", "enter")
        await until(lambda: 0 < screen.pane.timeline.fitting < screen.pane.timeline.held)
        titles = {binding.description for _, binding, _, _ in screen.active_bindings.values()}
        assert not titles & {"Output", "Alert", "Web page", "Older run"}
        assert screen.query_one(KeyBar)


async def test_a_damaged_file_says_where(tmp_path: Path) -> None:
    path = saved(tmp_path / "damaged.jsonl", 5, status=RunStatus.STARTED)
    path.write_text(path.read_text()[:-20])
    app = app_on(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(lambda: bool(app._notifications))
        [notification] = app._notifications
        assert notification.message == "Line 6 of damaged.jsonl is damaged and cannot be shown."
        await pilot.pause()
        assert isinstance(app.screen, RunScreen)
        assert app.screen.pane.timeline.held == 4


def test_a_pipe_shows_what_has_come_and_is_left_while_it_goes_on(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR)
    os.write(end, saved(tmp_path / "saved.jsonl", 3, status=RunStatus.STARTED).read_bytes())
    command = f': <>"$(tty)"; {sys.executable} -m run_tui open - <{pipe}'
    environ = {**os.environ, "RUN_TUI_CONFIG": str(tmp_path / "none.toml"), "TERM": "xterm-256color"}
    with Terminal(["sh", "-c", command], SIZE, environ) as terminal:
        assert terminal.settle(lambda: "event 2" in terminal.drained().text, 0.05, 30)
        os.write(end, f"{event_line(event(3))}\n".encode())
        assert terminal.settle(lambda: "event 3" in terminal.drained().text, 0.05, 30)
        terminal.send("q")
        terminal.wait(30)
        assert terminal.process.returncode == 0
    os.close(end)


def test_a_run_from_a_pipe_and_keys_from_the_terminal(tmp_path: Path) -> None:
    unpacked = tmp_path / "export.json"
    unpacked.write_bytes(gzip.decompress(EXPORT.read_bytes()))
    # The first terminal that a session opens becomes its own, which is what /dev/tty means.
    command = f': <>"$(tty)"; cat {unpacked} | {sys.executable} -m run_tui open -'
    environ = {**os.environ, "RUN_TUI_CONFIG": str(tmp_path / "none.toml"), "TERM": "xterm-256color"}
    with Terminal(["sh", "-c", command], SIZE, environ) as terminal:
        assert terminal.settle(lambda: "could not connect" in terminal.drained().text, 0.05, 30)
        terminal.send("q")
        terminal.wait(30)
        assert terminal.process.returncode == 0
