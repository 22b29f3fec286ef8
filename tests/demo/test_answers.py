"""Every answer to every query is one the real server's schema allows."""

from typing import Any

import pytest
from graphql import GraphQLSchema

from run_tui.sources._dagster_queries import queries

from .conformity import Conformity, with_typenames
from .conftest import QUERIES, Clock, Demo

REST = """
query Ids($filter: RunsFilter) { runIdsOrError(filter: $filter, limit: 3) { ... on RunIds { results } } }
query Version { version }
query Logs($logKey: [String!]!) {
  capturedLogs(logKey: $logKey, limit: 100) { logKey stdout stderr cursor }
  capturedLogsMetadata(logKey: $logKey) { stdoutDownloadUrl stdoutLocation stderrDownloadUrl stderrLocation }
}
query Repositories {
  repositoriesOrError {
    ... on RepositoryConnection {
      nodes {
        id name location { id name } jobs { id name isJob isAssetJob description }
        schedules { name } sensors { name } assetNodes { assetKey { path } groupName }
      }
    }
    ... on PythonError { message stack }
  }
}
mutation Launch($params: ExecutionParams!) { launchRun(executionParams: $params) { ... on Error { message } } }
mutation Terminate($runId: String!) { terminateRun(runId: $runId) { ... on Error { message } } }
mutation Delete($runId: String!) { deleteRun(runId: $runId) { ... on Error { message } } }
"""

OF_A_RUN = [
    ("dagster_run", "DgApiRunMetadataQuery"),
    ("dagster_run_details", "RunTuiRunDetails"),
    ("dagster_steps", "RunTuiSteps"),
    ("dagster_events", "CliRunEventsQuery"),
    ("dagster_page", "RunTuiPage"),
    ("dagster_more", "RunTuiMore"),
    ("lab", "DgApiRunMetadataQuery"),
    ("lab", "CliRunEventsQuery"),
    ("broad", "LabRun"),
    ("broad", "LabEvents"),
]


async def conforming(
    demo: Demo, schema: GraphQLSchema, source: str, operation: str, **variables: Any
) -> dict[str, Any]:
    """The data of an answer, after it has been held against the schema."""
    query = with_typenames(source)
    data = await demo.ask(query, operation, **variables)
    Conformity(schema, query).check(data, operation)
    return data


@pytest.mark.parametrize(("document", "operation"), OF_A_RUN)
async def test_queries_for_a_run(demo: Demo, schema: GraphQLSchema, document: str, operation: str) -> None:
    runs = {(run["jobName"], run["status"]): run["id"] for run in await demo.runs()}
    assert len(runs) == 16
    for (job, status), run_id in runs.items():
        data = await conforming(demo, schema, QUERIES[document], operation, runId=run_id, limit=1000)
        for answer in data.values():
            assert answer["__typename"] in ("Run", "EventConnection"), (job, status)


@pytest.mark.parametrize(("document", "operation"), OF_A_RUN)
async def test_queries_for_an_unknown_run(demo: Demo, schema: GraphQLSchema, document: str, operation: str) -> None:
    data = await conforming(demo, schema, QUERIES[document], operation, runId="nobody", limit=10)
    for answer in data.values():
        assert answer == {"__typename": "RunNotFoundError", "message": "Pipeline run nobody could not be found."}


@pytest.mark.parametrize(("document", "operation"), [("dagster_runs", "RunTuiRuns"), ("lab", "LabRuns")])
async def test_queries_for_runs(demo: Demo, schema: GraphQLSchema, document: str, operation: str) -> None:
    filter = {"statuses": ["SUCCESS"], "tags": [{"key": "team", "value": "growth"}]}
    data = await conforming(demo, schema, QUERIES[document], operation, filter=filter, limit=5)
    assert [run["jobName"] for run in data["runsOrError"]["results"]] == ["sync_crm"] * 5


async def test_a_run_conforms_at_every_moment_of_its_life(demo: Demo, schema: GraphQLSchema, clock: Clock) -> None:
    (run,) = await demo.runs(statuses=["STARTED"])
    for second in range(-22, 75, 4):
        clock.now = run["startTime"] + 20 + second + 0.5
        for operation in ("LabRun", "LabEvents"):
            await conforming(demo, schema, QUERIES["broad"], operation, runId=run["id"], limit=1000)


async def test_all_other_fields(demo: Demo, schema: GraphQLSchema) -> None:
    data = await conforming(demo, schema, REST, "Ids", filter={"statuses": ["FAILURE"]})
    assert data["runIdsOrError"]["results"] == [run["id"] for run in await demo.runs(statuses=["FAILURE"])][:3]
    assert await conforming(demo, schema, REST, "Version") == {"version": "1.13.27"}
    data = await conforming(demo, schema, REST, "Repositories")
    (repository,) = data["repositoriesOrError"]["nodes"]
    assert {job["name"] for job in repository["jobs"]} == {run["jobName"] for run in await demo.runs()}
    await conforming(demo, schema, REST, "Logs", logKey=["nobody", "compute_logs", "nothing"])


@pytest.mark.parametrize(
    ("operation", "typename"),
    [("Launch", "PipelineNotFoundError"), ("Terminate", "RunNotFoundError"), ("Delete", "RunNotFoundError")],
)
async def test_what_is_not_there_cannot_be_changed(
    demo: Demo, schema: GraphQLSchema, operation: str, typename: str
) -> None:
    params = {"selector": {"jobName": "j", "repositoryName": "r", "repositoryLocationName": "l"}}
    variables = {"params": params} if operation == "Launch" else {"runId": "nobody"}
    data = await conforming(demo, schema, REST, operation, **variables)
    (answer,) = data.values()
    assert answer["__typename"] == typename


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("permissions", "RunTuiPermissions"),
        ("workspace", "RunTuiWorkspace"),
        ("config", "RunTuiDefaultConfig"),
        ("check_config", "RunTuiCheckConfig"),
    ],
)
async def test_what_the_explorer_asks_before_it_changes_anything(
    demo: Demo, schema: GraphQLSchema, name: str, operation: str
) -> None:
    selector = {"pipelineName": "sync_crm", "repositoryName": "r", "repositoryLocationName": "l"}
    data = await conforming(demo, schema, queries()[name], operation, selector=selector)
    assert all(answer for answer in data.values())
