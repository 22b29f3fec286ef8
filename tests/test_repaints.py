"""What is painted anew, when little or nothing has changed."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.widgets import Static

from run_tui.app import RunTuiApp
from run_tui.query import Filter, parse
from run_tui.screens.run import RunScreen
from run_tui.widgets.row_list import RowList
from tests.screens import NOW, demo_app, open_run, runs_screen
from tests.waiting import until

Line = tuple[str | None, int]


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """The lines that lists want painted, by the list's id."""
    lines: list[Line] = []
    ask = RowList.refresh

    def refresh(self: RowList, *regions: Region, repaint: bool = True, **rest: bool) -> RowList:
        if repaint:
            lines.extend((self.id, y) for region in regions or [self.size.region] for y in region.line_range)
        return ask(self, *regions, repaint=repaint, **rest)

    monkeypatch.setattr(RowList, "refresh", refresh)
    return lines


async def test_a_second_repaints_the_steps_that_are_running(painted: list[Line]) -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        running = {("steps", row) for row, step in enumerate(screen.steps.steps) if step.ageing}
        assert 0 < len(running) < len(screen.steps.steps)
        painted.clear()
        screen.now = lambda: NOW + 60
        screen.tick()
        await until(lambda: len(painted) >= len(running))
        await pilot.pause()
        assert set(painted) == running


async def test_an_unchanged_list_of_runs_is_not_repainted(painted: list[Line]) -> None:
    async with demo_app() as pilot:
        screen = runs_screen(pilot)
        rows = screen.rows
        await pilot.pause()
        painted.clear()
        rows.show(list(rows.runs))
        await pilot.pause()
        assert painted == []
        active = {("rows", row) for row, run in enumerate(rows.runs) if run.status.active}
        screen.now = lambda: NOW + 1
        screen.tick()
        await until(lambda: bool(painted))
        await pilot.pause()
        assert set(painted) <= active


async def test_a_run_that_changed_is_repainted_in_its_place(painted: list[Line]) -> None:
    async with demo_app() as pilot:
        rows = runs_screen(pilot).rows
        await pilot.pause()
        painted.clear()
        changed = [*rows.runs]
        changed[2] = changed[2].model_copy(update={"pipeline_name": "renamed"})
        rows.show(changed)
        await until(lambda: bool(painted))
        assert painted == [("rows", 2)]
        assert "renamed" in rows.render_line(2).text


async def test_at_midnight_the_runs_of_today_become_those_of_yesterday() -> None:
    async with demo_app() as pilot:
        screen = runs_screen(pilot)
        rows = screen.rows
        assert "yesterday" not in rows.render_line(0).text
        screen.now = lambda: NOW + 86_400
        screen.tick()
        assert "yesterday" in rows.render_line(0).text


async def test_the_runs_stand_still_behind_a_run_and_are_current_in_front() -> None:
    now = NOW
    async with demo_app(now=lambda: now) as pilot:
        runs = runs_screen(pilot)
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        listed = runs.rows.runs
        now += 600
        await until(lambda: screen.steps.now == now)
        assert runs.rows.now < now
        assert runs.rows.runs is listed
        await pilot.press("escape", "escape")
        await until(lambda: runs.rows.now == now and runs.rows.runs is not listed)


async def test_a_letter_and_its_rows_are_in_the_same_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[tuple[str, Filter | None]] = []

    def displayed(app: RunTuiApp) -> None:
        if isinstance(app.screen, RunScreen):
            frames.append((app.screen.filter_bar.text, app.screen.pane.timeline.filter))

    async with demo_app() as pilot:
        await open_run(pilot, "SUCCESS", "warehouse_backfill")
        await pilot.press("slash")
        monkeypatch.setattr(RunTuiApp, "post_display_hook", displayed)
        await pilot.press(*"part")
        await until(lambda: bool(frames) and frames[-1][0] == "part")
    for text, filter in frames:
        assert (filter or Filter()) == parse(text).filter


async def test_a_letter_that_leaves_the_same_rows_repaints_none_of_them(painted: list[Line]) -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "SUCCESS", "warehouse_backfill")
        await pilot.press("slash", *"step:backfill_stoc")
        await until(lambda: screen.pane.timeline.complete)
        await pilot.pause()
        layouts: list[object] = []
        screen.screen_layout_refresh_signal.subscribe(screen, layouts.append)
        painted.clear()
        await pilot.press("k")
        wanted = parse("step:backfill_stock").filter
        await until(lambda: screen.pane.timeline.filter == wanted and screen.pane.timeline.complete)
        await pilot.pause()
        assert painted == []
        assert layouts == []


async def test_rows_too_few_for_a_scrollbar_lay_nothing_out() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "SUCCESS", "warehouse_backfill")
        await pilot.press("slash", *"part")
        await until(lambda: screen.pane.timeline.complete)
        await pilot.pause()
        assert len(screen.pane.timeline) > screen.rows.size.height
        layouts: list[object] = []
        screen.screen_layout_refresh_signal.subscribe(screen, layouts.append)
        await pilot.press(*"xyz")
        await until(lambda: screen.pane.timeline.complete and not len(screen.pane.timeline))
        await pilot.pause()
        assert layouts == []


async def test_the_scrollbar_of_a_followed_run_stands_at_its_end() -> None:
    async with demo_app((110, 24)) as pilot:
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        log = screen.rows
        await until(lambda: log.max_scroll_y > 0)
        assert log.vertical_scrollbar.position == log.max_scroll_y


async def test_a_change_of_focus_does_not_repaint_the_whole_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "SUCCESS", "warehouse_backfill")
        await pilot.pause()
        repainted: list[RunScreen] = []

        def refresh(self: RunScreen, *_: Region, **__: bool) -> RunScreen:
            repainted.append(self)
            return self

        monkeypatch.setattr(RunScreen, "refresh", refresh)
        await pilot.press("slash")
        await until(lambda: screen.focused is screen.filter_bar.input)
        await pilot.press("escape")
        await until(lambda: screen.focused is screen.rows)
        await pilot.pause()
        assert not repainted


async def test_a_scrollbar_looks_as_if_painted_whole() -> None:
    async with demo_app() as pilot:
        log = (await open_run(pilot, "SUCCESS", "warehouse_backfill")).rows
        bar, height = log.vertical_scrollbar, log.size.height
        for lines, top in (
            (height * 40, 0),
            (height * 40, height * 7 + 3),
            (height * 3, height),
            (height, 0),
            (height * 9, 1),
        ):
            log.virtual_size = log.virtual_size.with_height(lines)
            log.scroll_to(y=top, animate=False, immediate=True, force=True)
            painted = bar.render_lines(bar.size.region)
            bar.refresh()
            assert painted == bar.render_lines(bar.size.region)


async def test_counts_that_grow_while_typing_lay_nothing_out() -> None:
    async with demo_app((160, 50)) as pilot:
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        await pilot.press("slash")
        await until(lambda: screen.filter_bar.input.has_focus and not screen._layout_required)
        await pilot.pause()
        counts = screen.query_one("#filter-counts", Static)
        before = str(counts.content)
        layouts: list[object] = []
        screen.screen_layout_refresh_signal.subscribe(screen, layouts.append, immediate=True)
        await pilot.press(*"level:warning")
        await until(lambda: "below" in str(counts.content))
        await pilot.pause()
        assert len(str(counts.content)) > len(before)
        assert layouts == []
