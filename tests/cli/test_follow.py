"""`run-events get --follow`: events as they come, until the run has ended."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import pytest
from starlette.responses import PlainTextResponse

from tests.cli.conftest import Json, RunTui, ScriptedServer, make_event, make_run

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
Program = Callable[..., subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def _run(server: ScriptedServer) -> None:
    server.runs = [make_run(RUN, "STARTED", endTime=None)]
    server.events[RUN] = [make_event(f"early {number}", stepKey=f"s{number % 2}") for number in range(4)]


def finish(server: ScriptedServer, status: str) -> None:
    server.runs = [make_run(RUN, status)]


@contextmanager
def following(program: Program, *options: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    with program("run-events", "get", RUN, "--follow", *options) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[str, str, int]:
    """What a program still prints until its end, what it told on stderr, and its exit code."""
    out, err = process.communicate(timeout=30)
    return out, err, process.returncode


def test_events_come_as_they_happen_and_the_end_ends_it(server: ScriptedServer, program: Program) -> None:
    with following(program, "--json", "--exit-status") as (process, out):
        assert [json.loads(out.readline())["message"] for _ in range(4)] == [f"early {n}" for n in range(4)]
        server.events[RUN].append(make_event("late"))
        assert json.loads(out.readline()) == {
            "runId": RUN,
            "message": "late",
            "timestamp": "2026-11-22T00:36:51.079Z",
            "level": "DEBUG",
            "stepKey": None,
            "eventType": None,
        }
        server.events[RUN].append(make_event("last", eventType="RUN_FAILURE"))
        finish(server, "FAILURE")
        rest, err, code = ended(process)
        assert [json.loads(line)["message"] for line in rest.splitlines()] == ["last"]
        assert (err, code) == ("", 10)


def test_the_table_grows_and_ends_with_the_count(server: ScriptedServer, program: Program) -> None:
    with following(program, "--step", "s1") as (process, out):
        head = [out.readline().rstrip() for _ in range(6)]
        assert head[0] == f"Events for run {RUN}:"
        assert [line[-7:] for line in head[4:]] == ["early 1", "early 3"]
        server.events[RUN] += [make_event("unwanted"), make_event("wanted", stepKey="S1")]
        assert out.readline().rstrip().endswith("wanted")
        finish(server, "SUCCESS")
        assert ended(process) == ("\nTotal events: 3\n", "", 0)


def test_a_finished_run_is_printed_whole(server: ScriptedServer, run_tui: RunTui) -> None:
    finish(server, "CANCELED")
    server.events[RUN] = [make_event(str(number)) for number in range(2500)]
    result = run_tui("run-events", "get", "9d38c7ea", "--follow", "--json", "--exit-status")
    assert [json.loads(line)["message"] for line in result.stdout.splitlines()] == [str(n) for n in range(2500)]
    assert result.exit_code == 11


def test_a_limit_ends_it(run_tui: RunTui) -> None:
    result = run_tui("run-events", "get", RUN, "--follow", "--json", "--limit", "2", "--filter", "early")
    assert [json.loads(line)["message"] for line in result.stdout.splitlines()] == ["early 0", "early 1"]


def test_it_can_go_on_from_a_cursor(server: ScriptedServer, run_tui: RunTui) -> None:
    finish(server, "SUCCESS")
    cursor = base64.b64encode(b'{"type": "STORAGE_ID", "value": 3}').decode()
    result = run_tui("run-events", "get", RUN, "--follow", "--json", "--cursor", cursor)
    assert json.loads(result.stdout)["message"] == "early 3"


def test_no_events_at_all(server: ScriptedServer, run_tui: RunTui) -> None:
    finish(server, "SUCCESS")
    server.events[RUN] = []
    assert run_tui("run-events", "get", RUN, "--follow").stdout == f"No events found for run {RUN}\n"
    assert run_tui("run-events", "get", RUN, "--follow", "--json").stdout == ""


def test_a_failure_on_the_way_is_told_once_and_survived(server: ScriptedServer, program: Program) -> None:
    with following(program, "--json") as (process, out):
        for _ in range(4):
            out.readline()
        server.next_answers = 2 * [PlainTextResponse("bad gateway", 502)]
        server.events[RUN].append(make_event("after the storm"))
        assert json.loads(out.readline())["message"] == "after the storm"
        finish(server, "SUCCESS")
        rest, err, code = ended(process)
        assert (rest, code) == ("", 0)
        told = re.escape(f"{server.url} failed (HTTP 502 Bad Gateway)")
        assert re.fullmatch(rf"{told}; next try in 0\.\d s\nThe server answers again\.\n", err)


def test_a_server_that_asks_for_patience_at_first_is_waited_for(server: ScriptedServer, run_tui: RunTui) -> None:
    finish(server, "SUCCESS")
    server.next_answers = [PlainTextResponse("later", 429, {"retry-after": "1"})]
    result = run_tui("run-events", "get", RUN, "--follow", "--json")
    assert [json.loads(line)["message"] for line in result.stdout.splitlines()] == [f"early {n}" for n in range(4)]
    assert "next try in 1.0 s" in result.stderr


def test_any_other_failure_at_first_ends_it(server: ScriptedServer, run_tui: RunTui) -> None:
    server.next_answers = [PlainTextResponse("bad gateway", 502)]
    result = run_tui("run-events", "get", RUN, "--follow")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert "next try" not in result.stderr


def test_a_server_that_counts_more_than_it_delivers_is_told_of(server: ScriptedServer, run_tui: RunTui) -> None:
    finish(server, "SUCCESS")
    server.deliver = lambda event: event["message"] != "early 2"
    result = run_tui("run-events", "get", RUN, "--follow", "--json")
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr.endswith("The server counts more events than it delivers.\n")


def test_events_that_were_hidden_at_first_come_once_and_at_last(server: ScriptedServer, run_tui: RunTui) -> None:
    finish(server, "SUCCESS")
    server.events[RUN] += [make_event("twin"), make_event("hidden"), make_event("twin")]

    def counted(event: Json) -> bool:
        """Whether the reader has checked its count, whereupon the server shows all."""
        cursors = [request.get("afterCursor") or "" for request in server.asked("RunTuiProbe")]
        return event["message"] != "hidden" or any(b"OFFSET" in base64.b64decode(cursor) for cursor in cursors)

    server.deliver = counted
    result = run_tui("run-events", "get", RUN, "--follow", "--json")
    messages = [json.loads(line)["message"] for line in result.stdout.splitlines()]
    assert messages == ["early 0", "early 1", "early 2", "early 3", "twin", "twin", "hidden"]
    assert "The server holds events" in result.stderr


def test_an_unknown_run(run_tui: RunTui) -> None:
    result = run_tui("run-events", "get", "nonexistent-run", "--follow", "--json")
    assert json.loads(result.stderr) == {"error": "Run nonexistent-run not found", "run_id": "nonexistent-run"}
    assert (result.stdout, result.exit_code) == ("", 4)
