"""What is written of a run is read again as it was."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from run_tui.archive import Header, event_line, header_line, header_of
from run_tui.model import ErrorInfo, MetadataEntry, Run, RunEvent, RunEventLevel, RunStatus, Step
from run_tui.sources import open_file
from run_tui.store import EventStore

texts = st.text(max_size=20) | st.sampled_from(["\ud83d", "\x1b[2J", "a\nb", "\x1f", '"', "\u2028"])
optional = st.none() | texts
times = st.integers(0, 4_000_000_000_000).map(str)
errors = st.recursive(
    st.builds(ErrorInfo, class_name=optional, message=texts, stack=st.lists(texts, max_size=3).map(tuple)),
    lambda cause: st.builds(
        ErrorInfo, class_name=optional, message=texts, stack=st.lists(texts, max_size=3).map(tuple), cause=cause
    ),
    max_leaves=3,
)
entries = st.lists(st.builds(MetadataEntry, label=texts, value=texts, description=optional), max_size=3).map(tuple)


@st.composite
def events(draw: st.DrawFn) -> RunEvent:
    step = draw(optional)
    return RunEvent(
        run_id="a run",
        message=draw(texts),
        timestamp=f"20{draw(st.integers(10, 99))}-11-22T00:36:51.{draw(st.integers(0, 999)):03}Z",
        level=RunEventLevel(draw(st.sampled_from(["DEBUG", "ERROR", "LEVEL 25"]))),
        step_key=step,
        event_type=draw(st.none() | st.sampled_from(["STEP_START", "STEP_RESTARTED", "RUN_FAILURE", "\x1b"])),
        attempt=draw(st.integers(1, 60_000)) if step is not None else None,
        error=draw(st.none() | errors),
        metadata=draw(entries),
    )


headers = st.builds(
    Header,
    run=st.builds(
        Run,
        id=st.just("a run"),
        status=st.sampled_from(RunStatus) | st.just(RunStatus("LATER")),
        created_at=texts,
        started_at=optional,
        pipeline_name=optional,
        tags=st.dictionaries(texts, texts, max_size=3),
        config_yaml=optional,
    ),
    steps=st.lists(
        st.builds(Step, key=texts, depends_on=st.lists(texts, max_size=2).map(tuple), template=optional), max_size=3
    ).map(tuple),
    system=texts,
    where=texts,
    saved_at=texts,
    filter=texts,
    count=st.none() | st.integers(0, 10**9),
)


@given(headers)
def test_headers_are_read_as_they_were(header: Header) -> None:
    assert header_of(json.loads(header_line(header))) == header


@given(st.integers(0, 10**11))
def test_a_header_is_as_long_whatever_its_count(count: int) -> None:
    run = Run(id="a run", status=RunStatus.SUCCESS, created_at="")
    assert len(header_line(Header(run, count=count))) == len(header_line(Header(run)))


@given(headers, st.lists(events(), max_size=30))
async def test_a_store_of_a_saved_run_has_the_same_events(
    tmp_path_factory: object, header: Header, written: list[RunEvent]
) -> None:
    path = _file(tmp_path_factory)
    path.write_text("\n".join([header_line(header), *map(event_line, written)]) + "\n")
    source = open_file(str(path))
    store, cursor = EventStore("a run"), None
    while True:
        page = await source.page("a run", cursor, 7)
        store.append(page)
        cursor = page.cursor
        if not page.has_more:
            break
    await source.aclose()
    assert store.skipped_count == 0
    assert [store.event(row) for row in range(len(store))] == written
    assert await source.run("a run") == header.run
    assert await source.steps("a run") == list(header.steps)


def _file(factory: object) -> Path:
    return Path(factory.getbasetemp()) / "saved.jsonl"  # type: ignore[attr-defined]
