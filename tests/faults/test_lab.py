"""A real Dagster server behind the faults, which is killed and started again while a run is read."""

from __future__ import annotations

import asyncio

from tests.faults.following import follow, lost_and_twice
from tests.faults.growing import Row
from tests.faults.plan import Fault, Plan
from tests.faults.proxy import faulty
from tests.labs.dagster.lab import DagsterLab
from tests.labs.dagster.scenarios import resource
from tests.waiting import until

KINDS = [fault for fault in Fault if fault not in (Fault.RESTART, Fault.RESTART_WITHIN)]
"""A restart takes the real server seconds: it is done once between requests, and once within an answer."""


def fresh(lab: DagsterLab, run_id: str) -> list[Row]:
    """The server's log, read without any fault, without what only the extended query tells."""
    names = ("message", "timestamp", "level", "stepKey", "eventType")
    return [(*(event[name] for name in names), None) for event in lab.events(run_id)]


async def test_a_running_run_of_a_real_server(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("clickstream_ingest", resource("stream", seconds=6, rate=20))
    await asyncio.to_thread(dagster_lab.until_events, run_id, 5)
    port, plan = int(dagster_lab.url.rpartition(":")[2]), Plan(11, 0.4, KINDS)
    one_at_a_time = asyncio.Lock()

    async def restart() -> None:
        async with one_at_a_time:
            await asyncio.to_thread(dagster_lab.restart)

    async with faulty(port, plan, restart) as proxy:
        following = asyncio.create_task(follow(proxy.url, run_id, seed=1, haste=0.2, read_timeout=5.0))
        await asyncio.to_thread(dagster_lab.until_events, run_id, 30)
        await restart()
        proxy.plan = within = Plan(1, 1.0, [Fault.RESTART_WITHIN])
        await until(lambda: within.counts.total() > 0)
        proxy.plan = plan
        held = await following
    rows = [(*row[:5], None) for row in held.rows]
    assert lost_and_twice(rows, fresh(dagster_lab, run_id)) == (0, 0)
    assert rows == fresh(dagster_lab, run_id)
    assert plan.counts.total() > 10
    assert held.waits
