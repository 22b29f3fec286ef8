"""The connections and their states: each is asked in the background, opened when it is chosen, added and tested."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from textual.message import Message

from run_tui.config.writing import Draft
from run_tui.connections import Connections, Known
from run_tui.errors import RunTuiError, SourceError
from run_tui.explorer.host import Stage
from run_tui.explorer.runs_list import RunsList
from run_tui.format import clean
from run_tui.pace import REAL_CLOCK, retry_delay
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.connection_form import ConnectionForm
from run_tui.screens.runs import RunsScreen
from run_tui.sources.base import Source
from run_tui.widgets.connection_list import ASKING, ConnectionRow, ConnectionState

AGAIN = 5.0
"""Seconds between looks at a server."""
UNASKED = ConnectionState(
    "○", "waiting", "not asked yet", "A program tells its token, and it may ask you for something: t or enter runs it."
)


class Connecting:
    """The connect screen and its workers; `sources` are those that are open, and get more.

    `switched` is told when the runs of other connections are listed.
    """

    def __init__(
        self,
        stage: Stage,
        connections: Connections,
        sources: dict[str, Source],
        runs: RunsList,
        switched: Callable[[], None],
    ) -> None:
        self._stage, self._connections, self._sources = stage, connections, sources
        self._runs, self._switched = runs, switched
        self._screen: ConnectScreen | None = None
        self._asked: set[str] = set()

    async def show(self, nowhere: str = "") -> None:
        """Shows the connections; `nowhere` is a server nobody has named that does not answer."""
        self._runs.stop()
        states = {known.name: UNASKED for known in self._connections.known() if not self._may_be_asked(known)}
        self._screen = ConnectScreen(self._rows(), states, nowhere)
        await self._stage.show_screen(self._screen)
        self._ask()

    async def take(self, wish: Message) -> None:
        """Does what is wished for on the screen of connections, or of a new one."""
        match wish:
            case RunsScreen.ConnectWanted():
                await self.show()
            case ConnectScreen.Asked(name=name):
                self._ask(name)
            case ConnectScreen.Chosen(names=names) if self._screen is not None:
                self._stage.start(partial(self._switch, self._screen, names), "connect")
            case ConnectScreen.Closed():
                self._close()
                self._runs.start()
            case ConnectionForm.Entered(save=False):
                self._stage.start(partial(self._test, Draft(**wish.settings), wish.form), "draft")
            case ConnectionForm.Entered() if self._screen is not None:
                self._add(wish, self._screen)

    def _ask(self, name: str | None = None) -> None:
        """Asks a server now, and again as long as its state may change by itself.

        A program for its token is run; where no connection is named, all are asked of which none needs one.
        """
        wanted = [known.name for known in self._connections.known() if self._may_be_asked(known)]
        for each in wanted if name is None else [name]:
            self._asked.add(each)
            self._stage.start(partial(self._follow, each), f"connection {each}")

    def _close(self) -> None:
        self._stage.stop(*(f"connection {name}" for name in self._asked), "draft")
        self._screen = None
        self._stage.leave_screen()

    async def _switch(self, screen: ConnectScreen, names: Sequence[str]) -> None:
        """Lists the runs of these connections, unless one of them cannot be opened: then the user is told."""
        try:
            sources = {name: await self._source(name) for name in names}
        except RunTuiError as error:
            self._stage.say(error)
            return
        if self._stage.screen_stack[-1] is screen:
            self._close()
            self._runs.switch(sources)
            self._switched()

    def _add(self, entered: ConnectionForm.Entered, screen: ConnectScreen) -> None:
        """Adds a connection to the settings; the form says what is wrong with it."""
        try:
            name = self._connections.add(Draft(**entered.settings))
        except RunTuiError as error:
            entered.form.show_result(_failed(error))
            return
        entered.form.dismiss()
        screen.show(self._rows(), screen.rows.states)
        screen.rows.go_to(name)
        self._ask(name)

    def _may_be_asked(self, known: Known) -> bool:
        return not known.asks or known.name in self._sources

    def _rows(self) -> list[ConnectionRow]:
        return [
            ConnectionRow(known.name, known.kind, known.where, known.origin, known.name in self._runs.connections)
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
            if self._screen is not None:
                self._screen.show_state(name, state)
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
