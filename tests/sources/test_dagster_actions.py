"""What changes a Dagster server's runs: what is asked for, and what is made of each answer to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from run_tui.acts import Act, ConfigProblem, Job, Order, Reexecution, Workspace
from run_tui.errors import InvalidConfig, OutcomeUnknown, RunNotFound, ServerError, SourceError, Unauthorized
from run_tui.sources.base import Actions
from tests.sources.asking import source_of
from tests.sources.servers import always, app_of

JOB = Job("etl", "repo", "loc")
SELECTOR = {"repositoryName": "repo", "repositoryLocationName": "loc"}
CHANGED = {"__typename": "LaunchRunSuccess", "run": {"id": "r2"}}
PARENT = {
    "__typename": "Run",
    "id": "r1",
    "rootRunId": "r0",
    "pipelineName": "etl",
    "mode": "default",
    "runConfigYaml": "ops: {}",
    "tags": [],
    "repositoryOrigin": SELECTOR,
    "solidSelection": ["a*"],
    "assetSelection": [{"path": ["x", "y"]}],
}


class Server:
    """Answers each member of a GraphQL answer as told, and keeps the requests' names and variables."""

    def __init__(self, **members: Any) -> None:
        self.members = members
        self.names: list[str] = []
        self.asked: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        """Answers with those members that the query speaks of."""
        body = await request.json()
        operation = body["query"].split("RunTui", 1)[1]
        self.names.append(operation.split("(", 1)[0].split(" ", 1)[0])
        self.asked.append(body["variables"])
        return JSONResponse({"data": {name: told for name, told in self.members.items() if name in operation}})


@asynccontextmanager
async def actions_of(app: Any) -> AsyncIterator[Actions]:
    async with source_of(app) as source:
        assert source.actions is not None
        yield source.actions


Change = Callable[[Actions], Awaitable[object]]

CHANGES: dict[str, tuple[str, Change]] = {
    "terminate": ("terminateRun", lambda actions: actions.terminate("r1")),
    "delete": ("deleteRun", lambda actions: actions.delete("r1")),
    "launch": ("launchRun", lambda actions: actions.launch(Order(JOB))),
    "reexecute": ("launchRunReexecution", lambda actions: actions.reexecute("r1", Reexecution.ALL_STEPS)),
}
every_change = pytest.mark.parametrize("change", CHANGES)


async def test_a_run_is_terminated() -> None:
    server = Server(terminateRun={"__typename": "TerminateRunSuccess", "run": {"id": "r1"}})
    async with actions_of(app_of(server.answer)) as actions:
        await actions.terminate("r1")
        await actions.terminate("r1", force=True)
    assert server.names == ["Terminate"] * 2
    policies = ("SAFE_TERMINATE", "MARK_AS_CANCELED_IMMEDIATELY")
    assert server.asked == [{"runId": "r1", "policy": policy} for policy in policies]


async def test_a_run_is_deleted() -> None:
    server = Server(deleteRun={"__typename": "DeletePipelineRunSuccess", "runId": "r1"})
    async with actions_of(app_of(server.answer)) as actions:
        await actions.delete("r1")
    assert (server.names, server.asked) == (["Delete"], [{"runId": "r1"}])


async def test_a_job_is_launched() -> None:
    server = Server(launchRun=CHANGED)
    async with actions_of(app_of(server.answer)) as actions:
        assert await actions.launch(Order(JOB, "ops: {}", {"team": "ops"})) == "r2"
    params = {
        "selector": {"jobName": "etl", **SELECTOR},
        "runConfigData": "ops: {}",
        "executionMetadata": {"tags": [{"key": "team", "value": "ops"}]},
    }
    assert (server.names, server.asked) == (["Launch"], [{"params": params}])


@pytest.mark.parametrize(
    ("how", "strategy"),
    [
        (Reexecution.ALL_STEPS, "ALL_STEPS"),
        (Reexecution.FROM_FAILURE, "FROM_FAILURE"),
        (Reexecution.FROM_ASSET_FAILURE, "FROM_ASSET_FAILURE"),
    ],
)
async def test_a_run_is_executed_again(how: Reexecution, strategy: str) -> None:
    server = Server(launchRunReexecution=CHANGED)
    async with actions_of(app_of(server.answer)) as actions:
        assert await actions.reexecute("r1", how) == "r2"
        assert await actions.reexecute("r1", how, tags={"team": "ops"}) == "r2"
    params = {"parentRunId": "r1", "strategy": strategy}
    assert server.asked == [
        {"params": {**params, "extraTags": []}},
        {"params": {**params, "extraTags": [{"key": "team", "value": "ops"}]}},
    ]


@pytest.mark.parametrize(("root", "sent"), [("r0", "r0"), (None, "r1")])
async def test_chosen_steps_are_executed_with_all_else_as_it_was(root: str | None, sent: str) -> None:
    kept, dropped = ["team", "dagster/other"], ["dagster/root_run_id", "dagster/parent_run_id", ".dagster/x"]
    dropped += ["dagster/is_resume_retry", "dagster/step_selection"]
    tags = [{"key": key, "value": "old"} for key in (*dropped, *kept)]
    server = Server(runOrError={**PARENT, "rootRunId": root, "tags": tags}, launchRunReexecution=CHANGED)
    async with actions_of(app_of(server.answer)) as actions:
        assert await actions.reexecute("r1", Reexecution.STEPS, steps=("a", "b"), tags={"team": "new"}) == "r2"
        await actions.reexecute("r1", Reexecution.STEPS, steps=("a",))
    assert server.names == ["Parent", "Reexecute"] * 2
    assert server.asked[0] == {"runId": "r1"}
    assert server.asked[1].keys() == {"steps"}
    told, bare = server.asked[1]["steps"], server.asked[3]["steps"]
    made = told.pop("executionMetadata")
    assert told == {
        "selector": {"jobName": "etl", **SELECTOR, "solidSelection": ["a*"], "assetSelection": [{"path": ["x", "y"]}]},
        "mode": "default",
        "runConfigData": "ops: {}",
        "stepKeys": ["a", "b"],
    }
    assert (made["parentRunId"], made["rootRunId"]) == ("r1", sent)
    assert {tag["key"]: tag["value"] for tag in made["tags"]} == {
        "team": "new",
        "dagster/other": "old",
        "dagster/step_selection": "a,b",
    }
    tags = bare["executionMetadata"]["tags"]
    assert {tag["key"]: tag["value"] for tag in tags} == {**dict.fromkeys(kept, "old"), "dagster/step_selection": "a"}


async def test_steps_of_code_that_is_not_known_are_not_executed() -> None:
    server = Server(runOrError={**PARENT, "repositoryOrigin": None}, launchRunReexecution=CHANGED)
    async with actions_of(app_of(server.answer)) as actions:
        with pytest.raises(ServerError, match=r"^http://scripted does not know where the code of run r1 is$"):
            await actions.reexecute("r1", Reexecution.STEPS, steps=("a",))
        server.members["runOrError"] = {"__typename": "RunNotFoundError"}
        with pytest.raises(RunNotFound, match=r"^Run r1 not found$"):
            await actions.reexecute("r1", Reexecution.STEPS, steps=("a",))
    assert server.names == ["Parent"] * 2


@every_change
@pytest.mark.parametrize(
    ("member", "kind", "message"),
    [
        ({"__typename": "RunNotFoundError", "message": " gone\n"}, RunNotFound, "gone"),
        ({"__typename": "UnauthorizedError"}, Unauthorized, "http://scripted does not allow this"),
        (
            {"__typename": "UnauthorizedError", "message": " ask Ann\n"},
            Unauthorized,
            "http://scripted does not allow this: ask Ann",
        ),
        ({"__typename": "TerminateRunFailure", "message": "it has ended"}, ServerError, "it has ended"),
        ({"__typename": "RunConflict"}, ServerError, "http://scripted answered with a RunConflictError"),
        ({"__typename": "NoModeProvidedError"}, ServerError, "http://scripted answered with a NoModeProvidedError"),
        ({"__typename": "InvalidStepError", "invalidStepKey": "x"}, ServerError, "There is no step x to execute"),
    ],
)
async def test_a_change_that_is_refused(change: str, member: Any, kind: type[SourceError], message: str) -> None:
    name, make = CHANGES[change]
    server = Server(**{name: member})
    async with actions_of(app_of(server.answer)) as actions:
        with pytest.raises(SourceError) as caught:
            await make(actions)
    assert (type(caught.value), str(caught.value)) == (kind, message)
    if kind is Unauthorized:
        assert caught.value.hint == "Ask whoever runs the server for the right to do it."
    assert len(server.asked) == 1


@pytest.mark.parametrize("change", ["terminate", "delete"])
async def test_a_run_that_is_not_there_is_named(change: str) -> None:
    name, make = CHANGES[change]
    async with actions_of(app_of(Server(**{name: {"__typename": "RunNotFoundError"}}).answer)) as actions:
        with pytest.raises(RunNotFound, match=r"^Run r1 not found$"):
            await make(actions)


@every_change
async def test_what_broke_within_the_server_is_told_with_its_stack(change: str) -> None:
    name, make = CHANGES[change]
    member = {"__typename": "PythonError", "message": "boom\n", "stack": ["a", "b"]}
    async with actions_of(app_of(Server(**{name: member}).answer)) as actions:
        with pytest.raises(ServerError) as caught:
            await make(actions)
    assert (str(caught.value), caught.value.status, caught.value.stack) == ("boom", 500, ("a", "b"))


MISSING = {
    "message": " Missing\n",
    "stack": {"entries": [{"fieldName": "ops"}, {"listIndex": 0}, {"mapKey": True}]},
    "fieldName": "rows",
}
SUPERFLUOUS = {"message": "Too much", "stack": {"entries": []}, "fieldNames": ["a", "b"]}
WRONG = {"message": "Wrong"}
INVALID = {"__typename": "RunConfigValidationInvalid", "errors": [MISSING, SUPERFLUOUS, WRONG]}
PROBLEMS = (
    ConfigProblem("Missing", ("ops", "0", "True"), ("rows",)),
    ConfigProblem("Too much", (), ("a", "b")),
    ConfigProblem("Wrong"),
)


async def test_a_configuration_that_the_server_does_not_take() -> None:
    async with actions_of(app_of(Server(launchRun=INVALID).answer)) as actions:
        with pytest.raises(InvalidConfig, match=r"^Missing$") as caught:
            await actions.launch(Order(JOB))
    assert caught.value.problems == PROBLEMS


async def test_a_configuration_is_checked() -> None:
    server = Server(isPipelineConfigValid=INVALID)
    async with actions_of(app_of(server.answer)) as actions:
        assert await actions.check_config(JOB, "ops: 1") == PROBLEMS
        server.members["isPipelineConfigValid"] = {"__typename": "PipelineConfigValidationValid", "pipelineName": "etl"}
        assert await actions.check_config(JOB, "ops: 1") == ()
        server.members["isPipelineConfigValid"] = {"__typename": "PipelineNotFoundError", "message": "no etl"}
        with pytest.raises(ServerError, match=r"^no etl$"):
            await actions.check_config(JOB, "ops: 1")
    assert server.asked == [{"selector": {"pipelineName": "etl", **SELECTOR}, "config": "ops: 1"}] * 3


@pytest.mark.parametrize(("yaml", "told"), [("ops:\n  a: 1\n", "ops:\n  a: 1\n"), ("{}\n", ""), ("null", "")])
async def test_a_jobs_defaults(yaml: str, told: str) -> None:
    server = Server(runConfigSchemaOrError={"__typename": "RunConfigSchema", "rootDefaultYaml": yaml})
    async with actions_of(app_of(server.answer)) as actions:
        assert await actions.default_config(JOB) == told
        server.members["runConfigSchemaOrError"] = {"__typename": "ModeNotFoundError", "message": "no mode"}
        with pytest.raises(ServerError, match=r"^no mode$"):
            await actions.default_config(JOB)
    assert server.asked == [{"selector": {"pipelineName": "etl", **SELECTOR}}] * 2


def allowing(**permissions: bool) -> list[dict[str, Any]]:
    return [{"permission": name, "value": value} for name, value in permissions.items()]


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("terminate_pipeline_execution", Act.TERMINATE),
        ("launch_pipeline_reexecution", Act.REEXECUTE),
        ("delete_pipeline_run", Act.DELETE),
        ("launch_pipeline_execution", Act.LAUNCH),
    ],
)
async def test_what_is_allowed_anywhere_is_allowed(name: str, act: Act) -> None:
    places = [{"permissions": allowing(start_sensor=True)}, {"permissions": allowing(**{name: True})}]
    nowhere = {"__typename": "Workspace", "locationEntries": places[:1]}
    for allowed, workspace in ((True, nowhere), (False, {**nowhere, "locationEntries": places}), (False, nowhere)):
        server = Server(permissions=allowing(**{name: allowed}), workspaceOrError=workspace)
        async with actions_of(app_of(server.answer)) as actions:
            told = await actions.permissions()
        assert told == (frozenset({act}) if allowed or workspace is not nowhere else frozenset())


async def test_what_is_allowed_cannot_be_told() -> None:
    broken = {"__typename": "PythonError", "message": "boom"}
    async with actions_of(app_of(Server(permissions=[], workspaceOrError=broken).answer)) as actions:
        for asking in (actions.permissions(), actions.workspace()):
            with pytest.raises(ServerError, match=r"^boom$"):
                await asking


async def test_the_jobs_of_all_locations() -> None:
    def job(name: str) -> dict[str, Any]:
        return {"name": name, "description": f"of {name}"}

    def entry(name: str, location: Any, **permissions: bool) -> dict[str, Any]:
        return {"name": name, "permissions": allowing(**permissions), "locationOrLoadError": location}

    def loaded(**repositories: list[str]) -> dict[str, Any]:
        found = [{"name": name, "jobs": [job(each) for each in jobs]} for name, jobs in repositories.items()]
        return {"__typename": "RepositoryLocation", "repositories": found}

    entries = [
        entry("west", loaded(one=["b", "__ASSET_JOB_0"], two=["a"]), launch_pipeline_execution=True),
        entry("east", loaded(one=["z", "__ASSET_JOB"]), launch_pipeline_execution=False),
        entry("slow", None),
        entry("broken", {"__typename": "PythonError", "message": "No module named x\n"}),
    ]
    server = Server(workspaceOrError={"__typename": "Workspace", "locationEntries": entries})
    async with actions_of(app_of(server.answer)) as actions:
        told = await actions.workspace()
    assert told == Workspace(
        (
            Job("z", "one", "east", "of z", launchable=False),
            Job("a", "two", "west", "of a"),
            Job("b", "one", "west", "of b"),
        ),
        {"slow": "It is still loading.", "broken": "No module named x"},
        has_assets=True,
    )


def listing(message: str, status: int) -> Any:
    return always(f'{{"errors": [{{"message": "{message}"}}]}}'.encode(), status)


@every_change
@pytest.mark.parametrize(
    ("app", "kind", "message"),
    [
        (always(b"?", 401, "text/plain"), Unauthorized, "http://scripted wants a token (HTTP 401 Unauthorized)"),
        (listing("Variable '$x' got", 500), ServerError, "Variable '$x' got"),
        (listing("Cannot query", 400), ServerError, "Cannot query"),
        (listing("No such thing", 499), ServerError, "No such thing"),
        (listing("boom", 500), OutcomeUnknown, "boom: whether it was done is not known"),
        (listing("boom", 200), OutcomeUnknown, "boom: whether it was done is not known"),
        (
            always(b"{}"),
            OutcomeUnknown,
            "http://scripted answered with JSON that does not fit (data: Field required): "
            "whether it was done is not known",
        ),
        (
            always(b"?", 502, "text/plain"),
            OutcomeUnknown,
            "http://scripted failed (HTTP 502 Bad Gateway): whether it was done is not known",
        ),
    ],
)
async def test_whether_a_change_was_made(change: str, app: Any, kind: type[SourceError], message: str) -> None:
    async with actions_of(app) as actions:
        with pytest.raises(SourceError) as caught:
            await CHANGES[change][1](actions)
    assert (type(caught.value), str(caught.value)) == (kind, message)
    if kind is OutcomeUnknown:
        assert caught.value.hint == "It was asked for once, and is not again."
