"""Runs the explorer as it is, and on demand watches from inside its process what holds up its event loop.

`python -m tests.benchmarks.probe REPORT URL RUN_ID [--now SECONDS]`: the app's clock starts at the epoch time given,
so that a run generated for some other day is one of today. SIGUSR1 starts a watch, SIGUSR2 ends it and writes REPORT,
a JSON object with its figures and those of the events held.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import hashlib
import json
import signal
import time
from asyncio.events import Handle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

from run_tui.app import RunTuiApp, run_app
from run_tui.screens.run import RunScreen
from run_tui.sources import open_source
from run_tui.store import EventStore
from tests.benchmarks.generate import Event, events
from tests.benchmarks.processes import ROOT

SLOWEST = 8
"""How many of the longest callbacks the report names."""


@dataclass
class Watch:
    """How long the event loop was away from its selector, turn by turn, and which callbacks and collections took it."""

    turns: list[float] = field(default_factory=list)
    turns_cpu: list[float] = field(default_factory=list)
    callbacks: list[tuple[float, float, str]] = field(default_factory=list)
    collections: list[float] = field(default_factory=list)
    _collecting: float = 0.0

    def called(self, wall: float, cpu: float, handle: Handle) -> None:
        """A callback has run."""
        if len(self.callbacks) < SLOWEST or wall > self.callbacks[-1][0]:
            self.callbacks.append((wall, cpu, _name(handle)))
            self.callbacks.sort(reverse=True)
            del self.callbacks[SLOWEST:]

    def collected(self, phase: str, _: dict[str, int]) -> None:
        """The garbage collector has begun or ended."""
        if phase == "start":
            self._collecting = perf_counter()
        else:
            self.collections.append(perf_counter() - self._collecting)

    def figures(self) -> dict[str, object]:
        """In milliseconds."""
        turns = sorted(self.turns)
        return {
            "turns": len(turns),
            "max_block_ms": _ms(max(turns, default=0.0)),
            "max_block_cpu_ms": _ms(max(self.turns_cpu, default=0.0)),
            "p99_block_ms": _ms(turns[int(len(turns) * 0.99)] if turns else 0.0),
            "blocks_over_10_ms": sum(turn > 0.010 for turn in turns),
            "blocks_over_10_ms_cpu": sum(turn > 0.010 for turn in self.turns_cpu),
            "max_collection_ms": _ms(max(self.collections, default=0.0)),
            "slowest": [{"ms": _ms(wall), "cpu_ms": _ms(cpu), "what": what} for wall, cpu, what in self.callbacks],
        }


class WatchedSelector:
    """A loop's selector that tells how long the loop was busy between two visits."""

    def __init__(self, selector: Any, busy: Callable[[float, float], None]) -> None:
        self._selector, self._busy = selector, busy
        self._left, self._left_cpu = perf_counter(), thread_time()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._selector, name)

    def select(self, timeout: float | None = None) -> Any:
        """Waits for input."""
        self._busy(perf_counter() - self._left, thread_time() - self._left_cpu)
        found = self._selector.select(timeout)
        self._left, self._left_cpu = perf_counter(), thread_time()
        return found


class Probe:
    """Watches the running loop of an app from one signal to the next."""

    def __init__(self, app: RunTuiApp, report: Path) -> None:
        self._app, self._report = app, report
        self._watch: Watch | None = None
        self._run_handle = Handle._run

    def install(self) -> None:
        """Listens for the signals; until the first one the loop runs as always."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self._begin)
        loop.add_signal_handler(signal.SIGUSR2, self._end)

    def _begin(self) -> None:
        watch = self._watch = Watch()
        loop: Any = asyncio.get_running_loop()

        def busy(wall: float, cpu: float) -> None:
            watch.turns.append(wall)
            watch.turns_cpu.append(cpu)

        run = self._run_handle

        def timed(handle: Handle) -> None:
            wall, cpu = perf_counter(), thread_time()
            run(handle)
            watch.called(perf_counter() - wall, thread_time() - cpu, handle)

        loop._selector = WatchedSelector(loop._selector, busy)
        Handle._run = timed  # type: ignore[method-assign, assignment]
        gc.callbacks.append(watch.collected)

    def _end(self) -> None:
        figures: dict[str, object] = {}
        if self._watch is not None:
            loop: Any = asyncio.get_running_loop()
            loop._selector = loop._selector._selector
            Handle._run = self._run_handle  # type: ignore[method-assign]
            gc.callbacks.remove(self._watch.collected)
            figures = self._watch.figures()
            self._watch = None
        screen = next((screen for screen in self._app.screen_stack if isinstance(screen, RunScreen)), None)
        if screen is not None:
            figures |= {"held": len(screen.store), "digest": digest_of_store(screen.store)}
        unfinished = self._report.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(figures))
        unfinished.replace(self._report)


def digest_of_store(store: EventStore) -> str:
    """A hash over all events held, in their order."""
    digest = hashlib.sha256()
    for row in range(len(store)):
        event = (store.times[row], store.levels[row], store.types[row], store.steps[row], store.message(row))
        digest.update(repr(event).encode())
    return digest.hexdigest()


def digest_of_run(count: int) -> str:
    """The same hash over the first `count` events of the generated run."""
    digest = hashlib.sha256()
    for event in events(count):
        digest.update(repr(_fields(event)).encode())
    return digest.hexdigest()


def _fields(event: Event) -> tuple[int, str, str | None, str | None, str]:
    return event.time, event.level, event.type, event.step, event.message


def _name(handle: Handle) -> str:
    callback: Any = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return f"{task.get_name()}: {getattr(task.get_coro(), '__qualname__', '')}"
    return str(getattr(callback, "__qualname__", callback))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


class ProbedApp(RunTuiApp):
    """The explorer, probed."""

    CSS_PATH = str(ROOT / "run_tui" / "run_tui.tcss")
    report: Path

    def on_ready(self) -> None:
        """From now on the signals are listened for."""
        Probe(self, self.report).install()


def main() -> None:
    """Runs the explorer on one run, to its end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("report", type=Path)
    parser.add_argument("url")
    parser.add_argument("run_id")
    parser.add_argument("--now", type=float, default=time.time())
    options = parser.parse_args()
    ahead = options.now - time.time()
    app = ProbedApp(open_source("dagster", options.url), options.url, options.run_id, now=lambda: time.time() + ahead)
    app.report = options.report
    run_app(app)


if __name__ == "__main__":
    main()
