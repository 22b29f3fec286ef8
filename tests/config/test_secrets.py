"""Where tokens are kept, and that nothing goes wrong with one in view."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import keyring
import pytest
from keyring.core import load_keyring

from run_tui.config import Secret, TokenSource, secrets
from run_tui.errors import ConfigError
from tests.config import keyrings

PLACE = "config.toml: connections.prod."
TOKEN = "t0ken-7353"


def read(way: str, value: str, **environ: str) -> Secret:
    return TokenSource(way, Secret(value), PLACE + way).read({**os.environ, **environ})


def failure(way: str, value: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(way, value, **environ)
    told = str(caught.value)
    assert told.startswith(PLACE + way)
    assert (
        TOKEN not in f"{told} {caught.value!r} {caught.value.__cause__} {caught.value.__suppress_context__ or 'shown'}"
    )
    return told.removeprefix(PLACE + way).removeprefix(": ")


@pytest.mark.parametrize(
    "command", [f"echo {TOKEN}", f"printf '  %s\\n\\n' '{TOKEN}'", f"sh -c 'echo noise >&2; echo {TOKEN}'"]
)
def test_what_a_command_prints_is_the_token(command: str) -> None:
    assert read("token_command", command) == Secret(TOKEN)


def test_a_command_is_run_by_no_shell() -> None:
    assert read("token_command", "echo $HOME;*") == Secret("$HOME;*")


def test_a_command_has_the_environment() -> None:
    assert read("token_command", "sh -c 'echo $VAULT'", VAULT=TOKEN) == Secret(TOKEN)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sh -c 'echo locked: sign in first. >&2; exit 3'", "failed with 3, saying: locked: sign in first."),
        ("false", "failed with 1."),
        ("sh -c 'kill -9 $$'", "failed with -9."),
        (f"sh -c 'echo {TOKEN}; echo not sure of {TOKEN} >&2; exit 1'", "failed with 1, saying: not sure of ********."),
        ("sh -c 'echo bad $VAULT_TOKEN >&2; exit 1'", "failed with 1, saying: bad ********."),
        ("/nonexistent/op read x", "cannot be run: No such file or directory."),
        ("/", "cannot be run: Permission denied."),
        (f"op read '{TOKEN}", "No closing quotation."),
        ("", "no command."),
        ("true", "what the command prints: empty or not plain text, so it cannot be sent."),
        (f"printf '{TOKEN}\\n{TOKEN}'", "what the command prints: empty or not plain text, so it cannot be sent."),
    ],
)
def test_a_command_that_fails_is_told_with_what_it_says(command: str, told: str) -> None:
    assert failure("token_command", command, VAULT_TOKEN=TOKEN) == told


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.5)
    os.mkfifo(line := tmp_path / "line")
    listening = os.open(line, os.O_RDONLY | os.O_NONBLOCK)
    told = failure("token_command", f"sh -c 'exec sleep 600 3> {line}'")
    assert told == "the command did not end within 0.5 s."
    os.set_blocking(listening, True)
    with os.fdopen(listening) as end:
        assert end.read() == "", "which ends when nobody holds the other end any more"


def test_what_a_command_has_started_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.5)
    os.mkfifo(line := tmp_path / "line")
    holding = os.open(line, os.O_RDWR)
    try:
        assert failure("token_command", f"sh -c 'cat {line} & wait'") == "the command did not end within 0.5 s."
    finally:
        os.close(holding)  # which ends cat


def test_a_command_cannot_wait_for_somebody_to_type() -> None:
    program = "import sys; print(repr(sys.stdin.read()))"
    assert read("token_command", f'{sys.executable} -c "{program}"') == Secret("''")


def test_a_variable() -> None:
    assert read("token_env", "VAULT", VAULT=TOKEN) == Secret(TOKEN)
    assert failure("token_env", "NOT_THERE") == "the environment variable NOT_THERE is not set."


def test_a_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "entries").write_text(json.dumps({"run-tui/prod": TOKEN, "https://acme.io/x/ann": "other"}))
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "entries"))
    before = keyring.get_keyring()
    keyring.set_keyring(load_keyring(f"{keyrings.__name__}.FileKeyring"))
    try:
        assert read("token_keyring", "run-tui/prod") == Secret(TOKEN)
        assert read("token_keyring", "https://acme.io/x/ann") == Secret("other")
        assert failure("token_keyring", "run-tui/none") == (
            "the keyring has no such entry; keyring set run-tui none makes one."
        )
        for entry in ("run-tui", "/prod", "run-tui/"):
            assert failure("token_keyring", entry) == "SERVICE/USER is wanted here."
        keyring.set_keyring(load_keyring(f"{keyrings.__name__}.ShutKeyring"))
        assert failure("token_keyring", "run-tui/prod") == "the keyring does not open (KeyringLocked)."
    finally:
        keyring.set_keyring(before)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'run-tui[keyring]'" in failure("token_keyring", "run-tui/prod")
