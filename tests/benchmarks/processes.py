"""Other programs: started apart, measured through /proc, and ended by their own id."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def program(name: str) -> str | None:
    """Where a program is: beside this Python, else on PATH; None where it is not installed."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def product(*arguments: str) -> list[str]:
    """The command line of the product itself, by this Python."""
    return [sys.executable, "-m", "run_tui", *arguments]


def module(name: str, *arguments: object) -> list[str]:
    """The command line of one of the benchmarks' own modules."""
    return [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """This environment without anything that would change what the product does, in UTC, on a colour terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUN_TUI_", "TEXTUAL"))}
    kept.pop("NO_COLOR", None)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    if chosen := os.environ.get("RUN_TUI_BENCHMARKS"):
        kept["RUN_TUI_BENCHMARKS"] = chosen
    fixed = {"TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
    # No folder can be made below that: nothing is kept, and every round reads from its server.
    nowhere = {"RUN_TUI_CONFIG": "/nonexistent/config.toml", "RUN_TUI_CACHE": "/dev/null/cache"}
    return kept | fixed | nowhere | more


@dataclass(frozen=True)
class Served:
    """A server of a generated run."""

    url: str

    def stats(self) -> dict[str, int]:
        """What it has sent in pages: `requests`, `events`, `bytes`; and how many events are `visible`."""
        return self._ask("stats")

    def write(self) -> dict[str, int]:
        """Begins to write events; what it had sent by then."""
        return self._ask("write", b"")

    def _ask(self, what: str, body: bytes | None = None) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.url}/{what}", body, timeout=30) as response:
            counts: dict[str, int] = json.load(response)
        return counts


@contextmanager
def served(
    events: int, *, rate: float | None = None, written: int = 0, microseconds: float = 0.0, runs: int = 1
) -> Iterator[Served]:
    """A server of `events` generated events in a process of its own; see `server.RunServer`."""
    options: list[object] = ["--events", events, "--microseconds", microseconds, "--runs", runs]
    if rate is not None:
        options += ["--rate", rate, "--written", written]
    process = subprocess.Popen(
        module("server", *options), stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"the server ended with {process.wait()} before it served")
        yield Served(url)
    finally:
        end(process)


def end(process: subprocess.Popen[Any]) -> None:
    """Ends one process, politely at first."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def result_of(command: Sequence[str], timeout: float, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON object that a command prints as its last line. Raises `RuntimeError` with its complaint if it fails."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=timeout, cwd=ROOT, env=env or environment()
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far, to 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_bytes(pid: int, what: str = "VmHWM") -> int:
    """Resident memory of a process: its peak (VmHWM) or now (VmRSS).

    `ru_maxrss` will not do: it begins with the memory of the process that forked this one.
    """
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no {what}")


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one benchmark's files."""
    with tempfile.TemporaryDirectory(prefix="run-tui-benchmark-") as path:
        yield Path(path)
