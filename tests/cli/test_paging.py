"""Limits and cursors: whatever the pages, a chain of calls prints what one call prints, nothing lost or repeated."""

from __future__ import annotations

import json
import re

import pytest
from starlette.responses import JSONResponse

from tests.cli.conftest import Json, RunTui, ScriptedServer, make_event, make_run

RUN = "9d38c7ea-0000-4000-8000-000000000001"
MORE = re.compile(r"^More events: --cursor (\S+)\n$")


@pytest.fixture
def events(server: ScriptedServer) -> list[Json]:
    """A run of 60 events on the server, with what each filter of these tests finds in it."""
    server.runs = [make_run(RUN)]
    server.events[RUN] = [
        make_event(
            f"message {number}",
            level="ERROR" if number % 7 == 0 else "DEBUG",
            stepKey=f"load_{number % 3}" if number % 5 else None,
            eventType="STEP_SUCCESS" if number % 4 == 0 else None,
        )
        for number in range(60)
    ]
    return server.events[RUN]


def get(run_tui: RunTui, *options: str) -> tuple[list[Json], str | None]:
    """The printed events, and the cursor told of."""
    result = run_tui("run-events", "get", RUN, "--json", *options)
    assert result.exit_code == 0
    more = MORE.match(result.stderr)
    assert more or not result.stderr
    return json.loads(result.stdout)["events"], more[1] if more else None


def chained(run_tui: RunTui, *options: str) -> list[Json]:
    found, cursor = get(run_tui, *options)
    while cursor is not None:
        further, cursor = get(run_tui, *options, "--cursor", cursor)
        found += further
    return found


FILTERS = [
    [],
    ["--type", "step_success"],
    ["--step", "LOAD_1"],
    ["--level", "error"],
    ["--filter", "message step:load_2 -type:LOG"],
    ["--filter", "level:error", "--step", "load", "--type", "STEP_SUCCESS"],
    ["--type", "NOWHERE"],
]


@pytest.mark.parametrize("limit", ["1", "2", "7", "59", "60", "61"])
@pytest.mark.parametrize("options", FILTERS, ids=" ".join)
@pytest.mark.usefixtures("events")
def test_a_chain_of_calls_equals_one(run_tui: RunTui, options: list[str], limit: str) -> None:
    whole, cursor = get(run_tui, *options, "--limit", "1000")
    assert cursor is None
    assert chained(run_tui, *options, "--limit", limit) == whole


@pytest.mark.parametrize("options", FILTERS[1:4], ids=" ".join)
def test_pages_that_lack_events_lose_none(
    server: ScriptedServer, events: list[Json], run_tui: RunTui, options: list[str]
) -> None:
    server.deliver = lambda event: events.index(event) % 6 not in (1, 2, 3)
    whole, _ = get(run_tui, *options, "--limit", "1000")
    assert chained(run_tui, *options, "--limit", "2") == whole


def test_each_filter_finds_something(events: list[Json], run_tui: RunTui) -> None:
    counts = [len(get(run_tui, *options, "--limit", "1000")[0]) for options in FILTERS]
    assert counts[0] == len(events)
    assert 0 not in counts[:-1]
    assert counts[-1] == 0


@pytest.mark.usefixtures("events")
def test_the_limit_counts_after_filtering(run_tui: RunTui) -> None:
    found, _ = get(run_tui, "--type", "STEP_SUCCESS", "--limit", "3")
    assert [event["message"] for event in found] == ["message 0", "message 4", "message 8"]


def test_nothing_more_is_told_when_only_unwanted_events_follow(
    server: ScriptedServer, events: list[Json], run_tui: RunTui
) -> None:
    events += [make_event(f"tail {number}") for number in range(10)]
    _, cursor = get(run_tui, "--filter", "message", "--limit", "60")
    assert cursor is None


@pytest.mark.parametrize(("limit", "asked"), [("100", [100]), ("2500", [1000, 1000, 500])])
def test_no_page_is_larger_than_servers_allow(
    server: ScriptedServer, run_tui: RunTui, limit: str, asked: list[int]
) -> None:
    server.events[RUN] = [make_event(str(number)) for number in range(3000)]
    found, _ = get(run_tui, "--limit", limit)
    assert len(found) == int(limit)
    assert [request["limit"] for request in server.asked("CliRunEventsQuery")] == asked


def test_a_filter_looks_through_whole_pages(server: ScriptedServer, run_tui: RunTui) -> None:
    server.events[RUN] = [make_event(eventType="RUN_SUCCESS" if number == 2999 else None) for number in range(3000)]
    found, _ = get(run_tui, "--type", "RUN_SUCCESS", "--limit", "1")
    assert len(found) == 1
    assert [request["limit"] for request in server.asked("CliRunEventsQuery")] == [1000, 1000, 1000]


def test_a_server_that_sends_one_page_for_ever_is_left(server: ScriptedServer, run_tui: RunTui) -> None:
    page = {"__typename": "EventConnection", "cursor": "same", "hasMore": True}
    events = [{"__typename": "MessageEvent", "runId": RUN, **make_event("once")}]
    answer = JSONResponse({"data": {"logsForRun": page | {"events": events}}})
    server.next_answers = [answer, answer]
    assert [event["message"] for event in get(run_tui)[0]] == ["once"]


def test_a_server_that_ignores_the_limit_loses_no_event(server: ScriptedServer, run_tui: RunTui) -> None:
    page = {"__typename": "EventConnection", "cursor": "end", "hasMore": False}
    events = [{"__typename": "MessageEvent", "runId": RUN, **make_event(str(number))} for number in range(3)]
    server.next_answers = 2 * [JSONResponse({"data": {"logsForRun": page | {"events": events}}})]
    found, cursor = get(run_tui, "--limit", "2")
    assert [event["message"] for event in found] == ["0", "1"]
    assert cursor is None, "a cursor after the last printed event is not to be had"


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_positive_number(run_tui: RunTui, limit: str) -> None:
    result = run_tui("run-events", "get", RUN, "--limit", limit)
    assert result.exit_code == 2
    assert "--limit" in result.stderr
