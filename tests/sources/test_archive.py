"""Runs in files: exports of a real server, lines, documents, and all of them damaged."""

from __future__ import annotations

import errno
import gzip
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from run_tui.archive import Header, event_line, header_line
from run_tui.errors import BadAnswer, RunNotFound, SourceError
from run_tui.feed import Feed
from run_tui.model import EventPage, Run, RunEvent, RunEventLevel, RunStatus, StepState, iso_timestamp
from run_tui.sources import _archive_saved, open_file
from run_tui.sources._archive_content import Content
from run_tui.sources._archive_lines import Lines
from run_tui.sources._archive_saved import SavedRun
from run_tui.sources.archive import ArchiveSource
from run_tui.steps import StepBoard
from run_tui.store import EventStore
from run_tui.updates import FeedState, Joined, Loaded, Phase, RunChanged

EXPORTS = Path(__file__).parents[2] / "fixtures" / "dagster_exports"


Open = Callable[[Path], ArchiveSource]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Opens files, and closes them after the test."""
    sources: list[ArchiveSource] = []

    def opened(path: Path) -> ArchiveSource:
        sources.append(open_file(str(path)))
        return sources[-1]

    yield opened
    for source in sources:
        await source.aclose()


@dataclass
class Followed:
    """What a feed told of a file, to its end."""

    pages: list[EventPage] = field(default_factory=list)
    ends: int = 0
    states: list[FeedState] = field(default_factory=list)
    run: Run | None = None

    @property
    def messages(self) -> list[str]:
        return [message for page in self.pages for message in page.messages]

    @property
    def skipped(self) -> list[str]:
        return [sentence for page in self.pages for sentence in page.skipped]


async def follow(source: ArchiveSource, *, jump: bool = False) -> Followed:
    seen, end = Followed(), []
    async for update in Feed(source, source.run_id, jump=jump).updates():
        match update:
            case Loaded(page, of_end=True):
                seen.ends += 1
                end.append(page)
            case Loaded(page):
                seen.pages.append(page)
            case Joined():
                seen.pages += end
            case RunChanged(run):
                seen.run = run
            case FeedState():
                seen.states.append(update)
    return seen


def event(number: int, run_id: str = "a run", **fields: object) -> RunEvent:
    time = f"2026-11-22T00:{number // 60 % 60:02}:{number % 60:02}.000Z"
    told: dict[str, object] = {"run_id": run_id, "message": f"event {number}", "timestamp": time, **fields}
    return RunEvent(level=RunEventLevel.INFO, **told)  # type: ignore[arg-type]


def saved(path: Path, count: int, *, told: int | None = None, status: RunStatus = RunStatus.SUCCESS) -> Path:
    run = Run(id="a run", status=status, created_at="2026-11-22T00:00:00.000Z")
    header = Header(run, where="https://dagster.acme.io", saved_at="2026-11-22T01:00:00.000Z", count=told or count)
    path.write_text("\n".join([header_line(header), *(event_line(event(number)) for number in range(count))]) + "\n")
    return path


async def test_the_export_of_a_retried_step(opened: Open) -> None:
    source = opened(EXPORTS / "sync_billing.gz")
    seen = await follow(source)
    assert seen.states[-1].phase is Phase.DONE
    assert seen.run is not None
    assert (seen.run.status, seen.run.pipeline_name) == ("FAILURE", "sync_billing")
    assert seen.run.started_at is not None
    assert seen.run.ended_at is not None
    store = EventStore(source.run_id)
    for page in seen.pages:
        store.append(page)
    rows = [store.event(row) for row in range(len(store))]
    failure = next(row for row in rows if row.event_type == "STEP_FAILURE")
    assert failure.attempt == 3
    assert failure.error is not None
    names = [link.class_name for link in failure.error.chain]
    assert names == ["RetryRequestedFromPolicy", "ConnectionError", "TimeoutError"]
    assert (rows[-1].event_type, rows[-1].level) == ("RUN_FAILURE", "ERROR")


async def test_the_plan_and_the_metadata_of_an_export(opened: Open) -> None:
    source = opened(EXPORTS / "nightly_etl.gz")
    steps = {step.key: step for step in await source.steps(source.run_id)}
    assert steps["publish"].depends_on if "publish" in steps else len(steps) > 3
    page = (await follow(source)).pages[0]
    values = {entry.label: entry.value for details in page.details.values() for entry in details.metadata}
    assert values["rows"].isdecimal()
    assert values["compressed"] == "true"
    assert values["dashboard"].startswith("https://")
    assert values["drift"] == "nan"
    assert values["io_manager"].startswith("dagster.")


async def test_dynamic_steps_of_an_export_have_their_states(opened: Open) -> None:
    source = opened(EXPORTS / "ingest_uploads.gz")
    store, board = EventStore(source.run_id), StepBoard()
    for page in (await follow(source)).pages:
        store.append(page)
    board.set_plan(await source.steps(source.run_id))
    board.update(store)
    states = {step.key: step.state for step in board.listed(RunStatus.SUCCESS)}
    assert states["import_upload[berlin]"] is StepState.SUCCESS


async def test_an_export_has_events_that_servers_cannot_deliver(opened: Open) -> None:
    levels = {level for page in (await follow(opened(EXPORTS / "custom_level.gz"))).pages for level in page.levels}
    assert "LEVEL 25" in levels
    seen = await follow(opened(EXPORTS / "lone_surrogate.gz"))
    assert "feed 4: caf\ud83d" in seen.messages


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
async def test_a_cut_export_shows_what_is_left(tmp_path: Path, part: float, opened: Open) -> None:
    whole = (EXPORTS / "sync_billing.gz").read_bytes()
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: int(len(whole) * part)])
    seen = await follow(opened(path))
    all_messages = (await follow(opened(EXPORTS / "sync_billing.gz"))).messages
    assert seen.messages == all_messages[: len(seen.messages)]
    assert len(seen.messages) > 0
    assert seen.run is not None
    assert seen.run.pipeline_name == "sync_billing"
    assert len(seen.skipped) == 1
    assert "cut off" in seen.skipped[0]


async def test_a_long_file_opens_on_its_end(tmp_path: Path, opened: Open) -> None:
    source = opened(saved(tmp_path / "long.jsonl", 25_000))
    seen = await follow(source, jump=True)
    assert 1 <= seen.ends <= 4
    assert seen.messages == [f"event {number}" for number in range(25_000)]
    assert seen.skipped == []
    assert source.where == "long.jsonl, from https://dagster.acme.io"


async def test_a_run_that_was_saved_before_its_end_is_not_waited_for(tmp_path: Path, opened: Open) -> None:
    source = opened(saved(tmp_path / "half.jsonl", 3, status=RunStatus.STARTED))
    seen = await follow(source)
    assert seen.states[-1].phase is Phase.DONE
    assert source.saved_at == 1_795_309_200.0


async def test_damaged_lines_are_left_out_and_told_of(tmp_path: Path, opened: Open) -> None:
    path = saved(tmp_path / "damaged.jsonl", 10, told=12)
    lines = path.read_text().splitlines()
    lines[3] = lines[3][:40]
    lines[5] = event_line(event(4, run_id="another run"))
    lines[7] = '{"runId": "a run"}'
    path.write_text("\n".join(lines) + '\n{"runId": "a run", "mess')
    seen = await follow(opened(path))
    assert seen.messages == [f"event {number}" for number in (0, 1, 3, 5, 7, 8, 9)]
    assert sum(page.skipped_count for page in seen.pages) == 4
    assert seen.skipped == [
        "Line 4 of damaged.jsonl is damaged and cannot be shown, nor can 3 after it.",
        "damaged.jsonl ends early: 1 of its events is missing.",
    ]


async def test_what_run_events_get_prints_is_a_file_too(tmp_path: Path, opened: Open) -> None:
    started, ended = event(0, event_type="RUN_START"), event(9, event_type="RUN_CANCELED")
    objects = [json.loads(event_line(one)) for one in (started, ended)]
    lines, document = tmp_path / "lines.jsonl", tmp_path / "document.json"
    lines.write_text("\n".join(map(json.dumps, objects)))
    document.write_text(json.dumps({"run_id": "a run", "events": objects, "count": 2}, indent=2))
    for path in (lines, document):
        seen = await follow(opened(path))
        assert seen.messages == ["event 0", "event 9"]
        assert seen.run == Run(
            id="a run",
            status=RunStatus.CANCELED,
            created_at=started.timestamp,
            started_at=started.timestamp,
            ended_at=ended.timestamp,
        )


async def test_compressed_lines(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "saved.jsonl.gz"
    path.write_bytes(gzip.compress(saved(tmp_path / "saved.jsonl", 50).read_bytes()))
    assert len((await follow(opened(path))).messages) == 50


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"hello", "no JSON"),
        (b"{}", "holds no run"),
        (b"[1]", "no JSON"),
        (b'{"a": 1}', "holds no run"),
        (b'{"events": []}', "holds no run"),
        (b'{"events": 7, "run_id": 7}', "holds no run"),
        (b'{"__class__": "Other"}', "holds no run"),
        (b'{"runId": 1}', "holds no run"),
        (b'{"runId": "a', "damaged"),
        (b'{"format": "run-tui run", "version": 2}', "damaged"),
        (b'{"format": "run-tui run", "version": 1}', "damaged"),
        (b'{"x":' + b"[" * 200_000, "damaged"),
        (b"\x1f\x8b", "is empty"),
        (b"\x1f\x8bnot gzip at all", "is empty"),
    ],
)
def test_what_is_no_run_is_said_to_be_none(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BadAnswer, match=says):
        open_file(str(path))


def test_a_file_of_a_later_version(tmp_path: Path) -> None:
    path = saved(tmp_path / "later.jsonl", 1)
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(BadAnswer, match="later version of run-tui"):
        open_file(str(path))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RunNotFound) as missing:
        open_file(str(tmp_path / "none"))
    assert str(missing.value) == f"There is no file {tmp_path / 'none'}"
    with pytest.raises(SourceError) as unreadable:
        open_file(str(tmp_path))
    assert str(unreadable.value) == f"{tmp_path} cannot be read: Is a directory"


async def test_any_cursor_and_any_run_id(tmp_path: Path, opened: Open) -> None:
    source = opened(saved(tmp_path / "saved.jsonl", 3))
    for cursor in ("", "x", "1", "1:x", "-1:5"):
        with pytest.raises(BadAnswer, match="no cursor"):
            await source.page("a run", cursor)
    with pytest.raises(RunNotFound):
        await source.page("another run")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
async def test_any_damage_leaves_the_rest(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(gzip.decompress((EXPORTS / "lone_surrogate.gz").read_bytes()))
    if data.draw(st.booleans()):
        whole = bytearray(saved(tmp_path / "whole", 20).read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=30))
    path = tmp_path / "damaged"
    path.write_bytes(whole)
    try:
        source = open_file(str(path))
    except SourceError:
        return
    try:
        assert (await follow(source)).states[-1].phase is Phase.DONE
    finally:
        await source.aclose()


async def test_runs_that_were_saved_together_are_told_apart(tmp_path: Path, opened: Open) -> None:
    runs = tuple(Run(id=name, status=RunStatus.SUCCESS, created_at="", pipeline_name=f"job {name}") for name in "ab")
    whole = Run(id="2 runs", status=RunStatus.SUCCESS, created_at="2026-11-22T00:00:00.000Z")
    told = [event_line(event(number, "ab"[number % 2])) for number in range(4)]
    path = tmp_path / "several.jsonl"
    header = header_line(Header(whole, filter="level:error", count=4, runs=runs))
    path.write_text("\n".join([header, *told, event_line(event(5, "another"))]))
    source = opened(path)
    assert (source.run_id, source.together, source.where) == ("2 runs", runs, "several.jsonl, only level:error")
    seen = await follow(source)
    assert [name for page in seen.pages for name in page.runs] == [run.name for run in (*runs, *runs)]
    assert seen.skipped == ["Line 6 of several.jsonl is damaged and cannot be shown."]


async def test_a_file_that_cannot_be_read_any_more(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "lost.jsonl", 3)
    source = opened(path)
    assert await source.ping() == "lost.jsonl"

    def gone(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "pread", gone)
    with pytest.raises(SourceError) as lost:
        await source.page("a run")
    assert str(lost.value) == f"{path} cannot be read: Input/output error"


async def test_a_file_whose_last_event_is_long_is_paged_to_its_end(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archive_saved, "SLICE", 1000)
    monkeypatch.setattr(_archive_saved, "WORTHWHILE", 2000)
    path = saved(tmp_path / "long.jsonl", 100, told=101)
    with path.open("a") as file:
        file.write(event_line(event(100, message="x" * 3000)))
    source = opened(path)
    assert await source.find_tail("a run", None) is None
    assert len((await follow(source, jump=True)).messages) == 101


def test_events_are_not_counted_for_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_archive_saved, "SLICE", 1000)
    monkeypatch.setattr(_archive_saved, "WORTHWHILE", 2000)
    content = Content(str(saved(tmp_path / "long.jsonl", 100)))

    class Leaving(Lines):
        leaves = False

        def first_from(self, text: bytes) -> int:
            if self.leaves:
                content.close()
            return super().first_from(text)

    form = Leaving(content, "long.jsonl")
    run = SavedRun(content, "long.jsonl", form)
    assert run.tail(None) is not None
    form.leaves = True
    assert run.tail(None) is None


async def test_a_run_of_which_little_is_told(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(event_line(event(1)))
    source = opened(path)
    assert await source.run("a run") == Run(id="a run", status=RunStatus("UNKNOWN"), created_at=event(1).timestamp)
    assert await source.steps("a run") == []


async def test_an_exported_run_has_the_times_of_its_events(opened: Open) -> None:
    source = opened(EXPORTS / "sync_billing.gz")
    run = await source.run_details(source.run_id)
    times = {
        kind: time
        for page in (await follow(source)).pages
        for kind, time in zip(page.types, page.timestamps, strict=True)
    }
    first = (await source.page(source.run_id, None, 1)).timestamps[0]
    ended = times.get("RUN_SUCCESS") or times["RUN_FAILURE"]
    assert (run.created_at, run.started_at, run.ended_at) == tuple(
        map(iso_timestamp, (first, times["RUN_START"], ended))
    )


async def test_nothing_is_jumped_over_where_little_is_left(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archive_saved, "SLICE", 1000)
    monkeypatch.setattr(_archive_saved, "WORTHWHILE", 2000)
    source = opened(saved(tmp_path / "long.jsonl", 100))
    near = await source.find_tail("a run", None)
    assert near is not None
    assert await source.find_tail("a run", near) is None
