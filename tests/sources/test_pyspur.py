"""The PySpur source on servers that have all documented endpoints, and on those that lack what real ones lack."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from run_tui.acts import Act, Job, Order, Reexecution
from run_tui.errors import ConfigError, RunNotFound, TimedOut, Unsupported
from run_tui.model import RunFilter, RunStatus
from run_tui.reach import Reach
from run_tui.sources import _body, _pyspur_list, resolve_run_id
from run_tui.sources import pyspur as rooms
from run_tui.sources.base import Actions
from run_tui.sources.pyspur import PySpurSource
from tests.labs.pyspur.standin import NOW, StandIn
from tests.sources.servers import talking

DONE = [("input_node", "COMPLETED"), ("double", "COMPLETED"), ("output_node", "COMPLETED")]
FAILED = [("input_node", "COMPLETED"), ("double", "FAILED"), ("output_node", "CANCELED")]
both_shapes = pytest.mark.parametrize("documented", [True, False])


@asynccontextmanager
async def source_of(server: StandIn) -> AsyncIterator[PySpurSource]:
    source = PySpurSource("http://test", app=server.app, now=lambda: NOW)
    yield source
    await source.aclose()


def actions_of(source: PySpurSource) -> Actions:
    assert source.actions is not None
    return source.actions


def family(documented: bool) -> StandIn:
    """R1 has the children R2 and R4, R4 the child R5; R3 stands alone."""
    server = StandIn(documented)
    for number, parent in ((1, None), (2, "R1"), (3, None), (4, "R1"), (5, "R4")):
        server.add(number, DONE, parent=parent)
    return server


async def pages(source: PySpurSource, wanted: RunFilter, limit: int) -> list[list[str]]:
    found, cursor, more = [], None, True
    while more:
        page = await source.runs(wanted, cursor, limit)
        found.append([run.id for run in page.items])
        cursor, more = page.cursor, page.has_more
    return found


async def test_all_pages_of_the_list_each_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyspur_list, "PAGE", 4)
    server = StandIn()
    for number in range(1, 12):
        server.add(number, DONE)
    async with source_of(server) as source:
        assert await pages(source, RunFilter(), 3) == [
            ["R11", "R10", "R9"], ["R8", "R7", "R6"], ["R5", "R4", "R3"], ["R2", "R1"]
        ]  # fmt: skip


async def test_a_page_goes_on_where_the_last_ended_although_runs_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyspur_list, "PAGE", 2)
    server = StandIn()
    for number in range(1, 10):
        server.add(number, DONE)
    async with source_of(server) as source:
        first = await source.runs(RunFilter(), None, 5)
        assert [run.id for run in first.items] == ["R9", "R8", "R7", "R6", "R5"]
        server.add(10, DONE)
        assert [run.id for run in (await source.runs(RunFilter(), first.cursor, 2)).items] == ["R4", "R3"]
        for number in (10, 9, 8, 7):
            del server.runs[f"R{number}"]
        assert [run.id for run in (await source.runs(RunFilter(), first.cursor, 2)).items] == ["R4", "R3"]


async def test_runs_too_large_for_one_answer_are_asked_for_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    server = StandIn()
    for number in range(1, 71):
        server.add(number, DONE)
    one = len(json.dumps(server.runs["R1"]))
    monkeypatch.setattr(_body, "LARGEST", 15 * one)
    async with source_of(server) as source:
        found = await source.runs(RunFilter(), None, 100)
        assert [run.id for run in found.items] == [f"R{number}" for number in range(70, 0, -1)]
        rest = await source.runs(RunFilter(), "R12", 100)
        assert [run.id for run in rest.items] == [f"R{number}" for number in range(11, 0, -1)]


async def test_one_request_tells_the_first_runs_and_that_there_are_more() -> None:
    server = StandIn()
    for number in range(1, 71):
        server.add(number, DONE)
    async with source_of(server) as source:
        assert (await source.runs(RunFilter())).has_more
    assert server.asked == ["GET /run/?page=1&page_size=51"]


async def test_filters_are_the_clients_and_look_at_so_many_runs_only(monkeypatch: pytest.MonkeyPatch) -> None:
    server = StandIn()
    for number in range(1, 9):
        server.add(number, FAILED if number % 4 == 0 else DONE, name="nightly" if number % 2 else "etl")
    async with source_of(server) as source:
        failed = await source.runs(RunFilter(statuses=(RunStatus.FAILURE,)))
        assert [run.id for run in failed.items] == ["R8", "R4"]
        nightly = await source.runs(RunFilter(job="nightly"), None, 2)
        assert ([run.id for run in nightly.items], nightly.has_more) == (["R7", "R5"], True)
        tagged = await source.runs(RunFilter(tags=(("kind", "batch"),)))
        assert tagged.items == []
        monkeypatch.setattr(rooms, "LOOKED_THROUGH", 3)
        assert await pages(source, RunFilter(statuses=(RunStatus.FAILURE,)), 5) == [["R8"], ["R4"], []]


@both_shapes
async def test_children_are_found_and_led_back_from(documented: bool) -> None:
    async with source_of(family(documented)) as source:
        assert [run.id for run in await source.children("R1")] == ["R4", "R2"]
        descendants = await source.runs(RunFilter(root="R1"))
        assert ([run.id for run in descendants.items], descendants.total) == (["R5", "R4", "R2"], 3)
        grandchild = await source.run_details("R5")
        assert (grandchild.parent_run_id, grandchild.root_run_id) == ("R4", "R1")
        assert (await source.run_details("R1")).root_run_id is None


async def test_the_list_shows_runs_that_no_other_started_where_the_server_can_tell() -> None:
    async with source_of(family(documented=False)) as source:
        assert [run.id for run in (await source.runs(RunFilter())).items] == ["R3", "R1"]
        children = await source.runs(RunFilter(tags=(("parent", "R1"),)))
        assert [run.id for run in children.items] == ["R4", "R2"]


async def test_deleting_works_where_it_is_there() -> None:
    server = family(documented=True)
    async with source_of(server) as source:
        await actions_of(source).delete("R3")
        assert "R3" not in server.runs
        with pytest.raises(RunNotFound, match="Run R3 not found"):
            await actions_of(source).delete("R3")
        await actions_of(source).delete("R2")
        assert set(server.runs) == {"R1", "R4", "R5"}


async def test_nothing_else_can_be_done_to_runs() -> None:
    async with source_of(family(documented=True)) as source:
        assert await actions_of(source).permissions() == source.capabilities.acts == {Act.DELETE}
        job = Job("etl", "", "")
        for refused in (
            actions_of(source).terminate("R1"),
            actions_of(source).reexecute("R1", Reexecution.ALL_STEPS),
            actions_of(source).launch(Order(job)),
            actions_of(source).workspace(),
            actions_of(source).default_config(job),
            actions_of(source).check_config(job, ""),
        ):
            with pytest.raises(Unsupported, match="nothing but deleting"):
                await refused


def test_a_read_only_connection_can_do_nothing() -> None:
    source = PySpurSource("http://test", read_only=True)
    assert source.actions is None
    assert not source.capabilities.acts


async def test_deleting_is_refused_in_words_where_it_is_not_there() -> None:
    server = family(documented=False)
    async with source_of(server) as source:
        with pytest.raises(RunNotFound):
            await actions_of(source).delete("R99")
        for _ in range(2):
            with pytest.raises(Unsupported, match="The PySpur server at http://test cannot delete runs"):
                await actions_of(source).delete("R1")
    assert len(server.runs) == 5
    assert server.asked == ["DELETE /run/R99/", "GET /run/R99/", "DELETE /run/R1/", "GET /run/R1/"]


@both_shapes
async def test_what_a_server_lacks_is_asked_for_once(documented: bool) -> None:
    server = family(documented)
    async with source_of(server) as source:
        for _ in range(3):
            await source.page("R1")
        with pytest.raises(RunNotFound):
            await source.page("R99")
    asked = [path for path in server.asked if path == "GET /run/R1/tasks/"]
    assert len(asked) == (3 if documented else 1)


@both_shapes
async def test_events_go_on_from_a_cursor_and_a_reused_id_is_another_run(documented: bool) -> None:
    server = StandIn(documented)
    server.add(1, [("input_node", "COMPLETED"), ("double", "RUNNING")], status="RUNNING")
    async with source_of(server) as source:
        first = await source.page("R1", limit=3)
        assert (list(first.types), first.has_more) == (["RUN_START", "STEP_START", "STEP_SUCCESS"], True)
        rest = await source.page("R1", first.cursor, with_run=False)
        assert (list(rest.types), rest.has_more) == (["STEP_START"], False)
        assert source.events_between(first.cursor, rest.cursor) == 1
        assert await source.cursor_after("R1", 3) == first.cursor
        assert await source.has_more_than("R1", 3)
        assert not await source.has_more_than("R1", 4)
        server.add(1, DONE)
        news = await source.page("R1", rest.cursor)
        assert list(news.types) == ["STEP_SUCCESS", "STEP_START", "STEP_SUCCESS", "RUN_SUCCESS"]
        assert news.run is not None
        assert news.run.status is RunStatus.SUCCESS
        server.add(1, DONE)["start_time"] = "2026-11-23T00:00:00"
        with pytest.raises(RunNotFound, match="its id belongs to another run now"):
            await source.page("R1", news.cursor)
        assert (await source.page("R1")).types[0] == "RUN_START"


async def test_steps_are_the_workflows_nodes_each_after_those_it_needs() -> None:
    async with source_of(family(documented=True)) as source:
        steps = await source.steps("R1")
    assert [(step.key, step.kind, step.depends_on) for step in steps] == [
        ("input_node", "InputNode", ()),
        ("double", "PythonFuncNode", ("input_node",)),
        ("output_node", "OutputNode", ("double",)),
    ]


@pytest.mark.parametrize(
    ("text", "run_id"),
    [("R12", "R12"), ("http://spur:6080/trace/R12", "R12"), ("https://spur/team/trace/R7/", "R7")],
)
async def test_ids_and_addresses_name_a_run_without_a_question(text: str, run_id: str) -> None:
    server = StandIn()
    async with source_of(server) as source:
        assert await resolve_run_id(source, text) == run_id
        assert source.run_url(run_id) is None
    assert server.asked == []
    assert PySpurSource("http://spur:6080/api").run_url("R12") == "http://spur:6080/trace/R12"


async def test_a_wrong_cursor_and_what_is_not_kept_are_told() -> None:
    async with source_of(family(documented=True)) as source:
        with pytest.raises(ConfigError, match="'abc' is not a cursor of a PySpur run"):
            await source.page("R1", "abc")


async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing until the client gives up."""
    await reader.read()


async def test_a_server_that_does_not_answer_in_time_is_busy_not_down() -> None:
    async with talking(never) as url:
        source = PySpurSource(url, reach=Reach(read_timeout=0.05))
        with pytest.raises(TimedOut, match="it may be busy") as caught:
            await source.run("R1")
        assert caught.value.hint == "While a node computes, PySpur answers nothing."
        await source.aclose()
