"""`run get` and `run list`."""

from __future__ import annotations

import json

import pytest

from run_tui.cli._naming import is_id_prefix
from tests.cli.conftest import RunTui, ScriptedServer, make_run

FULL = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
OTHER = "9d38ffff-0000-4000-8000-000000000002"
OLD = "e3fd16cf-0000-4000-8000-000000000003"


@pytest.fixture(autouse=True)
def _runs(server: ScriptedServer) -> None:
    team = {"key": "team", "value": "data"}
    server.runs = [
        make_run(FULL, "FAILURE", "nightly_etl", tags=[team]),
        make_run(OTHER, "NOT_STARTED", "nightly_features", startTime=None, endTime=None, tags=[team]),
        make_run(OLD, "SUCCESS", "nightly_etl", startTime=1795307700, endTime=1795307966.5),
    ]


def test_a_run_by_the_beginning_of_its_id(run_tui: RunTui) -> None:
    assert run_tui("run", "get", "9d38c7ea").stdout.startswith(f"Run ID: {FULL}\nStatus: FAILURE\n")
    assert run_tui("run", "get", "e3fd").stdout.startswith(f"Run ID: {OLD}\n")


def test_a_run_by_its_web_page(server: ScriptedServer, run_tui: RunTui) -> None:
    page = f"{server.url}/runs/{FULL}?tab=logs"
    assert run_tui("run", "get", page).stdout.startswith(f"Run ID: {FULL}\n")
    assert run_tui("run", "get", page, RUN_TUI_URL=None).stdout.startswith(f"Run ID: {FULL}\n"), "from that server"


def test_the_beginning_of_several_ids(run_tui: RunTui) -> None:
    result = run_tui("run", "get", "9d38")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert "2 runs begin with 9d38" in result.stderr


def test_the_beginning_of_no_id_is_not_found_as_the_user_wrote_it(run_tui: RunTui) -> None:
    result = run_tui("run", "get", "abcd1234", "--json")
    assert json.loads(result.stderr)["run_id"] == "abcd1234"
    assert result.exit_code == 4


@pytest.mark.parametrize("text", ["9d38", "9d38c7ea", "9d38c7ea-", "9D38C7EA-2c1f-4a53-9b3e-6a1b0f6f2d1"])
def test_what_may_begin_an_id(text: str) -> None:
    assert is_id_prefix(text)


@pytest.mark.parametrize("text", ["9d3", FULL, "abc123-def456", "test-run-123", "9d38c7ea2c", "", "9d38-7ea"])
def test_what_may_not_begin_an_id_is_sent_as_it_is_and_that_is_all(
    server: ScriptedServer, run_tui: RunTui, text: str
) -> None:
    assert not is_id_prefix(text)
    run_tui("run", "get", text)
    assert [request["operation"] for request in server.requests] == ["DgApiRunMetadataQuery"]


def test_run_list_as_a_table(run_tui: RunTui) -> None:
    assert run_tui("run", "list").stdout == (
        "ID                                    STATUS       JOB               CREATED (UTC)        DURATION\n"
        f"{FULL}  FAILURE      nightly_etl       2026-11-22 00:36:42  425ms\n"
        f"{OTHER}  NOT_STARTED  nightly_features  2026-11-22 00:36:42\n"
        f"{OLD}  SUCCESS      nightly_etl       2026-11-22 00:36:42  4m 26s\n"
    )


def test_run_list_as_json(run_tui: RunTui) -> None:
    whole = json.loads(run_tui("run", "list", "--limit", "1", "--json").stdout)
    assert whole == {
        "items": [
            {
                "id": FULL,
                "status": "FAILURE",
                "created_at": "2026-11-22T00:36:42.063Z",
                "started_at": "2026-11-22T00:36:44.957Z",
                "ended_at": "2026-11-22T00:36:45.383Z",
                "pipeline_name": "nightly_etl",
                "mode": "default",
                "tags": {"team": "data"},
            }
        ],
        "cursor": FULL,
        "has_more": True,
    }


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--status", "failure"], [FULL]),
        (["--status", "failure,Success"], [FULL, OLD]),
        (["--status", "FAILURE", "--status", "NOT_STARTED"], [FULL, OTHER]),
        (["--job", "nightly_etl"], [FULL, OLD]),
        (["--tag", "team=data"], [FULL, OTHER]),
        (["--tag", "team=data", "--job", "nightly_etl"], [FULL]),
        (["--cursor", OTHER], [OLD]),
        (["--tag", "team=a=b"], []),
    ],
)
def test_run_list_filtered(run_tui: RunTui, options: list[str], ids: list[str]) -> None:
    whole = json.loads(run_tui("run", "list", *options, "--json").stdout)
    assert [run["id"] for run in whole["items"]] == ids


def test_run_list_between_two_times(server: ScriptedServer, run_tui: RunTui) -> None:
    run_tui("run", "list", "--after", "2026-11-22T00:30", "--before", "2026-11-22T01:00:00Z")
    (asked,) = server.requests
    assert asked["variables"]["filter"] == {"createdAfter": 1795307399.999, "createdBefore": 1795309200.0}


def test_no_runs(run_tui: RunTui) -> None:
    assert run_tui("run", "list", "--job", "nothing").stdout == "No runs found\n"


def test_further_runs_are_told_of(run_tui: RunTui) -> None:
    result = run_tui("run", "list", "--limit", "2")
    assert result.stderr == f"More runs: --cursor {OTHER}\n"
    assert run_tui("run", "list", "--limit", "2", "--cursor", OTHER).stderr == ""


def test_a_long_list_takes_several_requests(server: ScriptedServer, run_tui: RunTui) -> None:
    server.runs = [make_run(f"9d38c7ea-0000-4000-8000-{number:012}") for number in range(2300)]
    whole = json.loads(run_tui("run", "list", "--limit", "2100", "--json").stdout)
    assert [run["id"] for run in whole["items"]] == [run["id"] for run in server.runs[:2100]]
    assert whole["has_more"]
    assert whole["cursor"] == whole["items"][-1]["id"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--status", "FAILURES"], "'FAILURES' is none of QUEUED, NOT_STARTED"),
        (["--tag", "team"], "'team' is not KEY=VALUE"),
        (["--limit", "0"], "--limit"),
        (["--after", "soon"], "--after': 'soon': wants 2026-11-22"),
        (["--before", "+5m"], "--before"),
    ],
)
def test_wrong_options(run_tui: RunTui, options: list[str], complaint: str) -> None:
    result = run_tui("run", "list", *options)
    assert (result.stdout, result.exit_code) == ("", 2)
    assert complaint in result.stderr


def test_the_servers_text_cannot_act_on_the_terminal(server: ScriptedServer, run_tui: RunTui) -> None:
    server.runs = [make_run(FULL, "\x1b[31mODD", "job\x1b]0;title\x07\n\u202e")]
    for command in (["run", "get", FULL], ["run", "list"]):
        text = run_tui(*command).stdout
        assert text.isprintable() or set(filter(lambda character: not character.isprintable(), text)) == {"\n"}
    assert json.loads(run_tui("run", "get", FULL, "--json").stdout)["pipeline_name"] == "job\x1b]0;title\x07\n\u202e"
