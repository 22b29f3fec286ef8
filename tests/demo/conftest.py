"""The demo with a clock that stands still until a test moves it, asked over an HTTP client's ASGI transport."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema

from run_tui.demo import create_app
from run_tui.sources._dagster_queries import queries

ROOT = Path(__file__).parents[2]
QUERIES = {f"dagster_{name}": text for name, text in queries().items()} | {
    path.stem: path.read_text() for path in sorted((ROOT / "tests" / "labs" / "dagster").glob("*.graphql"))
}
"""Every GraphQL document of this project, by the name of its file."""

DOCUMENTED = QUERIES["lab"]

_RUNS = """
query($filter: RunsFilter, $cursor: String, $limit: Int) {
  runsOrError(filter: $filter, cursor: $cursor, limit: $limit) {
    __typename
    ... on Runs {
      count
      results { id status jobName creationTime startTime endTime updateTime mode tags { key value } }
    }
  }
}
"""


class Clock:
    """Tells the epoch seconds a test wants it to be."""

    def __init__(self) -> None:
        self.now = 1_795_350_612.25

    def __call__(self) -> float:
        return self.now


class Demo:
    """A client of one demo."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        transport = httpx.ASGITransport(app=create_app(clock))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://demo")

    async def post(self, query: str, operation: str | None = None, **variables: Any) -> httpx.Response:
        """One GraphQL request, whatever is answered."""
        body = {"query": query, "variables": variables, "operationName": operation}
        return await self.http.post("/graphql", json=body)

    async def ask(self, query: str, operation: str | None = None, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        response = await self.post(query, operation, **variables)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert list(answer) == ["data"]
        data: dict[str, Any] = answer["data"]
        return data

    async def runs(self, cursor: str | None = None, limit: int | None = None, **filter: Any) -> list[dict[str, Any]]:
        """The runs that fit, newest first."""
        data = await self.ask(_RUNS, filter=filter, cursor=cursor, limit=limit)
        results: list[dict[str, Any]] = data["runsOrError"]["results"]
        return results

    async def count(self, **filter: Any) -> int:
        """How many runs the server says fit."""
        data = await self.ask(_RUNS, filter=filter, limit=1)
        count: int = data["runsOrError"]["count"]
        return count

    async def newest(self, job: str, status: str) -> str:
        """The id of the newest run of a job that has a status."""
        return str((await self.runs(pipelineName=job, statuses=[status]))[0]["id"])

    async def page(self, run_id: str, limit: int | None = None, cursor: str | None = None) -> dict[str, Any]:
        """A page of events, as the documented query asks for it."""
        data = await self.ask(DOCUMENTED, "CliRunEventsQuery", runId=run_id, limit=limit, afterCursor=cursor)
        page: dict[str, Any] = data["logsForRun"]
        return page

    async def pages(self, run_id: str, limit: int) -> list[dict[str, Any]]:
        """All pages up to the one that has no more after it."""
        pages = [await self.page(run_id, limit)]
        while pages[-1]["hasMore"]:
            pages.append(await self.page(run_id, limit, pages[-1]["cursor"]))
        return pages

    async def events(self, run_id: str) -> list[dict[str, Any]]:
        """All events of a run."""
        return [event for page in await self.pages(run_id, 1000) for event in page["events"]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def demo(clock: Clock) -> AsyncIterator[Demo]:
    demo = Demo(clock)
    async with demo.http:
        yield demo


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    """The schema of the real server."""
    from dagster_graphql.schema import create_schema

    schema: GraphQLSchema = create_schema().graphql_schema
    return schema
