"""Events to filter."""

from __future__ import annotations

from run_tui.model import ErrorInfo, MetadataEntry, RunEvent, RunEventLevel
from run_tui.query import TimeContext, parse

START_MS = 1_795_307_402_000  # 2026-11-22T00:30:02Z
CONTEXT = TimeContext(start_ms=START_MS, end_ms=START_MS + 600_000, now_ms=START_MS + 3_600_000)


def event(
    message: str = "",
    *,
    step: str | None = None,
    type: str | None = None,
    level: str = "INFO",
    at: int = 0,
    attempt: int | None = None,
    error: ErrorInfo | None = None,
    metadata: tuple[MetadataEntry, ...] = (),
) -> RunEvent:
    """An event, `at` milliseconds after the start."""
    return RunEvent(
        run_id="9d38c7ea",
        message=message,
        timestamp=str(START_MS + at),
        level=RunEventLevel(level),
        step_key=step,
        event_type=type,
        attempt=attempt,
        error=error,
        metadata=metadata,
    )


CAUSE = ErrorInfo(class_name="ValueError", message="bad config value: 'x'", stack=('File "app/load.py", line 95',))
ERROR = ErrorInfo(class_name="RuntimeError", message="could not load table", stack=("in load_users",), cause=CAUSE)

LOG = {
    "started": event("Started the run.", type="RUN_START", level="DEBUG"),
    "began": event("Started load_users.", step="load_users", type="STEP_START", level="DEBUG", at=1000, attempt=1),
    "read": event("Reading s3://raw/part-00017 at 12:30:45", step="load_users", at=2000, attempt=1),
    "chatter": event("cache warm", step="load_users", level="DEBUG", at=2500, attempt=1),
    "rows": event("3 rows without Straße", step="load_items", level="WARNING", at=3000, attempt=2),
    "timeout": event("Timed out, exit code 137", step="work[a]", level="ERROR", at=60_000, attempt=1),
    "failed": event(
        'Execution of step "load_users" failed.',
        step="load_users",
        type="STEP_FAILURE",
        level="ERROR",
        at=300_000,
        attempt=1,
        error=ERROR,
    ),
    "table": event(
        "Materialized.",
        step="check_users",
        type="ASSET_MATERIALIZATION",
        level="DEBUG",
        at=400_000,
        metadata=(MetadataEntry(label="Row count", value="1,024 rows", description="after cleaning"),),
    ),
    "ended": event("Run failed.", type="PIPELINE_FAILURE", level="ERROR", at=600_000),
}


def shown(text: str, context: TimeContext = CONTEXT) -> list[str]:
    """The names of the events of LOG that a filter text lets through."""
    query = parse(text)
    assert not query.problems
    return [name for name, each in LOG.items() if query.filter.matches(each, context)]
