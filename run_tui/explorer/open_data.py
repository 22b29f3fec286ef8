"""The data rows of one step: the pages of them that are on screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from textual.message import Message

from run_tui.errors import SourceError
from run_tui.explorer.activity import reconnecting
from run_tui.explorer.host import Host
from run_tui.pace import persist
from run_tui.screens.data import DataScreen
from run_tui.sources.base import Tables
from run_tui.tables import PAGE
from run_tui.widgets.status_line import Activity

T = TypeVar("T")


class OpenData:
    """The data screen, and the worker that reads the page it shows."""

    def __init__(self, host: Host, tables: Tables, screen: DataScreen) -> None:
        self._host, self._tables, self.screen = host, tables, screen

    def take(self, wish: Message) -> None:
        """Does what is wished for on the screen; a page of rows comes in place of the one before."""
        match wish:
            case DataScreen.Wanted():
                self._host.start(partial(self._read, wish), "rows")
            case DataScreen.PayloadWanted():
                self._host.start(self._read_payload, "payload")

    def stop(self) -> None:
        """Reads no more."""
        self._host.stop("rows", "payload")

    async def _read(self, wanted: DataScreen.Wanted) -> None:
        try:
            rows = await self._persist(
                lambda: self._tables.rows(
                    self.screen.run_id,
                    wanted.step,
                    wanted.attempt,
                    start=wanted.page * PAGE,
                    limit=PAGE,
                    keyword=wanted.keyword or None,
                )
            )
        except SourceError as error:
            self.screen.show_failure(str(error), error.hint)
        else:
            self.screen.show_rows(wanted, rows)
            if not rows.total and not wanted.keyword:
                await self._look_elsewhere(wanted)

    async def _look_elsewhere(self, wanted: DataScreen.Wanted) -> None:
        """Which other steps made rows: a phase that failed mostly made none, those beside it may well have."""
        totals: dict[str, int] = {}
        for step, attempt in self.screen.others.items():
            with suppress(SourceError):
                totals[step] = (await self._tables.rows(self.screen.run_id, step, attempt, start=0, limit=1)).total
        made = {step: total for step, total in totals.items() if total}
        if made:
            self.screen.show_elsewhere(wanted, made)

    async def _read_payload(self) -> None:
        try:
            payload = await self._persist(lambda: self._tables.payload(self.screen.run_id))
        except SourceError as error:
            self._host.say(error)
        else:
            self.screen.show_payload(payload)

    async def _persist(self, ask: Callable[[], Awaitable[T]]) -> T:
        def failed(error: SourceError, failures: int) -> None:
            self.screen.show_waiting(str(error), error.hint)
            self.screen.show_activity(reconnecting(error, None, self._host.refresh_key))

        self.screen.show_activity(Activity("◌ reading", "active"))
        answer = await persist(ask, failed)
        self.screen.show_activity(Activity("✓ read", "quiet"))
        return answer
