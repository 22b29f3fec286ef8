"""The rows of a table, under their column titles."""

from __future__ import annotations

from collections.abc import Hashable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Static

from run_tui.format import clean, shorten
from run_tui.model import DataRows
from run_tui.tables import Row, RowWindow, value_text
from run_tui.widgets.row_list import RowList

WIDEST = 40
"""Columns of the terminal that one of the table takes at most."""
LONGEST = 200
"""Characters of a value that are looked at for one line."""
GAP = "  "


class DataList(RowList):
    """Rows of which only those in view need to be here; `first_column` is the leftmost one shown."""

    first_column: reactive[int] = reactive(0)

    class Missing(Message):
        """A page of the rows in view is not here."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = RowWindow()
        self.widths: dict[str, int] = {}

    @property
    def current(self) -> Row | None:
        """The row under the cursor, if it is here."""
        return self.window.row(self.cursor)

    def row_count(self) -> int:
        """As many as the table has."""
        return len(self.window)

    def replace(self) -> None:
        """Begins with another table."""
        self.window, self.widths = RowWindow(), {}
        self.first_column = 0
        self.rows_changed()

    def take(self, page: int, rows: DataRows) -> None:
        """Holds a page; columns become as wide as what has been seen in them."""
        self.window.take(page, rows)
        for row in rows.items:
            for name, value in row.items():
                needed = max(cell_len(clean(name)), cell_len(_text(value)))
                self.widths[name] = min(WIDEST, max(needed, self.widths.get(name, 0)))
        self.rows_changed()
        self.ask_missing()

    def ask_missing(self) -> None:
        """Says which of the rows in view have yet to come."""
        page = self.window.missing(self.rows_in_view)
        if page is not None:
            self.post_message(self.Missing(page))

    def show_scrolled(self) -> None:
        """Other rows in view may not be here."""
        super().show_scrolled()
        self.ask_missing()

    def watch_first_column(self) -> None:
        """Every row begins elsewhere."""
        self.rows_changed()

    def validate_first_column(self, column: int) -> int:
        """There is always one to see."""
        return max(0, min(column, len(self.widths) - 1))

    def strip_key(self, index: int) -> Hashable:
        """A row looks different once it is here."""
        return index, self.window.row(index) is not None

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """The cells from the first column on."""
        row = self.window.row(index)
        segments = [Segment(f"{index + 1:>{len(str(self.row_count()))}}{GAP}", self.style("quiet"))]
        if row is None:
            return [*segments, Segment("…", self.style("quiet"))]
        for name in self.shown_columns:
            segments.append(self._cell(row.get(name), self.widths[name]))
        return segments

    @property
    def shown_columns(self) -> list[str]:
        """Their names, from the leftmost on."""
        return list(self.widths)[self.first_column :]

    def titles(self) -> str:
        """The names over the columns."""
        lead = " " * (len(str(self.row_count())) + len(GAP))
        return lead + "".join(
            set_cell_size(shorten(clean(name), self.widths[name]), self.widths[name]) + GAP
            for name in self.shown_columns
        )

    def _cell(self, value: object, width: int) -> Segment:
        text = shorten(_text(value), width)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Segment(f"{text:>{width}}{GAP}", self.style("plain"))
        return Segment(set_cell_size(text, width) + GAP, self.style("plain" if value is not None else "quiet"))


class DataTable(Vertical):
    """The titles, and the rows under them."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = DataList(id="rows")

    def compose(self) -> ComposeResult:
        """Titles, then rows."""
        yield Static(id="titles", markup=False)
        yield self.rows

    def on_mount(self) -> None:
        """Titles move with the columns."""
        self.watch(self.rows, "first_column", self.show_titles)

    def show_titles(self) -> None:
        """Writes the titles anew."""
        width = max(0, self.rows.row_width)
        line = Strip([Segment(self.rows.titles())]).crop(0, width)
        self.query_one("#titles", Static).update(line.text)

    def on_resize(self) -> None:
        """As many as there is room for."""
        self.show_titles()


def _text(value: object) -> str:
    return clean(value_text(value)[:LONGEST])
