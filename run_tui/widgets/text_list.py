"""A list whose rows are handed to it as pieces of text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from run_tui.widgets.row_list import RowList

Pieces = Sequence[tuple[str, str]]
"""A row: names of styles, each with a harmless text."""


class TextList(RowList):
    """One line a row; what enter does is its screen's to say."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[Pieces] = []

    def show(self, rows: Sequence[Pieces]) -> None:
        """Replaces all rows."""
        self._rows = list(rows)
        self.rows_changed()

    def add(self, row: Pieces) -> None:
        """Adds a row at the end, and keeps it in view."""
        self._rows.append(row)
        self.rows_changed()
        self.move_to(len(self._rows) - 1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A row is not opened by itself."""
        return action != "open"

    def row_count(self) -> int:
        """As many as there are."""
        return len(self._rows)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """The pieces one after the other."""
        return [Segment(text, self.style(style)) for style, text in self._rows[index]]
