"""Tables that a server holds: the part of one that was looked at last, and their values as texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from run_tui.model import DataRows

PAGE = 100
"""Rows asked for at once."""
MOST_PAGES = 8
"""Pages held: of a table of millions, those around what is in view."""

Row = Mapping[str, object]


class RowWindow:
    """The rows of a table that are here; `total` is how many it has, None until that is known."""

    def __init__(self) -> None:
        self.total: int | None = None
        self._pages: dict[int, Sequence[Row]] = {}

    def __len__(self) -> int:
        return self.total or 0

    def take(self, page: int, rows: DataRows) -> None:
        """Holds a page, and lets go of those furthest from it."""
        self.total = rows.total
        self._pages[page] = rows.items
        while len(self._pages) > MOST_PAGES:
            del self._pages[max(self._pages, key=lambda held: abs(held - page))]

    def row(self, index: int) -> Row | None:
        """A row, None where it is not here."""
        page, place = divmod(index, PAGE)
        rows = self._pages.get(page, ())
        return rows[place] if place < len(rows) else None

    def missing(self, rows: range) -> int | None:
        """The first page of these rows that is not here."""
        pages = range(rows.start // PAGE, (rows.stop - 1) // PAGE + 1) if rows else range(0)
        return next((page for page in pages if page not in self._pages), None)


def value_text(value: object) -> str:
    """A value on one line: texts as they are, what is missing as nothing, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def json_text(value: object) -> str:
    """A value as JSON over several lines."""
    return json.dumps(value, ensure_ascii=False, indent=2)
