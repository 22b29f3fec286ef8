"""Answers too large to hold: they are dropped early, less is asked for, and what is left out is told."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from run_tui.errors import BadAnswer, SourceError, TimedOut, TooLarge
from run_tui.model import RunFilter
from run_tui.sources import _body
from run_tui.sources._body import LARGEST, read_body
from run_tui.sources._page_size import FEW, PATIENCE, PageSize
from run_tui.sources.dagster import DagsterSource
from tests.sources.asking import GOOD, GOOD_BODY, TOKEN, ask, failure
from tests.sources.servers import RUN_ID, ScriptedDagster, always, app_of, http_answer, read_request, served, talking

MEGABYTE = 1 << 20


async def test_an_answer_announced_as_too_large_is_not_read() -> None:
    hung_up = asyncio.Event()

    async def announce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(http_answer(b"", length=200 * MEGABYTE))
        await reader.read()
        hung_up.set()

    async with talking(announce) as url:
        error = await failure(url, headers=TOKEN)
        await asyncio.wait_for(hung_up.wait(), 20)
    assert (type(error), str(error)) == (TooLarge, f"{url} sent an answer of more than 16 MB")
    assert "--limit" in error.hint


async def test_an_answer_that_goes_on_and_on_is_read_up_to_the_limit_only() -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + b" " * MEGABYTE + b"\r\n"
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()
            sent += MEGABYTE

    async with talking(pour) as url:
        assert type(await failure(url)) is TooLarge
    assert LARGEST / 2 < sent < 3 * LARGEST


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_answer_counts_as_it_unfolds(encoding: str) -> None:
    compress = gzip.compress if encoding == "gzip" else zlib.compress
    packed = {"content-encoding": encoding}
    bomb = compress(b" " * (200 * MEGABYTE))
    assert len(bomb) < MEGABYTE
    assert type(await failure("http://demo", app=always(bomb, headers=packed))) is TooLarge
    assert await ask("http://demo", app=always(compress(GOOD_BODY), headers=packed)) == GOOD


async def test_no_more_of_a_compressed_piece_is_unfolded_than_is_held() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield gzip.compress(b" " * (LARGEST + 1))

    with pytest.raises(OverflowError):
        await read_body(pieces(), {"content-encoding": "GZIP"})


@pytest.mark.parametrize("body", [GOOD_BODY, gzip.compress(GOOD_BODY)[:-12], b""])
@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_a_compression_that_cannot_be_undone(body: bytes, encoding: str) -> None:
    error = await failure("http://demo", app=always(body, headers={"content-encoding": encoding}))
    assert (type(error), str(error)) == (BadAnswer, "http://demo answered with a damaged compression")


async def test_only_compressions_that_can_be_undone_are_asked_for() -> None:
    async def answer(request: Request) -> Response:
        return JSONResponse({"data": {"asked": request.headers["accept-encoding"]}})

    assert await ask("http://demo", app=app_of(answer)) == {"data": {"asked": "gzip, deflate"}}


@pytest.fixture
def kilobytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of more than 32 kB are too large."""
    monkeypatch.setattr(_body, "LARGEST", 32 << 10)


async def read(server: ScriptedDagster, page: Callable[..., Awaitable[Any]]) -> tuple[list[str], list[str]]:
    """All messages of a run, page by page, and what was said to be left out."""
    messages: list[str] = []
    skipped: list[str] = []
    cursor, more = None, True
    while more:
        found = await page(RUN_ID, cursor, 1000)
        messages += getattr(found, "messages", None) or [event.message for event in getattr(found, "items", [])]
        skipped += found.skipped
        cursor, more = found.cursor, found.has_more
    return messages, skipped


@pytest.mark.usefixtures("kilobytes")
@pytest.mark.parametrize("method", ["page", "events"])
async def test_less_is_asked_for_at_once_until_answers_are_small_enough(method: str) -> None:
    server = ScriptedDagster(range(1, 2001))
    source = DagsterSource("http://scripted", app=server.app)
    assert await read(server, getattr(source, method)) == (server.good, [])
    limits = [variables["limit"] for variables in server.asked]
    assert limits[:4] == [1000, 500, 250, 250]
    await source.aclose()


@pytest.mark.usefixtures("kilobytes")
@pytest.mark.parametrize("method", ["page", "events"])
async def test_an_event_too_large_for_any_answer_is_left_out_and_told_of(method: str) -> None:
    server = ScriptedDagster(range(1, 301), giants={1, 100, 300})
    with served(server.app) as url:
        source = DagsterSource(url)
        messages, skipped = await read(server, getattr(source, method))
        await source.aclose()
    assert messages == [f"event {id_}" for id_ in range(1, 301) if id_ not in server.giants]
    assert skipped == [f"1 event is left out: {url} sent an answer of more than 16 MB"] * 3


@pytest.mark.usefixtures("kilobytes")
async def test_an_event_too_large_is_not_stepped_over_where_the_way_past_it_is_not_known() -> None:
    server = ScriptedDagster([1], giants={1}, unknown_levels={1})

    async def answer(request: Request) -> Response:
        server.unknown_levels = {1} if "Probe" in (await request.json())["query"] else ()
        return await server._answer(request)

    source = DagsterSource("http://scripted", app=app_of(answer))
    with pytest.raises(TooLarge):
        await source.page(RUN_ID)


@pytest.mark.usefixtures("kilobytes")
async def test_the_first_page_tells_of_the_run_even_without_events() -> None:
    source = DagsterSource("http://scripted", app=ScriptedDagster([1], giants={1}).app)
    page = await source.page(RUN_ID)
    assert (len(page), page.skipped_count, page.run and page.run.id) == (0, 1, RUN_ID)


@pytest.mark.usefixtures("kilobytes")
async def test_runs_too_large_for_one_answer_come_in_several() -> None:
    held = [{"id": f"r{n}", "status": "SUCCESS", "creationTime": 1.0, "mode": "m" * 900} for n in range(100)]

    async def answer(request: Request) -> Response:
        asked = (await request.json())["variables"]
        start = 0 if asked["cursor"] is None else int(asked["cursor"][1:]) + 1
        return JSONResponse({"data": {"runsOrError": {"results": held[start:][: asked["limit"]], "count": 100}}})

    source = DagsterSource("http://scripted", app=app_of(answer))
    first = await source.runs(RunFilter(), None, 100)
    second = await source.runs(RunFilter(), first.cursor, 100)
    assert [run.id for run in (*first.items, *second.items)] == [f"r{n}" for n in range(50)]
    assert (len(first.items), first.has_more, second.has_more) == (25, True, True)


class Asked:
    """A page that fails as told for more than so many items."""

    def __init__(self, most: int, error: SourceError) -> None:
        self.most, self.error = most, error
        self.limits: list[int] = []

    async def __call__(self, limit: int) -> int:
        self.limits.append(limit)
        if limit > self.most:
            raise self.error
        return limit


async def test_a_size_that_fits_is_kept_and_a_larger_one_tried_later() -> None:
    size, page = PageSize(1000), Asked(100, TooLarge("too large"))
    assert await size.ask(page, 1000) == 62
    assert page.limits == [1000, 500, 250, 125, 62]
    for _ in range(PATIENCE):
        assert await size.ask(page, 1000) == 62
    assert page.limits[-2:] == [124, 62]
    page.most = 1000
    while await size.ask(page, 1000) < 1000:
        pass
    assert await size.ask(page, 7) == 7


async def test_a_single_item_too_large_is_an_error() -> None:
    size, page = PageSize(1000), Asked(0, TooLarge("too large"))
    with pytest.raises(TooLarge):
        await size.ask(page, 1000)
    assert page.limits[-1] == 1


async def test_a_server_that_is_too_slow_is_asked_for_less_the_next_time_but_not_for_ever_less() -> None:
    size, page = PageSize(1000), Asked(0, TimedOut("too slow"))
    for _ in range(10):
        with pytest.raises(TimedOut):
            await size.ask(page, 1000)
    assert page.limits[:5] == [1000, 500, 250, 125, 62]
    assert set(page.limits[5:]) == {FEW}
