"""The root fields of the demo's GraphQL schema, answered from its runs as a Dagster server answers them."""

from __future__ import annotations

import base64
import json
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

from .document import GraphQLError
from .execution import Resolver
from .history import History
from .retelling import milliseconds
from .runs import DemoRun

VERSION = "1.13.27"
"""The Dagster version whose answers these are."""

_MAX_PAGE = 1000
_STORAGE = "/srv/acme/dagster_home/storage"

PERMISSIONS = [
    {"__typename": "Permission", "permission": name, "value": True}
    for name in (
        "launch_pipeline_execution",
        "launch_pipeline_reexecution",
        "terminate_pipeline_execution",
        "delete_pipeline_run",
    )
]
"""Nothing is forbidden: what is changed here is gone when the program ends."""

Answer = dict[str, Any]
"""A GraphQL object, with its `__typename`; or the arguments a field was given, None where not."""


class Server:
    """The demo's answers; `clock` tells the epoch seconds at which it starts and by which its live run goes on."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._history = History(self._now())
        self._queries: dict[str, Resolver] = {
            "version": lambda _: VERSION,
            "runOrError": self._run,
            "runsOrError": self._runs,
            "runIdsOrError": self._run_ids,
            "logsForRun": self._events,
            "capturedLogs": self._output,
            "capturedLogsMetadata": _output_metadata,
            "repositoriesOrError": self._repositories,
            "workspaceOrError": self._workspace,
            "permissions": lambda _: PERMISSIONS,
            "runConfigSchemaOrError": lambda _: {"__typename": "RunConfigSchema", "rootDefaultYaml": "{}\n"},
            "isPipelineConfigValid": _valid,
            "launchRun": self._launch,
            "launchRunReexecution": self._reexecute,
            "terminateRun": self._terminate,
            "deleteRun": self._delete,
        }

    def resolver(self, field: str) -> Resolver:
        """What answers a root field."""
        return self._queries[field]

    def _now(self) -> int:
        return milliseconds(self._clock())

    def _run(self, arguments: Answer) -> Answer:
        now = self._now()
        run = self._history.find(arguments["runId"], now)
        return run.at(now) if run else _not_found(arguments["runId"])

    def _runs(self, arguments: Answer) -> Answer:
        fitting = self._fitting(arguments["filter"] or {})
        return {"__typename": "Runs", "count": len(fitting), "results": _page(fitting, arguments)}

    def _run_ids(self, arguments: Answer) -> Answer:
        fitting = self._fitting(arguments["filter"] or {})
        return {"__typename": "RunIds", "results": [run["id"] for run in _page(fitting, arguments)]}

    def _fitting(self, wanted: Answer) -> list[Answer]:
        now = self._now()
        runs = (run.at(now) for run in self._history.runs(now))
        return [run for run in runs if _fits(run, wanted)]

    def _events(self, arguments: Answer) -> Answer:
        now = self._now()
        cursor, limit = arguments["afterCursor"], arguments["limit"]
        run = self._history.find(arguments["runId"], now)
        if run is None:
            return _not_found(arguments["runId"])
        try:
            start = 0 if cursor is None else _position(cursor)
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            return _python_error(error)
        limit = _MAX_PAGE if limit is None else min(limit, _MAX_PAGE)
        known = run.log.known(now)
        stop = min(start + limit, known) if limit > 0 else known
        events = run.log.read(start, stop) if start < stop else []
        return {
            "__typename": "EventConnection",
            "events": events,
            "cursor": _cursor(stop) if events else cursor or _cursor(-1),
            "hasMore": 0 < limit == len(events),
        }

    def _output(self, arguments: Answer) -> Answer:
        key, limit = arguments["logKey"], arguments["limit"]
        starts = _offsets(arguments["cursor"])
        written = self._written(key) or (b"", b"")
        parts = [
            stream[start : None if limit is None else start + limit]
            for stream, start in zip(written, starts, strict=True)
        ]
        stdout, stderr = (part.decode(errors="replace") or None for part in parts)
        cursor = ":".join(str(start + len(part)) for start, part in zip(starts, parts, strict=True))
        return {"__typename": "CapturedLogs", "logKey": key, "stdout": stdout, "stderr": stderr, "cursor": cursor}

    def _written(self, key: list[str]) -> tuple[bytes, bytes] | None:
        now = self._now()
        match key:
            case [run_id, "compute_logs", file_key] if run := self._history.find(run_id, now):
                return run.output(file_key, now)
        return None

    def _repositories(self, _: Answer) -> Answer:
        now = self._now()
        runs = [run.at(now) for run in self._history.runs(now)]
        origin = runs[0]["repositoryOrigin"]
        location = origin["repositoryLocationName"]
        repository = {
            "__typename": "Repository",
            "id": origin["id"],
            "name": origin["repositoryName"],
            "location": {"__typename": "RepositoryLocation", "id": location, "name": location},
            "jobs": [_job(name) for name in sorted({run["jobName"] for run in runs})],
            "schedules": [],
            "sensors": [],
            "assetNodes": [],
        }
        return {"__typename": "RepositoryConnection", "nodes": [repository]}

    def _workspace(self, _: Answer) -> Answer:
        repositories = self._repositories({})["nodes"]
        location = {"__typename": "RepositoryLocation", "repositories": repositories}
        name = repositories[0]["location"]["name"]
        entry = {"name": name, "permissions": PERMISSIONS, "locationOrLoadError": location}
        return {"__typename": "Workspace", "locationEntries": [{"__typename": "WorkspaceLocationEntry", **entry}]}

    def _launch(self, arguments: Answer) -> Answer:
        params = arguments["executionParams"]
        tags = (params.get("executionMetadata") or {}).get("tags") or []
        job = params["selector"].get("jobName") or ""
        return self._launched(self._history.launch(job, self._now(), tags), job)

    def _reexecute(self, arguments: Answer) -> Answer:
        given, steps, now = arguments["reexecutionParams"], arguments["executionParams"], self._now()
        if bool(given) == bool(steps):
            return _python_error(ValueError("Must only provide one of either executionParams or reexecutionParams"))
        if given is None:
            metadata = steps["executionMetadata"]
            given = {"parentRunId": metadata["parentRunId"], "extraTags": metadata["tags"]}
        parent = self._history.find(given["parentRunId"], now)
        if parent is None:
            return _python_error(LookupError(f"Could not find parent run with id: {given['parentRunId']}"))
        run, extra = parent.at(now), given.get("extraTags") or []
        taken = {tag["key"] for tag in extra}
        tags = [*(tag for tag in run["tags"] if tag["key"] not in taken), *extra]
        return self._launched(self._history.launch(run["jobName"], now, tags, run), run["jobName"])

    def _launched(self, run: DemoRun | None, job: str) -> Answer:
        if run is None:
            return {"__typename": "PipelineNotFoundError", "message": f"Could not find Pipeline {job}"}
        return {"__typename": "LaunchRunSuccess", "run": run.at(self._now())}

    def _terminate(self, arguments: Answer) -> Answer:
        run_id, now = arguments["runId"], self._now()
        run = self._history.find(run_id, now)
        if run is None:
            return _not_found(run_id)
        before = run.at(now)
        if before["endTime"] is not None:
            message = f"Run {run_id} could not be terminated due to having status {before['status']}."
            return {"__typename": "TerminateRunFailure", "message": message, "run": before}
        run.cancel(now)
        return {"__typename": "TerminateRunSuccess", "run": before}

    def _delete(self, arguments: Answer) -> Answer:
        run_id = arguments["runId"]
        if not self._history.delete(run_id, self._now()):
            return _not_found(run_id)
        return {"__typename": "DeletePipelineRunSuccess", "runId": run_id}


def _valid(arguments: Answer) -> Answer:
    """The demo's jobs are told from recordings: whatever they are configured with changes nothing."""
    return {"__typename": "PipelineConfigValidationValid", "pipelineName": arguments["pipeline"]["pipelineName"]}


def _page(runs: list[Answer], arguments: Answer) -> list[Answer]:
    """The first `limit` of the runs after the one whose id is the cursor: none if there is no such run."""
    cursor, limit = arguments["cursor"], arguments["limit"]
    if cursor is not None:
        start = next((index for index, run in enumerate(runs, 1) if run["id"] == cursor), len(runs))
        runs = runs[start:]
    return runs[:limit] if limit is not None and limit > 0 else runs


def _fits(run: Answer, wanted: Answer) -> bool:
    """Whether a run is among those a RunsFilter asks for: what the filter leaves empty does not matter."""

    def chosen(value: Any, values: Collection[Any] | None) -> bool:
        return not values or value in values

    def between(value: float, after: float | None, before: float | None) -> bool:
        return (after is None or value > after) and (before is None or value < before)

    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    wanted_tags = defaultdict(set)
    for tag in wanted.get("tags") or ():
        wanted_tags[tag["key"]].add(tag["value"])
    return (
        chosen(run["id"], wanted.get("runIds"))
        and chosen(run["status"], wanted.get("statuses"))
        and all(
            wanted.get(field) in (None, run[name])
            for field, name in (
                ("pipelineName", "pipelineName"),
                ("mode", "mode"),
                ("snapshotId", "pipelineSnapshotId"),
            )
        )
        and all(tags.get(key) in values for key, values in wanted_tags.items())
        and between(run["creationTime"], wanted.get("createdAfter"), wanted.get("createdBefore"))
        and between(run["updateTime"], wanted.get("updatedAfter"), wanted.get("updatedBefore"))
    )


def _cursor(position: int) -> str:
    return base64.b64encode(json.dumps({"type": "STORAGE_ID", "value": position}).encode()).decode()


def _position(cursor: str) -> int:
    """How many events lie before a cursor; what Python raises where it is none is what the server tells."""
    decoded = json.loads(base64.b64decode(cursor).decode())
    kind, value = decoded["type"], decoded["value"]
    if kind not in ("STORAGE_ID", "OFFSET"):
        raise ValueError(f"{kind!r} is not a valid EventLogCursorType")
    position = int(float(value))
    if not -(2**63) <= position < 2**63:
        raise OverflowError("Python int too large to convert to SQLite INTEGER")
    return max(position, 0)


def _offsets(cursor: str | None) -> tuple[int, int]:
    """How many bytes of stdout and stderr a cursor says have been read."""
    match (cursor or "").split(":"):
        case [stdout, stderr]:
            try:
                return int(stdout), int(stderr)
            except ValueError as error:
                raise GraphQLError(str(error), status=500) from None
    return 0, 0


def _output_metadata(arguments: Answer) -> Answer:
    path = "/".join(arguments["logKey"])
    return {
        "__typename": "CapturedLogsMetadata",
        "stdoutDownloadUrl": f"/logs/{path}/out",
        "stdoutLocation": f"{_STORAGE}/{path}.out",
        "stderrDownloadUrl": f"/logs/{path}/err",
        "stderrLocation": f"{_STORAGE}/{path}.err",
    }


def _not_found(run_id: str) -> Answer:
    message = f"Pipeline run {run_id} could not be found."
    return {"__typename": "RunNotFoundError", "runId": run_id, "message": message}


def _python_error(error: Exception) -> Answer:
    return {
        "__typename": "PythonError",
        "message": traceback.format_exception_only(error)[-1],
        "className": type(error).__name__,
        "stack": traceback.format_tb(error.__traceback__),
        "cause": None,
        "causes": [],
        "errorChain": [],
    }


def _job(name: str) -> Answer:
    return {
        "__typename": "Job",
        "id": name,
        "name": name,
        "isJob": True,
        "isAssetJob": name == "sales_assets",
        "description": None,
    }
