"""What a run's own events tell of the run, where nothing else does."""

from __future__ import annotations

from run_tui.model import EventPage, Run, RunStatus, iso_timestamp

UNKNOWN = RunStatus("UNKNOWN")
"""The status of a run whose events tell none."""

_STATUSES = {
    f"{prefix}_{suffix}": status
    for prefix in ("RUN", "PIPELINE")
    for suffix, status in (
        ("ENQUEUED", RunStatus.QUEUED),
        ("STARTING", RunStatus.STARTING),
        ("START", RunStatus.STARTED),
        ("CANCELING", RunStatus.CANCELING),
        ("SUCCESS", RunStatus.SUCCESS),
        ("FAILURE", RunStatus.FAILURE),
        ("CANCELED", RunStatus.CANCELED),
    )
}


def told_run(run: Run, page: EventPage) -> Run:
    """The run as the events of a page tell of it, one or more, that come after those that told what is known."""
    news: dict[str, object] = {} if run.created_at else {"created_at": iso_timestamp(page.timestamps[0])}
    if _STATUSES.keys() & set(page.types):
        news |= _states(page, started=run.started_at is not None)
    return run.model_copy(update=news) if news else run


def _states(page: EventPage, *, started: bool) -> dict[str, object]:
    news: dict[str, object] = {}
    for event_type, time in zip(page.types, page.timestamps, strict=True):
        if (status := _STATUSES.get(event_type or "")) is None:
            continue
        news["status"] = status
        if status is RunStatus.STARTED and not started:
            news["started_at"], started = iso_timestamp(time), True
        if status.finished:
            news["ended_at"] = iso_timestamp(time)
    return news
