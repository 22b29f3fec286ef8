"""The explorer at a lab's server, and what it must hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources import open_source
from run_tui.store import EventStore
from tests.labs.dagster.lab import DagsterLab
from tests.waiting import until


@asynccontextmanager
async def explorer(lab: DagsterLab, run_id: str | None = None) -> AsyncIterator[Pilot[None]]:
    """The explorer on the lab's server, on the runs or on one run read to where it is now."""
    app = RunTuiApp(open_source("dagster", lab.url), "lab", run_id)
    async with app.run_test(size=(120, 40)) as pilot:
        if run_id is None:
            await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        else:
            await until(lambda: isinstance(app.screen, RunScreen) and app.screen.was_read)
        yield pilot


def held(store: EventStore) -> list[tuple[object, ...]]:
    """What the explorer has read, to be compared with `fresh`."""
    return [
        (store.message(row), str(store.times[row]), store.levels[row], store.steps[row], store.types[row])
        for row in range(len(store))
    ]


def fresh(lab: DagsterLab, run_id: str) -> list[tuple[object, ...]]:
    """What the server gives to someone who reads the run only now."""
    return [
        (event["message"], event["timestamp"], event["level"], event["stepKey"], event["eventType"])
        for event in lab.events(run_id)
    ]
