"""What steps write, on a real Dagster server."""

from __future__ import annotations

from run_tui.output import WIDTH, Capture, Stream
from run_tui.screens.output import OutputScreen
from run_tui.sources.dagster import DagsterSource
from run_tui.widgets.status_line import StatusLine
from tests.labs.dagster.exploring import explorer
from tests.labs.dagster.lab import DagsterLab
from tests.labs.dagster.scenarios import resource
from tests.screens import run_screen
from tests.waiting import until


async def capture_of(source: DagsterSource, run_id: str, step: str) -> Capture:
    page = await source.page(run_id)
    found = [Capture.from_metadata(page.event(index).metadata) for index in range(len(page))]
    return next(capture for capture in found if capture is not None and step in capture.steps)


async def test_each_stream_is_read_whole_and_from_anywhere(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("nightly_etl_strict")
    source = DagsterSource(dagster_lab.url)
    try:
        capture = await capture_of(source, run_id, "load_users")
        whole = await source.output(run_id, capture.key, Stream.STDERR)
        assert "WarehouseError" in whole.text
        assert whole.end == len(whole.text.encode())
        part = await source.output(run_id, capture.key, Stream.STDERR, 100, 50)
        assert part.text.encode() == whole.text.encode()[100:150]
        assert not (await source.output(run_id, capture.key, Stream.STDERR, whole.end)).text
        near = await source.output_end(run_id, capture.key, Stream.STDERR, 256)
        assert 0 < near < whole.end <= near + 256 + 1
        assert await source.output_end(run_id, capture.key, Stream.STDERR) == 0
        assert whole.end < WIDTH
    finally:
        await source.aclose()


async def test_a_key_nobody_wrote_to_has_no_output(dagster_lab: DagsterLab) -> None:
    source = DagsterSource(dagster_lab.url)
    try:
        run_id = dagster_lab.finished("nightly_etl_strict")
        assert (await source.output(run_id, "nobody", Stream.STDOUT)).text == ""
        assert await source.output_end(run_id, "nobody", Stream.STDOUT) == 0
    finally:
        await source.aclose()


async def test_l_shows_what_the_failed_step_wrote(dagster_lab: DagsterLab) -> None:
    async with explorer(dagster_lab, dagster_lab.finished("nightly_etl_strict")) as pilot:
        await until(lambda: run_screen(pilot).all_read)
        await pilot.press("l")
        await until(lambda: isinstance(pilot.app.screen, OutputScreen))
        screen = pilot.app.screen
        assert isinstance(screen, OutputScreen)
        await until(lambda: any("WarehouseError" in line for line in screen.rows.lines))
        assert "load_users" in screen.query_one(StatusLine).render().plain


async def test_a_running_step_is_followed_to_its_end(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("clickstream_ingest", resource("stream", seconds=2, rate=10))
    dagster_lab.until_events(run_id, 20)
    async with explorer(dagster_lab, run_id) as pilot:
        await until(lambda: any(run_screen(pilot).pane.timeline.places_of("LOGS_CAPTURED")), 60)
        await pilot.press("l")
        await until(lambda: isinstance(pilot.app.screen, OutputScreen))
        screen = pilot.app.screen
        assert isinstance(screen, OutputScreen)
        await until(lambda: screen.rows.row_count() > 0, 60)
        await until(lambda: "complete" in screen.query_one(StatusLine).render().plain, 90)
        source = DagsterSource(dagster_lab.url)
        whole = await source.output(run_id, screen.capture.key, Stream.STDERR)
        await source.aclose()
        assert "\n".join(screen.rows.lines) == whole.text.removesuffix("\n")
