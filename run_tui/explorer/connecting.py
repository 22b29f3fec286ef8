"""The connections and their states: each is asked in the background, opened when it is chosen, added and tested."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from time import monotonic

from run_tui.config import Draft
from run_tui.connections import Connections, Known
from run_tui.errors import RunTuiError, SourceError
from run_tui.explorer.host import Host
from run_tui.format import clean
from run_tui.pace import REAL_CLOCK, retry_delay
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.connection_form import ConnectionForm
from run_tui.sources.base import Source
from run_tui.widgets.connection_list import ConnectionRow, ConnectionState

AGAIN = 5.0
"""Seconds between looks at a server."""
UNASKED = ConnectionState(
    "○", "waiting", "not asked yet", "A program tells its token, and it may ask you for something: t or enter runs it."
)


class Connecting:
    """The connect screen and its workers; `sources` are those that are open, and get more."""

    def __init__(
        self,
        host: Host,
        connections: Connections,
        sources: dict[str, Source],
        listed: Collection[str],
        nowhere: str = "",
    ) -> None:
        self._host, self._connections, self._sources, self._listed = host, connections, sources, listed
        states = {known.name: UNASKED for known in self._connections.known() if not self._may_be_asked(known)}
        self.screen = ConnectScreen(self._rows(), states, nowhere)
        self.form: ConnectionForm | None = None
        self._asked: set[str] = set()

    def start(self) -> None:
        """Asks every server now, and again as long as its state may change by itself."""
        for known in self._connections.known():
            if self._may_be_asked(known):
                self._start(known.name)

    def stop(self) -> None:
        """Asks no more."""
        self._host.stop(*(f"connection {name}" for name in self._asked), "draft")

    def test(self, name: str) -> None:
        """Asks one of them now, and runs the program for its token, if it has one."""
        self._start(name)

    async def open(self, names: Sequence[str]) -> Mapping[str, Source] | None:
        """The sources of these connections; None, and the user is told, if one of them cannot be opened."""
        try:
            return {name: await self._source(name) for name in names}
        except RunTuiError as error:
            self._host.say(error)
            return None

    def test_draft(self, settings: Mapping[str, str]) -> None:
        """Asks the server of a connection that is being typed in."""
        self._host.start(self._test_draft(Draft(**settings)), "draft")

    def add(self, settings: Mapping[str, str]) -> bool:
        """Adds a connection to the settings; False, and the user is told, if it is not good."""
        try:
            name = self._connections.add(Draft(**settings))
        except RunTuiError as error:
            self._show_result(_failed(error))
            return False
        self.screen.show(self._rows(), self.screen.rows.states)
        self.screen.rows.go_to(name)
        self.test(name)
        return True

    def _may_be_asked(self, known: Known) -> bool:
        return not known.asks or known.name in self._sources

    def _rows(self) -> list[ConnectionRow]:
        return [
            ConnectionRow(known.name, known.kind, known.where, known.origin, known.name in self._listed)
            for known in self._connections.known()
        ]

    def _start(self, name: str) -> None:
        self._asked.add(name)
        self._host.start(self._follow(name), f"connection {name}")

    async def _follow(self, name: str) -> None:
        failures = 0
        while True:
            rest: float | None = AGAIN
            try:
                state, failures = await _look(await self._source(name)), 0
            except SourceError as error:
                state, rest = _failed(error), None
                if error.transient:
                    rest = max(AGAIN, retry_delay(error, failures, REAL_CLOCK.chance()))
                    failures += 1
            except RunTuiError as error:
                state, rest = _failed(error), None
            self.screen.show_state(name, state)
            if rest is None:
                return
            await asyncio.sleep(rest)

    async def _source(self, name: str) -> Source:
        """The connection's source. A program for its token may take a while, and holds nothing else up."""
        if name not in self._sources:
            opened = await asyncio.to_thread(self._connections.open, name)
            if self._sources.setdefault(name, opened) is not opened:
                await opened.aclose()
        return self._sources[name]

    async def _test_draft(self, draft: Draft) -> None:
        self._show_result(ConnectionState("◌", "active", "asking"))
        try:
            source = await asyncio.to_thread(self._connections.open_draft, draft)
            try:
                self._show_result(await _look(source))
            finally:
                await source.aclose()
        except RunTuiError as error:
            self._show_result(_failed(error))

    def _show_result(self, state: ConnectionState) -> None:
        if self.form is not None and self.form.is_attached:
            self.form.show_result(state)


async def _look(source: Source) -> ConnectionState:
    began = monotonic()
    system = await source.ping()
    return ConnectionState("●", "good", f"{clean(system)} · {(monotonic() - began) * 1000:.0f} ms")


def _failed(error: RunTuiError) -> ConnectionState:
    passing = isinstance(error, SourceError) and error.transient
    return ConnectionState("✗", "warning" if passing else "bad", clean(str(error)), clean(error.hint))
