"""The list of runs: kept current, and each failure in view with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from run_tui.errors import RunTuiError, SourceError
from run_tui.explorer.activity import LIVE, reconnecting
from run_tui.explorer.host import Host
from run_tui.listing import Listed, Listing
from run_tui.model import Run, RunFilter
from run_tui.pace import persist
from run_tui.reasons import AT_ONCE, Reasons
from run_tui.screens.runs import RunsScreen
from run_tui.sources import resolve_run_id
from run_tui.sources.base import Source


class RunsList:
    """The runs screen of a connection and the workers that fill it; it rests while another screen is shown."""

    def __init__(self, host: Host, source: Source, connection: str) -> None:
        self._host, self._source = host, source
        self.screen = RunsScreen(connection, source.where, host.now, by_job=source.capabilities.by_job)
        self._listing = Listing(source, RunFilter())
        self._reasons = Reasons(source)

    def source_of(self, run_id: str) -> Source:
        """Where a run of the list comes from."""
        return self._source

    def start(self) -> None:
        """Keeps the runs on screen current, and finds out why those in view failed."""
        self._host.start(self._follow(), "runs")
        for _ in range(AT_ONCE):
            self._host.start(self._follow_reasons(), "reasons", exclusive=False)

    def stop(self) -> None:
        """Asks for nothing more until it is started again."""
        self._host.stop("runs", "reasons", "info")

    def refresh(self) -> None:
        """Asks the server now."""
        self._listing.poll_now()

    def list_others(self, wanted: RunFilter) -> None:
        """Lists the runs that fit another filter."""
        self._listing = Listing(self._source, wanted)
        self._host.start(self._follow(), "runs")

    def read_older(self) -> None:
        """Reads on after the oldest run known."""
        self._listing.read_older()

    def want_reasons(self, run_ids: Sequence[str]) -> None:
        """Finds out why these failed."""
        self._reasons.want(run_ids)

    def show_info(self, run_id: str) -> None:
        """Shows a run's tags and configuration."""
        self._host.start(self._read_info(run_id), "info")

    async def find(self, text: str) -> Run | None:
        """The run that an id, its beginning or a web address names; None, and the user is told, if there is none."""

        def failed(error: SourceError, failures: int) -> None:
            if failures == 1:
                self._host.say(error)

        try:
            run_id = await persist(lambda: resolve_run_id(self._source, text), failed)
            return await persist(lambda: self._source.run(run_id), failed)
        except RunTuiError as error:
            self._host.say(error)
            return None

    async def _follow(self) -> None:
        async with aclosing(self._listing.updates()) as updates:
            async for listed in updates:
                self._show(listed)

    def _show(self, listed: Listed) -> None:
        if listed.error is None:
            self.screen.show_runs(listed.runs, listed.total, listed.has_more)
            self.screen.show_activity(LIVE)
        else:
            self.screen.show_failure(str(listed.error), listed.error.hint)
            self.screen.show_activity(reconnecting(listed.error, listed.retry_in, self._host.refresh_key))

    async def _follow_reasons(self) -> None:
        async with aclosing(self._reasons.found()) as found:
            async for run_id, reason in found:
                self.screen.rows.show_reason(run_id, reason)

    async def _read_info(self, run_id: str) -> None:
        try:
            self.screen.show_info(await self._source.run_details(run_id))
        except SourceError as error:
            self._host.say(error)
