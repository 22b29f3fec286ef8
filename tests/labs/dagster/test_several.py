"""A real Dagster server and the demo in one list of runs."""

from __future__ import annotations

from run_tui.app import RunTuiApp
from run_tui.demo import create_app
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources import open_source
from run_tui.store import EventStore
from run_tui.together import FeedOfSeveral
from run_tui.updates import Loaded
from tests.labs.dagster.exploring import fresh, held
from tests.labs.dagster.lab import DagsterLab
from tests.screens import run_screen, runs_screen
from tests.waiting import until


async def test_runs_of_both_are_filtered_together_and_opened_where_they_are(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("nightly_etl_strict")
    demo = open_source("dagster", "http://demo", app=create_app(), name="demo")
    app = RunTuiApp(open_source("dagster", dagster_lab.url), "lab", beside={"demo": demo})
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen))
        screen = runs_screen(pilot)
        await until(lambda: {run.connection for run in screen.rows.runs} == {"lab", "demo"})
        await pilot.press("slash", *"job:nightly_etl status:failure", "enter")
        await until(lambda: {run.connection for run in screen.rows.runs} == {"lab", "demo"})
        assert {run.status for run in screen.rows.runs} == {"FAILURE"}
        screen.filter_bar.text = "on:lab"
        await until(lambda: {run.connection for run in screen.rows.runs} == {"lab"})
        screen.filter_bar.text = f"on:lab job:nightly_etl {run_id}"
        # Runs that execute it again carry its id in their tags.
        await until(lambda: run_id in [run.id for run in screen.rows.runs])
        screen.rows.move_to([run.id for run in screen.rows.runs].index(run_id))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.all_read)
        assert held(run_screen(pilot).store) == fresh(dagster_lab, run_id)


async def test_a_real_server_tells_its_version(dagster_lab: DagsterLab) -> None:
    source = open_source("dagster", dagster_lab.url)
    assert (await source.ping()).startswith("Dagster 1.")
    await source.aclose()


async def test_its_runs_are_read_as_one_log(dagster_lab: DagsterLab) -> None:
    ids = [dagster_lab.finished("nightly_etl_strict"), dagster_lab.finished("odd_texts")]
    source = open_source("dagster", dagster_lab.url)
    feed = FeedOfSeveral([(source, await source.run(run_id)) for run_id in ids])
    store = EventStore("")
    async for update in feed.updates():
        if isinstance(update, Loaded):
            store.append(update.page)
    for run_id in ids:
        own = [store.message(row) for row in range(len(store)) if store.run_of(row).id == run_id]
        assert own == [event["message"] for event in dagster_lab.events(run_id)]
    times = [store.times[row] for row in range(len(store))]
    assert times == sorted(times)
    await source.aclose()
