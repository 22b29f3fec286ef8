"""Reads a run as far as it has come, for whoever wants all of it before looking at it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from run_tui.feed import Feed
from run_tui.model import EventPage, Run
from run_tui.sources.base import Source
from run_tui.updates import FeedState, Loaded, Phase, Restarted, RunChanged

ALL_READ = (Phase.LIVE, Phase.WAITING, Phase.DONE)
"""Phases in which all events there are have been read."""


class Holder(Protocol):
    """What holds a run that is being read."""

    run: Run

    def append(self, page: EventPage) -> None:
        """Takes the next events."""

    def go_back(self, kept: int) -> None:
        """All but the first `kept` events are read anew."""


async def read_events(source: Source, holder: Holder) -> AsyncGenerator[FeedState | None, None]:
    """Reads all events there are by now; yields after each page None, and what the feed does when that changes.

    A failure that lasts is the last state; any other is waited for.
    """
    async with aclosing(Feed(source, holder.run.id).updates()) as updates:
        async for update in updates:
            match update:
                case RunChanged(run):
                    holder.run = holder.run.updated(run)
                case Restarted(kept=kept):
                    holder.go_back(kept)
                case Loaded(page):
                    holder.append(page)
                    yield None
                case FeedState(phase=phase):
                    yield update
                    if phase in ALL_READ:
                        return
