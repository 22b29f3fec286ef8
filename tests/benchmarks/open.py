"""How soon a run in a file is on screen: a debug export of a real server, and a saved run of a million events."""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median

from run_tui.archive import Header, RunWriter
from run_tui.model import Run, RunEvent, RunEventLevel, RunStatus, iso_timestamp
from tests.benchmarks.generate import LAST_MESSAGE, events
from tests.benchmarks.jump import painted
from tests.benchmarks.kept_lab import lab_with_run
from tests.benchmarks.processes import environment, product, scratch
from tests.benchmarks.report import Cell, Figures, table
from tests.terminal import Terminal

HELP = "a debug export of 100,000 events, and a saved run of a million, on screen"
SIZE = (160, 50)
RUN_ID = "saved"
BATCH = 1000


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
        whole = [_until(export, "complete", args.timeout) for _ in range(args.rounds)]
        last = [_until(saved, LAST_MESSAGE, args.timeout) for _ in range(args.rounds)]
    figures: Figures = {
        "exported": args.exported,
        "saved": args.saved,
        "open_debug_s": _median(whole),
        "open_saved_last_events_s": _median(last),
    }
    rows: list[list[Cell]] = [
        [f"debug export of {args.exported:,} events: all of them read", _median(whole)],
        [f"saved run of {args.saved:,} events: its last ones painted", _median(last)],
    ]
    return table(("from the shell's prompt", "seconds"), rows), figures


def _save(path: Path, count: int) -> None:
    """A saved run of the generated events."""
    run = Run(id=RUN_ID, status=RunStatus.SUCCESS, created_at="2026-11-20T00:00:00.000Z", pipeline_name="nightly_etl")
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


def _until(path: Path, text: str, timeout: float) -> float | None:
    with Terminal(product("open", str(path)), SIZE, environment()) as terminal:
        at = painted(terminal, text, timeout)
        return None if at is None else round(at - terminal.started, 3)


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 3) if len(known) == len(values) else None
