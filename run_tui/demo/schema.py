"""What of a Dagster server's schema the recorded answers do not tell by themselves."""

from __future__ import annotations

from collections.abc import Callable

QUERIES: dict[str, dict[str, str]] = {
    "version": {},
    "runOrError": {"runId": "ID!"},
    "runsOrError": {"filter": "RunsFilter", "cursor": "String", "limit": "Int"},
    "runIdsOrError": {"filter": "RunsFilter", "cursor": "String", "limit": "Int"},
    "logsForRun": {"runId": "ID!", "afterCursor": "String", "limit": "Int"},
    "capturedLogs": {"logKey": "[String!]!", "cursor": "String", "limit": "Int"},
    "capturedLogsMetadata": {"logKey": "[String!]!"},
    "repositoriesOrError": {"repositorySelector": "RepositorySelector"},
    "workspaceOrError": {},
    "permissions": {},
    "runConfigSchemaOrError": {"selector": "PipelineSelector!", "mode": "String"},
    "isPipelineConfigValid": {"pipeline": "PipelineSelector!", "mode": "String!", "runConfigData": "RunConfigData"},
}
"""The query fields the demo answers, with their arguments' types."""

MUTATIONS: dict[str, dict[str, str]] = {
    "launchRun": {"executionParams": "ExecutionParams!"},
    "launchRunReexecution": {"executionParams": "ExecutionParams", "reexecutionParams": "ReexecutionParams"},
    "terminateRun": {"runId": "String!", "terminatePolicy": "TerminateRunPolicy"},
    "deleteRun": {"runId": "String!"},
}
"""The mutation fields the demo answers, with their arguments' types."""

INPUTS: dict[str, dict[str, str]] = {
    "RunsFilter": {
        "runIds": "[String]",
        "pipelineName": "String",
        "tags": "[ExecutionTag!]",
        "statuses": "[RunStatus!]",
        "snapshotId": "String",
        "updatedAfter": "Float",
        "updatedBefore": "Float",
        "createdBefore": "Float",
        "createdAfter": "Float",
        "mode": "String",
    },
    "ExecutionTag": {"key": "String!", "value": "String!"},
    "ReexecutionParams": {
        "parentRunId": "String!",
        "strategy": "ReexecutionStrategy!",
        "extraTags": "[ExecutionTag!]",
        "useParentRunTags": "Boolean",
    },
}
"""The input types whose values are checked; others pass as they are."""

ENUMS: dict[str, frozenset[str]] = {
    "RunStatus": frozenset({
        "QUEUED", "NOT_STARTED", "MANAGED", "STARTING", "STARTED",
        "SUSPENDED", "SUCCESS", "FAILURE", "CANCELING", "CANCELED",
    }),
    "TerminateRunPolicy": frozenset({"SAFE_TERMINATE", "MARK_AS_CANCELED_IMMEDIATELY"}),
    "ReexecutionStrategy": frozenset({"ALL_STEPS", "FROM_FAILURE", "FROM_ASSET_FAILURE"}),
}  # fmt: skip
"""The enums whose values are checked."""

OBJECTS: dict[str, str] = {
    "error": "PythonError",
    "cause": "PythonError",
    "errorChain": "ErrorChainLink",
    "repositoryOrigin": "RepositoryOrigin",
    "stepStats": "RunStepStats",
    "attempts": "RunMarker",
    "markers": "RunMarker",
    "expectationResult": "ExpectationResult",
    "expectationResults": "ExpectationResult",
    "materializations": "MaterializationEvent",
    "assets": "Asset",
    "key": "AssetKey",
    "assetKey": "AssetKey",
    "executionPlan": "ExecutionPlan",
    "steps": "ExecutionStep",
    "inputs": "ExecutionStepInput",
    "outputs": "ExecutionStepOutput",
    "dependsOn": "ExecutionStep",
}
"""The type of a field's objects where the recordings do not name it."""

_MARKER = frozenset({
    "EngineEvent", "ResourceInitFailureEvent", "ResourceInitStartedEvent", "ResourceInitSuccessEvent",
    "StepWorkerStartedEvent", "StepWorkerStartingEvent",
})  # fmt: skip
_MEMBERS = {
    "MarkerEvent": _MARKER,
    "ErrorEvent": frozenset({
        "EngineEvent", "ExecutionStepFailureEvent", "ExecutionStepUpForRetryEvent", "HookErroredEvent",
        "ResourceInitFailureEvent", "RunCanceledEvent", "RunFailureEvent",
    }),
    "DisplayableEvent": _MARKER | {
        "ExecutionStepOutputEvent", "ExpectationResult", "FailedToMaterializeEvent", "FailureMetadata",
        "HandledOutputEvent", "HealthChangedEvent", "LoadedInputEvent", "MaterializationEvent",
        "ObjectStoreOperationResult", "ObservationEvent", "TypeCheck",
    },
    "PipelineRun": frozenset({"Run"}),
    "RunsFeedEntry": frozenset({"Run"}),
}  # fmt: skip


def _is_event(typename: str) -> bool:
    return typename.endswith("Event")


def _is_run_event(typename: str) -> bool:
    return _is_event(typename) and typename.startswith(("Run", "Alert", "AssetMaterializationPlanned"))


def _is_step_event(typename: str) -> bool:
    plain = ("LogMessageEvent", "LogsCapturedEvent")
    return _is_event(typename) and not _is_run_event(typename) and typename not in plain


_RULES: dict[str, Callable[[str], bool]] = {
    "MessageEvent": _is_event,
    "RunEvent": _is_run_event,
    "StepEvent": _is_step_event,
    "MetadataEntry": lambda typename: typename.endswith("MetadataEntry"),
    "Error": lambda typename: typename.endswith("Error"),
}


def implements(typename: str, condition: str) -> bool:
    """Whether a fragment `... on condition` applies to objects of a type."""
    if condition in _RULES:
        return _RULES[condition](typename)
    return typename == condition or typename in _MEMBERS.get(condition, ())
