"""The runs list against a scripted source."""

from __future__ import annotations

from contextlib import aclosing

from hypothesis import given
from hypothesis import strategies as st

from run_tui.errors import Unreachable, Unsupported
from run_tui.listing import PAGE, REFRESH, Listed, Listing, merged
from run_tui.model import Run, RunFilter, RunStatus
from tests.scripted import FakeTime, ScriptedSource, a_run, failing


def runs(first: int, last: int, status: RunStatus = RunStatus.SUCCESS) -> list[Run]:
    """Runs numbered downwards, newest first."""
    return [a_run(status, f"run-{number}") for number in range(first, last, -1)]


async def looks(listing: Listing, count: int, between: object = None) -> list[Listed]:
    seen: list[Listed] = []
    async with aclosing(listing.updates()) as updates:
        async for listed in updates:
            seen.append(listed)
            if len(seen) == count:
                break
            if callable(between):
                between(len(seen))
    return seen


def ids(listed: Listed) -> list[str]:
    return [run.id for run in listed.runs]


async def test_the_newest_runs_are_kept_current() -> None:
    time = FakeTime()
    source = ScriptedSource(runs_held=runs(3, 0))

    def between(_: int) -> None:
        source.runs_held = [*runs(5, 3, RunStatus.STARTED), a_run(RunStatus.FAILURE, "run-3"), a_run(run_id="run-1")]

    first, second = await looks(Listing(source, RunFilter(), clock=time.clock), 2, between)
    assert ids(first) == ["run-3", "run-2", "run-1"]
    assert ids(second) == ["run-5", "run-4", "run-3", "run-1"]
    assert [run.status for run in second.runs][2] is RunStatus.FAILURE
    assert second.total == 4
    assert time.waits == [REFRESH]


async def test_older_runs_are_read_on_demand_and_stay() -> None:
    source = ScriptedSource(runs_held=runs(3 * PAGE, 0))
    source.runs_held[PAGE + 3] = a_run(RunStatus.STARTED, source.runs_held[PAGE + 3].id)
    listing = Listing(source, RunFilter(), clock=FakeTime().clock)

    def between(number: int) -> None:
        listing.read_older()
        if number == 3:
            source.runs_held.insert(0, a_run(run_id="brand-new"))
            source.runs_held[PAGE + 4] = a_run(RunStatus.SUCCESS, source.runs_held[PAGE + 4].id)

    seen = await looks(listing, 5, between)
    assert [len(listed.runs) for listed in seen] == [PAGE, 2 * PAGE, 3 * PAGE, 3 * PAGE + 1, 3 * PAGE + 1]
    assert [listed.has_more for listed in seen] == [True, True, False, False, False]
    assert ids(seen[-1]) == [run.id for run in source.runs_held]
    assert all(run.status is RunStatus.SUCCESS for run in seen[-1].runs[1:])


async def test_deleted_runs_go() -> None:
    source = ScriptedSource(runs_held=runs(2 * PAGE, 0))
    listing = Listing(source, RunFilter(), clock=FakeTime().clock)

    def between(number: int) -> None:
        listing.read_older()
        if number == 2:
            del source.runs_held[3]

    seen = await looks(listing, 3, between)
    assert ids(seen[-1]) == [run.id for run in source.runs_held]


async def test_a_failure_keeps_the_runs_and_tells() -> None:
    time = FakeTime()
    source = ScriptedSource(runs_held=runs(2, 0))

    def between(number: int) -> None:
        source.script = failing(Unreachable("down"), Unreachable("down")) if number == 1 else source.script

    seen = await looks(Listing(source, RunFilter(), clock=time.clock), 4, between)
    assert [listed.retry_in for listed in seen] == [None, 0.5, 1.0, None]
    assert {tuple(ids(listed)) for listed in seen} == {("run-2", "run-1")}


async def test_what_the_server_cannot_do_is_asked_again_only_when_the_user_says_so() -> None:
    time = FakeTime()
    source = ScriptedSource(runs_held=runs(2, 0))
    source.script = failing(Unsupported("which one?"))
    listing = Listing(source, RunFilter(), clock=time.clock)
    async with aclosing(listing.updates()) as updates:
        refused = await anext(updates)
        assert (str(refused.error), refused.retry_in) == ("which one?", None)
        listing.poll_now()
        assert ids(await anext(updates)) == ["run-2", "run-1"]
    assert not time.waits


def at(minute: int) -> str:
    return f"2026-11-22T00:{minute:02}:00.000Z"


@given(st.lists(st.lists(st.integers(0, 59), max_size=30), min_size=2, max_size=4), st.data())
def test_several_lists_become_one_without_gaps(servers: list[list[int]], data: st.DataObject) -> None:
    whole = [
        [a_run(run_id=f"{name}-{n}", created_at=at(minute)) for n, minute in enumerate(sorted(minutes, reverse=True))]
        for name, minutes in enumerate(servers)
    ]
    read = [data.draw(st.integers(0, len(runs))) for runs in whole]
    listed = merged(
        [
            Listed(tuple(runs[:count]), len(runs), has_more=count < len(runs))
            for runs, count in zip(whole, read, strict=True)
            if count or not runs
        ]
    )
    created = [run.created_at for run in listed.runs]
    assert created == sorted(created, reverse=True)
    there = [run for runs, count in zip(whole, read, strict=True) if count for run in runs]
    if listed.runs:
        assert {run.id for run in there if run.created_at > created[-1]} <= set(ids(listed))
    if not listed.has_more:
        assert len(listed.runs) == len(there)


def test_one_list_stays_as_its_server_sorts_it() -> None:
    odd = Listed((a_run(run_id="old", created_at=at(1)), a_run(run_id="new", created_at=at(2))), 2)
    assert merged([odd]) is odd
    assert ids(merged([odd, Listed((a_run(run_id="last", created_at=at(3)),), None)])) == ["last", "new", "old"]


async def test_runs_know_the_connection_they_were_listed_by() -> None:
    source = ScriptedSource(runs_held=[*runs(2 * PAGE, 1), a_run(RunStatus.STARTED, "run-1")])
    listing = Listing(source, RunFilter(), connection="prod", clock=FakeTime().clock)
    seen = await looks(listing, 3, lambda number: listing.read_older())
    assert len(seen[-1].runs) == 2 * PAGE
    assert {run.connection for run in seen[-1].runs} == {"prod"}
