"""What shells are told to offer."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from run_tui.cache import Cache
from run_tui.model import RunStatus
from run_tui.query.event_types import KNOWN_TYPES
from tests.cache.test_folder import keep
from tests.cli.conftest import RunTui, ScriptedServer, make_run
from tests.scripted import ScriptedSource, a_run

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
OTHER = "1c7c29c8-2c1f-4a53-9b3e-6a1b0f6f2d11"
DEAD = "http://127.0.0.1:9"


def offered(line: str, environ: dict[str, str]) -> list[str]:
    """What bash is offered for the last word of a line, which may be empty."""
    words = line.split(" ")
    asked = {"_RUN_TUI_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "run_tui"], env=environ | asked, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line.partition(",")[2] for line in done.stdout.split("\n") if line]


@pytest.fixture
def shell(server: ScriptedServer, environ: dict[str, str]) -> dict[str, str]:
    server.runs = [make_run(RUN), make_run(OTHER), make_run("$(touch 9)"), make_run("9\nplain,9")]
    path = Path(environ["RUN_TUI_CONFIG"])
    path.write_text(
        f'[connections.lab]\nurl = "{server.url}"\n[connections.locked]\nurl = "{server.url}"\n'
        f'token_command = "touch {path.parent}/asked"\n'
    )
    path.chmod(0o600)
    return {name: value for name, value in environ.items() if name != "RUN_TUI_URL"}


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("run-tui r", ["run", "run-events"]),
        ("run-tui -c l", ["lab", "locked"]),
        ("run-tui run list -c d", ["demo"]),
        ("run-tui run list --status fail", ["failure"]),
        ("run-tui run list --status failure,cancele", ["failure,canceled"]),
        ("run-tui run-events get x --type STEP_FAIL", [name for name in KNOWN_TYPES if name.startswith("STEP_FAIL")]),
        ("run-tui run-events get x --level w", ["warning"]),
        ("run-tui 9d38 --fil", ["--filter"]),
        ("run-tui 9d38 --time e", ["elapsed"]),
        ("run-tui -c lab run get ", [RUN, OTHER]),
        ("run-tui -c lab run terminate 9", [RUN]),
        ("run-tui -c lab 9", [RUN]),
        ("run-tui -c locked run get ", []),
        (f"run-tui --url {DEAD} run get ", []),
        ("run-tui -c nowhere run get ", []),
        ("run-tui --url ftp://x:99999999 run get ", []),
        ("run-tui completion z", ["zsh"]),
    ],
)
def test_what_is_offered(line: str, there: list[str], shell: dict[str, str]) -> None:
    assert sorted(offered(line, shell)) == sorted(there)
    assert not (Path(shell["RUN_TUI_CONFIG"]).parent / "asked").exists()


def test_runs_that_are_kept_are_offered_whether_their_server_answers_or_not(shell: dict[str, str]) -> None:
    cache = Cache(Path(shell["RUN_TUI_CACHE"]), 10**9)
    keep(cache, a_run(RunStatus.SUCCESS, "9d00"), ScriptedSource(system="Dagster Plus API", where=DEAD))
    assert offered(f"run-tui --url {DEAD} run get 9", shell) == ["9d00"]
    assert offered("run-tui -c lab run get 9", shell) == [RUN]


def test_broken_settings_are_no_error(shell: dict[str, str]) -> None:
    Path(shell["RUN_TUI_CONFIG"]).write_text("[[")
    assert offered("run-tui -c ", shell) == ["demo"]
    assert offered("run-tui run get ", shell) == []


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_its_shell_reads(name: str, run_tui: RunTui, tmp_path: Path) -> None:
    script = run_tui("completion", name).stdout
    assert "_RUN_TUI_COMPLETE" in script
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not on this machine")
    path = tmp_path / "script"
    path.write_text(script)
    subprocess.run([program, "-n", str(path)], check=True, timeout=20)
