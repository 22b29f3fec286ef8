"""From a run to the next one of its job, and among its re-executions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.kin import neighbour, relative
from run_tui.model import MAX_PAGE, Run, RunStatus, iso_timestamp
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.widgets.detail import Detail
from tests.screens import demo_app, open_run, run_screen, runs_screen
from tests.scripted import ScriptedSource, a_run
from tests.waiting import until

NOW = 1_795_350_667


def run_at(seconds: float, run_id: str, **fields: object) -> Run:
    return a_run(RunStatus.SUCCESS, run_id, created_at=iso_timestamp(seconds), **fields)


@given(st.lists(st.tuples(st.integers(0, 400_000_000), st.sampled_from(["etl", "other"])), min_size=1, max_size=30))
async def test_neighbours_are_the_next_runs_of_the_same_job(made: list[tuple[int, str]]) -> None:
    newest_first = sorted(made)
    held = [run_at(NOW - ago, f"r{n}", pipeline_name=job) for n, (ago, job) in enumerate(newest_first)]
    source = ScriptedSource(runs_held=held, page_size=3)
    etl = [run for run in held if run.pipeline_name == held[0].pipeline_name]
    for older, newer in zip([*etl[1:], None], etl, strict=True):
        assert await neighbour(source, newer, -1, NOW) == older
        if older is not None:
            assert await neighbour(source, older, 1, NOW) == newer
    assert await neighbour(source, etl[0], 1, NOW) is None


async def test_more_newer_runs_than_a_page_holds() -> None:
    held = [run_at(NOW - 100, f"r{n}") for n in range(MAX_PAGE + 5)] + [run_at(NOW - 200, "old")]
    source = ScriptedSource(runs_held=held)
    assert await neighbour(source, held[-1], 1, NOW) == held[-2]
    assert await neighbour(source, held[1], 1, NOW) == held[0]


async def test_the_next_run_is_found_by_few_requests() -> None:
    source = ScriptedSource(runs_held=[run_at(NOW, "new"), run_at(NOW - 86_400 * 365, "old")])
    assert await neighbour(source, source.runs_held[1], 1, NOW + 1) == source.runs_held[0]
    assert len(source.cursors) <= 8


FAMILY = [
    run_at(NOW, "third", root_run_id="first", parent_run_id="second"),
    run_at(NOW - 1, "stranger"),
    run_at(NOW - 2, "second", root_run_id="first", parent_run_id="first"),
    run_at(NOW - 3, "first"),
]


@pytest.mark.parametrize(
    ("start", "direction", "found"),
    [
        ("first", 1, "second"),
        ("second", 1, "third"),
        ("third", 1, None),
        ("third", -1, "second"),
        ("second", -1, "first"),
        ("first", -1, None),
        ("stranger", 1, None),
        ("stranger", -1, None),
    ],
)
async def test_re_executions_are_walked_in_the_order_they_were_made(
    start: str, direction: int, found: str | None
) -> None:
    other = await relative(ScriptedSource(runs_held=FAMILY), a_run(run_id=start), direction)
    assert (other and other.id) == found


async def test_a_first_run_that_was_deleted_is_passed_over() -> None:
    source = ScriptedSource(runs_held=FAMILY[:-1])
    assert await relative(source, FAMILY[2], -1) is None
    assert await relative(source, FAMILY[2], 1) == FAMILY[0]


async def test_keys_go_from_run_to_run_and_keep_the_filter() -> None:
    async with demo_app() as pilot:
        first = await open_run(pilot, "FAILURE", "nightly_etl")
        first.filter_bar.text = "level:error"
        await pilot.press("t", "[")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen is not first)
        older = run_screen(pilot)
        await until(lambda: older.all_read)
        assert older.run.pipeline_name == "nightly_etl"
        assert older.run.created_at < first.run.created_at
        assert older.filter_bar.text == "level:error"
        assert older.pane.timeline.filter is not None
        assert older.time_mode == first.time_mode
        assert len(pilot.app.screen_stack) == 3
        await pilot.press("]")
        await until(lambda: pilot.app.screen is not older)
        assert run_screen(pilot).run.id == first.run.id
        await pilot.press("]")
        await until(lambda: any("no newer run" in toast.message for toast in pilot.app._notifications))
        await pilot.press("{", "}")
        await until(lambda: any("not been re-executed" in toast.message for toast in pilot.app._notifications))


async def test_keys_in_a_burst_go_as_many_runs_further() -> None:
    held = [run_at(NOW - ago, f"r{ago}") for ago in range(4)]
    async with scripted_app(ScriptedSource(runs_held=held)) as pilot:
        await open_scripted(pilot, 0)
        await pilot.press("[", "[", "[")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.run.id == "r3")
        await pilot.press("]", "]")
        await until(lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.screen.run.id == "r1")


async def test_what_is_known_of_a_run_lists_its_re_executions() -> None:
    async with scripted_app(ScriptedSource(runs_held=FAMILY)) as pilot:
        family = [("first", False), ("second", True), ("third", False)]
        runs_screen(pilot).rows.move_to(2)
        await pilot.press("r")
        await until(lambda: related(runs_screen(pilot).detail) == family)
        screen = await open_scripted(pilot, 2)
        await pilot.press("r")
        await until(lambda: related(screen.detail) == family)


def related(pane: Detail) -> list[tuple[str, bool]]:
    """The ids of the related runs that it lists, and which of them is the run itself."""
    lines = pane.text.partition("Related runs\n")[2].splitlines()
    return [(line.split()[0], line.endswith("this run")) for line in lines if line.startswith("  ")]


async def test_a_run_without_relatives_lists_none() -> None:
    async with scripted_app(ScriptedSource(runs_held=FAMILY)) as pilot:
        screen = await open_scripted(pilot, 1)
        await pilot.press("r")
        await until(lambda: not any(worker.is_running for worker in pilot.app.workers if worker.group == "info"))
        assert "stranger" in screen.detail.text
        assert "Related runs" not in screen.detail.text


@asynccontextmanager
async def scripted_app(source: ScriptedSource) -> AsyncIterator[Pilot[None]]:
    """The explorer on a source that has runs."""
    app = RunTuiApp(source, "scripted", now=lambda: NOW)
    async with app.run_test(size=(110, 40)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() > 0)
        yield pilot


async def open_scripted(pilot: Pilot[None], row: int) -> RunScreen:
    runs_screen(pilot).rows.move_to(row)
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, RunScreen))
    return run_screen(pilot)
