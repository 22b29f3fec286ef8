"""The plain commands on a Hub Log server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import RunTui
from tests.labs.hub_log.app import TOKEN, problem
from tests.labs.hub_log.data import SALES, STREAM
from tests.labs.hub_log.serving import Served, serving

Hub = Callable[..., Result]


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as hub:
        yield hub


@pytest.fixture
def hub(served: Served, run_tui: RunTui, environ: dict[str, str]) -> Hub:
    """Runs a command on the stand-in, as a settings file leads to it."""
    del environ["RUN_TUI_URL"]
    Path(environ["RUN_TUI_CONFIG"]).write_text(
        f"""
[connections.etl]
kind = "hub_log"
url = "{served.url}"
token_env = "HUB_TOKEN"
dags = ["{SALES}", "{STREAM}"]
"""
    )
    return partial(run_tui, "-c", "etl", HUB_TOKEN=TOKEN)


def test_run_get(served: Served, hub: Hub) -> None:
    found = hub("run", "get", served.run_id(SALES))
    assert found.stdout.splitlines() == [
        f"Run ID: {served.run_id(SALES)}",
        "Status: FAILURE",
        "Created: 2026-11-22T02:00:00.000Z",
        "Started: 2026-11-22T02:01:00.000Z",
        "Ended: 2026-11-22T02:11:00.000Z",
        f"Pipeline: {SALES}",
    ]
    address = f"{served.url}/api/v1/dags/{SALES}/runs/2026-11-22/scheduled__2026-11-22T02%3A00%3A00%2B00%3A00"
    assert json.loads(hub("run", "get", served.run_id(SALES), "--json").stdout)["status"] == "FAILURE"
    assert hub("run", "get", address).stdout == found.stdout


def test_run_list_reaches_back_as_far_as_it_is_told(served: Served, hub: Hub) -> None:
    options = "--job", SALES, "--after", "2026-10-14", "--before", "2026-10-18T12:00", "--json"
    found = json.loads(hub("run", "list", *options).stdout)
    assert [run["created_at"][:10] for run in found["items"]] == [f"2026-10-{day}" for day in (18, 17, 16, 15, 14)]
    assert not found["has_more"]


def test_run_list_takes_the_dags_from_the_settings_or_from_job(served: Served, hub: Hub) -> None:
    newest = json.loads(hub("run", "list", "--tag", "transform_status=failed", "--json").stdout)
    assert [run["id"] for run in newest["items"]] == [served.run_id(SALES)]
    assert served.run_id(STREAM) in hub("run", "list", "--job", STREAM).stdout


def test_run_events_get(served: Served, hub: Hub) -> None:
    failed = hub("run-events", "get", served.run_id(SALES), "--type", "STEP_FAILURE", "--json", "--exit-status")
    assert failed.exit_code == 10
    [event] = json.loads(failed.stdout)["events"]
    assert (event["stepKey"], event["eventType"], event["level"]) == ("transform", "STEP_FAILURE", "ERROR")
    lines = hub("run-events", "get", served.run_id(SALES), "--level", "warning", "--limit", "3")
    assert "ERROR_LOG" in lines.stdout


def test_events_go_on_at_a_cursor(served: Served, hub: Hub) -> None:
    first = hub("run-events", "get", served.run_id(SALES), "--limit", "200", "--json")
    cursor = first.stderr.split("--cursor ")[1].split()[0].strip("'")
    rest = hub("run-events", "get", served.run_id(SALES), "--limit", "200", "--cursor", cursor, "--json")
    assert json.loads(first.stdout)["count"] + json.loads(rest.stdout)["count"] == 239


def test_phase_data(served: Served, hub: Hub) -> None:
    parts = served.run_id(SALES, 1).split("/")
    found = hub("phase", "data", *parts, "extract", "--limit", "2")
    assert found.stdout.splitlines() == [
        "order_id  customer      amount  currency  country  note",
        "100000    customer-000  0.0     EUR       ES       gift wrap, row 0",
        "100001    customer-001  79.19   USD       US",
    ]
    assert found.stderr == "1 to 2 of 1,600 rows\n"
    assert hub("phase", "data", *parts, "extract", "--attempt", "1").stdout == "No rows found\n"


def test_phase_data_by_keyword_as_json(served: Served, hub: Hub) -> None:
    parts = served.run_id(SALES, 1).split("/")
    found = json.loads(
        hub("phase", "data", *parts, "load", "--keyword", "GIFT wrap", "--limit", "310", "--json").stdout
    )
    assert (found["total"], found["attempt"], found["has_more"]) == (320, 1, True)
    assert [row["order_id"] for row in found["items"]] == list(range(100_000, 101_550, 5))
    rest = hub("phase", "data", *parts, "load", "--keyword", "gift", "--offset", "310", "--json")
    assert len(json.loads(rest.stdout)["items"]) == 10


def test_errors_name_the_system(served: Served, hub: Hub) -> None:
    missing = hub("run", "get", f"{SALES}/2026-11-22/x")
    assert missing.exit_code == 4
    assert missing.stderr == f"Error querying Hub Log API: Run {SALES}/2026-11-22/x not found\n"
    served.troubles.fail = lambda _: problem(502, "Bad Gateway", "etl.logs is away")
    away = hub("run", "list")
    assert away.exit_code == 1
    assert away.stderr == f"Error querying Hub Log API: {served.url} could not look up its runs: etl.logs is away\n"
    assert hub("phase", "data", SALES, "2026-11-22", "x", "publish").exit_code == 1


def test_other_systems_have_no_phases(run_tui: RunTui) -> None:
    found = run_tui("-c", "demo", "phase", "data", "a", "2026-01-01", "b", "load", RUN_TUI_URL=None)
    assert found.exit_code == 1
    assert "is no Hub Log server" in found.stderr


def test_the_settings_say_which_dags(hub: Hub, environ: dict[str, str]) -> None:
    assert f"{SALES}, {STREAM}" in hub("config", "show").stdout
    config = Path(environ["RUN_TUI_CONFIG"])
    written = config.read_text()
    config.write_text(written.replace(f'["{SALES}", "{STREAM}"]', '"all"'))
    assert "connections.etl.dags: a list of texts" in hub("config", "show").stderr
    config.write_text(written.replace("hub_log", "dagster"))
    assert "connections.etl.dags: only a connection of kind hub_log" in hub("config", "show").stderr
