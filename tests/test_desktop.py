"""Clipboard, browser and notifications of the machine before the user."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from run_tui import desktop
from tests.screens import demo_app, open_run
from tests.waiting import until

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the programs here are shell scripts")


def program(folder: Path, name: str, script: str) -> dict[str, str]:
    """An environment with a desktop, whose only program is this one."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return {"PATH": str(folder), "WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}


@POSIX
@pytest.mark.parametrize(
    ("name", "options", "needs"),
    [
        ("wl-copy", [], "WAYLAND_DISPLAY"),
        ("xclip", ["-selection", "clipboard", "-in"], "DISPLAY"),
        ("xsel", ["--clipboard", "--input"], "DISPLAY"),
        ("pbcopy", [], None),
        ("clip.exe", [], None),
    ],
)
def test_which_program_copies(tmp_path: Path, name: str, options: list[str], needs: str | None) -> None:
    environ = program(tmp_path, name, "")
    assert desktop.clipboard_command(environ) == (str(tmp_path / name), *options)
    assert desktop.clipboard_command(environ | {"SSH_CONNECTION": "here there"}) is None
    assert desktop.clipboard_command(environ | {"SSH_TTY": "/dev/pts/1"}) is None
    if needs is not None:
        assert desktop.clipboard_command(environ | {needs: ""}) is None
    assert desktop.clipboard_command({"PATH": str(tmp_path / "nothing")}) is None


@POSIX
@pytest.mark.parametrize(("name", "coding"), [("wl-copy", "utf-8"), ("clip.exe", "utf-16-le")])
async def test_the_program_gets_the_text_and_no_shell_does(tmp_path: Path, name: str, coding: str) -> None:
    text = "größe $(touch x) `touch y`\n; touch z"
    environ = program(tmp_path, name, f'/bin/cat > "{tmp_path}/copied"')
    assert await desktop.copy(text, environ, limit=30)
    assert (tmp_path / "copied").read_bytes().decode(coding) == text
    assert not {"x", "y", "z"} & {file.name for file in tmp_path.iterdir()}  # noqa: ASYNC240


@POSIX
async def test_a_program_that_fails_or_does_not_end_is_given_up(tmp_path: Path) -> None:
    assert not await desktop.copy("text", program(tmp_path, "wl-copy", "exit 1"), limit=30)
    assert not await desktop.copy("text" * 100_000, program(tmp_path, "wl-copy", "exec /bin/sleep 60"), limit=0.05)
    (tmp_path / "wl-copy").write_text("no program")
    assert not await desktop.copy("text", program(tmp_path, "wl-copy", "") | {"PATH": ""})


@POSIX
async def test_copying_a_row_reaches_the_desktops_clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with demo_app() as pilot:
        await open_run(pilot, "FAILURE", "nightly_etl")
        monkeypatch.delenv("SSH_CONNECTION")
        for name, value in program(tmp_path, "wl-copy", f'/bin/cat > "{tmp_path}/copied"').items():
            monkeypatch.setenv(name, value)
        await pilot.press("y")
        await until(lambda: (tmp_path / "copied").exists() and (tmp_path / "copied").read_text() != "")
        assert (tmp_path / "copied").read_text() == pilot.app.clipboard


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({"TERM": "xterm-256color"}, "\x1b]9;run-tui: etl, 1 has failed\x07"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "\x1b]777;notify;run-tui;etl, 1 has failed\x07"),
        ({"TERM": "foot"}, "\x1b]777;notify;run-tui;etl, 1 has failed\x07"),
        ({"TERM": "tmux-256color", "TMUX": "x"}, "\x1bPtmux;\x1b\x1b]9;run-tui: etl, 1 has failed\x07\x1b\\"),
        ({"TERM": "linux"}, ""),
        ({}, ""),
    ],
)
def test_one_notification_that_the_terminal_knows(environ: dict[str, str], sent: str) -> None:
    assert desktop.notification("etl; 1 has failed", environ) == sent
