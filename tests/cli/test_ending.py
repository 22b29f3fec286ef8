"""How commands end that are not let finish: signals, closed pipes, full disks. Real processes, real pipes."""

from __future__ import annotations

import json
import os
import pty
import shlex
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.cli.at_terminal import at_terminal
from tests.cli.conftest import PROGRAM, ScriptedServer, Start, make_event, make_run

RUN = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
EVENTS = ("run-events", "get", RUN, "--limit", "5000")
FOLLOW = ("run-events", "get", RUN, "--follow")
COMMANDS = [("--help",), ("run", "list"), ("run", "get", RUN), EVENTS, FOLLOW]
FULL = Path("/dev/full")
STOPS = pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])


@pytest.fixture(autouse=True)
def _run(server: ScriptedServer) -> None:
    server.runs = [make_run(RUN, "STARTED", endTime=None)]
    server.events[RUN] = [make_event(f"message {number}") for number in range(5000)]


@contextmanager
def streams(process: subprocess.Popen[str]) -> Iterator[tuple[IO[str], IO[str]]]:
    """What the process writes; whatever a test has found, the process is gone in the end."""
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        try:
            yield process.stdout, process.stderr
        finally:
            process.kill()


@contextmanager
def silent_server() -> Iterator[tuple[str, Callable[[], socket.socket]]]:
    """A server that answers nothing: its URL, and what waits until it has been asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)

        def asked() -> socket.socket:
            connection, _ = listener.accept()
            assert connection.recv(1)
            return connection

        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked


@STOPS
def test_stopped_while_it_loads(start: Start, stop: signal.Signals) -> None:
    process = start(PROGRAM[0], "-X", "importtime", *PROGRAM[1:], *EVENTS)
    with streams(process) as (out, err):
        assert any(line.split()[-1] == "click.globals" for line in err)
        process.send_signal(stop)
        assert (out.read(), process.wait(timeout=30)) == ("", -stop)
        assert all(line.startswith("import time:") for line in err)


@STOPS
def test_stopped_before_the_server_has_answered(start: Start, stop: signal.Signals) -> None:
    with silent_server() as (url, asked):
        process = start(*PROGRAM, *FOLLOW, RUN_TUI_URL=url)
        with streams(process) as (out, err), asked():
            process.send_signal(stop)
            assert (out.read(), err.read(), process.wait(timeout=30)) == ("", "", -stop)


@STOPS
def test_stopped_while_nothing_happens(server: ScriptedServer, program: Start, stop: signal.Signals) -> None:
    del server.events[RUN][2:]
    process = program(*FOLLOW, "--json")
    with streams(process) as (out, err):
        assert [json.loads(out.readline())["message"] for _ in range(2)] == ["message 0", "message 1"]
        process.send_signal(stop)
        assert (out.read(), err.read(), process.wait(timeout=30)) == ("", "", -stop)


@STOPS
@pytest.mark.parametrize("command", [EVENTS, FOLLOW])
def test_stopped_amid_the_output(program: Start, command: tuple[str, ...], stop: signal.Signals) -> None:
    process = program(*command)
    with streams(process) as (out, err):
        out.readline()  # a page is more than a pipe holds: the rest of it waits to be read
        process.send_signal(stop)
        assert (err.read(), process.wait(timeout=30)) == ("", -stop)


def test_ctrl_c_ends_the_script_too(start: Start) -> None:
    with silent_server() as (url, asked):
        process = start("bash", "-c", f"{shlex.join([*PROGRAM, *FOLLOW])}; echo goes on", RUN_TUI_URL=url)
        with streams(process) as (out, err), asked():
            os.killpg(process.pid, signal.SIGINT)
            assert (out.read(), err.read(), process.wait(timeout=30)) == ("", "", -signal.SIGINT)


def test_a_shell_calls_that_130(start: Start) -> None:
    with silent_server() as (url, asked):
        script = f"set -m; {shlex.join([*PROGRAM, *FOLLOW])} & echo $!; wait $!; echo $?"
        process = start("bash", "-c", script, RUN_TUI_URL=url)
        with streams(process) as (out, _):
            pid = int(out.readline())
            with asked():
                os.kill(pid, signal.SIGINT)
                assert out.read() == "130\n"


def test_the_explorer_puts_the_terminal_back_in_order(environ: dict[str, str]) -> None:
    _, written = at_terminal(environ, "demo", interrupted_at=b"failure")
    assert written.rindex("\x1b[?1049l") > written.rindex("\x1b[?1049h")
    assert "Traceback" not in written


@pytest.mark.parametrize("command", [EVENTS, FOLLOW])
def test_a_pipe_closed_early_ends_it(server: ScriptedServer, program: Start, command: tuple[str, ...]) -> None:
    process = program(*command)
    with streams(process) as (out, err):
        assert out.readline() == f"Events for run {RUN}:\n"
        out.close()
        assert (err.read(), process.wait(timeout=30)) == ("", -signal.SIGPIPE)
    asked = server.asked("CliRunEventsQuery") + server.asked("RunTuiPage")
    assert len(asked) < 5, "what nobody reads is not asked for"


def test_a_pipe_closed_while_nothing_happens_ends_it(server: ScriptedServer, program: Start) -> None:
    del server.events[RUN][1:]
    process = program(*FOLLOW, "--json")
    with streams(process) as (out, err):
        out.readline()
        out.close()
        assert (err.read(), process.wait(timeout=30)) == ("", -signal.SIGPIPE)


def test_a_pipe_closed_before_the_server_has_answered_ends_it(start: Start) -> None:
    with silent_server() as (url, asked):
        process = start(*PROGRAM, "run", "get", RUN, RUN_TUI_URL=url)
        with streams(process) as (out, err), asked():
            out.close()
            assert (err.read(), process.wait(timeout=30)) == ("", -signal.SIGPIPE)


@pytest.mark.parametrize("redirected", ["", "2>&1"])
def test_a_pipeline_says_what_became_of_it(start: Start, redirected: str) -> None:
    script = f"{shlex.join([*PROGRAM, *FOLLOW, '--json'])} {redirected} | head -3; echo ${{PIPESTATUS[@]}}"
    out, err = start("bash", "-c", script).communicate(timeout=30)
    *lines, codes = out.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["message 0", "message 1", "message 2"]
    assert (codes, err) == ("141 0", "")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_is_told_in_one_sentence(start: Start, command: tuple[str, ...]) -> None:
    process = start("sh", "-c", f"exec {shlex.join([*PROGRAM, *command])} >{FULL}")
    said = "Error: Standard output cannot be written: No space left on device\n"
    assert (process.communicate(timeout=30), process.returncode) == (("", said), 1)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_closed_output_is_told_in_one_sentence(start: Start, command: tuple[str, ...]) -> None:
    process = start("sh", "-c", f"exec {shlex.join([*PROGRAM, *command])} >&-")
    said = "Error: Standard output cannot be written: Bad file descriptor\n"
    assert (process.communicate(timeout=30), process.returncode) == (("", said), 1)


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_with_json_it_is_told_in_json(start: Start) -> None:
    process = start("sh", "-c", f"exec {shlex.join([*PROGRAM, *FOLLOW, '--json'])} >{FULL}")
    _, err = process.communicate(timeout=30)
    assert json.loads(err)["error"] == "Standard output cannot be written: No space left on device"
    assert process.returncode == 1


def test_the_explorer_ends_with_its_terminal_even_if_no_session_is_controlled_by_it(environ: dict[str, str]) -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen(
        (*PROGRAM, "demo"),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, **environ, "TERM": "xterm-256color"},
        start_new_session=True,
    ) as process:
        os.close(follower)
        written = b""
        while b"failure" not in written:
            written += os.read(leader, 4096)
        os.close(leader)
        try:
            assert process.wait(timeout=30) == -signal.SIGHUP
        finally:
            process.kill()


def test_a_pipe_that_does_not_wait_gets_everything(environ: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen(
        (*PROGRAM, *EVENTS, "--json"), stdout=writing, stderr=subprocess.PIPE, env={**os.environ, **environ}
    ) as process:
        os.close(writing)
        with os.fdopen(reading) as out:
            assert json.load(out)["count"] == 5000
        assert process.wait(timeout=30) == 0
