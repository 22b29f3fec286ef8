"""The app on the demo connection at a fixed moment, for tests and for the pictures in screenshots/.

`python -m tests.screens` takes all pictures anew.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from run_tui.app import RunTuiApp
from run_tui.demo import create_app
from run_tui.model import EventPage, RunStatus
from run_tui.query import parse
from run_tui.screens.compare import CompareScreen
from run_tui.screens.jobs import JobsScreen
from run_tui.screens.launch import LaunchScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.screens.save import SaveScreen
from run_tui.sources.dagster import DagsterSource
from run_tui.widgets.output_view import OutputView
from tests import connect_screens, hub_screens, pyspur_screens
from tests.waiting import until

NOW = 1_795_350_667.0
"""2026-11-22 12:31:07 UTC."""
PICTURES = Path(__file__).parents[1] / "screenshots"

Page = Callable[..., Awaitable[EventPage]]
Take = Callable[[Pilot[None]], Awaitable[None]]


@asynccontextmanager
async def demo_app(
    size: tuple[int, int] = (110, 32),
    run_id: str | None = None,
    *,
    now: Callable[[], float] = lambda: NOW,
    wait: bool = True,
    gate: asyncio.Event | None = None,
    keys: Mapping[str, str] | None = None,
) -> AsyncIterator[Pilot[None]]:
    """The explorer on the demo, in UTC, at NOW or as `now` tells; by default when its runs are on screen.

    While a `gate` is not set, the pages between a long run's first and last wait at it.
    """
    os.environ["TZ"] = "UTC"
    time.tzset()
    source = DagsterSource("http://demo", app=create_app(now), name="demo")
    if gate is not None:
        source.page = _gated(source.page, gate)  # type: ignore[method-assign, assignment]
    app = RunTuiApp(source, "demo", run_id, keys, now=now)
    async with app.run_test(size=size) as pilot:
        if wait:
            await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        yield pilot


def _gated(page: Page, gate: asyncio.Event) -> Page:
    pages: Counter[str] = Counter()

    async def gated(run_id: str, *args: Any, **options: Any) -> EventPage:
        pages[run_id] += 1
        if pages[run_id] > 2:
            await gate.wait()
        return await page(run_id, *args, **options)

    return gated


def runs_screen(pilot: Pilot[None]) -> RunsScreen:
    """The runs, which must be on top."""
    screen = pilot.app.screen
    assert isinstance(screen, RunsScreen)
    return screen


def run_screen(pilot: Pilot[None]) -> RunScreen:
    """The run, which must be on top."""
    screen = pilot.app.screen
    assert isinstance(screen, RunScreen)
    return screen


async def open_run(pilot: Pilot[None], status: str, job: str) -> RunScreen:
    """Opens the newest run of a job in a status and waits until all there is of it has been read."""
    runs = runs_screen(pilot)
    wanted = next(
        index for index, run in enumerate(runs.rows.runs) if run.status == status and run.pipeline_name == job
    )
    runs.rows.move_to(wanted)
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, RunScreen) and _read(pilot.app.screen))
    screen = run_screen(pilot)
    await until(lambda: bool(screen.run.tags) and screen.steps.row_count() > 0)
    await pilot.pause()
    await until(lambda: not any(worker.group == "stderr" and worker.is_running for worker in pilot.app.workers))
    await pilot.pause()
    return screen


async def open_long_run(pilot: Pilot[None]) -> RunScreen:
    """Opens the demo's longest run and waits for its end; while a `gate` is not set there is a gap before that."""
    rows = runs_screen(pilot).rows
    rows.move_to([run.pipeline_name for run in rows.runs].index("warehouse_backfill"))
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.pane.timeline.end is not None)
    return run_screen(pilot)


def _read(screen: RunScreen) -> bool:
    return screen.all_read if screen.run.status.finished else screen.was_read


async def _runs(pilot: Pilot[None]) -> None:
    rows = runs_screen(pilot).rows
    failed = [run.key for run in rows.runs[: rows.size.height] if run.status == "FAILURE"]
    await until(lambda: rows.reasons.keys() >= set(failed))
    await pilot.press("j", "j")


def _failed(job: str, status: str = "FAILURE") -> Take:
    async def opened(pilot: Pilot[None]) -> None:
        await open_run(pilot, status, job)

    return opened


async def _live(pilot: Pilot[None]) -> None:
    await open_run(pilot, "STARTED", "clickstream_ingest")


async def _filter(pilot: Pilot[None]) -> None:
    await open_run(pilot, "SUCCESS", "warehouse_backfill")
    # Typed, it would leave the counts as much room as it took while they were incomplete.
    run_screen(pilot).filter_bar.text = "step:orders level:info part"
    wanted = parse(run_screen(pilot).filter_bar.text).filter
    await until(lambda: run_screen(pilot).pane.timeline.filter == wanted and run_screen(pilot).pane.timeline.complete)
    await pilot.press("slash", "end")


async def _find(pilot: Pilot[None]) -> None:
    screen = await open_run(pilot, "FAILURE", "nightly_etl")
    await pilot.press("escape", "4", "plus", "plus", "ctrl+f", *"load_users", "enter", "n")
    count = screen.pane.find_bar.query_one("#find-count", Static)
    await until(lambda: " of " in str(count.render()))


async def _help(pilot: Pilot[None]) -> None:
    await pilot.press("question_mark")


async def _bars(pilot: Pilot[None]) -> None:
    await _failed("nightly_etl")(pilot)
    await pilot.press("b")


async def _output(pilot: Pilot[None]) -> None:
    await _failed("nightly_etl")(pilot)
    await pilot.press("l")
    await until(lambda: pilot.app.screen.query_one(OutputView).row_count() > 0)


async def _types(pilot: Pilot[None]) -> None:
    await _failed("nightly_etl")(pilot)
    await pilot.press("T", "space", "j", "space")


async def _change(pilot: Pilot[None]) -> None:
    await _runs(pilot)
    failed = [row for row, run in enumerate(runs_screen(pilot).rows.runs) if run.status == "FAILURE"][:2]
    for row in failed:
        runs_screen(pilot).rows.move_to(row)
        await pilot.press("space")
    await pilot.press("R")


async def _save(pilot: Pilot[None]) -> None:
    await _failed("nightly_etl")(pilot)
    await pilot.press("slash", *"level:error", "enter")
    await until(lambda: run_screen(pilot).pane.timeline.complete and run_screen(pilot).pane.timeline.filter is not None)
    await pilot.press("ctrl+s")
    await until(lambda: isinstance(pilot.app.screen, SaveScreen))


async def _compare(pilot: Pilot[None]) -> None:
    await open_run(pilot, "FAILURE", "nightly_etl")
    await pilot.press("equals_sign")
    await until(lambda: isinstance(pilot.app.screen, CompareScreen) and pilot.app.screen.report is not None)


async def _together(pilot: Pilot[None]) -> None:
    rows = runs_screen(pilot).rows
    for job in ("nightly_etl", "sync_billing", "import_catalog"):
        rows.move_to([(run.pipeline_name, run.status) for run in rows.runs].index((job, RunStatus.FAILURE)))
        await pilot.press("space")
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.all_read)
    await pilot.press("escape", "4", "j", "j", "j")


async def _jobs(pilot: Pilot[None]) -> None:
    await pilot.press("J")
    await until(lambda: isinstance(pilot.app.screen, JobsScreen) and pilot.app.screen.rows.row_count() > 0)
    await pilot.press("j", "j", "j")


async def _launch(pilot: Pilot[None]) -> None:
    await open_run(pilot, "FAILURE", "nightly_etl")
    await pilot.press("L")
    await until(lambda: isinstance(pilot.app.screen, LaunchScreen) and pilot.app.screen.is_valid)


def _themed(theme: str) -> Take:
    async def take(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await _failed("nightly_etl")(pilot)

    return take


HUB_SHOTS: dict[str, tuple[tuple[int, int], Take]] = {
    "phases": ((110, 30), hub_screens.take_phases),
    "data": ((110, 26), hub_screens.take_data),
}
"""Pictures of a Hub Log server's runs."""

SPUR_SHOTS: dict[str, tuple[tuple[int, int], Take]] = {
    "nodes": ((110, 32), pyspur_screens.take_failure),
    "nodes-runs": ((110, 14), pyspur_screens.take_runs),
}
"""Pictures of a PySpur server's runs."""

SEVERAL_SHOTS: dict[str, tuple[tuple[int, int], Take]] = {
    "connections": ((110, 16), connect_screens.take_connections),
    "several": ((110, 20), connect_screens.take_several),
}
"""Pictures of several connections."""

SHOTS: dict[str, tuple[tuple[int, int], Take]] = {
    "runs": ((110, 24), _runs),
    "run-failure": ((110, 34), _failed("nightly_etl")),
    "failure-retried": ((110, 28), _failed("sync_billing")),
    "failure-dynamic": ((110, 28), _failed("import_catalog")),
    "failure-multiprocess": ((110, 28), _failed("train_ranker")),
    "failure-hard-exit": ((110, 28), _failed("score_churn")),
    "failure-resource": ((110, 28), _failed("nightly_features")),
    "failure-hook": ((110, 28), _failed("notify_partners", "SUCCESS")),
    "run-live": ((110, 24), _live),
    "filter": ((110, 24), _filter),
    "find": ((110, 24), _find),
    "run-80x24": ((80, 24), _failed("nightly_etl")),
    "runs-80x24": ((80, 24), _runs),
    "help": ((110, 60), _help),
    "bars": ((110, 24), _bars),
    "output": ((110, 24), _output),
    "types": ((110, 32), _types),
    "change": ((110, 24), _change),
    "save": ((110, 20), _save),
    "compare": ((110, 32), _compare),
    "together": ((140, 26), _together),
    "jobs": ((110, 20), _jobs),
    "launch": ((110, 16), _launch),
    "run-200x50": ((200, 50), _failed("nightly_etl")),
    "light": ((110, 32), _themed("light")),
    "contrast": ((110, 32), _themed("contrast")),
    "terminal": ((110, 32), _themed("terminal")),
    **HUB_SHOTS,
    **SPUR_SHOTS,
    **SEVERAL_SHOTS,
}


def _app_of(name: str) -> Callable[[tuple[int, int]], AbstractAsyncContextManager[Pilot[None]]]:
    if name in HUB_SHOTS:
        return hub_screens.hub_app
    if name in SEVERAL_SHOTS:
        return connect_screens.several_app
    return pyspur_screens.desk_app if name in SPUR_SHOTS else demo_app


async def picture(name: str) -> str:
    """One picture as SVG, without what differs from call to call."""
    size, prepare = SHOTS[name]
    async with _app_of(name)(size) as pilot:
        await prepare(pilot)
        pilot.app.screen.query("Input").set(disabled=False)
        for cursor in pilot.app.screen.query("Input"):
            cursor.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()
        svg = pilot.app.export_screenshot(title="run-tui")
    return re.sub(r"terminal-\d+", "terminal", svg)


def take_all() -> None:
    """Writes every picture."""
    for name in SHOTS:
        (PICTURES / f"{name}.svg").write_text(asyncio.run(picture(name)), "utf-8")


if __name__ == "__main__":
    take_all()
