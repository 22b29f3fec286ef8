"""What a run's own events tell of the run, where nothing else does."""

from __future__ import annotations

from run_tui.model import EventPage, Run, RunStatus, iso_timestamp

UNKNOWN = RunStatus("UNKNOWN")
"""The status of a run whose events tell none."""

_STATUSES = {
    "RUN_ENQUEUED": RunStatus.QUEUED,
    "RUN_STARTING": RunStatus.STARTING,
    "RUN_START": RunStatus.STARTED,
    "RUN_CANCELING": RunStatus.CANCELING,
    "RUN_SUCCESS": RunStatus.SUCCESS,
    "RUN_FAILURE": RunStatus.FAILURE,
    "RUN_CANCELED": RunStatus.CANCELED,
}


def told_run(run_id: str, *pages: EventPage) -> Run:
    """The run as some pages of its events tell of it, in order, the first page among them."""
    status, created, started, ended = UNKNOWN, "", None, None
    for page in pages:
        for event_type, time in zip(page.types, page.timestamps, strict=True):
            created = created or iso_timestamp(time)
            if (now := _STATUSES.get((event_type or "").replace("PIPELINE_", "RUN_"))) is None:
                continue
            status = now
            if now is RunStatus.STARTED:
                started = started or iso_timestamp(time)
            if now.finished:
                ended = iso_timestamp(time)
    return Run(id=run_id, status=status, created_at=created, started_at=started, ended_at=ended)
