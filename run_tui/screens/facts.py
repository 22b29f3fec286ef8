"""The facts of a run as the lines above and beside its log put them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from run_tui.format import (
    BELL,
    TimeMode,
    clean,
    clock_mode,
    day_and_clock,
    duration,
    plural,
    run_seconds,
    short_id,
    shorten,
    status_glyph,
    status_style,
    status_text,
    step_glyph,
    step_style,
    tags_text,
    zone_name,
)
from run_tui.model import Run, RunStatus, StepState, epoch_ms
from run_tui.query import any_of, typable
from run_tui.step_tree import StepRow
from run_tui.steps import StepProgress
from run_tui.timeline import Timeline
from run_tui.widgets.status_line import Fact

LONGEST_JOB = 40
LONGEST_STEP = 24


def run_facts(run: Run, mode: TimeMode, now: float, watched: bool = False) -> list[Fact]:
    """Job, id, status and times, the most important first, and whether the run's end will be told."""
    mode = clock_mode(mode)
    times = [at for at in (run.started_at or run.created_at, run.ended_at) if at]
    start, *end = (day_and_clock(at, mode, now) for at in times)
    day = start.rpartition(" ")[0]
    span = " → ".join((start, *(at.removeprefix(f"{day} ") for at in end)))
    seconds = run_seconds(run, now)
    return [
        Fact(shorten(clean(run.target or "run"), LONGEST_JOB), "accent"),
        Fact(short_id(run.id), "quiet", 1),
        Fact(status_text(run.status), status_style(run.status)),
        Fact(duration(seconds) if seconds is not None else "", "plain", 2),
        Fact(f"{BELL} alert" if watched else "", "accent", 2),
        Fact(f"{span} {zone_name(mode, *map(epoch_ms, times))}", "quiet", 3),
    ]


def several_facts(runs: Sequence[Run], whole: Run, mode: TimeMode, now: float) -> list[Fact]:
    """How many runs there are, their job if it is one, how they fare, and when all of that was; `whole` is all."""
    head, _, _, *times = run_facts(whole, mode, now)
    tally = Counter(run.status for run in runs)
    return [
        Fact(plural(len(runs), "run"), "accent"),
        Fact(head.text if whole.pipeline_name else "", "plain", 1),
        *(
            Fact(f"{status_glyph(status)} {count:,} {status_text(status)[2:]}", status_style(status))
            for status, count in sorted(tally.items(), key=lambda item: _BADNESS.get(item[0], 1))
        ),
        *times,
    ]


_BADNESS = {RunStatus.FAILURE: 0, RunStatus.SUCCESS: 2}
"""In which order statuses are told, others between."""


def step_facts(steps: Sequence[StepProgress]) -> list[Fact]:
    """Steps by state, and which of them matter most."""
    tally = Counter(step.state for step in steps)
    counts = [
        Fact(f"{step_glyph(state)}{tally[state]}", step_style(state), close=True) for state in StepState if tally[state]
    ]
    noun = ("step" if len(steps) == 1 else "steps") if counts else ""
    return [*counts, Fact(noun, "plain", close=True), _telling(steps)]


def held_facts(run: Run, timeline: Timeline) -> list[Fact]:
    """Events, mode and tags."""
    lost = sum(part.store.skipped_count for part in timeline.parts)
    skipped = f"{plural(lost, 'event')} unreadable" if lost else ""
    return [
        Fact(plural(timeline.held, "event") + (" read so far" if timeline.end is not None else ""), "plain", 1),
        Fact(skipped, "warning"),
        Fact(f"mode {clean(run.mode)}" if run.mode and run.mode != "default" else "", "quiet", 4),
        Fact(tags_text(run.tags.items()), "quiet", 3),
    ]


def _telling(steps: Sequence[StepProgress]) -> Fact:
    """The steps that failed, else those that run: a narrow terminal has no room for the list of all."""
    for states in ({StepState.FAILURE}, {StepState.RUNNING, StepState.RETRYING}):
        found = [step for step in steps if step.state in states]
        if found:
            more = f" +{len(found) - 1}" if len(found) > 1 else ""
            return Fact(shorten(clean(found[0].key), LONGEST_STEP) + more, step_style(found[0].state), 2)
    return Fact("")


def step_filter(rows: Sequence[StepRow]) -> dict[str, str]:
    """What the filter of a log is to say to show only these steps, groups and attempts, by operator."""
    steps = dict.fromkeys(_step_term(row) for row in rows)
    attempts = dict.fromkeys(str(row.attempt) for row in rows if row.attempt is not None)
    return {"step": ",".join(steps), "attempt": ",".join(attempts)}


def _step_term(row: StepRow) -> str:
    if row.step is None:
        return any_of(row.key)
    return typable(row.step.key, exact=True)
