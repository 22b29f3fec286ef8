"""Files that are still being written while they are read: pipes, and what is unpacked behind the screen."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from run_tui.app import RunTuiApp
from run_tui.archive import Header, event_line, header_line
from run_tui.feed import Feed
from run_tui.model import Run, RunStatus
from run_tui.screens.run import RunScreen
from run_tui.sources import _archive_content, _archive_saved, _archive_table, open_file
from run_tui.sources.archive import ArchiveSource
from tests.sources.test_archive import EXPORTS, event, follow, saved
from tests.waiting import until


class Pipe:
    """A named pipe and the end that is written to."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        # Open at both ends, for otherwise one would wait for the other.
        self._end = os.open(path, os.O_RDWR)

    def write(self, text: str | bytes) -> None:
        os.write(self._end, text.encode() if isinstance(text, str) else text)

    def open(self) -> ArchiveSource:
        """The source, after which the pipe ends with its writer."""
        source = open_file(str(self.path))
        writer = os.open(self.path, os.O_WRONLY)
        os.close(self._end)
        self._end = writer
        return source

    def end(self) -> None:
        with suppress(OSError):
            os.close(self._end)


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    pipe = Pipe(tmp_path / "pipe")
    yield pipe
    pipe.end()


@pytest.fixture
async def source(pipe: Pipe) -> AsyncIterator[ArchiveSource]:
    """A run of which three events have come."""
    lines = [event_line(event(0, event_type="RUN_START")), *(event_line(event(number)) for number in (1, 2))]
    pipe.write("\n".join(lines) + "\n")
    source = pipe.open()
    yield source
    await source.aclose()


async def test_what_has_come_is_there_and_the_rest_is_waited_for(pipe: Pipe, source: ArchiveSource) -> None:
    page = await source.page("a run")
    assert (list(page.messages), page.has_more) == (["event 0", "event 1", "event 2"], True)
    assert page.run is not None
    assert page.run.status is RunStatus.STARTED
    following = asyncio.create_task(source.page("a run", page.cursor))
    line = event_line(event(3))
    pipe.write(line[:30])
    pipe.write(f"{line[30:]}\n{event_line(event(4))}"[:-5])
    page = await following
    assert (list(page.messages), page.has_more) == (["event 3"], True)
    pipe.write(f"{event_line(event(4))[-5:]}\n{event_line(event(5, event_type='RUN_FAILURE'))}")
    whole = asyncio.create_task(source.run_details("a run"))
    pipe.end()
    assert (await whole).status is RunStatus.FAILURE
    page = await source.page("a run", page.cursor)
    assert (list(page.messages), page.has_more, page.skipped) == (["event 4", "event 5"], False, ())


async def test_a_pipe_is_followed_to_its_end(pipe: Pipe, source: ArchiveSource) -> None:
    following = asyncio.create_task(follow(source))
    for number in range(3, 60):
        pipe.write(f"{event_line(event(number))}\n")
        await asyncio.sleep(0)
    pipe.end()
    assert (await following).messages == [f"event {number}" for number in range(60)]


async def test_an_export_from_a_pipe_in_any_pieces(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_archive_saved, "SLICE", 3000)
    monkeypatch.setattr(_archive_content, "_CHUNK", 1000)
    path = EXPORTS / "ingest_uploads.gz"
    text, chance = gzip.decompress(path.read_bytes()), random.Random(1)
    pipe.write(text[:30_000])
    source, named = pipe.open(), open_file(str(path))
    steps, rest = asyncio.create_task(source.steps(source.run_id)), text[30_000:]
    following = asyncio.create_task(follow(source))
    while rest:
        size = chance.randrange(1, 5000)
        pipe.write(rest[:size])
        rest = rest[size:]
        await asyncio.sleep(0)
    pipe.end()
    piped, read = await following, await follow(named)
    assert piped.messages == read.messages
    assert piped.run == read.run
    assert await steps == await named.steps(named.run_id) != []
    for opened in (source, named):
        await opened.aclose()


async def test_what_looks_like_a_boundary_within_a_text_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archive_saved, "SLICE", 500)
    monkeypatch.setattr(_archive_table, "_BACK", 50)
    texts = [
        '{"runId": "a run",',
        '}, {"runId": "a run", "message": "x"}',
        "é\u2028\u0085",
        "]}",
        '"',
        "x" * 3000,
        "\\",
    ]
    objects = [{"runId": "a run", **json.loads(event_line(event(0)))} | {"message": text} for text in texts]
    for indent, ascii_only in ((None, True), (2, False)):
        path = tmp_path / f"document{indent}.json"
        members: dict[str, object] = {"run_id": "a run", "events": objects, "count": len(objects)}
        document = members if indent is None else {"events": objects, **members}
        path.write_text(json.dumps(document, indent=indent, ensure_ascii=ascii_only), "utf-8")
        source = open_file(str(path))
        seen = await follow(source)
        assert (seen.messages, seen.skipped) == (texts, [])
        await source.aclose()


@pytest.mark.parametrize("name", ["lines", "nightly_etl", "ingest_uploads"])
async def test_a_long_file_of_any_form_is_read_from_both_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(_archive_saved, "SLICE", 10_000)
    monkeypatch.setattr(_archive_saved, "WORTHWHILE", 12_000)
    source = open_file(str(saved(tmp_path / "lines", 300) if name == "lines" else EXPORTS / f"{name}.gz"))
    await source.steps(source.run_id)  # the end has come
    whole, jumped = await follow(source), await follow(source, jump=True)
    assert jumped.ends > 0
    assert jumped.messages == whole.messages
    assert (jumped.skipped, whole.ends) == ([], 0)
    await source.aclose()


async def test_pages_hold_as_many_events_as_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_archive_saved, "SLICE", 100)  # less than a line
    for path in (saved(tmp_path / "lines.jsonl", 9), EXPORTS / "sync_billing.gz"):
        source = open_file(str(path))
        whole = (await follow(source)).messages
        messages: list[str] = []
        cursor, more = None, True
        while more:
            page = await source.page(source.run_id, cursor, 2)
            assert 0 < len(page) <= 2
            assert source.events_between(cursor, page.cursor) == len(page)
            messages += page.messages
            cursor, more = page.cursor, page.has_more
        assert messages == whole
        await source.aclose()


async def test_what_a_header_tells_is_not_waited_for(pipe: Pipe) -> None:
    run = Run(id="a run", status=RunStatus.STARTED, created_at="2026-11-22T00:00:00.000Z")
    pipe.write(f"{header_line(Header(run))}\n{event_line(event(0))}\n")
    source = pipe.open()
    async with asyncio.timeout(20):
        assert await source.run_details("a run") == run
        assert await source.steps("a run") == []
    await source.aclose()


async def test_what_comes_after_the_reader_has_left_is_let_go(pipe: Pipe) -> None:
    pipe.write("one\n")
    content = _archive_content.Content(str(pipe.path))
    await content.grown(0)
    assert content.read(0, 9) == b"one\n"
    content.close()
    pipe.write("two\n")
    async with asyncio.timeout(20):
        await content.grown(9)
    assert (content.size, content.closed, content.broken) == (4, True, False)


async def test_a_feed_can_end_while_its_file_is_on_its_way(source: ArchiveSource) -> None:
    updates = Feed(source, "a run").updates()
    async for _ in updates:
        break
    await updates.aclose()


async def test_the_explorer_shows_what_has_come_and_leaves_at_any_moment(pipe: Pipe, source: ArchiveSource) -> None:
    app = RunTuiApp(source, source.name, source.run_id, now=lambda: source.saved_at)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, RunScreen) and app.screen.pane.timeline.held == 3)
        screen = app.screen
        assert isinstance(screen, RunScreen)
        pipe.write(f"{event_line(event(3))}\n")
        await until(lambda: screen.pane.timeline.held == 4)
        assert not screen.was_read
        await pilot.press("q")
    assert app.return_code == 0
