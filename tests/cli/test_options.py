"""Choosing the server, on any command and at any place of the line; and the words that are no command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from run_tui import __version__
from tests.cli.conftest import RunTui, ScriptedServer, make_run

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _run(server: ScriptedServer) -> None:
    server.runs = [make_run(RUN)]
    server.events[RUN] = []


@pytest.fixture
def settings(server: ScriptedServer, environ: dict[str, str]) -> Path:
    path = Path(environ["RUN_TUI_CONFIG"])
    path.write_text(f'[connections.lab]\nurl = "{server.url}"\ntoken = "lab-s3cret"\n')
    path.chmod(0o600)
    return path


def token_sent(server: ScriptedServer) -> str | None:
    headers: dict[str, str] = server.requests[-1]["headers"]
    return headers.get("dagster-cloud-api-token")


@pytest.mark.parametrize(
    "line",
    [
        "--url {url} run get {run}",
        "run --url {url} get {run}",
        "run get --url {url} {run}",
        "run get {run} --url {url}",
        "--url {dead} run get {run} --url {url}",
        "--url {dead} run --url {url} get {run}",
        "-c nowhere run get {run} --url {url}",
        "--url {url} run-events get {run}",
        "run-events get {run} --url={url}",
        "run events {run} --url {url}",
        "run --url {url} list",
        "run list --url {url}",
    ],
)
def test_the_server_can_be_named_anywhere_and_the_last_word_counts(
    server: ScriptedServer, run_tui: RunTui, line: str
) -> None:
    result = run_tui(*line.format(url=server.url, dead=DEAD, run=RUN).split(), RUN_TUI_URL=DEAD)
    assert result.exit_code == 0, result.stderr


def test_the_token_is_sent_from_wherever_it_comes(server: ScriptedServer, run_tui: RunTui) -> None:
    run_tui("run", "get", RUN)
    assert token_sent(server) is None
    run_tui("run", "get", RUN, RUN_TUI_TOKEN="from-env")
    assert token_sent(server) == "from-env"
    run_tui("--token", "outer", "run", "get", RUN, RUN_TUI_TOKEN="from-env")
    assert token_sent(server) == "outer"
    run_tui("--token", "outer", "run", "get", "--token", "inner", RUN, RUN_TUI_TOKEN="from-env")
    assert token_sent(server) == "inner"


@pytest.mark.usefixtures("settings")
def test_a_connection_of_the_settings(server: ScriptedServer, run_tui: RunTui) -> None:
    assert run_tui("run", "get", RUN, "-c", "lab", RUN_TUI_URL=None).exit_code == 0
    assert token_sent(server) == "lab-s3cret"
    assert run_tui("run", "get", RUN, RUN_TUI_URL=None, RUN_TUI_CONNECTION="lab").exit_code == 0
    result = run_tui("run", "get", RUN, "-c", "lob", RUN_TUI_URL=None)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: There is no connection 'lob'; known: demo, lab")


@pytest.mark.usefixtures("settings")
def test_settings_are_shown_with_their_origin_and_without_tokens(
    server: ScriptedServer, environ: dict[str, str], run_tui: RunTui
) -> None:
    result = run_tui("config", "show", "-c", "lab")
    assert "s3cret" not in result.output
    lines = {line.split(":")[0]: line.split(":", 1)[1].split() for line in result.stdout.splitlines()}
    assert lines["Settings file"] == [environ["RUN_TUI_CONFIG"], "read"]
    assert lines["Connection"] == ["lab", "--connection"]
    assert lines["URL"][0] == server.url
    assert lines["Token"] == ["********", f"{environ['RUN_TUI_CONFIG']}:", "connections.lab.token"]
    shown = run_tui("config", "show", "--token", "opt-s3cret", RUN_TUI_URL="http://ann:pass-s3cret@host").stdout
    assert "s3cret" not in shown
    assert "http://host" in shown


def test_every_setting_of_a_connection_is_shown(environ: dict[str, str], run_tui: RunTui, tmp_path: Path) -> None:
    path = Path(environ["RUN_TUI_CONFIG"])
    (tmp_path / "ca.pem").touch()
    path.write_text(
        "[connections.plus]\norganization = 'acme'\ndeployment = 'prod'\ntoken_command = 'echo opt-s3cret'\n"
        "ca_bundle = 'ca.pem'\nread_timeout = 90\nread_only = true\nheaders = {X-Gate = 's3cret'}\n"
        "[connections.hub]\nkind = 'hub_log'\nurl = 'hub.acme.io'\n"
    )
    path.chmod(0o600)
    result = run_tui("config", "show", "-c", "plus", "--deployment", "4f5a8b", RUN_TUI_URL=None)
    assert "s3cret" not in result.output
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["Settings", "file:", str(path), "read"],
        ["Connection:", "plus/4f5a8b", "--connection"],
        ["Kind:", "dagster"],
        ["URL:", "https://dagster.cloud/acme", f"{path}:", "connections.plus"],
        ["Web", "pages:", "https://acme.dagster.cloud/4f5a8b"],
        ["Organization:", "acme", f"{path}:", "connections.plus"],
        ["Deployment:", "4f5a8b", "--deployment"],
        ["Token:", "********", f"{path}:", "connections.plus.token_command"],
        ["Header:", "X-Gate:", "********"],
        ["Authorities:", str(tmp_path / "ca.pem")],
        ["Timeouts:", *["5", "s", "to", "connect,", "90", "s", "to", "answer"]],
        ["Read", "only:", "yes"],
        ["Theme:", "dark"],
        ["Known:", "plus", "acme/prod"],
        ["Known:", "hub", "https://hub.acme.io"],
        ["Kept", "runs:", str(tmp_path / "cache"), *["at", "most", "1", "GB"]],
    ]
    path.write_text("[connections.hub]\nkind = 'hub_log'\nurl = 'hub.acme.io'\ndags = ['nightly', 'weekly']\n")
    shown = run_tui("config", "show", "-c", "hub", RUN_TUI_URL=None).stdout
    assert shown.count("DAGs:          nightly, weekly\n") == 1
    assert "Token:         none\n" in shown


def test_where_the_settings_are(environ: dict[str, str], run_tui: RunTui) -> None:
    assert run_tui("config", "path").stdout == environ["RUN_TUI_CONFIG"] + "\n"
    assert "not there" in run_tui("config", "show").stdout


def test_broken_settings_are_told_without_a_traceback(environ: dict[str, str], run_tui: RunTui) -> None:
    Path(environ["RUN_TUI_CONFIG"]).write_text("default = \n")
    for command in (["run", "get", RUN], ["config", "show"], ["run", "list"]):
        result = run_tui(*command)
        assert (result.stdout, result.exit_code) == ("", 2)
        assert result.stderr.startswith(f"Error: {environ['RUN_TUI_CONFIG']}: ")
        assert "line 1" in result.stderr
    result = run_tui("run", "get", RUN, "--json")
    assert json.loads(result.stderr)["run_id"] == RUN
    assert run_tui("config", "path").exit_code == 0


def test_a_token_that_others_can_read_is_warned_about(settings: Path, run_tui: RunTui) -> None:
    settings.chmod(0o644)
    result = run_tui("run", "get", RUN)
    assert result.stderr.startswith("Warning: ")
    assert result.exit_code == 0
    assert "s3cret" not in result.output


def test_the_demo_works_on_every_command(run_tui: RunTui) -> None:
    listed = json.loads(run_tui("-c", "demo", "run", "list", "--json").stdout)["items"]
    assert listed
    run_id = listed[-1]["id"]
    assert run_tui("run", "get", run_id, "-c", "demo").stdout.startswith(f"Run ID: {run_id}\n")
    events = json.loads(run_tui("run-events", "-c", "demo", "get", run_id, "--json").stdout)
    assert events["count"] > 0
    assert "demo" in run_tui("config", "show", "-c", "demo").stdout


@pytest.mark.parametrize("word", [RUN, "9d38", "deadbeef", "http://host/runs/1", "run-123"])
def test_a_run_is_opened_in_the_explorer_which_needs_a_terminal(run_tui: RunTui, word: str) -> None:
    for line in ([word], [word, "-c", "demo"], ["-c", "demo", word], [], ["demo"]):
        result = run_tui(*line)
        assert (result.stdout, result.exit_code) == ("", 2)
        assert "needs a terminal" in result.stderr
        assert "run-tui run list" in result.stderr


@pytest.mark.parametrize(
    ("word", "hint"),
    [("runs", "run?"), ("run-event", "run-events?"), ("confg", "config?"), ("qqqq", "Commands: demo, open, run")],
)
def test_a_mistyped_command_is_told_with_the_right_one(run_tui: RunTui, word: str, hint: str) -> None:
    result = run_tui(word)
    assert result.exit_code == 2
    assert hint in result.stderr


@pytest.mark.parametrize(
    "command", ["", "run", "run get", "run list", "run events", "run-events get", "config show", "config path", "demo"]
)
def test_every_command_explains_itself_with_examples(run_tui: RunTui, command: str) -> None:
    text = run_tui(*command.split(), "--help").stdout
    assert command == "run" or "Example" in text
    assert "RUN_ID" in text or not command.endswith(("get", "events"))


def test_the_version(run_tui: RunTui) -> None:
    assert run_tui("--version").stdout == f"run-tui {__version__}\n"
