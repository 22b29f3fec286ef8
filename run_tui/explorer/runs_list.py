"""The list of runs, of one connection or of several: kept current, and each failure in view with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

from run_tui import kin
from run_tui.cache import Cache
from run_tui.errors import RunTuiError, SourceError, Unreachable
from run_tui.explorer.activity import LIVE, SAVED, reconnecting
from run_tui.explorer.host import Host
from run_tui.explorer.kept_copy import kept_run
from run_tui.listing import Listed, Listing, merged
from run_tui.model import Run, RunFilter
from run_tui.pace import persist
from run_tui.reasons import AT_ONCE, Reasons
from run_tui.screens.runs import RunsScreen, Server
from run_tui.sources import resolve_run_id
from run_tui.sources.base import Source

GOOD, FAILING, LOADING, LEFT_OUT = ("●", "good"), ("✗", "warning"), ("◌", "active"), ("○", "quiet")
"""How a connection is marked where there are several."""


class Part:
    """What is listed of one connection, and what is wrong with it."""

    def __init__(self, name: str, source: Source, wanted: RunFilter) -> None:
        self.name, self.source = name, source
        self.reasons = Reasons(source)
        self.listed: Listed | None = None
        self.list(wanted)

    def list(self, wanted: RunFilter) -> None:
        """Begins with the runs that fit another filter; until they come those known stay."""
        self.listing = Listing(self.source, wanted, connection=self.name)


class RunsList:
    """The runs screen and the workers that fill it, for each connection; it rests while another screen is shown.

    `unreachable` is told once of a server that does not answer from the start; a run that the `cache` has is not asked
    for.
    """

    def __init__(
        self,
        host: Host,
        sources: Mapping[str, Source],
        unreachable: Callable[[str], None] | None = None,
        cache: Cache | None = None,
    ) -> None:
        self._host, self._unreachable, self._cache = host, unreachable, cache
        self._take(sources)
        self.screen = RunsScreen(self._described(), host.now)

    @property
    def connections(self) -> Sequence[str]:
        """Those whose runs are listed."""
        return list(self._parts)

    def source_of(self, run: Run) -> Source:
        """Where a run of the list comes from."""
        return self._parts[run.connection or ""].source

    def switch(self, sources: Mapping[str, Source]) -> None:
        """Lists the runs of other connections."""
        self.stop()
        self._unreachable = None
        self._take(sources)
        self.screen.list_others(self._described())
        self.start()

    def start(self) -> None:
        """Keeps the runs on screen current, and finds out why those in view failed."""
        self._host.stop("runs")
        for part in self._asked:
            self._host.start(partial(self._follow, part), "runs", exclusive=False)
        for part in self._parts.values():
            for _ in range(AT_ONCE):
                self._host.start(partial(self._follow_reasons, part), "reasons", exclusive=False)

    def stop(self) -> None:
        """Asks for nothing more until it is started again."""
        self._host.stop("runs", "reasons", "info")

    def refresh(self) -> None:
        """Asks the servers now."""
        for part in self._asked:
            part.listing.poll_now()

    def list_others(self, wanted: Mapping[str, RunFilter]) -> None:
        """Lists the runs that fit other filters, of the connections that they are for."""
        self._asked = [self._parts[name] for name in wanted if name in self._parts]
        self._host.stop("runs")
        for part in self._asked:
            part.list(wanted[part.name])
            self._host.start(partial(self._follow, part), "runs", exclusive=False)

    def read_older(self) -> None:
        """Reads on after the oldest run known, on those servers that reach back the least."""
        lists = [part.listed for part in self._asked if part.listed is not None]
        reach = max((listed.reach for listed in lists), default=0)
        for part in self._asked:
            if part.listed is not None and part.listed.reach == reach:
                part.listing.read_older()

    def want_reasons(self, runs: Sequence[Run]) -> None:
        """Finds out why these failed."""
        for part in self._parts.values():
            part.reasons.want([run.id for run in runs if run.connection == part.name])

    def show_info(self, run: Run) -> None:
        """Shows a run's tags and configuration."""
        self._host.start(partial(self._read_info, run), "info")

    async def find(self, text: str) -> Run | None:
        """The run that an id, its beginning or a web address names; None, and the user is told, if there is none.

        Of several connections it is taken from the first that answers with such a run.
        """
        errors: list[RunTuiError] = []
        async with asyncio.TaskGroup() as group:
            searches = [group.create_task(self._find(part, text)) for part in self._parts.values()]
            for first in asyncio.as_completed(searches):
                found = await first
                if isinstance(found, Run):
                    for search in searches:
                        search.cancel()
                    return found
                errors.append(found)
        for error in errors:
            self._host.say(error)
        return None

    async def _find(self, part: Part, text: str) -> Run | RunTuiError:
        def failed(error: SourceError, failures: int) -> None:
            if failures == 1:
                self._host.say(error)

        try:
            kept = None if self._cache is None else kept_run(self._cache, part.source, text)
            if kept is not None:
                return kept.model_copy(update={"connection": part.name})
            run_id = await persist(lambda: resolve_run_id(part.source, text), failed)
            run = await persist(lambda: part.source.run(run_id), failed)
        except RunTuiError as error:
            return error
        return run.model_copy(update={"connection": part.name})

    def _take(self, sources: Mapping[str, Source]) -> None:
        self._parts = {name: Part(name, source, RunFilter()) for name, source in sources.items()}
        self._asked = list(self._parts.values())

    def _described(self) -> list[Server]:
        return [Server(part.name, part.source.where, part.source.capabilities.by_job) for part in self._parts.values()]

    async def _follow(self, part: Part) -> None:
        async with aclosing(part.listing.updates()) as updates:
            async for listed in updates:
                part.listed = listed
                self._show()

    def _show(self) -> None:
        """What is there of all; where one server fails the others' runs are shown none the less."""
        lists = [part.listed for part in self._asked if part.listed is not None]
        if any(listed.error is None for listed in lists) or any(listed.runs for listed in lists):
            whole = merged(lists)
            self.screen.show_runs(whole.runs, whole.total, whole.has_more)
        self.screen.show_states({part.name: self._sign(part) for part in self._parts.values()})
        failed = next((listed for listed in lists if listed.error is not None), None)
        if failed is None or failed.error is None:
            saved = all(part.source.capabilities.saved for part in self._parts.values())
            self.screen.show_activity(SAVED if saved else LIVE)
        else:
            self.screen.show_failure(str(failed.error), failed.error.hint)
            self._tell_unreachable(failed)
            self.screen.show_activity(reconnecting(failed.error, failed.retry_in, self._host.refresh_key))

    def _tell_unreachable(self, failed: Listed) -> None:
        """Says once that there is nothing where nobody has said that there is something."""
        tell, self._unreachable = self._unreachable, None
        if tell is not None and isinstance(failed.error, Unreachable) and not failed.runs:
            tell(self._asked[0].source.where)

    def _sign(self, part: Part) -> tuple[str, str]:
        if part not in self._asked:
            return LEFT_OUT
        if part.listed is None:
            return LOADING
        return GOOD if part.listed.error is None else FAILING

    async def _follow_reasons(self, part: Part) -> None:
        async with aclosing(part.reasons.found()) as found:
            async for run_id, reason in found:
                self.screen.rows.show_reason((part.name, run_id), reason)

    async def _read_info(self, run: Run) -> None:
        source = self.source_of(run)
        try:
            details = await source.run_details(run.id)
            self.screen.show_info(details, source.where)
            self.screen.show_family(details, source.where, await kin.family(source, details))
        except SourceError as error:
            self._host.say(error)
