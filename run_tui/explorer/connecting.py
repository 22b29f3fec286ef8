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
from run_tui.widgets.connection_list import ASKING, ConnectionRow, ConnectionState

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
        self._asked: set[str] = set()

    def ask(self, name: str | None = None) -> None:
        """Asks a server now, and again as long as its state may change by itself.

        A program for its token is run; where no connection is named, all are asked of which none needs one.
        """
        wanted = [known.name for known in self._connections.known() if self._may_be_asked(known)]
        for each in wanted if name is None else [name]:
            self._asked.add(each)
            self._host.start(self._follow(each), f"connection {each}")

    def stop(self) -> None:
        """Asks no more."""
        self._host.stop(*(f"connection {name}" for name in self._asked), "draft")

    async def open(self, names: Sequence[str]) -> Mapping[str, Source] | None:
        """The sources of these connections; None, and the user is told, if one of them cannot be opened."""
        try:
            return {name: await self._source(name) for name in names}
        except RunTuiError as error:
            self._host.say(error)
            return None

    def enter(self, form: ConnectionForm, settings: Mapping[str, str], *, save: bool) -> None:
        """Tests a connection that was typed in, or adds it to the settings; the form says what is wrong with it."""
        draft = Draft(**settings)
        if not save:
            self._host.start(self._test(draft, form), "draft")
            return
        try:
            name = self._connections.add(draft)
        except RunTuiError as error:
            form.show_result(_failed(error))
            return
        form.dismiss()
        self.screen.show(self._rows(), self.screen.rows.states)
        self.screen.rows.go_to(name)
        self.ask(name)

    def _may_be_asked(self, known: Known) -> bool:
        return not known.asks or known.name in self._sources

    def _rows(self) -> list[ConnectionRow]:
        return [
            ConnectionRow(known.name, known.kind, known.where, known.origin, known.name in self._listed)
            for known in self._connections.known()
        ]

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

    async def _test(self, draft: Draft, form: ConnectionForm) -> None:
        form.show_result(ASKING)
        try:
            source = await asyncio.to_thread(self._connections.open_draft, draft)
            try:
                state = await _look(source)
            finally:
                await source.aclose()
        except RunTuiError as error:
            state = _failed(error)
        if form.is_attached:
            form.show_result(state)


async def _look(source: Source) -> ConnectionState:
    began = monotonic()
    system = await source.ping()
    return ConnectionState("●", "good", f"{clean(system)} · {(monotonic() - began) * 1000:.0f} ms")


def _failed(error: RunTuiError) -> ConnectionState:
    passing = isinstance(error, SourceError) and error.transient
    return ConnectionState("✗", "warning" if passing else "bad", clean(str(error)), clean(error.hint))
