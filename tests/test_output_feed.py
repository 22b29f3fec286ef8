"""The poller of a process's output."""

from __future__ import annotations

from contextlib import aclosing

from run_tui.errors import Unreachable
from run_tui.output import WIDTH, OutputLines, Stream
from run_tui.output_feed import OutputFeed, OutputUpdate
from tests.scripted import FakeTime, ScriptedSource, failing


def feed(source: ScriptedSource, ended: bool = True, time: FakeTime | None = None) -> OutputFeed:
    clock = (time or FakeTime()).clock
    return OutputFeed(source, "r1", "key", Stream.STDERR, ended=lambda: ended, clock=clock)


async def read(feed: OutputFeed) -> list[OutputUpdate]:
    """All updates until nothing more will be written."""
    seen: list[OutputUpdate] = []
    async with aclosing(feed.updates()) as updates:
        async for update in updates:
            seen.append(update)
            if update.over:
                break
    return seen


async def test_all_of_a_short_output_is_read() -> None:
    seen = await read(feed(ScriptedSource(written=b"one\ntwo\n")))
    assert "".join(update.after for update in seen) == "one\ntwo\n"
    assert seen[-1].from_start


async def test_nothing_written_is_nothing() -> None:
    seen = await read(feed(ScriptedSource()))
    assert all(not update.after for update in seen)


async def test_a_long_output_begins_with_its_end_and_the_rest_comes_on_demand() -> None:
    text = "".join(f"line {number} é\n" for number in range(60_000))
    source = ScriptedSource(written=text.encode())
    reader = feed(source)
    lines = OutputLines()
    async with aclosing(reader.updates()) as updates:
        async for update in updates:
            lines.append(update.after)
            if update.before:
                lines.prepend(update.before)
            if not lines[0].startswith("line"):
                raise AssertionError(lines[0])
            if update.from_start:
                break
            reader.read_earlier()
    assert list(lines) == text.splitlines()
    assert source.pieces[0][0] >= len(source.written) - WIDTH


async def test_what_is_written_later_follows() -> None:
    def grow(source: ScriptedSource, number: int) -> None:
        if number in (3, 5):
            source.written += f"piece {number}\n".encode()

    ended = False
    source = ScriptedSource(written=b"start\n", script=grow)
    clock = FakeTime()
    reader = OutputFeed(source, "r1", "key", Stream.STDERR, ended=lambda: ended, clock=clock.clock)
    found = ""
    async with aclosing(reader.updates()) as updates:
        async for update in updates:
            found += update.after
            ended = "piece 5" in found
            if update.over:
                break
    assert found == "start\npiece 3\npiece 5\n"
    assert 1.0 in clock.waits


async def test_a_failure_is_told_and_survived() -> None:
    source = ScriptedSource(written=b"text\n", script=failing(Unreachable("gone"), Unreachable("gone")))
    seen = await read(feed(source))
    assert [update.error is not None for update in seen[:2]] == [True, True]
    assert all(update.retry_in for update in seen[:2])
    assert "".join(update.after for update in seen) == "text\n"
