"""One open run: its events as they come, and what else is read of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol

from textual import log

from run_tui import kin
from run_tui.cache import Cache
from run_tui.errors import SourceError
from run_tui.explorer.activity import LOADING, activity_of, of_copy, reading
from run_tui.explorer.alerts import Alerts
from run_tui.explorer.host import Host
from run_tui.explorer.kept_copy import KeptCopy
from run_tui.feed import Feed
from run_tui.format import clean
from run_tui.marks import Stand
from run_tui.model import EventPage, Run
from run_tui.output import Stream
from run_tui.output_feed import last_lines
from run_tui.pace import persist
from run_tui.screens.run import RunScreen
from run_tui.sources.base import Source
from run_tui.store import EventStore
from run_tui.updates import FeedState, Joined, Loaded, Phase, Restarted, RunChanged, Update
from run_tui.widgets.event_detail import EventDetail
from run_tui.widgets.event_pane import EventPane

SLICE = 0.004
"""Seconds of filtering between two chances for keys and frames."""
PAUSE = 0.001
"""Seconds of such a chance: a turn of the event loop would not let the threads in that read and write the terminal."""
READ = (Phase.LIVE, Phase.WAITING, Phase.DONE)
"""Phases in which all events there are have been read."""
TOLD_AFTER = 3
"""Failures of a question beside the run's events after which the user is told."""

_NO_NEIGHBOUR = {-1: "There is no older run of this job.", 1: "There is no newer run of this job."}
_NOT_REEXECUTED = {-1: "This run re-executes no other.", 1: "This run has not been re-executed."}
_NO_CHILD = {-1: "No other run has started this one.", 1: "No further run was started by this one or beside it."}


_LIVE = {"alert", "compare", "neighbour", "relative", "web"}
"""The actions that ask a server for more than a saved run has."""


def lacking(source: Source) -> set[str]:
    """The actions of a run's screen for which its system has nothing."""
    offered = {"output": source.capabilities.output, "data": source.tables is not None}
    return {action for action, there in offered.items() if not there} | (_LIVE if source.capabilities.saved else set())


class Follows(Protocol):
    """A feed, of one run or of several."""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""

    @property
    def stand(self) -> Stand | None:
        """Where the reading of a run that has ended stands; None while not all has been delivered, and of several."""

    def poll_now(self) -> None:
        """Ends the current wait."""

    def updates(self) -> AsyncGenerator[Update, None]:
        """All there is to know as it becomes known."""


class OpenRun:
    """A run's screen, the source that the run belongs to, and the workers that read for it."""

    def __init__(
        self,
        host: Host,
        source: Source,
        screen: RunScreen,
        alerts: Alerts,
        feed: Follows | None = None,
        *,
        cache: Cache | None = None,
    ) -> None:
        self._host, self._alerts = host, alerts
        self.source, self.screen = source, screen
        self._copy = KeptCopy(host, cache, source, screen)
        self._feed: Follows = feed or Feed(source, screen.run.id, jump=True, read=self._copy.stand)
        self._whole: Stand | None = None
        self._details_known = self._copy.stand is not None
        self._fresh: EventStore | None = None
        self._told = False
        self._steps: deque[tuple[int, bool]] = deque()

    def start(self) -> None:
        """Reads the run's events, and beside them its plan and its tags."""
        self._host.start(self._follow, "feed")
        if not self._details_known:
            self._host.start(self._read_details, "details")

    def source_of(self, run: Run) -> Source:
        """Where a run on the screen comes from."""
        return self.source

    def stop(self) -> None:
        """Ends all work for the run."""
        self._host.stop("feed", "details", "filter", "stderr", "info")

    def poll_now(self) -> None:
        """Asks the server now, if there is anything left to wait for."""
        self._feed.poll_now()

    def refresh(self) -> None:
        """Asks the server now, also after the run's end."""
        if self._feed.over:
            self._host.start(self._follow, "feed")
        else:
            self._feed.poll_now()

    def finish_view(self, pane: EventPane) -> None:
        """Filters on, in slices that let keys and frames through."""
        if pane.timeline.filter is None and self.source.capabilities.saved and not self.screen.was_read:
            return  # only what is to come would be prepared, at the cost of reading the file
        self._host.start(partial(self._finish_view, pane), "filter")

    def show_stderr(self, wanted: EventDetail.StderrWanted) -> None:
        """Shows beside a failure what its process wrote last, where the system keeps it."""
        if self.source.capabilities.output:
            self._host.start(partial(self._read_stderr, wanted), "stderr")

    def show_family(self) -> None:
        """Lists the runs that re-execute or start each other with this one."""
        self._host.start(self._read_family, "info")

    def want_other(self, direction: int, *, relative: bool) -> bool:
        """The run before (-1) or after (1) of the same job, or of its relatives, is wanted; False if `other` goes on.

        While it looks for one, further ones may be wanted, each counted from the one before.
        """
        self._steps.append((direction, relative))
        return len(self._steps) == 1

    async def other(self) -> Run | None:
        """Where all that is wanted leads to, None if nowhere; the user is told where there is none."""
        run = None
        try:
            while self._steps:
                found = await self._beside(run or self.screen.run, *self._steps[0])
                if found is None:
                    break
                run = found
                self._steps.popleft()
        finally:
            self._steps.clear()
        return run

    async def _beside(self, run: Run, direction: int, relative: bool) -> Run | None:
        try:
            if relative:
                found = await kin.relative(self.source, run, direction)
            else:
                found = await kin.neighbour(self.source, run, direction, self._host.now())
        except SourceError as error:
            self._host.say(error)
            return None
        if found is None:
            relatives = _NO_CHILD if self.source.capabilities.children else _NOT_REEXECUTED
            self._host.notify((relatives if relative else _NO_NEIGHBOUR)[direction], timeout=3)
        return found

    async def _read_family(self) -> None:
        try:
            self.screen.show_family(await kin.family(self.source, self.screen.run))
        except SourceError as error:
            self._host.say(error)

    async def _follow(self) -> None:
        self._told = False
        await self._show_copy()
        async with aclosing(self._feed.updates()) as updates:
            async for update in updates:
                self._take(update)
                await asyncio.sleep(0)

    async def _show_copy(self) -> None:
        """Shows what is kept; if it is damaged the run is read as if there were nothing."""
        if self._copy.unchecked:
            self.screen.show_activity(of_copy(LOADING, self._copy.saved))
        try:
            await self._copy.show()
        except ValueError:
            self._copy.forget()
            self._feed = Feed(self.source, self.screen.run.id, jump=True)
            self.screen.show_store(EventStore(self.screen.run.id))
            self._host.start(self._read_details, "details")

    def _take(self, update: Update) -> None:
        if isinstance(update, Loaded) and self.source.capabilities.saved:
            self._tell_damage(update.page.skipped)
        match update:
            case Loaded(page, of_end=True):
                self.screen.end_store.append(page)
                self.screen.end_changed()
            case Loaded(page):
                self._store(page)
                if page.read is not None and page.has_more:
                    self.screen.show_activity(reading(page.read))
            case Joined():
                self.screen.show_joined()
            case RunChanged(run):
                self.screen.show_run(run)
                self._alerts.poll_now()
            case Restarted():
                self._begin_again(update)
            case FeedState():
                self._show_state(update)

    def _tell_damage(self, sentences: Sequence[str]) -> None:
        for sentence in sentences:
            self._host.notify(clean(sentence), title="Damaged file", severity="warning", timeout=20, markup=False)

    def _store(self, page: EventPage) -> None:
        if self._fresh is not None:
            self._fresh.append(page)
        else:
            self.screen.store.append(page)
            self.screen.store_changed()

    def _begin_again(self, restarted: Restarted) -> None:
        """What is on screen stays there until the new store is complete."""
        held, kept = self.screen.store if self._fresh is None else self._fresh, restarted.kept
        if not kept and self._copy.unchecked:
            self._copy.give_up()
            self._host.start(self._read_details, "details")
        self._fresh = held.head(kept)
        if not self._told:
            again = f"Reading on from event {kept + 1:,}." if kept else "Reading it again."
            self._host.notify(f"{restarted.reason} {again}", markup=False)
        self._told = True  # under many writers it happens all the time

    def _show_state(self, state: FeedState) -> None:
        screen = self.screen
        if state.phase in READ:
            if self._fresh is not None:
                screen.show_store(self._fresh)
                self._fresh = None
            screen.show_read(state.phase is Phase.DONE)
            self._copy.unchecked = False
        if state.phase is Phase.DONE:
            self._whole = self._feed.stand
            self._keep()
        activity = activity_of(state, screen.run.status, self._host.refresh_key)
        screen.show_activity(of_copy(activity, self._copy.saved) if self._copy.unchecked else activity)
        if state.phase in (Phase.FAILED, Phase.RECONNECTING) and state.error is not None:
            screen.show_failure(str(state.error), state.error.hint)
        elif state.phase is Phase.LOADING:
            screen.show_reading()
        if self._copy.unchecked and state.error is not None:
            self._tell_copy(state.error)

    def _tell_copy(self, error: SourceError) -> None:
        """Says once that what is shown comes from here, and why."""
        if not self._told:
            text = f"Shown is the copy kept {self._copy.saved}. {error}"
            self._host.notify(clean(text), severity="warning", timeout=10, markup=False)
        self._told = True

    def _keep(self) -> None:
        """What was read to its end is kept, once its plan and its tags are known too."""
        if self._details_known:
            self._copy.checked(self._whole)

    async def _read_details(self) -> None:
        """The plan and the tags come once; without them the run is still readable, so a failure is only said."""

        def failed(error: SourceError, failures: int = TOLD_AFTER) -> None:
            if failures == TOLD_AFTER:
                text = f"Steps and tags could not be read: {clean(str(error))}"
                self._host.notify(text, severity="warning", markup=False)

        run_id = self.screen.run.id
        try:
            if self.source.capabilities.steps:
                self.screen.show_plan(await persist(lambda: self.source.steps(run_id), failed))
            self.screen.show_run(await persist(lambda: self.source.run_details(run_id), failed))
        except SourceError as error:
            failed(error)
        else:
            self._details_known = True
            self._keep()

    async def _read_stderr(self, wanted: EventDetail.StderrWanted) -> None:
        """Beside a failure, what else is known of it is shown where it can be had; `l` says why it cannot."""
        lines: Sequence[str] | None = None
        try:
            lines = await last_lines(self.source, wanted.run_id, wanted.key[0], Stream.STDERR)
        except SourceError as error:
            log(error)
        finally:
            wanted.detail.show_stderr(wanted.key, lines)

    async def _finish_view(self, pane: EventPane) -> None:
        await _pause()
        while pane.is_attached and not pane.continue_filter(SLICE):
            await _pause()


async def _pause() -> None:
    """Lets keys and frames be: a slice that follows has a turn of the event loop for itself."""
    await asyncio.sleep(PAUSE)
    await asyncio.sleep(0)
