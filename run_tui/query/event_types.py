"""The names of event types: which are known, and which mean the same."""

from __future__ import annotations

LOG = "LOG"
"""The type that stands for events without one: plain log messages."""

KNOWN_TYPES = frozenset({
    LOG, "ERROR_LOG", "ENGINE_EVENT", "LOGS_CAPTURED", "CODE_LOCATION_UPDATED",
    "RUN_ENQUEUED", "RUN_DEQUEUED", "RUN_STARTING", "RUN_START", "RUN_SUCCESS", "RUN_FAILURE", "RUN_CANCELING",
    "RUN_CANCELED", "RUN_SUSPENDED", "RUN_RESUMED",
    "STEP_START", "STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED", "STEP_UP_FOR_RETRY", "STEP_RESTARTED", "STEP_INPUT",
    "STEP_SUSPENDED", "STEP_RESUMED", "STEP_OUTPUT", "STEP_WORKER_STARTING", "STEP_WORKER_STARTED",
    "STEP_EXPECTATION_RESULT",
    "RESOURCE_INIT_STARTED", "RESOURCE_INIT_SUCCESS", "RESOURCE_INIT_FAILURE",
    "ASSET_MATERIALIZATION", "ASSET_MATERIALIZATION_PLANNED", "ASSET_FAILED_TO_MATERIALIZE", "ASSET_OBSERVATION",
    "ASSET_CHECK_EVALUATION", "ASSET_CHECK_EVALUATION_PLANNED", "ASSET_HEALTH_CHANGED", "ASSET_WIPED",
    "LOADED_INPUT", "HANDLED_OUTPUT", "OBJECT_STORE_OPERATION", "ASSET_STORE_OPERATION",
    "HOOK_COMPLETED", "HOOK_ERRORED", "HOOK_SKIPPED", "ALERT_START", "ALERT_SUCCESS", "ALERT_FAILURE",
    "FRESHNESS_STATE_EVALUATION", "FRESHNESS_STATE_CHANGE",
})  # fmt: skip
"""Names taken as whole ones when typed; a system may have others."""


def type_names(event_type: str | None) -> tuple[str, ...]:
    """The names a type goes by, in upper case: Dagster knows every RUN_ type as a PIPELINE_ type too."""
    name = (event_type or LOG).upper()
    for prefix, alias in (("RUN_", "PIPELINE_"), ("PIPELINE_", "RUN_")):
        if name.startswith(prefix):
            return name, alias + name.removeprefix(prefix)
    return (name,)
