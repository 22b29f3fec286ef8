"""The explorer as its user meets it, on the demo connection."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.widgets import OptionList

from run_tui.app import RunTuiApp
from run_tui.format import TimeMode
from run_tui.screens.help import HelpScreen, sections
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources import open_source
from run_tui.widgets.detail import Detail
from run_tui.widgets.row_list import RowList
from run_tui.widgets.run_table import TITLES
from run_tui.widgets.status_line import StatusLine
from tests.screens import demo_app, open_long_run, open_run, run_screen, runs_screen
from tests.waiting import until


def counts(screen: RunScreen | RunsScreen) -> str:
    return str(screen.query_one("#filter-counts").render())


def hint(screen: RunScreen | RunsScreen) -> str:
    shown = screen.query_one("#filter-hint")
    return str(shown.render()) if shown.display else ""


def detail_text(screen: RunScreen | RunsScreen) -> str:
    return screen.query_one(Detail).text


def visible(rows: RowList) -> list[str]:
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


def facts(screen: RunScreen, line: str = "#status") -> str:
    return screen.query_one(line, StatusLine).render().plain


async def test_runs_are_listed_filtered_and_counted() -> None:
    async with demo_app() as pilot:
        screen = runs_screen(pilot)
        total = screen.rows.row_count()
        assert counts(screen) == f"{total} runs · UTC"
        await pilot.press("slash", *"status:fail job:*_etl")
        await until(lambda: 0 < screen.rows.row_count() < total)
        assert {(run.status, run.pipeline_name) for run in screen.rows.runs} == {("FAILURE", "nightly_etl")}
        await pilot.press("escape")
        await until(lambda: screen.rows.row_count() == total)
        assert screen.rows.has_focus


async def test_a_status_that_the_server_filters_shows_the_same_runs() -> None:
    async with demo_app() as pilot:
        screen = runs_screen(pilot)
        failed = [run.id for run in screen.rows.runs if run.status == "FAILURE"]
        await pilot.press("slash", *"status:failure", "enter")
        await until(lambda: counts(screen).startswith(f"{len(failed)} runs"))
        assert [run.id for run in screen.rows.runs] == failed


async def test_a_wrong_runs_filter_says_where_and_keeps_the_rows() -> None:
    async with demo_app() as pilot:
        screen = runs_screen(pilot)
        before = screen.rows.row_count()
        await pilot.press("slash", *"/(/")
        await until(lambda: "^" in hint(screen))
        assert screen.rows.row_count() == before


async def test_run_info_shows_tags_and_configuration() -> None:
    async with demo_app() as pilot:
        screen = runs_screen(pilot)
        await pilot.press("r")
        await until(lambda: "Configuration" in detail_text(screen))
        assert "team: streaming" in detail_text(screen)
        await pilot.press("escape")
        assert not screen.detail.display


async def test_a_failed_run_opens_on_the_users_exception() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        event = screen.pane.current
        assert event is not None
        assert event.event_type == "STEP_FAILURE"
        shown = detail_text(screen)
        assert "WarehouseError: COPY INTO core.users was rolled back" in shown
        assert "caused by SchemaError" in shown
        assert "caused by KeyError" in shown
        assert "reported as DagsterExecutionStepExecutionError" in shown
        assert "library frames hidden" in shown
        await pilot.press("F")
        assert "site-packages" not in detail_text(screen)
        assert "dagster/_core" in detail_text(screen)
        assert screen.rows.cursor - screen.rows.scroll_offset.y < screen.rows.size.height
        assert "✗ failure" in facts(screen)
        assert "✗1" in facts(screen, "#facts")


async def test_filtering_events_live_with_completion() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("escape", "slash", *"step:load_u")
        await until(lambda: "load_users" in hint(screen))
        await pilot.press("tab")
        assert screen.filter_bar.text == "step:load_users"
        events = [screen.pane.timeline.event(screen.pane.timeline[n]) for n in range(len(screen.pane.timeline))]
        assert {event.step_key for event in events} == {"load_users"}
        assert counts(screen).startswith(f"{len(events)} of {len(screen.store)}")
        await pilot.press(*" type:STEP_F", "tab", "enter")
        assert screen.filter_bar.text == "step:load_users type:STEP_FAILURE"
        assert len(screen.pane.timeline) == 1
        await pilot.press("escape")
        assert screen.filter_bar.text == ""
        assert len(screen.pane.timeline) == len(screen.store)


async def test_tab_walks_through_candidates_and_back() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("slash", *"step:load_")
        texts = []
        for key in ("tab", "tab", "tab", "shift+tab"):
            await pilot.press(key)
            texts.append(screen.filter_bar.text)
        assert set(texts[:2]) == {"step:load_users", "step:load_orders"}
        assert texts[2] == texts[0]
        assert texts[3] == texts[1]


async def test_a_wrong_filter_keeps_the_rows_and_says_where() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("slash", *"load level:warning")
        shown = len(screen.pane.timeline)
        await pilot.press(*" level:loud")
        await until(lambda: "knows debug" in hint(screen))
        assert hint(screen).index("^") == len("/ load level:warning level:") + 1
        assert len(screen.pane.timeline) == shown


async def test_a_pattern_that_would_run_for_ever_is_given_up() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        screen.filter_bar.text = "load"
        await pilot.pause()
        shown = len(screen.pane.timeline)
        screen.filter_bar.text = "/^(\\S+|\\s+|.)*~$/"
        await until(lambda: "too long" in hint(screen), 60)
        await until(lambda: screen.pane.timeline.complete)
        assert len(screen.pane.timeline) == shown


async def test_levels_are_keys_that_write_the_filter() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("2")
        assert screen.filter_bar.text == "level:info"
        assert "below INFO" in counts(screen)
        types = {
            screen.pane.timeline.event(screen.pane.timeline[n]).event_type for n in range(len(screen.pane.timeline))
        }
        assert {"STEP_START", "STEP_SUCCESS", "STEP_FAILURE"} <= types
        await pilot.press("4")
        assert screen.filter_bar.text == "level:error"
        await pilot.press("0")
        assert screen.filter_bar.text == ""


async def test_errors_and_warnings_are_walked_through_but_not_what_follows_from_them() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        ranks, messages = screen.store.ranks, list(map(screen.store.message, range(len(screen.store))))
        own = [
            row
            for row, text in enumerate(messages)
            if ranks[row] >= 3 and "Not executing" not in text and "Steps failed" not in text
        ]
        errors = [row for row in own if ranks[row] >= 4]
        assert errors
        assert len(errors) < len(own) < sum(rank >= 3 for rank in ranks)
        for key, back, rows in ("e", "E", errors), ("w", "W", own):
            await pilot.press("g")
            walked = []
            for _ in rows:
                await pilot.press(key)
                walked.append(screen.rows.cursor)
            assert walked == rows
            await pilot.press(key)
            assert screen.rows.cursor == rows[-1]
            await pilot.press("G", *[back] * len(rows))
            assert screen.rows.cursor == rows[0]


async def test_the_cursor_stays_on_its_event_when_the_filter_changes() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        row = screen.rows.place
        for text in ("load", "load_users", "step:load_users", "level:error", ""):
            screen.filter_bar.text = text
            await until(lambda: screen.pane.timeline.complete)
            await pilot.pause()
            assert screen.rows.place == row, text


async def test_steps_filter_the_log() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("s", "j", "enter")
        key = screen.steps.steps[1].key
        assert screen.filter_bar.text == f"step:={key}"
        assert screen.rows.has_focus
        await pilot.press("s", "enter")
        assert screen.filter_bar.text == ""


async def test_times_cycle_and_name_their_zone() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        seen = []
        for _ in TimeMode:
            await pilot.press("t")
            seen.append((screen.time_mode, counts(screen).split(" · ")[-1]))
        assert [zone for _, zone in seen] == ["UTC", "since start", "since previous", "UTC"]
        assert screen.rows.time_mode is TimeMode.LOCAL


async def test_a_running_run_is_followed_until_the_user_moves() -> None:
    now = [1_795_350_667.0]
    async with demo_app(now=lambda: now[0]) as pilot:
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        assert screen.rows.follow
        held = len(screen.store)
        now[0] += 5
        await pilot.press("ctrl+r")
        await until(lambda: len(screen.store) > held)
        await until(lambda: screen.rows.cursor == screen.rows.row_count() - 1 >= held)
        await pilot.press("k")
        assert not screen.rows.follow
        at, held = screen.rows.place, len(screen.store)
        now[0] += 5
        await pilot.press("ctrl+r")
        await until(lambda: "new" in counts(screen))
        assert screen.rows.place == at
        assert f"▼ {len(screen.store) - held} new" in counts(screen)
        await pilot.press("G")
        assert screen.rows.follow
        now[0] += 120
        await pilot.press("ctrl+r")
        await until(lambda: screen.run.status.finished)
        await until(lambda: screen.all_read)
        assert "✓ success" in facts(screen)


async def test_back_goes_through_what_is_open() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("3")
        assert screen.detail.display
        await pilot.press("escape")
        assert not screen.detail.display
        await pilot.press("escape")
        assert screen.filter_bar.text == ""
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        assert {worker.group for worker in pilot.app.workers} <= {"runs", "reasons", "feed", "details", "filter"}
        kept = {"runs", "reasons"}
        await until(lambda: {worker.group for worker in pilot.app.workers if worker.is_running} <= kept)


async def test_copying() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("y")
        assert "WarehouseError" in pilot.app.clipboard
        assert "\n" not in pilot.app.clipboard
        await pilot.press("Y")
        assert "caused by KeyError" in pilot.app.clipboard
        assert screen.is_current


async def test_the_demo_has_no_web_page() -> None:
    async with demo_app() as pilot:
        await pilot.press("o")
        await until(lambda: any("no web page" in toast.message for toast in pilot.app._notifications))


async def test_help_and_palette_open_and_close() -> None:
    async with demo_app() as pilot:
        await pilot.press("question_mark")
        await until(lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape", "ctrl+p")
        await until(lambda: "CommandPalette" in type(pilot.app.screen).__name__)
        await pilot.press(*"the run's tags and")
        await until(lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen) and bool(runs_screen(pilot).detail.display))


@pytest.mark.parametrize("size", [(50, 24), (100, 10)])
async def test_a_terminal_that_is_too_small_says_so(size: tuple[int, int]) -> None:
    async with demo_app(size) as pilot:
        await pilot.pause()
        screen = pilot.app.screen
        assert screen.query_one("#too-small").region == screen.region
        await pilot.resize_terminal(80, 24)
        await until(lambda: not screen.query_one("#too-small").display)


async def test_who_types_while_the_terminal_is_too_small_types_on() -> None:
    async with demo_app((80, 24)) as pilot:
        screen = runs_screen(pilot)
        await pilot.press("slash", *"nightly")
        await pilot.resize_terminal(50, 10)
        await until(lambda: bool(screen.query_one("#too-small").display))
        await pilot.press(*"_etl")
        await pilot.resize_terminal(80, 24)
        await until(lambda: {run.pipeline_name for run in screen.rows.runs} == {"nightly_etl"})
        assert screen.filter_bar.text == "nightly_etl"
        await pilot.press("enter")
        assert screen.rows.has_focus


async def test_escape_goes_from_the_steps_to_the_log_before_it_goes_back() -> None:
    async with demo_app((80, 24)) as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("b", "escape")
        assert not screen.steps.bars
        assert screen.rows.has_focus
        await pilot.press("s", "escape")
        assert not screen.has_class("-steps")
        assert screen.rows.has_focus
        assert screen.detail.display
        await pilot.press("escape", "escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (100, 30)])
async def test_a_failure_is_told_at_once_however_small_the_terminal(size: tuple[int, int]) -> None:
    async with demo_app(size) as pilot:
        rows = runs_screen(pilot).rows
        await until(lambda: any("nightly_etl" in line and "load_users: W" in line for line in visible(rows)))
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        seen = [screen.detail.render_line(y).text for y in range(screen.detail.size.height)]
        assert seen[0].startswith("STEP_FAILURE  ERROR  load_users   ")
        assert any(line.startswith("WarehouseError: COPY INTO core.users was rolled back") for line in seen[1:3])


async def test_the_columns_of_runs_stand_still_while_a_filter_is_typed() -> None:
    async with demo_app((100, 30)) as pilot:
        rows = runs_screen(pilot).rows
        before = rows.columns
        assert before[TITLES.index("JOB")] == max(len(run.pipeline_name or "") for run in rows.runs)
        await pilot.press("slash", *"job:sync_crm")
        await until(lambda: {run.pipeline_name for run in rows.runs} == {"sync_crm"})
        assert rows.columns == before


@pytest.mark.parametrize("size", [(80, 24), (60, 14), (200, 50)])
async def test_everything_that_matters_fits(size: tuple[int, int]) -> None:
    async with demo_app(size) as pilot:
        assert any("nightly_" in line and "failure" in line for line in visible(runs_screen(pilot).rows))
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        assert any("ERROR" in line for line in visible(screen.rows))
        assert "✗ failure" in facts(screen)


async def test_a_run_is_opened_by_the_beginning_of_its_id() -> None:
    async with demo_app() as pilot:
        wanted = next(run.id for run in runs_screen(pilot).rows.runs if run.status == "FAILURE")
    async with demo_app(run_id=wanted[:8], wait=False) as pilot:
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        assert run_screen(pilot).run.id == wanted


async def test_an_unknown_run_is_named_with_the_server() -> None:
    async with demo_app(run_id="00000000-0000-0000-0000-000000000000") as pilot:
        await until(lambda: any("demo" in toast.message for toast in pilot.app._notifications))
        (toast,) = pilot.app._notifications
        assert "00000000-0000-0000-0000-000000000000" in toast.message


async def test_nothing_listening_is_said_and_tried_again(unused_tcp_port: int) -> None:
    app = RunTuiApp(open_source("dagster", f"http://127.0.0.1:{unused_tcp_port}"), "prod")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and app.screen.rows.row_count() == 0)
        screen = runs_screen(pilot)
        await until(lambda: "--url" in " ".join(visible(screen.rows)))
        assert f"127.0.0.1:{unused_tcp_port}" in " ".join(visible(screen.rows))
        await until(lambda: "next try in" in screen.query_one("#status", StatusLine).render().plain)
        await pilot.press("q")
    assert app.return_code == 0


async def test_not_a_dagster_server_says_what_answered() -> None:
    async def web_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        body = b"<!doctype html><title>Grafana</title>"
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(web_page, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    app = RunTuiApp(open_source("dagster", f"http://127.0.0.1:{port}"), "prod")
    async with server, app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, RunsScreen) and bool(visible(app.screen.rows)))
        await until(lambda: "web page" in " ".join(visible(runs_screen(pilot).rows)))


async def test_a_long_run_shows_its_end_first_and_closes_the_gap() -> None:
    gate = asyncio.Event()
    async with demo_app(gate=gate) as pilot:
        screen = await open_long_run(pilot)
        assert screen.rows.cursor == screen.rows.row_count() - 1
        last = screen.pane.current
        assert last is not None
        assert "read so far" in counts(screen)
        await pilot.press("k", "k")
        chosen, line = screen.pane.current, screen.rows.cursor - screen.rows.scroll_offset.y
        assert chosen is not None
        gate.set()
        await until(lambda: screen.all_read)
        await pilot.pause()
        assert len(screen.store) == 50_000
        assert screen.pane.timeline.end is None
        assert screen.pane.current == chosen
        assert screen.rows.cursor == 49_997
        assert screen.rows.cursor - screen.rows.scroll_offset.y == line
        assert screen.store.event(49_999).message == last.message


async def test_long_messages_wrap_and_scroll_sideways() -> None:
    async with demo_app((80, 24)) as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("escape")
        event = screen.pane.current
        assert event is not None
        cut = visible(screen.rows)
        assert "rejected, 0 rows written" not in "".join(cut)
        await pilot.press("ctrl+w")
        lines = visible(screen.rows)
        at = next(n for n, line in enumerate(lines) if "STEP_FAILURE" in line)
        message = "".join(line[40:].strip() + " " for line in lines[at : at + 3])
        assert lines[at + 1].startswith(" " * 20)
        assert "rejected" in message.replace(" ", "")
        await pilot.press("G")
        assert any(screen.rows.cursor == screen.rows._row_at(y)[0] for y in range(screen.rows.size.height))
        await pilot.press("g", "ctrl+w", "right")
        assert screen.rows.text_offset > 0
        await pilot.press("left", "left")
        assert screen.rows.text_offset == 0


async def test_a_wrapped_log_is_followed_to_its_last_line() -> None:
    async with demo_app((80, 24)) as pilot:
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        await pilot.press("ctrl+w")
        await pilot.pause()
        last = screen.rows.row_count() - 1
        assert screen.rows.cursor == last
        assert last in {screen.rows._row_at(y)[0] for y in range(screen.rows.size.height)}


async def test_what_is_pasted_becomes_one_harmless_line() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("slash")
        screen.filter_bar.input.post_message(events.Paste("load\nstep:load_users \x1b]0;x\x07"))
        await until(lambda: "load_users" in screen.filter_bar.text)
        assert screen.filter_bar.text == "load step:load_users  ]0;x"


async def test_help_leaves_out_what_the_runs_system_cannot_do() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        assert "data" in screen.lacks
        await pilot.press("question_mark")
        shown = pilot.app.screen
        assert isinstance(shown, HelpScreen)
        texts = [key for _, rows in sections(shown.actions) for key in rows]
        assert ("l", "Show what the step wrote to stdout and stderr.") in texts
        assert ("d", "Show the rows of data the step made.") not in texts
