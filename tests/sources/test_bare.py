"""What a system has that has only runs and events: nothing else, and it says so."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from run_tui.acts import Act, Job, Order, Reexecution
from run_tui.errors import Unsupported
from run_tui.model import EventPage, Run, RunStatus
from run_tui.output import Stream
from run_tui.sources._bare import BareActions, BareSource
from run_tui.sources.base import Capabilities
from tests.scripted import a_page, a_run


class Bare(BareSource):
    """The least that a source can be."""

    keeper = "A slate"

    async def run(self, run_id: str) -> Run:
        return a_run(RunStatus.SUCCESS, run_id)

    async def page(self, run_id: str, cursor: str | None = None, limit: int = 1000, **options: object) -> EventPage:
        assert (cursor, limit, options) == ("3", 7, {"with_run": False})
        return a_page(["a", "b"], "5", has_more=True)


async def test_runs_and_events_are_all_there_is() -> None:
    source = Bare()  # type: ignore[abstract]
    assert (source.capabilities, source.tables, source.actions) == (Capabilities(), None, None)
    assert await source.run_details("r1") == await source.run("r1")
    assert await source.events("r1", "3", 7) == a_page(["a", "b"], "5", has_more=True).as_list()
    assert await source.find_tail("r1", None) is None
    assert source.events_between("1", "2") is None
    assert await source.has_more_than("r1", 0) is False
    assert await source.cursor_after("r1", 1) is None
    assert await source.steps("r1") == []
    assert source.run_url("r1") is None
    await source.reconnect()
    await source.aclose()


async def test_output_that_nobody_keeps_is_refused_in_a_sentence() -> None:
    source = Bare()  # type: ignore[abstract]
    for asked in (source.output("r1", "load", Stream.STDOUT), source.output_end("r1", "load", Stream.STDERR)):
        with pytest.raises(Unsupported) as refused:
            await asked
        assert str(refused.value) == "A slate keeps no stdout and stderr"


class Refusing(BareActions):
    refusal = ("Nothing can be changed here", "Change it there.")

    async def permissions(self) -> frozenset[Act]:
        raise NotImplementedError


async def test_whatever_would_change_something_is_refused() -> None:
    actions, job = Refusing(), Job("etl", "acme", "here")
    wanted: list[Awaitable[object]] = [
        actions.terminate("r1", force=True),
        actions.reexecute("r1", Reexecution.ALL_STEPS),
        actions.delete("r1"),
        actions.launch(Order(job, "")),
        actions.workspace(),
        actions.default_config(job),
        actions.check_config(job, ""),
    ]
    for asked in wanted:
        with pytest.raises(Unsupported) as refused:
            await asked
        assert (str(refused.value), refused.value.hint) == Refusing.refusal
