"""What goes wrong outside: the sentence, the JSON, the exit code, and never a secret."""

from __future__ import annotations

import json
import socket

import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from tests.cli.conftest import RunTui, ScriptedServer, make_run

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
COMMANDS = [["run", "get", RUN], ["run-events", "get", RUN], ["run", "list"]]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (PlainTextResponse("who are you", 401), 3),
        (JSONResponse({"error": "no"}, 403), 3),
        (HTMLResponse("<html>"), 1),
        (JSONResponse({"data": None, "errors": [{"message": "Syntax Error"}]}, 400), 1),
        (Response("", 502), 1),
    ],
    ids=["unauthorized", "forbidden", "web page", "graphql error", "bad gateway"],
)
def test_answers_that_are_no_use(
    server: ScriptedServer, run_tui: RunTui, command: list[str], answer: Response, code: int
) -> None:
    server.next_answers = [answer, answer]
    result = run_tui(*command, "--token", "s3cret")
    assert result.stderr.startswith("Error querying Dagster Plus API: ")
    assert result.stderr.count("\n") == 1
    assert (result.stdout, result.exit_code) == ("", code)
    result = run_tui(*command, "--token", "s3cret", "--json")
    told = json.loads(result.stderr)
    assert told.pop("error")
    assert told == ({} if command[1] == "list" else {"run_id": RUN})
    assert (result.stdout, result.exit_code) == ("", code)


@pytest.mark.parametrize("command", [*COMMANDS, ["run-events", "get", RUN, "--follow"]])
def test_nothing_listens(run_tui: RunTui, command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = run_tui(*command, "--url", f"127.0.0.1:{port}", "--token", "s3cret")
    assert result.stderr.startswith("Error querying Dagster Plus API: ")
    assert f"127.0.0.1:{port}" in result.stderr
    assert "s3cret" not in result.output
    assert (result.stdout, result.exit_code) == ("", 5)


def test_a_servers_message_cannot_act_on_the_terminal(server: ScriptedServer, run_tui: RunTui) -> None:
    message = "bad\x1b]0;x\x07\nnews"
    server.next_answers = 2 * [
        JSONResponse({"data": {"runOrError": {"__typename": "PythonError", "message": message}}})
    ]
    text = run_tui("run", "get", RUN).stderr
    assert {character for character in text if not character.isprintable()} == {"\n"}
    assert text.count("\n") == 1
    assert json.loads(run_tui("run", "get", RUN, "--json").stderr)["error"] == message


@pytest.mark.parametrize("option", [["--url", "host:port"], ["--url", ""], ["--token", ""], ["-c", "nowhere"]])
def test_wrong_settings_on_the_command_line(run_tui: RunTui, option: list[str]) -> None:
    result = run_tui("run", "get", RUN, *option)
    assert result.stderr.startswith("Error: ")
    assert (result.stdout, result.exit_code) == ("", 2)


def test_a_hint_is_for_people_only(server: ScriptedServer, run_tui: RunTui) -> None:
    server.runs = [make_run(RUN)]
    assert server.url not in run_tui("run", "get", "nonexistent-run").stderr, "no terminal here"
