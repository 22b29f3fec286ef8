"""From run to run on a real Dagster server."""

from __future__ import annotations

import time

from run_tui.kin import neighbour, relative
from run_tui.sources import open_source
from tests.labs.dagster.lab import DagsterLab


async def test_runs_of_a_job_and_their_re_executions(dagster_lab: DagsterLab) -> None:
    first = dagster_lab.launch("notify_partners", wait=True)
    second = dagster_lab.reexecute(first)
    third = dagster_lab.reexecute(second)
    source = open_source("dagster", dagster_lab.url)
    try:
        newest = await source.run(third)
        older = await neighbour(source, newest, -1, time.time())
        assert older is not None
        assert older.id == second
        newer = await neighbour(source, older, 1, time.time())
        assert newer is not None
        assert newer.id == third
        assert await neighbour(source, newest, 1, time.time()) is None
        family = {run_id: await source.run(run_id) for run_id in (first, second, third)}
        for earlier, later in ((first, second), (second, third)):
            back, on = await relative(source, family[later], -1), await relative(source, family[earlier], 1)
            assert (back and back.id, on and on.id) == (earlier, later)
        assert await relative(source, family[first], -1) is None
        assert await relative(source, family[third], 1) is None
    finally:
        await source.aclose()
