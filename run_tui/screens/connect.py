"""The connections: whose runs are to be listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.format import clean, plural
from run_tui.screens.connection_form import ConnectionForm
from run_tui.widgets.connection_list import ASKING, ConnectionRow, ConnectionRows, ConnectionState, ConnectionTable
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import Fact, StatusLine

NOWHERE = (
    "No connection was named, and nothing listens at {where}, where `dg dev` does. "
    "Choose one, add one, or look around in the demo: it needs no server."
)


class ConnectScreen(Screen[None]):
    """All connections with their states; `nowhere` is a server nobody has named that does not answer."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("connect")

    class Chosen(Message):
        """The runs of these connections are to be listed."""

        def __init__(self, names: Sequence[str]) -> None:
            super().__init__()
            self.names = names

    class Asked(Message):
        """A connection is to be asked now, whatever that takes; all of them where none is named."""

        def __init__(self, name: str | None = None) -> None:
            super().__init__()
            self.name = name

    class Closed(Message):
        """The user went back."""

    def __init__(
        self, connections: Sequence[ConnectionRow], states: Mapping[str, ConnectionState], nowhere: str = ""
    ) -> None:
        super().__init__()
        self._connections, self._states, self._nowhere = connections, states, nowhere

    def compose(self) -> ComposeResult:
        """Connections, what is known of the one under the cursor in full, the keys."""
        yield StatusLine(id="status")
        intro = Static(NOWHERE.format(where=clean(self._nowhere)), id="intro", markup=False)
        intro.display = bool(self._nowhere)
        yield intro
        yield ConnectionTable(id="connections")
        yield Static(id="state", markup=False)
        yield KeyBar()

    @property
    def rows(self) -> ConnectionRows:
        """The list."""
        return self.query_one(ConnectionRows)

    def on_mount(self) -> None:
        """Begins at what is listed now; where that is nothing, at the demo."""
        self.rows.focus()
        self.show(self._connections, self._states)
        listed = next((each.name for each in self._connections if each.listed), "")
        self.rows.go_to(self._connections[-1].name if self._nowhere else listed)
        several = [each.name for each in self._connections if each.listed]
        self.rows.marked = set(several) if len(several) > 1 else set()
        self._show_facts()

    def show(self, connections: Sequence[ConnectionRow], states: Mapping[str, ConnectionState]) -> None:
        """Takes the connections there are."""
        self.rows.show(connections, states)
        self.query_one(ConnectionTable).show_titles()
        self._show_state()
        self._show_facts()

    def show_state(self, name: str, state: ConnectionState) -> None:
        """Takes what is known of one by now."""
        self.rows.show_state(name, state)
        self._show_state()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter lists runs."""
        event.stop()
        self.post_message(self.Chosen(self.rows.chosen))

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """What is told in full is told of the row under the cursor."""
        event.stop()
        self._show_state()

    def action_mark(self) -> None:
        """Marks a connection."""
        self.rows.mark()
        self._show_facts()

    def action_test(self) -> None:
        """Asks the connection under the cursor."""
        if self.rows.current is not None:
            self.show_state(self.rows.current.name, ASKING)
            self.post_message(self.Asked(self.rows.current.name))

    def action_add(self) -> None:
        """Asks for a new one."""
        self.app.push_screen(ConnectionForm())

    def action_refresh(self) -> None:
        """Asks all of them now."""
        self.post_message(self.Asked())

    def action_back(self) -> None:
        """Back to the runs."""
        self.post_message(self.Closed())

    def _show_facts(self) -> None:
        marked = len(self.rows.marked)
        self.query_one(StatusLine).show(
            [
                Fact("run-tui", "accent"),
                Fact(plural(self.rows.row_count(), "connection")),
                Fact(f"{marked} marked: enter lists the runs of all of them" if marked else "", "quiet", 1),
            ]
        )

    def _show_state(self) -> None:
        row = self.rows.current
        if row is None:
            return
        state = self.rows.states.get(row.name, ASKING)
        text = Text(f"{state.sign} {state.text}")
        if state.hint:
            text.append(f"\n{state.hint}")
        self.query_one("#state", Static).update(text)
