"""The explorer on a stand-in for a PySpur server, at a fixed moment, for tests and for the pictures."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources.pyspur import PySpurSource
from tests.labs.pyspur.standin import START, StandIn
from tests.labs.pyspur.workflows import answers
from tests.waiting import until

NOW = START.timestamp() + 1867
NODES = ("input_node", "retrieve", "draft", "review", "send", "output_node")
_TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/spur/venv/lib/python3.11/site-packages/pyspur/execution/workflow_executor.py", line 628, in _execute_node
    output = await node_instance(node_input)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/spur/venv/lib/python3.11/site-packages/pyspur/nodes/base.py", line 224, in __call__
    result = await self.run(input)
             ^^^^^^^^^^^^^^^^^^^^^
  File "/srv/spur/tools/tickets.py", line 41, in draft
    raise ValueError(f"the model answered with {len(text)} characters, 280 are allowed")
ValueError: the model answered with 1912 characters, 280 are allowed
"""


def desk() -> StandIn:
    """A help desk's runs: some done, one failed, one that waits for somebody, one that goes on, two with children."""
    server = StandIn(documented=False)
    definition = answers(NODES)
    told = {
        3: ("COMPLETED", "COMPLETED"),
        9: ("COMPLETED", "COMPLETED"),
        14: ("COMPLETED", "FAILED"),
        21: ("PAUSED", "PAUSED"),
        30: ("RUNNING", "RUNNING"),
    }
    for number, (status, last) in told.items():
        states = ["COMPLETED"] * 6
        if last != "COMPLETED":
            place = {"FAILED": 2, "PAUSED": 3, "RUNNING": 2}[last]
            after = "CANCELED" if last == "FAILED" else "PENDING"
            states = ["COMPLETED"] * place + [last] + [after] * (5 - place)
        server.add(number, zip(NODES, states, strict=True), status=status, name="answer_ticket", definition=definition)
    _explain(server)
    for number, parent in ((15, 14), (16, 14), (10, 9)):
        server.add(number, [("input_node", "COMPLETED")], parent=f"R{parent}", name="embed_document")
    return server


def _explain(server: StandIn) -> None:
    for task in server.runs["R14"]["tasks"]:
        if task["status"] == "FAILED":
            task["error"] = _TRACEBACK
            task["inputs"] = {"retrieve": {"passages": ["Refunds take 5 days.", "Write to billing."], "score": 0.83}}
        elif task["status"] == "CANCELED":
            task["error"] = "Upstream failure"


@asynccontextmanager
async def desk_app(size: tuple[int, int] = (110, 32), server: StandIn | None = None) -> AsyncIterator[Pilot[None]]:
    """The explorer on the stand-in, in UTC, at NOW, with its runs on screen."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    source = PySpurSource("http://spur", app=(server or desk()).app, name="spur.acme.io", now=lambda: NOW)
    app = RunTuiApp(source, "desk", now=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        yield pilot


async def open_desk_run(pilot: Pilot[None], run_id: str) -> RunScreen:
    """Opens a run of the list and waits until all there is of it has been read."""
    runs = pilot.app.screen
    assert isinstance(runs, RunsScreen)
    runs.rows.move_to([run.id for run in runs.rows.runs].index(run_id))
    await pilot.press("enter")
    return await opened(pilot, run_id)


async def opened(pilot: Pilot[None], run_id: str) -> RunScreen:
    """Waits until a run is on top and read."""

    def read() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, RunScreen) and screen.run.id == run_id and screen.was_read and bool(screen.run.tags)

    await until(read)
    screen = pilot.app.screen
    assert isinstance(screen, RunScreen)
    await until(lambda: screen.steps.row_count() > 0)
    await pilot.pause()
    return screen


async def take_failure(pilot: Pilot[None]) -> None:
    """A failed run with its steps, and what the failed one was given."""
    screen = await open_desk_run(pilot, "R14")
    await until(lambda: screen.all_read and "inputs" in screen.detail.text)


async def take_runs(pilot: Pilot[None]) -> None:
    """The list, with the reason of the failure."""
    runs = pilot.app.screen
    assert isinstance(runs, RunsScreen)
    await until(lambda: ("desk", "R14") in runs.rows.reasons)
    await pilot.press("j", "j")
