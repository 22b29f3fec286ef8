"""Where the next page starts is told while a page is still on its way."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import pytest

from run_tui.demo import create_app
from run_tui.model import EventPage, RunFilter
from run_tui.sources.base import Source
from run_tui.sources.dagster import DagsterSource
from tests.sources.asking import EVENT, saying, source_of
from tests.sources.servers import always, http_answer, read_request, talking

FULL: dict[str, Any] = {"__typename": "EventConnection", "cursor": "eyJ9", "hasMore": True, "events": [EVENT] * 9}


async def told_of(
    source: Source, run_id: str, limit: int = 1000, *, with_run: bool = False
) -> tuple[list[str], EventPage]:
    """What is told with a page, and the page."""
    told: list[str] = []

    async def ahead(cursor: str) -> None:
        told.append(cursor)

    return told, await source.page(run_id, None, limit, with_run=with_run, ahead=ahead)


def in_two(body: bytes, encoding: str) -> tuple[bytes, bytes]:
    """The body as it is sent, in two pieces that can be read one after the other."""
    middle = len(body) // 2
    if encoding == "identity":
        return body[:middle], body[middle:]
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS)
    first = packer.compress(body[:middle]) + packer.flush(zlib.Z_SYNC_FLUSH)
    return first, packer.compress(body[middle:]) + packer.flush()


@pytest.mark.parametrize("encoding", ["identity", "deflate"])
async def test_it_is_told_before_the_rest_is_sent(encoding: str) -> None:
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    first, rest = in_two(json.dumps({"data": {"logsForRun": FULL}}).encode(), encoding)

    async def hesitate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(http_answer(first, f"content-encoding: {encoding}", length=len(first + rest)))
        await told
        writer.write(rest)

    async def ahead(cursor: str) -> None:
        told.set_result(cursor)

    async with talking(hesitate) as url, asyncio.timeout(20):
        source = DagsterSource(url)
        page = await source.page("r1", with_run=False, ahead=ahead)
        await source.aclose()
    assert (told.result(), page.cursor, len(page)) == ("eyJ9", "eyJ9", 9)


@pytest.mark.parametrize(
    "answer",
    [
        FULL | {"hasMore": False},
        {name: FULL[name] for name in ("__typename", "events", "cursor", "hasMore")},
        FULL | {"cursor": 'a"b'},
    ],
)
async def test_nothing_is_told_of_a_last_page_or_of_one_that_begins_otherwise(answer: dict[str, Any]) -> None:
    async with source_of(saying(logsForRun=answer)) as source:
        told, page = await told_of(source, "r1")
    assert (told, page.cursor, len(page)) == ([], answer["cursor"], 9)


async def test_blanks_in_an_answer_do_no_harm() -> None:
    body = json.dumps({"data": {"logsForRun": FULL}}, indent=2).encode()
    async with source_of(always(body)) as source:
        assert (await told_of(source, "r1"))[0] == ["eyJ9"]


async def test_the_demo_tells() -> None:
    async with source_of(create_app()) as source:
        run_id = (await source.runs(RunFilter())).items[-1].id
        told, page = await told_of(source, run_id, 5)
        assert told == [page.cursor]
        assert await told_of(source, run_id, 5, with_run=True) == ([], await source.page(run_id, None, 5))
