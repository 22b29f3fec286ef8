"""Several connections on one command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import RunTui, ScriptedServer, make_run

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"


@pytest.fixture(autouse=True)
def _settings(server: ScriptedServer, environ: dict[str, str]) -> None:
    server.runs = [make_run(RUN, job="from_lab", creationTime=4_000_000_000)]
    server.events[RUN] = []
    path = Path(environ.pop("RUN_TUI_CONFIG"))
    path.write_text(
        f'[connections.lab]\nurl = "{server.url}"\ntoken = "of-lab"\n[connections.dead]\nurl = "http://127.0.0.1:9"\n'
    )
    path.chmod(0o600)
    environ.clear()
    environ["RUN_TUI_CONFIG"] = str(path)


def test_runs_of_several_connections_are_one_list(run_tui: RunTui) -> None:
    result = run_tui("run", "list", "-c", "demo", "-c", "lab", "--limit", "5", "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert [document["items"][0][key] for key in ("connection", "id")] == ["lab", RUN]
    assert [run["connection"] for run in document["items"][1:]] == ["demo"] * 4
    assert (document["cursor"], document["has_more"]) == (None, True)
    table = run_tui("-c", "demo", "-c", "lab", "run", "list").stdout.splitlines()
    assert table[0].split()[-1] == "CONNECTION"
    assert table[1].split()[-1] == "lab"
    assert {line.split()[-1] for line in table[2:]} == {"demo"}


def test_one_failing_server_hides_no_other_and_gives_the_exit_code(run_tui: RunTui) -> None:
    result = run_tui("run", "list", "-c", "lab", "-c", "dead")
    assert result.exit_code == 5
    assert RUN in result.stdout
    assert result.stderr.startswith("Error querying Dagster Plus API (dead): Nothing is listening")
    result = run_tui("run", "list", "-c", "lab", "-c", "dead", "--json")
    assert [run["id"] for run in json.loads(result.stdout)["items"]] == [RUN]
    assert json.loads(result.stderr)["connection"] == "dead"


def test_where_no_server_answers_nothing_is_printed(run_tui: RunTui, environ: dict[str, str]) -> None:
    with Path(environ["RUN_TUI_CONFIG"]).open("a") as file:
        file.write('[connections.dead2]\nurl = "http://127.0.0.1:9"\n')
    result = run_tui("run", "list", "-c", "dead", "-c", "dead2")
    assert (result.exit_code, result.stdout) == (5, "")
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("run get -c lab -c demo {run}", "one --connection only"),
        ("run-events get -c lab -c demo {run}", "one --connection only"),
        ("config show -c lab -c demo", "one --connection only"),
        ("run list -c lab -c demo --token x", "--token is for one connection"),
        ("--deployment x run list -c lab -c demo", "--deployment is for one connection"),
        ("run list -c lab -c demo --cursor x", "--cursor is for one connection"),
        ("run list -c lab -c nowhere", "no connection 'nowhere'"),
    ],
)
def test_what_is_for_one_server_says_so(run_tui: RunTui, line: str, told: str) -> None:
    result = run_tui(*line.format(run=RUN).split())
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    "line", ["-c demo -c dead run get -c lab {run}", "run get -c lab -c lab {run}", "-c demo -c dead run list -c lab"]
)
def test_the_later_on_the_line_wins_still(server: ScriptedServer, run_tui: RunTui, line: str) -> None:
    result = run_tui(*line.format(run=RUN).split())
    assert result.exit_code == 0, result.stderr
    assert server.requests[-1]["headers"]["dagster-cloud-api-token"] == "of-lab"
