"""On Postgres events become visible out of the order of their ids: a reader that follows its cursor misses some."""

from __future__ import annotations

from tests.labs.dagster.exploring import explorer, fresh, held
from tests.labs.dagster.postgres import PostgresLab
from tests.screens import run_screen
from tests.waiting import until


async def test_an_event_that_becomes_visible_too_late_is_found(postgres_lab: PostgresLab) -> None:
    with postgres_lab.written_run() as run:
        run.log("first")
        async with explorer(postgres_lab, run.run_id) as pilot:
            screen = run_screen(pilot)
            with run.uncommitted("late"):
                run.log("second")
                await until(lambda: len(screen.store) == 2)
            run.log("third")
            run.finish()
            await until(lambda: screen.all_read)
            assert held(screen.store) == fresh(postgres_lab, run.run_id)
            assert any("did not show" in notice.message for notice in pilot.app._notifications)
