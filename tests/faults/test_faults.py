"""A run read through a proxy that breaks requests of every kind: what is held in the end is the server's final log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from run_tui.pace import LONGEST_RETRY
from run_tui.updates import Phase
from tests.faults.following import Followed, follow, lost_and_twice
from tests.faults.growing import PAGE, RUN_ID, GrowingServer, growing
from tests.faults.plan import HARMLESS, Fault, Plan
from tests.faults.proxy import INSTEAD, FaultyProxy, faulty

HASTE = 0.005
PATIENCE, LONG = 0.5, 30.0
"""Seconds until an answer is given up: where some never come, and where none is to be, however slow the machine."""
SAID = {
    Fault.TOO_MANY: "is too busy (HTTP 429",
    Fault.UNAVAILABLE: "is too busy (HTTP 503",
    Fault.PYTHON_ERROR: "OperationalError",
    Fault.BAD_GATEWAY: "answered with a web page (HTTP 502",
    Fault.GRAPHQL_ERROR: "upstream timed out",
    Fault.WEB_PAGE: "answered with a web page (HTTP 200",
    Fault.EMPTY: "answered with JSON that does not fit",
    Fault.CUT_JSON: "answered with JSON that does not fit",
    Fault.WRONG_SHAPE: "answered with JSON that does not fit",
    Fault.STALL: "did not answer in",
    Fault.STALL_WITHIN: "did not answer in",
}
"""What the user is told; other faults pass unnoticed when they come alone: one request is sent again at once."""


@asynccontextmanager
async def behind_faults(server: GrowingServer, plan: Plan) -> AsyncIterator[FaultyProxy]:
    async with growing(server), faulty(server.port, plan, server.restart) as proxy:
        yield proxy


async def followed(server: GrowingServer, plan: Plan) -> tuple[Followed, FaultyProxy]:
    async with behind_faults(server, plan) as proxy:
        held = await follow(proxy.url, RUN_ID, seed=1, haste=HASTE, read_timeout=PATIENCE if plan.stalls else LONG)
    assert lost_and_twice(held.rows, server.log) == (0, 0)
    assert held.rows == server.log
    assert held.last is not None
    assert (held.last.phase, held.last.partial) == (Phase.DONE, False)
    return held, proxy


@pytest.mark.parametrize(
    ("begun", "stragglers", "gaps"), [(0, 0, True), (0, 9, False), (5000, 0, False), (5000, 9, True)]
)
async def test_a_storm_of_faults_loses_nothing_and_repeats_nothing(begun: int, stragglers: int, gaps: bool) -> None:
    server, plan = GrowingServer(6000, 1, begun=begun, stragglers=stragglers, gaps=gaps), Plan(1, 0.3)
    held, proxy = await followed(server, plan)
    assert plan.counts.total() > 20
    assert bool(held.replaced) == bool(stragglers)
    # Where ids have gaps, the two ends of a long run meet by trying. And a page that came too slowly is asked for in
    # smaller pieces: the one that was asked for behind it meanwhile begins where none of them ends.
    tried = (4 if gaps and begun else 2) * PAGE
    assert 0 <= proxy.events_sent - len(server.log) - sum(held.replaced) <= tried


@pytest.mark.parametrize("fault", Fault)
async def test_each_fault_is_told_and_survived_without_reading_anything_again(fault: Fault) -> None:
    server, plan = GrowingServer(400, 5, page=20), Plan(4, 0.15 if "stalled" in fault else 0.3, [fault])
    held, proxy = await followed(server, plan)
    assert plan.counts[fault] > 2
    # A server that breaks down twice in a row may do so over an event: that is looked for.
    assert proxy.events_sent == len(server.log) or fault is Fault.BREAKDOWN
    assert fault not in SAID or SAID[fault] in str(held.errors)
    if fault in HARMLESS - {Fault.SLOW_CONNECT}:
        assert not held.waits


@pytest.mark.parametrize("fault", [Fault.RESTART, Fault.BAD_GATEWAY, Fault.BREAKDOWN])
async def test_waits_grow_to_the_longest_and_no_further(fault: Fault) -> None:
    server, plan = GrowingServer(100, 3, page=50), Plan(1, 1.0, [fault])
    async with behind_faults(server, plan) as proxy:

        def pass_by(held: Followed) -> None:
            if len(held.waits) == 9:
                plan.rate = 0.0

        held = await follow(proxy.url, RUN_ID, seed=1, haste=0.001, read_timeout=LONG, told=pass_by)
    assert held.rows == server.log
    assert all(low <= wait <= 2 * low for low, wait in zip((0.25, 0.5, 1, 2, 4), held.waits, strict=False))
    assert LONGEST_RETRY / 2 <= max(held.waits) <= LONGEST_RETRY
    assert len(set(held.waits)) == len(held.waits)


async def test_a_server_that_says_when_to_come_again_is_obeyed() -> None:
    held, _ = await followed(GrowingServer(200, 1, page=20), Plan(1, 0.4, [Fault.TOO_MANY]))
    assert min(held.waits) >= 2.0


@pytest.mark.parametrize("seed", range(9))
async def test_only_events_that_the_server_breaks_down_over_are_left_out(seed: int) -> None:
    server = GrowingServer(400, seed, begun=seed % 3 * 150, gaps=seed % 2 == 0, page=40, poison=5)
    held, _ = await followed(server, Plan(seed, 0.04, [Fault.BREAKDOWN], longest=6))
    assert held.skipped == 5


async def test_details_are_not_given_up_for_an_error_that_passes() -> None:
    server, plan = GrowingServer(400, 2, page=20), Plan(2, 0.5, [Fault.GRAPHQL_ERROR])
    held, _ = await followed(server, plan)
    assert sum(row[5] is not None for row in held.rows) == 8


async def test_a_repair_keeps_what_lies_before_the_gap() -> None:
    server = GrowingServer(8000, 4, begun=6000, stragglers=20)
    held, _ = await followed(server, Plan(4, 0.2))
    assert 0 < sum(held.replaced) < 2500


def test_plans_are_repeatable_and_treat_all_kinds_alike() -> None:
    plans = [Plan(7, 0.5), Plan(7, 0.5)]
    first, second = ([plan.draw() for _ in range(1000)] for plan in plans)
    assert first == second
    assert set(plans[0].counts) == set(Fault)
    assert max(plans[0].counts.values()) - min(plans[0].counts.values()) <= 1
    assert set(INSTEAD) < set(Fault)
