"""Changes runs on a Dagster server: ends, deletes and launches them; each change is asked for once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from run_tui.acts import Act, ConfigProblem, Job, Order, Reexecution, Workspace
from run_tui.errors import ServerError
from run_tui.sources import _dagster_action_wire as wire
from run_tui.sources._dagster_failures import error_of
from run_tui.sources._dagster_queries import queries
from run_tui.sources._dagster_refusals import done, problems_of
from run_tui.sources._dagster_wire import Failure, adapter
from run_tui.sources._graphql import GraphQLClient

T = TypeVar("T")

_PERMISSIONS = {
    "terminate_pipeline_execution": Act.TERMINATE,
    "launch_pipeline_reexecution": Act.REEXECUTE,
    "delete_pipeline_run": Act.DELETE,
    "launch_pipeline_execution": Act.LAUNCH,
}
_STRATEGIES = {
    Reexecution.ALL_STEPS: "ALL_STEPS",
    Reexecution.FROM_FAILURE: "FROM_FAILURE",
    Reexecution.FROM_ASSET_FAILURE: "FROM_ASSET_FAILURE",
}
_MADE_BY_SERVER = (".dagster/", "dagster/root_run_id", "dagster/parent_run_id")
_OF_ANOTHER_CHOICE = ("dagster/is_resume_retry", "dagster/step_selection")
"""Beginnings of tags that a run which executes chosen steps does not take over from its parent."""
_IMPLICIT_JOBS = "__ASSET_JOB"
"""How the jobs begin that servers make of all assets: these are launched by choosing assets."""


class DagsterActions:
    """What can be changed on the server that `client` asks."""

    def __init__(self, client: GraphQLClient) -> None:
        self._client = client

    async def permissions(self) -> frozenset[Act]:
        """What the deployment or one of its locations allows."""
        found = (await self._ask("permissions", {}, wire.PermissionsAnswer))["data"]
        allowed = _allowed(found["permissions"])
        for place in self._good(found["workspaceOrError"])["locationEntries"]:
            allowed |= _allowed(place["permissions"])
        return allowed

    async def terminate(self, run_id: str, *, force: bool = False) -> None:
        """Asks a run to end; with `force` it is marked as canceled at once, whatever its processes do."""
        policy = "MARK_AS_CANCELED_IMMEDIATELY" if force else "SAFE_TERMINATE"
        answer = await self._change("terminate", {"runId": run_id, "policy": policy}, wire.TerminateAnswer)
        self._done(answer["data"]["terminateRun"], run_id)

    async def reexecute(
        self, run_id: str, how: Reexecution, *, steps: Sequence[str] = (), tags: Mapping[str, str] | None = None
    ) -> str:
        """Executes a run again, as its code is now; the id of the new run."""
        variables: dict[str, object]
        if how is Reexecution.STEPS:
            variables = {"steps": await self._some_steps(run_id, steps, tags or {})}
        else:
            variables = {
                "params": {"parentRunId": run_id, "strategy": _STRATEGIES[how], "extraTags": _pairs(tags or {})}
            }
        answer = await self._change("reexecute", variables, wire.ReexecuteAnswer)
        return self._done(answer["data"]["launchRunReexecution"])["run"]["id"]

    async def delete(self, run_id: str) -> None:
        """Deletes a run with its events."""
        answer = await self._change("delete", {"runId": run_id}, wire.DeleteAnswer)
        self._done(answer["data"]["deleteRun"], run_id)

    async def launch(self, order: Order) -> str:
        """Launches a job; the id of the run. Raises `InvalidConfig`."""
        params = {
            "selector": _selector(order.job, "jobName"),
            "runConfigData": order.config,
            "executionMetadata": {"tags": _pairs(order.tags)},
        }
        answer = await self._change("launch", {"params": params}, wire.LaunchAnswer)
        return self._done(answer["data"]["launchRun"])["run"]["id"]

    async def workspace(self) -> Workspace:
        """The jobs of all locations, without those that stand for all assets."""
        found = self._good((await self._ask("workspace", {}, wire.WorkspaceAnswer))["data"]["workspaceOrError"])
        jobs, broken, has_assets = [], {}, False
        for entry in found["locationEntries"]:
            location = entry["locationOrLoadError"]
            if location is None:
                broken[entry["name"]] = "It is still loading."
            elif isinstance(location, Failure):
                broken[entry["name"]] = str(error_of(location, self._client.where))
            else:
                found_here = _jobs(entry, location)
                jobs += [job for job in found_here if not job.name.startswith(_IMPLICIT_JOBS)]
                has_assets |= any(job.name.startswith(_IMPLICIT_JOBS) for job in found_here)
        return Workspace(tuple(sorted(jobs, key=lambda job: (job.location, job.name))), broken, has_assets)

    async def default_config(self, job: Job) -> str:
        """All that can be configured, as the job's code has it, in YAML."""
        answer = await self._ask("config", {"selector": _selector(job, "pipelineName")}, wire.ConfigAnswer)
        text = self._good(answer["data"]["runConfigSchemaOrError"])["rootDefaultYaml"]
        return "" if text.strip() in ("{}", "null") else text

    async def check_config(self, job: Job, config: str) -> tuple[ConfigProblem, ...]:
        """What the server has against a configuration."""
        variables = {"selector": _selector(job, "pipelineName"), "config": config}
        result = (await self._ask("check_config", variables, wire.CheckAnswer))["data"]["isPipelineConfigValid"]
        if isinstance(result, wire.Refusal) and result.errors:
            return problems_of(result)
        self._done(result)
        return ()

    async def _some_steps(self, run_id: str, steps: Sequence[str], tags: Mapping[str, str]) -> dict[str, object]:
        """The parameters that execute some steps of a run again, with all else as that run had it."""
        answer = await self._ask("parent", {"runId": run_id}, wire.ParentAnswer)
        parent = self._good(answer["data"]["runOrError"], run_id)
        origin = parent["repositoryOrigin"]
        if origin is None:
            raise ServerError(f"{self._client.where} does not know where the code of run {run_id} is")
        kept = {
            tag["key"]: tag["value"]
            for tag in parent["tags"]
            if not tag["key"].startswith(_MADE_BY_SERVER + _OF_ANOTHER_CHOICE)
        }
        return {
            "selector": {
                "jobName": parent["pipelineName"],
                **origin,
                "solidSelection": parent["solidSelection"],
                "assetSelection": parent["assetSelection"],
            },
            "mode": parent["mode"],
            "runConfigData": parent["runConfigYaml"],
            "stepKeys": list(steps),
            "executionMetadata": {
                "parentRunId": run_id,
                "rootRunId": parent["rootRunId"] or run_id,
                "tags": _pairs({**kept, "dagster/step_selection": ",".join(steps), **tags}),
            },
        }

    async def _ask(self, query: str, variables: Mapping[str, object], answer: type[T]) -> T:
        return await self._client.query(queries()[query], variables, adapter(answer))

    async def _change(self, mutation: str, variables: Mapping[str, object], answer: type[T]) -> T:
        return await self._client.mutate(queries()[mutation], variables, adapter(answer))

    def _good(self, member: T | Failure, run_id: str | None = None) -> T:
        if isinstance(member, Failure):
            raise error_of(member, self._client.where, run_id)
        return member

    def _done(self, member: T | wire.Refusal, run_id: str | None = None) -> T:
        return done(member, self._client.where, run_id)


def _allowed(permissions: Iterable[wire.Permission]) -> frozenset[Act]:
    """Of what this program can ask for, what is allowed."""
    granted = (permission["permission"] for permission in permissions if permission["value"])
    return frozenset(_PERMISSIONS[name] for name in granted if name in _PERMISSIONS)


def _jobs(entry: wire.LocationEntry, location: wire.Location) -> list[Job]:
    launchable = Act.LAUNCH in _allowed(entry["permissions"])
    return [
        Job(job["name"], repository["name"], entry["name"], job["description"], launchable)
        for repository in location["repositories"]
        for job in repository["jobs"]
    ]


def _selector(job: Job, name_field: str) -> dict[str, str]:
    return {name_field: job.name, "repositoryName": job.repository, "repositoryLocationName": job.location}


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
