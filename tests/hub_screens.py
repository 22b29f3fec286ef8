"""The app on the stand-in for a Hub Log server, at the moment of the other pictures."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.screens.data import DataScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources.hub_log import HubLogSource
from tests.labs.hub_log.app import HubLog
from tests.labs.hub_log.data import SALES, STREAM, UUID_DAG, World
from tests.labs.hub_log.serving import HEADERS, NOW
from tests.waiting import until


@asynccontextmanager
async def hub_app(
    size: tuple[int, int] = (110, 32), *, hub: HubLog | None = None, dags: tuple[str, ...] = (SALES, STREAM, UUID_DAG)
) -> AsyncIterator[Pilot[None]]:
    """The explorer on the stand-in, in UTC, at NOW; when there are dags, with its runs on screen."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    hub = hub or HubLog(World(NOW))
    source = HubLogSource(
        "http://hub", headers=HEADERS, app=hub.app(), name="hub.acme.io", dags=dags, now=NOW.timestamp
    )
    app = RunTuiApp(source, "hub", now=NOW.timestamp)
    async with app.run_test(size=size) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and bool(app.screen.rows.row_count() or not dags))
        yield pilot


def run_screen(pilot: Pilot[None]) -> RunScreen:
    """The run, which must be on top."""
    screen = pilot.app.screen
    assert isinstance(screen, RunScreen)
    return screen


def data_screen(pilot: Pilot[None]) -> DataScreen:
    """The data rows, which must be on top."""
    screen = pilot.app.screen
    assert isinstance(screen, DataScreen)
    return screen


async def open_run(pilot: Pilot[None], job: str, number: int = 0) -> RunScreen:
    """Opens a run of a job, counted from the newest, and waits until all there is of it has been read."""
    runs = pilot.app.screen
    assert isinstance(runs, RunsScreen)
    of_job = [index for index, run in enumerate(runs.rows.runs) if run.pipeline_name == job]
    runs.rows.move_to(of_job[number])
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.was_read)
    screen = run_screen(pilot)
    await until(lambda: (screen.all_read or not screen.run.status.finished) and screen.steps.row_count() > 0)
    await until(lambda: "extract_rows" in screen.run.tags)
    await pilot.pause()
    return screen


async def take_phases(pilot: Pilot[None]) -> None:
    """For a picture: a phase that failed in each of its attempts, those unfolded."""
    await open_run(pilot, SALES)
    await pilot.press("s", "j", "j", "right")


async def take_data(pilot: Pilot[None]) -> None:
    """For a picture: the rows of a phase that the server found a text in, one of them whole."""
    await open_run(pilot, SALES, 1)
    await pilot.press("s", "j")
    screen = await open_data(pilot)
    await pilot.press("slash", *"gift", "enter")
    await until(lambda: screen.rows.window.total == 320)
    await pilot.press("j", "j", "enter")


async def open_data(pilot: Pilot[None]) -> DataScreen:
    """Opens the data rows of the step under the cursor and waits for them."""
    await pilot.press("d")
    await until(lambda: isinstance(pilot.app.screen, DataScreen) and pilot.app.screen.rows.window.total is not None)
    await pilot.pause()
    return data_screen(pilot)
