"""The explorer in a terminal: waiting until a run is there, and watching it from inside its process."""

from __future__ import annotations

import json
import signal
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from tests.benchmarks.processes import Served, environment, module
from tests.benchmarks.runview import await_view
from tests.benchmarks.server import RUN_ID
from tests.terminal import Terminal

ESCAPE = "\x1b"
PAGE_DOWN, PAGE_UP = "\x1b[6~", "\x1b[5~"

BLOCKS = ("max_block_ms", "max_block_cpu_ms", "p99_block_ms", "blocks_over_10_ms", "max_collection_ms", "slowest")
"""Figures of a probe's report that tell what held up the event loop."""


def wait_loaded(terminal: Terminal, server: Served, count: int, timeout: float = 900) -> None:
    """Waits until the run is on screen as a whole; what was painted meanwhile is dropped unread."""
    deadline = time.monotonic() + timeout
    while server.stats()["events"] < count:
        if time.monotonic() > deadline or terminal.process.poll() is not None:
            raise TimeoutError(f"not loaded within {timeout:g} s; the screen:\n{terminal.drained().text}")
        terminal.forget()
        time.sleep(0.2)
    terminal.resize(terminal.size)
    await_view(terminal, lambda view: view.shows_count(None, count) and bool(view.rows), quiet=0.8, timeout=60)


class Probed:
    """The explorer started by `probe.py`, its clock set to `now` (epoch seconds); a context manager that ends it."""

    def __init__(self, url: str, size: tuple[int, int], now: float | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="run-tui-benchmark-")
        self._report = Path(self._folder.name) / "report.json"
        clock = [] if now is None else ["--now", now]
        self.terminal = Terminal(module("probe", self._report, url, RUN_ID, *clock), size, environment())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.close()
        self._folder.cleanup()

    def begin(self) -> None:
        """Begins to watch the event loop."""
        self.terminal.process.send_signal(signal.SIGUSR1)

    def report(self, timeout: float = 120) -> dict[str, Any]:
        """Ends the watch: what it saw, and how many events the app holds (`held`) and which (`digest`)."""
        self._report.unlink(missing_ok=True)
        self.terminal.process.send_signal(signal.SIGUSR2)
        deadline = time.monotonic() + timeout
        while not self._report.exists():
            if time.monotonic() > deadline or self.terminal.process.poll() is not None:
                raise TimeoutError(f"the probe did not report; the screen:\n{self.terminal.drained().text}")
            time.sleep(0.05)
        report: dict[str, Any] = json.loads(self._report.read_text())
        return report
