"""The facts of a run as the lines above and beside its log put them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from run_tui.format import (
    TimeMode,
    clean,
    clock,
    day_and_clock,
    duration,
    plural,
    run_seconds,
    short_id,
    shorten,
    status_style,
    status_text,
    step_glyph,
    step_style,
    tags_text,
    zone_name,
)
from run_tui.model import Run, StepState
from run_tui.steps import StepProgress
from run_tui.store import EventStore
from run_tui.view import EventView
from run_tui.widgets.status_line import Fact

LONGEST_JOB = 40


def run_facts(run: Run, mode: TimeMode, now: float) -> list[Fact]:
    """Job, id, status and times, the most important first."""
    clock_mode = TimeMode.UTC if mode is TimeMode.UTC else TimeMode.LOCAL
    started = day_and_clock(run.started_at or run.created_at, clock_mode, now)
    ended = day_and_clock(run.ended_at, clock_mode, now)
    seconds = run_seconds(run, now)
    took = f" ({duration(seconds)})" if seconds is not None else ""
    return [
        Fact(shorten(clean(run.pipeline_name or "run"), LONGEST_JOB), "accent"),
        Fact(short_id(run.id), "quiet", 1),
        Fact(status_text(run.status), status_style(run.status)),
        Fact(f"{started} → {ended}{took}" if ended else f"{started}{took}", "plain", 2),
    ]


def step_facts(run: Run, steps: Sequence[StepProgress], store: EventStore, all_read: bool) -> list[Fact]:
    """Steps by state, events, mode and tags."""
    tally = Counter(step.state for step in steps)
    counts = [
        Fact(f"{step_glyph(state)}{tally[state]}", step_style(state), close=True) for state in StepState if tally[state]
    ]
    events = plural(len(store), "event") + (", complete" if all_read else "")
    skipped = f"{plural(store.skipped_count, 'event')} unreadable" if store.skipped_count else ""
    return [
        *counts,
        Fact("steps" if counts else "", "plain", close=True),
        Fact(events, "plain", 1),
        Fact(skipped, "warning"),
        Fact(f"mode {clean(run.mode)}" if run.mode and run.mode != "default" else "", "quiet", 4),
        Fact(tags_text(run.tags.items()), "quiet", 3),
    ]


def counts_text(view: EventView, follow: bool, unseen: int, zone: str) -> str:
    """What the filter shows and hides, whether new events are in view, and the time zone."""
    shown, held = len(view), len(view.store)
    parts = [plural(held, "event")] if view.filter is None else [f"{shown:,} of {held:,}"]
    if not view.complete:
        parts[0] += f" · {view.scanned * 100 // max(1, held)}% searched"
    hidden = view.hidden_by_level()
    if hidden is not None:
        parts.append(f"{hidden[0]:,} below {hidden[1]}")
    if follow:
        parts.append("following")
    elif unseen:
        parts.append(f"▼ {unseen:,} new")
    return " · ".join([*parts, zone])


def event_place(store: EventStore, row: int, mode: TimeMode) -> str:
    """When an event happened, zone named, and which of how many it is."""
    clock_mode = TimeMode.UTC if mode is TimeMode.UTC else TimeMode.LOCAL
    return f"{clock(store.times[row], clock_mode)} {zone_name(clock_mode)}   {row + 1:,} of {len(store):,}"
