"""Finds the runs beside a run: those of the same job before and after it, and its relatives."""

from __future__ import annotations

from run_tui.errors import RunNotFound
from run_tui.model import MAX_PAGE, Run, RunFilter, RunStatus, epoch_ms
from run_tui.sources.base import Source

FIRST_SPAN = 60.0
"""Seconds after a run in which the next one is looked for first: only a list's newest runs can be asked for."""
WIDER = 8
"""How many times as long each further span is."""
PRECISION = 0.002
"""Seconds by which a run's time of creation, in whole milliseconds here, may differ from the server's own."""
LOOKED_AT = 20
"""Successful runs among which one is looked for that executed all steps."""
_PARTIAL = {"dagster/step_selection", "dagster/is_resume_retry"}
"""Tags of runs that executed only some steps."""


async def neighbour(source: Source, run: Run, direction: int, now: float) -> Run | None:
    """The next newer (1) or older (-1) run of the same job, None when there is none; `now` is epoch seconds."""
    if direction > 0:
        return await _newer(source, run, now)
    older = await source.runs(RunFilter(job=run.pipeline_name), run.id, 1)
    return older.items[0] if older.items else None


async def _newer(source: Source, run: Run, now: float) -> Run | None:
    created, span = epoch_ms(run.created_at) / 1000, FIRST_SPAN
    while True:
        before = created + span if created + span < now else None
        newer = await _newer_until(source, run, created - PRECISION, before)
        if newer is not None or before is None:
            return newer
        span *= WIDER


async def _newer_until(source: Source, run: Run, after: float, before: float | None) -> Run | None:
    """The oldest run that comes before this one in the list, which begins with the newest."""
    wanted = RunFilter(job=run.pipeline_name, created_after=after, created_before=before)
    newer, cursor, has_more = None, None, True
    while has_more:
        page = await source.runs(wanted, cursor, MAX_PAGE)
        for other in page.items:
            if other.id == run.id:
                return newer
            newer = other
        has_more, cursor = page.has_more and bool(page.items), page.cursor
    return newer


async def relative(source: Source, run: Run, direction: int) -> Run | None:
    """The next later (1) or earlier (-1) of the runs that re-execute or start each other, None when there is none."""
    relatives = await family(source, await source.run_details(run.id))
    at = [other.id for other in relatives].index(run.id) + direction
    return relatives[at] if 0 <= at < len(relatives) else None


async def family(source: Source, run: Run) -> list[Run]:
    """The first run and all it started or that re-execute it, the oldest first; a deleted one is not among them.

    `run` is one of them, with the id of the first one if it has another.
    """
    root = run.root_run_id or run.id
    later = (await source.runs(RunFilter(root=root), None, MAX_PAGE)).items[::-1]
    if all(other.id != run.id for other in later):
        later = [run, *later]
    if root in {other.id for other in later}:
        return later
    try:
        return [await source.run(root), *later]
    except RunNotFound:
        return later


async def last_success(source: Source, run: Run) -> Run | None:
    """The newest run of the same job before this one that succeeded; None when there is none.

    One that executed only some of the job's steps is taken where there is no other.
    """
    if run.pipeline_name is None:
        return None
    good = RunStatus.SUCCESS
    wanted = RunFilter(job=run.pipeline_name, statuses=(good,), created_before=epoch_ms(run.created_at) / 1000)
    found = [other for other in (await source.runs(wanted, None, LOOKED_AT)).items if other.id != run.id]
    return next((other for other in found if not _PARTIAL.intersection(other.tags)), next(iter(found), None))
