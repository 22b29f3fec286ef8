"""The list of steps as the user meets it on the demo connection."""

from __future__ import annotations

from textual.pilot import Pilot

from run_tui.model import RunEvent
from run_tui.screens.run import RunScreen
from run_tui.widgets.step_list import StepAxis
from tests.screens import demo_app, open_run
from tests.waiting import until


def rows(screen: RunScreen) -> list[str]:
    return [screen.steps.render_line(y).text.rstrip() for y in range(screen.steps.row_count())]


def row_of(screen: RunScreen, key: str) -> int:
    return next(index for index, row in enumerate(screen.steps.shown) if row.key == key)


def events(screen: RunScreen) -> list[RunEvent]:
    timeline = screen.pane.timeline
    return [timeline.event(timeline[index]) for index in range(len(timeline))]


async def failed_run(pilot: Pilot[None]) -> RunScreen:
    return await open_run(pilot, "FAILURE", "nightly_etl")


async def test_enter_filters_by_a_step_and_again_by_none() -> None:
    async with demo_app() as pilot:
        screen = await failed_run(pilot)
        await pilot.press("s")
        screen.steps.move_to(row_of(screen, "load_users"))
        await pilot.press("enter")
        assert screen.filter_bar.text == "step:=load_users"
        await pilot.press("s", "enter")
        assert screen.filter_bar.text == ""


async def test_marked_steps_are_filtered_together() -> None:
    async with demo_app() as pilot:
        screen = await failed_run(pilot)
        await pilot.press("s")
        screen.steps.move_to(row_of(screen, "load_orders"))
        await pilot.press("space", "space")
        assert [line[0] for line in rows(screen)].count("◆") == 2
        await pilot.press("enter")
        assert screen.filter_bar.text == "step:=load_orders,=load_users"
        shown = {event.step_key for event in events(screen)}
        assert shown == {"load_orders", "load_users"}


async def test_b_shows_the_steps_over_time_and_the_log_again() -> None:
    async with demo_app() as pilot:
        screen = await failed_run(pilot)
        await pilot.press("b")
        await until(lambda: not screen.pane.display or screen.pane.region.width == 0)
        await pilot.pause()
        assert all("█" in line for line, row in zip(rows(screen), screen.steps.shown, strict=True) if row.attempts)
        axis = screen.query_one(StepAxis)
        await until(lambda: "1m" in axis.render().plain and "30s" not in axis.render().plain)
        await pilot.press("plus", "plus")
        await until(lambda: "1m" not in axis.render().plain or "s" in axis.render().plain)
        window = screen.steps.window
        await pilot.press("greater_than_sign")
        assert screen.steps.window != window
        await pilot.press("minus", "minus", "minus")
        assert screen.steps.window == screen.steps.whole
        await pilot.press("b")
        await until(lambda: screen.pane.region.width > 0)
        assert screen.rows.has_focus


async def test_attempts_unfold_and_one_of_them_can_be_viewed_alone() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "SUCCESS", "clickstream_ingest")
        retried = next((row for row in screen.steps.shown if row.folded), None)
        assert retried is not None
        await pilot.press("s")
        screen.steps.move_to(row_of(screen, retried.key))
        await pilot.press("right", "j", "j", "enter")
        assert screen.filter_bar.text == f"attempt:2 step:={retried.key}"
        assert {(event.step_key, event.attempt) for event in events(screen)} == {(retried.key, 2)}
        await pilot.press("s", "left")
        assert screen.steps.current is not None
        assert screen.steps.current.key == retried.key
        assert screen.steps.current.folded


async def test_a_group_of_dynamic_steps_is_filtered_by_as_one() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "import_catalog")
        await pilot.press("s")
        screen.steps.move_to(row_of(screen, "read_feed[?]"))
        await pilot.press("enter")
        assert screen.filter_bar.text == "step:read_feed[*]"
        shown = {event.step_key for event in events(screen)}
        assert shown == {f"read_feed[{feed}]" for feed in ("berlin", "lisbon", "oslo", "porto")}
