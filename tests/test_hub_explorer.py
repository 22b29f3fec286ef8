"""A Hub Log server in the explorer: its runs, its phases, and the rows that they made."""

from __future__ import annotations

import json

from textual.widgets import Static

from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.widgets.detail import Detail
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import StatusLine
from tests.hub_screens import data_screen, hub_app, open_data, open_run, run_screen
from tests.labs.hub_log.app import HubLog, problem
from tests.labs.hub_log.data import RELOAD, SALES, World
from tests.labs.hub_log.serving import NOW
from tests.screens import demo_app
from tests.screens import open_run as open_demo_run
from tests.waiting import until


def painted(rows: RowList) -> str:
    return "\n".join(rows.render_line(y).text for y in range(rows.size.height))


def detail_text(pane: Detail) -> str:
    return pane.text


async def test_a_failed_run_opens_on_what_failed_its_last_attempt() -> None:
    async with hub_app() as pilot:
        screen = await open_run(pilot, SALES)
        event = screen.pane.current
        assert event is not None
        assert (event.event_type, event.step_key, event.attempt) == ("STEP_FAILURE", "transform", 3)
        assert "rates.py:17 in rate_of" in detail_text(screen.detail)
        assert [(step.key, step.state.value, len(step.attempts)) for step in screen.steps.steps] == [
            ("event", "success", 1),
            ("extract", "success", 1),
            ("transform", "failure", 3),
            ("load", "not run", 0),
        ]


async def test_the_list_tells_why_a_run_failed() -> None:
    async with hub_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        assert f"{screen.rows.row_count()}+ runs" in str(screen.query_one("#filter-counts", Static).content)
        await until(lambda: bool(screen.rows.reasons))
        assert list(screen.rows.reasons.values()) == ["transform: No exchange rate: KeyError: 'CLF'"]


async def test_without_a_dag_the_list_asks_for_one_and_takes_it_from_the_filter() -> None:
    async with hub_app(dags=()) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        await until(lambda: "one DAG at a time" in painted(screen.rows))
        await pilot.press("slash", *f"job:{SALES}", "enter")
        await until(lambda: screen.rows.row_count() > 30)


async def test_what_the_system_cannot_do_is_not_offered() -> None:
    async with hub_app() as pilot:
        await open_run(pilot, SALES)
        titles = {key.title for key in pilot.app.screen.query_one(KeyBar).keys}
        assert "Data" in titles
        assert "Output" not in titles
        commands = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert "Show the rows of data the step made" in commands
        assert "Show what the step wrote to stdout and stderr" not in commands
    async with demo_app() as pilot:
        await open_demo_run(pilot, "FAILURE", "nightly_etl")
        titles = {key.title for key in pilot.app.screen.query_one(KeyBar).keys}
        assert "Output" in titles
        assert "Data" not in titles
        await pilot.press("d")
        assert isinstance(pilot.app.screen, RunScreen)


async def test_rows_are_those_of_the_chosen_step_and_attempt() -> None:
    async with hub_app() as pilot:
        run = await open_run(pilot, SALES, 1)
        await pilot.press("s", "j")
        screen = await open_data(pilot)
        facts = screen.query_one(StatusLine)
        assert "extract   data   attempt 2 of 2   row 1 of 1,600 rows" in facts.render().plain
        assert "customer-003" in painted(screen.rows)
        await pilot.press("left_square_bracket")
        await until(lambda: "extract made no rows." in painted(screen.rows))
        await pilot.press("tab")
        await until(lambda: "transform   data   row 1 of 1,600 rows" in facts.render().plain)
        await pilot.press("escape")
        assert run_screen(pilot) is run


async def test_the_server_searches_all_rows() -> None:
    async with hub_app() as pilot:
        await open_run(pilot, SALES, 1)
        await pilot.press("s", "j")
        screen = await open_data(pilot)
        await pilot.press("slash")
        screen.search.value = "GIFT WRAP, row 15"
        await pilot.press("enter")
        await until(lambda: screen.rows.window.total == 23)
        assert "row 1 of 23 rows found" in screen.query_one(StatusLine).render().plain
        await pilot.press("slash", "end", *"xyz", "enter")
        await until(lambda: "has “GIFT WRAP, row 15xyz” in it" in painted(screen.rows))
        await pilot.press("escape")
        await until(lambda: screen.rows.window.total == 1600)


async def test_of_millions_of_rows_only_those_looked_at_are_asked_for_and_held() -> None:
    hub = HubLog(World(NOW))
    async with hub_app(hub=hub, dags=(RELOAD,)) as pilot:
        hub.world.big.phases["transform"][0].logs = 100
        await open_run(pilot, RELOAD)
        await pilot.press("s", "j", "j")
        screen = await open_data(pilot)
        hub.troubles.asked.clear()
        await pilot.press("G")
        await until(lambda: "1099999" in painted(screen.rows))
        assert screen.rows.cursor == 999_999
        screen.rows.move_to(500_000)
        await until(lambda: "600000" in painted(screen.rows))
        assert hub.troubles.count("/data") == 2


async def test_a_row_is_shown_whole_and_copied() -> None:
    async with hub_app() as pilot:
        await open_run(pilot, SALES, 1)
        await pilot.press("s", "j")
        screen = await open_data(pilot)
        await pilot.press("j", "enter")
        assert "order_id: 100001" in detail_text(screen.detail)
        await pilot.press("j")
        await until(lambda: "order_id: 100002" in detail_text(screen.detail))
        await pilot.press("y")
        assert json.loads(pilot.app.clipboard)["order_id"] == 100_002
        await pilot.press("right")
        assert screen.rows.titles().split()[0] == "customer"
        await pilot.press("escape")
        assert data_screen(pilot) is screen
        assert not screen.detail.display


async def test_what_triggered_the_run_is_shown() -> None:
    async with hub_app() as pilot:
        await open_run(pilot, SALES)
        screen = await open_data(pilot)
        await pilot.press("p")
        await until(lambda: '"bucket": "acme-sales"' in detail_text(screen.detail))


async def test_rows_that_cannot_be_read_say_why() -> None:
    hub = HubLog(World(NOW))
    async with hub_app(hub=hub) as pilot:
        await open_run(pilot, SALES)
        hub.troubles.fail = lambda request: (
            problem(422, "Invalid", "no such parquet") if "data" in request.url.path else None
        )
        await pilot.press("d")
        await until(lambda: "no such parquet" in painted(data_screen(pilot).rows))


async def test_a_phase_without_rows_says_which_made_some() -> None:
    async with hub_app() as pilot:
        await open_run(pilot, SALES)
        screen = await open_data(pilot)
        await until(lambda: "extract made 1,600 rows: tab goes on to the next step." in painted(screen.rows))
        assert "transform made no rows." in painted(screen.rows)


async def test_what_is_waited_for_says_so_instead_of_that_it_is_being_read() -> None:
    hub = HubLog(World(NOW))
    busy: set[str] = {"logs"}
    hub.troubles.fail = lambda request: (
        problem(503, "Unavailable", "busy") if request.url.path.rpartition("/")[2] in busy else None
    )
    async with hub_app(hub=hub) as pilot:
        await pilot.press("slash", *f"job:{SALES}", "enter", "enter")
        await until(lambda: isinstance(pilot.app.screen, RunScreen))
        screen = run_screen(pilot)
        await until(lambda: "is too busy" in painted(screen.rows))
        assert "Reading" not in painted(screen.rows)
        busy.symmetric_difference_update(("logs", "data"))
        await pilot.press("ctrl+r")
        await until(lambda: screen.was_read and screen.rows.row_count() > 0)
        await pilot.press("d")
        await until(lambda: "is too busy" in painted(data_screen(pilot).rows))
        busy.clear()
        await pilot.press("ctrl+r")
        await until(lambda: "made no rows" in painted(data_screen(pilot).rows))


async def test_no_name_and_no_value_of_a_row_acts_on_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07[red]\x9b2J\u202e\n\t"
    hub = HubLog(World(NOW))
    hostile_row = {hostile: hostile, "parts": {hostile: [hostile]}, "a": 1}
    hub.world.dags[SALES][1].phases["extract"][0].data = lambda row: hostile_row  # type: ignore[method-assign]
    async with hub_app(hub=hub) as pilot:
        await open_run(pilot, SALES, 1)
        await pilot.press("s", "j")
        screen = await open_data(pilot)
        await pilot.press("left_square_bracket", "right_square_bracket")
        hub.world.dags[SALES][1].phases["extract"][1].data = lambda row: hostile_row  # type: ignore[method-assign]
        await pilot.press("ctrl+r")
        await until(lambda: screen.rows.window.total is not None and "parts" in screen.rows.titles())
        await pilot.press("enter")
        shown = painted(screen.rows) + screen.rows.titles() + screen.detail.text
        assert "[red]" in shown
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\t"} & set(shown)
