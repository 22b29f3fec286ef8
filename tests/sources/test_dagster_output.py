"""Places in what a process wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from run_tui.errors import BadAnswer
from run_tui.output import WIDTH, OutputChunk, Stream
from run_tui.sources._dagster_output import BEYOND, chunk_of, cursor_at, near_end
from tests.sources.asking import source_of
from tests.sources.servers import app_of


@given(some.integers(0, 10**11), some.integers(2, 10**6))
async def test_the_place_near_the_end_is_near_it(size: int, width: int) -> None:
    asked = 0

    async def reaches(start: int) -> bool:
        nonlocal asked
        asked += 1
        return start < size

    place = await near_end(reaches, width)
    assert place == 0 if size <= width else width - width // 2 < size - place <= width
    assert asked < 90


def test_a_cursor_brings_one_stream() -> None:
    assert cursor_at(Stream.STDOUT, 5) == f"5:{BEYOND}"
    assert cursor_at(Stream.STDERR, 5) == f"{BEYOND}:5"


@given(some.text(alphabet="aö€😀\n", min_size=1), some.data())
def test_no_character_is_cut_in_two(text: str, data: some.DataObject) -> None:
    whole, at, found = text.encode(), 0, ""
    while at < len(whole):
        size = data.draw(some.integers(4, 9))
        part = whole[at : at + size]
        chunk = chunk_of(Stream.STDOUT, at, part.decode(errors="replace"), cursor_at(Stream.STDOUT, at + len(part)))
        assert chunk.end > at
        found, at = found + chunk.text, chunk.end
    assert found == text


def test_rubbish_is_passed_on_with_its_marks() -> None:
    part = b"\xff\xfe ok \xff"
    chunk = chunk_of(Stream.STDERR, 0, part.decode(errors="replace"), "0:7")
    assert (chunk.text, chunk.end) == ("\ufffd\ufffd ok \ufffd", 7)


def test_nothing_new_leaves_the_place() -> None:
    assert chunk_of(Stream.STDERR, 9, None, "0:9").end == 9
    assert chunk_of(Stream.STDERR, 9, None, None).end == 9


def test_the_server_s_place_is_where_the_next_piece_begins() -> None:
    assert chunk_of(Stream.STDOUT, 0, "x", "9" * 17 + ":1").end == int("9" * 17)
    assert chunk_of(Stream.STDERR, 5, "x", "9:1").end == 5


@pytest.mark.parametrize("cursor", ["", "5", "a:b", "-1:-1", "1:2:3", "9" * 18 + ":1"])
def test_a_place_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(BadAnswer):
        chunk_of(Stream.STDOUT, 0, "x", cursor)


class Written:
    """A server whose process wrote something to each stream, and what it was asked for."""

    def __init__(self, **streams: bytes) -> None:
        self.streams = {"stdout": b"", "stderr": b"", **streams}
        self.asked: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        """The bytes of both streams after the cursor's places."""
        asked = (await request.json())["variables"]
        self.asked.append(asked)
        starts = [int(place) for place in asked["cursor"].split(":")]
        parts = [text[start:][: asked["limit"]] for start, text in zip(starts, self.streams.values(), strict=True)]
        places = ":".join(str(start + len(part)) for start, part in zip(starts, parts, strict=True))
        texts = dict(zip(self.streams, [part.decode() or None for part in parts], strict=True))
        return JSONResponse({"data": {"capturedLogs": {**texts, "cursor": places}}})


async def test_one_stream_is_read_from_any_place() -> None:
    server = Written(stdout=b"out", stderr=b"errors")
    async with source_of(app_of(server.answer)) as source:
        assert await source.output("r1", "key", Stream.STDOUT) == OutputChunk("out", 0, 3)
        assert await source.output("r1", "key", Stream.STDERR, 2, 3) == OutputChunk("ror", 2, 5)
        assert await source.output("r1", "key", Stream.STDERR, 6) == OutputChunk("", 6, 6)
    key = ["r1", "compute_logs", "key"]
    assert server.asked == [
        {"logKey": key, "cursor": f"0:{BEYOND}", "limit": WIDTH},
        {"logKey": key, "cursor": f"{BEYOND}:2", "limit": 3},
        {"logKey": key, "cursor": f"{BEYOND}:6", "limit": WIDTH},
    ]


async def test_the_end_of_a_stream_is_found_by_looks_at_single_bytes() -> None:
    server = Written(stderr=b"x" * 1000)
    async with source_of(app_of(server.answer)) as source:
        assert 900 <= await source.output_end("r1", "key", Stream.STDERR, 100) <= 950
        assert await source.output_end("r1", "key", Stream.STDERR, 1000) == 0
        assert await source.output_end("r1", "key", Stream.STDOUT, 100) == 0
    assert {asked["limit"] for asked in server.asked} == {1}
