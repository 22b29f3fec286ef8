"""A command at a terminal, until it has ended."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from collections.abc import Iterator, Mapping

from tests.cli.conftest import PROGRAM

SIZE = {"COLUMNS": "120", "LINES": "24", "TERM": "xterm-256color"}


def at_terminal(
    environ: Mapping[str, str], *args: str, answer: bytes = b"", interrupted_at: bytes | None = None
) -> tuple[int, str]:
    """The exit code of a command that is given an answer, and what it wrote; ctrl+c follows once it wrote some word."""
    leader, follower = pty.openpty()
    terminal = {**os.environ, **SIZE, **environ}
    with subprocess.Popen((*PROGRAM, *args), stdin=follower, stdout=follower, stderr=follower, env=terminal) as process:
        os.close(follower)
        os.write(leader, answer)
        written = b""
        for block in _blocks(leader):
            written += block
            if interrupted_at is not None and interrupted_at in written:
                process.send_signal(signal.SIGINT)
                interrupted_at = None
        code = process.wait(timeout=30)
    os.close(leader)
    return code, written.decode().replace("\r\n", "\n")


def _blocks(leader: int) -> Iterator[bytes]:
    try:
        while block := os.read(leader, 4096):
            yield block
    except OSError:
        pass  # how Linux says that the other end is closed
