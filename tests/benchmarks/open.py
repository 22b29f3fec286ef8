"""How soon a run that is on this machine is on screen: a debug export, a saved run of a million events, a kept one."""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

from run_tui.archive import Header, RunWriter
from run_tui.model import Run, RunEvent, RunEventLevel, RunStatus, iso_timestamp
from tests.benchmarks import yardsticks
from tests.benchmarks.dataset import Dataset
from tests.benchmarks.generate import LAST_MESSAGE, events
from tests.benchmarks.jump import painted
from tests.benchmarks.kept_lab import lab_with_run
from tests.benchmarks.processes import environment, product, scratch, served
from tests.benchmarks.report import Cell, Figures, table
from tests.benchmarks.server import RUN_ID as KEPT_ID
from tests.terminal import Terminal

HELP = "a debug export of 100,000 events, a saved run of a million, and one that was kept: first frame, and all of them"
SIZE = (160, 50)
RUN_ID = "saved"
JOB = "nightly_etl"
BATCH = 1000
SIGNS = {"first_frame": JOB, "last_events": LAST_MESSAGE, "all_read": "log complete"}
"""What is on screen at each of the moments that are measured."""
DATE = len("2026-11-20 ")


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--exported", type=int, default=100_000)
    parser.add_argument("--saved", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds to wait for the events")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    with scratch() as folder:
        export, saved = folder / "export.gz", folder / "saved.jsonl"
        with lab_with_run(args.exported) as (lab, run_id):
            export.write_bytes(gzip.compress(lab.export(run_id)))
        _save(saved, args.saved)
        of_export = _rounds(export, ("first_frame", "all_read"), args)
        of_saved = _rounds(saved, tuple(SIGNS), args)
        of_kept = _reopened(folder / "cache", args)
        bare_export, bare_saved = _timed(_load_export, export), _timed(_load_lines, saved)
        lnav, reasons = yardsticks.opening(saved, LAST_MESSAGE)
    figures: Figures = {
        "exported": args.exported,
        "saved": args.saved,
        **{f"open_debug_{name}_s": seconds for name, seconds in of_export.items()},
        **{f"open_saved_{name}_s": seconds for name, seconds in of_saved.items()},
        **of_kept,
        "bare_debug_s": bare_export,
        "bare_saved_s": bare_saved,
        "lnav_saved_s": lnav,
        **({"reasons": reasons} if reasons else {}),
    }
    what = {"export": f"debug export of {args.exported:,} events", "saved": f"saved run of {args.saved:,} events"}
    rows: list[list[Cell]] = [
        [f"{what['export']}: first frame", of_export["first_frame"]],
        [f"{what['export']}: all of them read", of_export["all_read"]],
        ["the same file by gzip and json.loads alone", bare_export],
        [f"{what['saved']}: first frame", of_saved["first_frame"]],
        [f"{what['saved']}: its last ones painted", of_saved["last_events"]],
        [f"{what['saved']}: all of them read", of_saved["all_read"]],
        ["the same file by json.loads alone, a line at a time", bare_saved],
        ["the same file in lnav: its last line painted", lnav],
        [f"kept run of {args.saved:,} events: its last ones painted", of_kept["reopen_first_frame_s"]],
        [f"kept run of {args.saved:,} events: all of it there to filter", of_kept["reopen_all_s"]],
    ]
    return table(("from the shell's prompt", "seconds"), rows), figures


def _reopened(cache: Path, args: argparse.Namespace) -> dict[str, float]:
    """A run is read and kept; then, with its server, the seconds until its last events, and all, are there again."""
    kept, last = environment(RUN_TUI_CACHE=str(cache)), Dataset(args.saved).last_time()[DATE:]
    times: dict[str, list[float]] = {last: [], f"{args.saved:,} events": []}
    with served(args.saved) as server:
        command = product("--url", server.url, KEPT_ID)
        with Terminal(command, SIZE, kept) as terminal:
            terminal.settle(lambda: bool([*cache.glob("*.run")]), 0.2, args.timeout)
        for _ in range(args.rounds):
            with Terminal(command, SIZE, kept) as terminal:
                for text, seconds in times.items():
                    at = painted(terminal, text, args.timeout)
                    seconds.append(float("nan") if at is None else round(at - terminal.started, 3))
    first, whole = (median(seconds) for seconds in times.values())
    size = sum(path.stat().st_size for path in cache.glob("*.run"))
    return {"reopen_first_frame_s": first, "reopen_all_s": whole, "reopen_file_bytes": size}


def _save(path: Path, count: int) -> None:
    """A saved run of the generated events."""
    run = Run(id=RUN_ID, status=RunStatus.SUCCESS, created_at="2026-11-20T00:00:00.000Z", pipeline_name=JOB)
    told = _events(count)
    with RunWriter(str(path), Header(run)) as writer:
        while some := list(islice(told, BATCH)):
            writer.add(some)
        writer.finish()


def _events(count: int) -> Iterator[RunEvent]:
    for number, event in enumerate(events(count), 1):
        yield RunEvent(
            run_id=RUN_ID,
            message=LAST_MESSAGE if number == count else event.message,
            timestamp=iso_timestamp(str(event.time)),
            level=RunEventLevel(event.level),
            step_key=event.step,
            event_type=event.type,
        )


def _rounds(path: Path, names: Sequence[str], args: argparse.Namespace) -> Mapping[str, float | None]:
    """The median of the seconds to each moment; None where one of them never came."""
    rounds = [_opened(path, names, args.timeout) for _ in range(args.rounds)]
    seconds = {name: [found[name] for found in rounds if name in found] for name in names}
    return {name: round(median(known), 3) if len(known) == len(rounds) else None for name, known in seconds.items()}


def _opened(path: Path, names: Sequence[str], timeout: float) -> Mapping[str, float]:
    """The seconds from the start to each moment that came."""
    seen: dict[str, float] = {}
    with Terminal(product("open", str(path)), SIZE, environment()) as terminal:

        def look() -> bool:
            for at in terminal.replay():
                text = terminal.screen.text
                seen.update((name, at - terminal.started) for name in names if name not in seen and SIGNS[name] in text)
            return len(seen) == len(names)

        # What streams in is painted all the time: it is looked at while it comes.
        deadline = time.perf_counter() + timeout
        while not look() and time.perf_counter() < deadline:
            terminal.wait_quiet(0.02, 0.1)
    return seen


def _timed(work: Callable[[Path], None], path: Path) -> float:
    started = time.perf_counter()
    work(path)
    return round(time.perf_counter() - started, 3)


def _load_export(path: Path) -> None:
    json.loads(gzip.decompress(path.read_bytes()))


def _load_lines(path: Path) -> None:
    with path.open("rb") as lines:
        for line in lines:
            json.loads(line)
