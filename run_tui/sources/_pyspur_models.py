"""PySpur's runs as those of the model: what really became of them, and when, for the server does not say it plainly."""

from __future__ import annotations

import json
from datetime import datetime

from run_tui.model import Run, RunFilter, RunStatus, epoch_ms, iso_timestamp
from run_tui.sources import _pyspur_wire as wire

GRACE = 15.0
"""Seconds after a cancellation in which the server's executor has been seen to go on, and to complete the run."""
STALLED = 900.0
"""Seconds without any change after which a run is told to have stalled: a server that restarts forgets its runs."""
_QUARTER = 15 * 60 * 1000

_STATUSES = {
    "PENDING": RunStatus.QUEUED,
    "RUNNING": RunStatus.STARTED,
    "PAUSED": RunStatus.SUSPENDED,
    "COMPLETED": RunStatus.SUCCESS,
    "FAILED": RunStatus.FAILURE,
    "CANCELED": RunStatus.CANCELED,
}


def status_of(run: wire.Run, now: float) -> RunStatus:
    """What became of a run; `now` is epoch seconds.

    A run whose node failed is kept as COMPLETED until somebody asks for its `status/`, which this program does not,
    for that writes. One that was resumed stays RUNNING for ever, with the end time of its pause.
    """
    states = {task.status for task in run.tasks}
    if "FAILED" in states and not states & wire.UNDER_WAY:
        return RunStatus.FAILURE
    if run.status == "RUNNING" and run.end_time is not None and states and states <= wire.SETTLED:
        return RunStatus.SUCCESS
    if run.status == "CANCELED" and run.end_time is not None and now - epoch_ms(run.end_time) / 1000 < GRACE:
        return RunStatus.CANCELING
    return _STATUSES.get(run.status) or RunStatus(run.status)


def run_of(run: wire.Run, now: float) -> Run:
    """A run of the model; kind, parent and workflow are its tags, its inputs the configuration.

    While it goes on the nodes settled are told, too: in the end all are, whether they were executed or not.
    """
    status = status_of(run, now)
    return Run(
        id=run.id,
        status=status,
        created_at=_iso(epoch_ms(run.start_time)),
        started_at=None if status is RunStatus.QUEUED else _iso(epoch_ms(run.start_time)),
        ended_at=_iso(ended_ms(run)) if status.finished else None,
        pipeline_name=run.workflow_version.name if run.workflow_version is not None else None,
        tags=_tags(run, status, now),
        parent_run_id=run.parent_run_id,
        config_yaml=as_json(run.initial_inputs) if run.initial_inputs else None,
    )


def _tags(run: wire.Run, status: RunStatus, now: float) -> dict[str, str]:
    settled = sum(task.status in wire.SETTLED for task in run.tasks)
    quiet = now - last_change_ms(run) / 1000
    version = run.workflow_version.version if run.workflow_version is not None else None
    tags = {
        "nodes": f"{settled}/{len(run.tasks)}" if run.tasks and not status.finished else "",
        "stalled": f"no change for {quiet / 3600:.1f} h" if status.active and quiet > STALLED else "",
        "kind": run.run_type,
        "parent": run.parent_run_id or "",
        "workflow": run.workflow_id,
        "version": "" if version is None else str(version),
    }
    return {name: value for name, value in tags.items() if value}


def fits(run: Run, wanted: RunFilter) -> bool:
    """Whether a run is one of those asked for: the server itself can filter next to nothing."""
    created = epoch_ms(run.created_at) / 1000
    return (
        (not wanted.statuses or run.status in wanted.statuses)
        and wanted.job in (None, run.pipeline_name)
        and all(run.tags.get(key) == value for key, value in wanted.tags)
        and (wanted.created_after is None or created > wanted.created_after)
        and (wanted.created_before is None or created < wanted.created_before)
    )


def server_offset(run: wire.Run) -> int:
    """How far the server's local time, in which tasks end, is ahead of UTC, in milliseconds: whole quarters of hours.

    The first task of a run takes in its inputs, and ends within milliseconds of the run's start.
    """
    ends = [task.end_time for task in run.tasks if task.status in wire.SETTLED and task.end_time is not None]
    local = [epoch_ms(end) for end in ends if not _has_zone(end)]
    return round((min(local) - epoch_ms(run.start_time)) / _QUARTER) * _QUARTER if local else 0


def task_end_ms(task: wire.Task, offset: int) -> int | None:
    """When a task ended, in epoch milliseconds; None where it has not: servers note an end for what is pending, too."""
    if task.end_time is None or task.status in wire.UNDER_WAY:
        return None
    return epoch_ms(task.end_time) - (0 if _has_zone(task.end_time) else offset)


def last_change_ms(run: wire.Run) -> int:
    """When anything is known to have happened last, in epoch milliseconds."""
    offset = server_offset(run)
    ends = [end for task in run.tasks if (end := task_end_ms(task, offset)) is not None]
    return max(ends, default=epoch_ms(run.start_time))


def ended_ms(run: wire.Run) -> int:
    """When a finished run ended, in epoch milliseconds; one that was resumed has only the end of its pause."""
    if run.end_time is None or run.status == "RUNNING":
        return last_change_ms(run)
    return epoch_ms(run.end_time)


def as_json(value: object, indent: int | None = 2) -> str:
    """Inputs and outputs as text."""
    return json.dumps(value, indent=indent, ensure_ascii=False)


def _has_zone(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _iso(milliseconds: int) -> str:
    return iso_timestamp(str(milliseconds))
