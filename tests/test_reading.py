"""A run is read as far as it has come, whatever its server does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from run_tui.errors import RunNotFound, Unreachable
from run_tui.model import EventPage, Run, RunStatus
from run_tui.reading import read_events
from run_tui.sources.base import Capabilities
from run_tui.updates import FeedState, Phase
from tests.scripted import ScriptedSource, a_run, failing

ENDED = "2026-11-22T01:00:00.000Z"


@dataclass
class Held:
    """What has been read."""

    run: Run = field(default_factory=lambda: a_run(RunStatus.QUEUED, tags={"team": "data"}))
    messages: list[str] = field(default_factory=list)
    went_back: list[int] = field(default_factory=list)

    def append(self, page: EventPage) -> None:
        self.messages += page.messages

    def go_back(self, kept: int) -> None:
        self.went_back.append(kept)
        del self.messages[kept:]


async def read(source: ScriptedSource) -> tuple[Held, list[FeedState | None]]:
    held = Held()
    return held, [state async for state in read_events(source, held)]


@pytest.mark.parametrize(
    ("status", "last"),
    [(RunStatus.SUCCESS, Phase.LIVE), (RunStatus.STARTED, Phase.LIVE), (RunStatus.QUEUED, Phase.WAITING)],
)
async def test_all_there_is_by_now_is_read(status: RunStatus, last: Phase) -> None:
    held, told = await read(ScriptedSource(list("abcd"), status, ended_at=ENDED))
    assert (held.messages, held.run.status, held.run.tags) == (list("abcd"), status, {"team": "data"})
    assert told == [FeedState(Phase.LOADING), None, None, FeedState(last)]


async def test_a_saved_run_without_events_has_been_read() -> None:
    _, told = await read(ScriptedSource([], capabilities=Capabilities(saved=True)))
    assert told == [FeedState(Phase.LOADING), FeedState(Phase.DONE)]


async def test_what_was_not_shown_at_first_is_read_anew() -> None:
    source = ScriptedSource(list("ab"), hidden={0, 1}, capabilities=Capabilities(saved=True))

    def script(source: ScriptedSource, number: int) -> None:
        if number == 2:
            source.hidden = set()

    source.script = script
    held, told = await read(source)
    assert (held.messages, held.went_back, told[-1]) == (["a", "b"], [0], FeedState(Phase.LIVE))


async def test_a_failure_that_lasts_is_the_last_that_is_told() -> None:
    source = ScriptedSource(["a"], RunStatus.SUCCESS, ended_at=ENDED)
    source.script = failing(Unreachable("No answer.", ""), RunNotFound("Run r1 not found", ""))
    held, told = await read(source)
    assert held.messages == []
    assert [state and state.phase for state in told] == [Phase.LOADING, Phase.RECONNECTING, Phase.FAILED]
