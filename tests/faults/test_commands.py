"""`run-events get --follow` through the faults: what the real program has printed in the end is the server's log."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from run_tui.model import iso_timestamp
from tests.faults.growing import RUN_ID, GrowingServer, growing
from tests.faults.plan import Fault, Plan
from tests.faults.proxy import faulty
from tests.faults.test_lab import KINDS
from tests.labs.dagster.lab import DagsterLab
from tests.labs.dagster.scenarios import resource
from tests.waiting import until

NAMES = ("message", "timestamp", "level", "stepKey", "eventType")
SLOW = {Fault.STALL, Fault.STALL_WITHIN, Fault.TOO_MANY}
"""A program that runs on real time waits out 30 s and 2 s for these."""
QUICK = [fault for fault in Fault if fault not in SLOW]

Line = tuple[str | None, ...]


class Following:
    """The program at work: the lines it has printed, and what it has told beside them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.lines: list[Line] = []
        self.told: list[str] = []
        self._process = process

    async def read(self) -> int:
        """Reads all there is until the program ends; its exit code."""
        await asyncio.gather(self._read_lines(), self._read_told())
        return await self._process.wait()

    async def _read_lines(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            event = json.loads(line)
            self.lines.append(tuple(event[name] for name in NAMES))

    async def _read_told(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.told.append(line.decode().rstrip())


@asynccontextmanager
async def following(url: str, run_id: str) -> AsyncIterator[Following]:
    command = (sys.executable, "-m", "run_tui", "--url", url, "run-events", "get", run_id)
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--follow", "--json", "--exit-status"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "RUN_TUI_CONFIG": os.devnull},
    )
    try:
        yield Following(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def printed(server: GrowingServer, plan: Plan) -> Following:
    """What the program prints of a run; the faults begin with its first line."""
    rate, plan.rate = plan.rate, 0.0
    async with (
        growing(server),
        faulty(server.port, plan, server.restart) as proxy,
        following(proxy.url, RUN_ID) as program,
        asyncio.TaskGroup() as group,
    ):
        code = group.create_task(program.read())
        await until(lambda: bool(program.lines))
        plan.rate = rate
        assert await code == 0
    assert plan.counts.total() > 5
    return program


def log_of(server: GrowingServer) -> list[Line]:
    return [(message, iso_timestamp(time), *rest) for message, time, *rest, _ in server.log]


async def test_it_prints_each_event_once_and_in_order() -> None:
    server = GrowingServer(6000, 3, begun=5700, gaps=True)
    program = await printed(server, Plan(5, 0.2, QUICK))
    assert program.lines == log_of(server)
    failures, recoveries = program.told[::2], program.told[1::2]
    assert all("; next try in 0." in told for told in failures)
    assert set(recoveries) == {"The server answers again."}


async def test_events_that_turn_up_late_are_printed_once_too() -> None:
    server = GrowingServer(4000, 4, begun=2000, stragglers=10)
    program = await printed(server, Plan(6, 0.25, QUICK))
    assert Counter(program.lines) == Counter(log_of(server))
    assert any("did not show when they were new" in told for told in program.told)


async def test_a_running_run_of_a_real_server(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("clickstream_ingest", resource("stream", seconds=6, rate=20))
    await asyncio.to_thread(dagster_lab.until_events, run_id, 5)
    port, plan = int(dagster_lab.url.rpartition(":")[2]), Plan(11, 0.0, [kind for kind in KINDS if kind not in SLOW])

    async def restart() -> None:
        await asyncio.to_thread(dagster_lab.restart)

    async with (
        faulty(port, plan, restart) as proxy,
        following(proxy.url, run_id) as program,
        asyncio.TaskGroup() as group,
    ):
        code = group.create_task(program.read())
        await until(lambda: len(program.lines) > 0)
        plan.rate = 0.2
        await asyncio.to_thread(dagster_lab.until_events, run_id, 40)
        await restart()
        assert await code == 0
    log = dagster_lab.events(run_id)
    assert program.lines == [
        (e["message"], iso_timestamp(e["timestamp"]), *(e[name] for name in NAMES[2:])) for e in log
    ]
    assert plan.counts.total() > 1
