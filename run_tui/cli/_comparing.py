"""Reads two runs and prints what differs between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import click

from run_tui.archive import event_object
from run_tui.cli._common import print_json
from run_tui.cli._events import note
from run_tui.comparing import SECONDS, TIMES, Change, Comparison, Parting, Report, Side, StepChange, compare
from run_tui.errors import Busy
from run_tui.format import clean, error_line, root_error, status_text
from run_tui.model import DOCUMENTED_RUN_FIELDS, Run, epoch_ms
from run_tui.reading import read_events
from run_tui.sources.base import Source
from run_tui.steps import StepProgress
from run_tui.store import EventStore

_COLOURS = {"good": "green", "bad": "red", "active": "blue", "warning": "yellow", "waiting": "yellow"}


async def compared(runs: Sequence[tuple[Source, Run]]) -> Comparison:
    """Reads two runs, side by side, and compares them; the older one is the one before."""
    in_order = sorted(runs, key=lambda each: epoch_ms(each[1].created_at))
    before, after = await asyncio.gather(*(_read(*each) for each in in_order))
    found = compare(before, after, time.time())
    for _ in found.part():
        pass
    return found


async def _read(source: Source, run: Run) -> Side:
    side = Side(run, await source.steps(run.id) if source.capabilities.steps else [])
    async for state in read_events(source, side):
        if state is None:
            continue
        if state.error is not None and not isinstance(state.error, Busy):
            raise state.error
    for sentence in side.store.skipped:
        note(sentence)
    return side


def print_comparison(found: Comparison, *, everything: bool, as_json: bool) -> None:
    """The comparison as lines, or as an object."""
    report = Report(found)
    if as_json:
        print_json(_object(report, everything=everything), indent=2)
        return
    for name, side in (("Before", found.before), ("After", found.after)):
        run = side.run
        click.echo(f"{name + ':':<8}{clean(run.id)}  {status_text(run.status)}  {clean(run.created_at)[:19]}")
    click.echo()
    for row in [*report.rows, *(report.alike if everything else ())]:
        pieces = [click.style(text, fg=_COLOURS.get(style)) for style, text in report.pieces(row)]
        click.echo("".join(pieces).rstrip())
    if found.first is not None:
        click.echo("\n" + "\n".join(_event_lines(found, found.first)))


def _event_lines(found: Comparison, first: Parting) -> list[str]:
    lines = ["The first event that differs, of each run:"]
    for name, store, row in _sides(found, first):
        if row is None:
            lines.append(f"{name + ':':<8}nothing like it")
            continue
        event = store.event(row)
        head = f"{event.timestamp[:23]}  {event.level.value}  {event.event_type or 'LOG'}"
        lines.append(f"{name + ':':<8}{clean(head)}  {clean(event.message)}")
        causes = () if event.error is None else root_error(event.error).chain
        lines += [f"{'':8}{'caused by ' if number else ''}{error_line(cause)}" for number, cause in enumerate(causes)]
    return lines


def _sides(found: Comparison, parting: Parting) -> list[tuple[str, EventStore, int | None]]:
    return [("Before", found.before.store, parting.before), ("After", found.after.store, parting.after)]


def _object(report: Report, *, everything: bool) -> dict[str, Any]:
    found = report.found
    steps = found.steps if everything else report.changed
    return {
        "before": _run_object(found.before.run),
        "after": _run_object(found.after.run),
        "differ": not report.nothing_differs,
        "facts": [{"name": fact.name, "before": fact.before, "after": fact.after} for fact in found.facts],
        "config": list(found.config),
        "much_slower": {"times": TIMES, "seconds": SECONDS},
        "steps": [_step_object(report, step) for step in steps],
        "steps_alike": len(report.alike),
        "typical_ratio": found.pace,
        "first_event": None if found.first is None else _parting_object(found, found.first),
    }


def _run_object(run: Run) -> dict[str, Any]:
    return run.model_dump(include=set(DOCUMENTED_RUN_FIELDS))


def _step_object(report: Report, change: StepChange) -> dict[str, Any]:
    parting, found = report.parting_of(change), report.found
    return {
        "step": change.key,
        "change": "events" if change.change is Change.NONE and parting else change.change.name.lower(),
        "before": _progress_object(change.before, change.seconds[0]),
        "after": _progress_object(change.after, change.seconds[1]),
        "ratio": change.ratio,
        "first_event": None if parting is None else _parting_object(found, parting),
    }


def _progress_object(step: StepProgress | None, seconds: float | None) -> dict[str, Any] | None:
    return (
        None if step is None else {"step": step.key, "state": step.state, "seconds": seconds, "attempt": step.attempt}
    )


def _parting_object(found: Comparison, parting: Parting) -> dict[str, Any]:
    sides = {
        name.lower(): None if row is None else {"number": row + 1, **event_object(store.event(row))}
        for name, store, row in _sides(found, parting)
    }
    seconds = None if parting.moment is None else parting.moment / 1000
    return {"step": parting.step, "seconds": seconds, "order_only": parting.order, **sides}
