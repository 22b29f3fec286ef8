"""A run may be named by its id, by the beginning of it, or by its web page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from run_tui.errors import ConfigError, RunNotFound
from run_tui.sources import resolve_run_id
from run_tui.sources.dagster import DagsterSource
from run_tui.sources.resolve import MOST, PAGE
from tests.sources.servers import RUN_ID, app_of


class Server:
    """Lists runs with these ids, newest first, and counts its pages."""

    def __init__(self, *ids: str, job: str | None = None) -> None:
        self.ids, self.job = ids, job
        self.pages = 0

    async def answer(self, request: Request) -> Response:
        self.pages += 1
        variables = (await request.json())["variables"]
        start = self.ids.index(variables["cursor"]) + 1 if variables["cursor"] else 0
        runs = [
            {"id": id_, "status": "SUCCESS", "creationTime": 1.0, "pipelineName": self.job}
            for id_ in self.ids[start : start + variables["limit"]]
        ]
        return JSONResponse({"data": {"runsOrError": {"__typename": "Runs", "count": len(self.ids), "results": runs}}})


@asynccontextmanager
async def source_of(server: Server) -> AsyncIterator[DagsterSource]:
    source = DagsterSource("http://runs", app=app_of(server.answer))
    try:
        yield source
    finally:
        await source.aclose()


async def resolved(server: Server, text: str) -> str:
    async with source_of(server) as source:
        return await resolve_run_id(source, text)


MANY = tuple(f"{n:08x}-0000" for n in range(MOST + 100))


@pytest.mark.parametrize(
    "text",
    [
        RUN_ID,
        f" {RUN_ID}\n",
        f"https://acme.dagster.cloud/prod/runs/{RUN_ID}?logs=1#x",
        f"http://h/runs/{RUN_ID}/",
        RUN_ID.upper(),
    ],
)
async def test_a_whole_id_is_not_asked_for(text: str) -> None:
    server = Server()
    assert (await resolved(server, text)).lower() == RUN_ID
    assert server.pages == 0


@pytest.mark.parametrize("text", ["0c11", "0c11e89c", RUN_ID[:-1], "http://h/runs/0c11e89c"])
async def test_the_first_characters(text: str) -> None:
    assert await resolved(Server("ffffffff", RUN_ID, "0c12ffff"), text) == RUN_ID


async def test_an_id_of_another_form_is_found_although_others_begin_with_it() -> None:
    assert await resolved(Server("run-12", "run-1", "run-11"), "run-1") == "run-1"


async def test_an_old_run_is_found_on_a_later_page() -> None:
    server = Server(*MANY)
    assert await resolved(server, MANY[PAGE + 1][:8]) == MANY[PAGE + 1]
    assert server.pages == 2


async def test_several_runs_fit() -> None:
    server = Server("aaaa1", "aaaa2", "b", job="etl")
    async with source_of(server) as source:
        with pytest.raises(ConfigError, match="2 runs begin with aaaa") as caught:
            await resolve_run_id(source, "aaaa")
    assert caught.value.hint == "Give more of the id: aaaa1 (etl), aaaa2 (etl)."


async def test_many_runs_fit() -> None:
    server = Server(*MANY)
    with pytest.raises(ConfigError, match="4096 runs begin with 00000") as caught:
        await resolved(server, "00000")
    assert caught.value.hint.endswith(f"{MANY[4]}, ….")


async def test_no_run_fits() -> None:
    server = Server(*MANY)
    with pytest.raises(RunNotFound, match="Run ffffffff not found") as caught:
        await resolved(server, "ffffffff")
    assert caught.value.hint == "None of the newest 10,000 runs of http://runs fits."
    assert server.pages == MOST // PAGE


async def test_too_short() -> None:
    server = Server("abc1")
    with pytest.raises(ConfigError, match="'abc' is too short for a run's id"):
        await resolved(server, " abc ")
    assert server.pages == 0
