"""The connections that can be chosen, with the state of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from run_tui.format import clean, shorten
from run_tui.widgets.row_list import RowList

TITLES = ("CONNECTION", "STATE", "SERVER", "FROM")
LEAST = len(TITLES[0])
NAME, SERVER, FROM = 24, 40, 14
NARROW = 100
"""Columns below which where a connection comes from makes room for its state."""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection with its server; `origin` says what names it, `listed` whether its runs are those in the list."""

    name: str
    kind: str
    where: str
    origin: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """What is known of a connection's server: a sign, a sentence and what to do about it, harmless all."""

    sign: str
    style: str
    text: str
    hint: str = ""


ASKING = ConnectionState("◌", "active", "asking")


def column_widths(width: int, names: Sequence[str]) -> tuple[int, ...]:
    """The widths of the columns of TITLES, two blanks between them; 0 leaves one out."""
    name = min(NAME, max([LEAST, *map(cell_len, names)]))
    origin = FROM if width >= NARROW else 0
    rest = max(4, width - 3 - name - 2 - (origin + 2 if origin else 0))
    server = min(SERVER, rest * 2 // 5)
    return name, rest - server - 2, server, origin


class ConnectionRows(RowList):
    """One line a connection: its mark, name, state, server, and what names it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.connections: Sequence[ConnectionRow] = ()
        self.states: Mapping[str, ConnectionState] = {}
        self.marked: set[str] = set()

    @property
    def current(self) -> ConnectionRow | None:
        """The connection under the cursor."""
        return self.connections[self.cursor] if self.connections else None

    @property
    def chosen(self) -> list[str]:
        """The names of those marked; where none is marked, of the one under the cursor."""
        marked = [each.name for each in self.connections if each.name in self.marked]
        return marked or [each.name for each in self.connections[self.cursor : self.cursor + 1]]

    def show(self, connections: Sequence[ConnectionRow], states: Mapping[str, ConnectionState]) -> None:
        """Takes the connections there are, and what is known of them."""
        self.connections, self.states = connections, dict(states)
        self.rows_changed()

    def show_state(self, name: str, state: ConnectionState) -> None:
        """Takes what is known of one by now."""
        self.states = {**self.states, name: state}
        self.rows_touched(row for row, each in enumerate(self.connections) if each.name == name)

    def go_to(self, name: str) -> None:
        """Puts the cursor on a connection, if it is there."""
        place = next((row for row, each in enumerate(self.connections) if each.name == name), None)
        if place is not None:
            self.move_to(place)

    def mark(self) -> None:
        """Marks the row under the cursor, or takes its mark away, and goes on to the next."""
        if self.current is not None:
            self.marked ^= {self.current.name}
            self.rows_touched([self.cursor])
            self.move_to(self.cursor + 1, by_user=True)

    def widths(self) -> tuple[int, ...]:
        """Those of the columns."""
        return column_widths(self.row_width, [clean(each.name) for each in self.connections])

    def row_count(self) -> int:
        """One row a connection."""
        return len(self.connections)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """Mark, and the columns."""
        row = self.connections[index]
        state = self.states.get(row.name, ASKING)
        cells = (
            (clean(row.name), "accent" if row.listed else "plain"),
            (f"{state.sign} {state.text}", state.style),
            (clean(row.where), "name"),
            (clean(row.origin), "quiet"),
        )
        return [Segment(" ◆ " if row.name in self.marked else "   ", self.style("accent"))] + [
            Segment(f"{shorten(text, room):<{room}}  ", self.style(style))
            for (text, style), room in zip(cells, self.widths(), strict=True)
            if room
        ]


class ConnectionTable(Vertical):
    """The rows under their column titles."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = ConnectionRows(id="rows")

    def compose(self) -> ComposeResult:
        """Titles, then rows."""
        yield Static(id="titles", markup=False)
        yield self.rows

    def on_resize(self) -> None:
        """The titles stand over their columns."""
        self.show_titles()

    def show_titles(self) -> None:
        """Writes the titles for the columns there are."""
        titles = (f"{title:<{room}}" for title, room in zip(TITLES, self.rows.widths(), strict=True) if room)
        self.query_one("#titles", Static).update("   " + "  ".join(titles))
