"""Asking something of a server, and looking at how it fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from run_tui.errors import BadAnswer, SourceError, Unreachable
from run_tui.sources._graphql import GraphQLClient
from run_tui.sources.dagster import DagsterSource
from tests.sources.servers import always, served

SECRET = "s3cret-t0ken"
TOKEN = {"Dagster-Cloud-Api-Token": SECRET}
HTML = b"<!doctype html><title>Dagster</title>"


class Version(TypedDict):
    data: dict[str, str]


SHAPE = TypeAdapter(Version)
GOOD: Version = {"data": {"version": "1.13.27"}}
GOOD_BODY = json.dumps(GOOD).encode()


@asynccontextmanager
async def client_of(url: str, **options: Any) -> AsyncIterator[GraphQLClient]:
    client = GraphQLClient(url, hint="Start it.", **options)
    try:
        yield client
    finally:
        await client.aclose()


async def ask(url: str, **options: Any) -> Version:
    async with client_of(url, **options) as client:
        return await client.query("{version}", {"n": 1}, SHAPE)


async def failure(url: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await ask(url, **options)
    assert SECRET not in f"{caught.value!r} {caught.value.hint}"
    return caught.value


async def failure_of(app: Any) -> SourceError:
    with served(app) as url:
        error = await failure(url, headers=TOKEN)
        assert url in str(error) or not isinstance(error, BadAnswer | Unreachable)
        return error


def answer_of(status: int, kind: str | None = "text/plain", body: bytes = b"?") -> Any:
    return always(body, status, kind)


EVENT = {"message": "m", "timestamp": "1795307802079", "level": "INFO", "stepKey": None, "eventType": None}


@asynccontextmanager
async def source_of(app: Any) -> AsyncIterator[DagsterSource]:
    source = DagsterSource("http://scripted", app=app)
    try:
        yield source
    finally:
        await source.aclose()


def saying(**data: Any) -> Any:
    return always(json.dumps({"data": data}).encode())


def page_of(*events: dict[str, Any]) -> dict[str, Any]:
    return {"__typename": "EventConnection", "events": list(events), "cursor": "c", "hasMore": False}
