"""What differs between two runs, a row each."""

from __future__ import annotations

from rich.segment import Segment

from run_tui.comparing import Report, Row
from run_tui.widgets.row_list import RowList


class ReportList(RowList):
    """The rows of a report; with `everything` those of steps that are alike follow."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._report: Report | None = None
        self._rows: list[Row] = []
        self.everything = False

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    def show(self, report: Report | None) -> None:
        """Replaces the rows; None takes them away."""
        self._report = report
        self._show_rows()
        self.move_to(0)

    def toggle_everything(self) -> None:
        """Shows the steps that are alike, or hides them."""
        self.everything = not self.everything
        self._show_rows()

    def row_count(self) -> int:
        """As many as are shown."""
        return len(self._rows)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """The pieces of the report."""
        pieces = () if self._report is None else self._report.pieces(self._rows[index])
        return [Segment(" "), *(Segment(text, self.style(style)) for style, text in pieces)]

    def _show_rows(self) -> None:
        report = self._report
        self._rows = [] if report is None else report.rows + (report.alike if self.everything else [])
        self.rows_changed()
