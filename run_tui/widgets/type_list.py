"""The types of a run's events, to pick some from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from textual.geometry import Size

from run_tui.format import clean, shorten
from run_tui.widgets.row_list import RowList

LOG = "LOG"
"""What the filter calls events without a type."""


class TypeList(RowList):
    """One line a type: its mark, its name and how many events are of it, the most frequent first."""

    def __init__(self, counts: Mapping[str | None, int], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.types = sorted(counts, key=lambda kind: (-counts[kind], kind or LOG))
        self.marked: set[str | None] = set()
        self._counts = counts

    @property
    def chosen(self) -> Sequence[str]:
        """The names of the marked types; where none is marked, of the one under the cursor."""
        marked = [kind for kind in self.types if kind in self.marked]
        return [kind or LOG for kind in marked or self.types[self.cursor : self.cursor + 1]]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What enter does is the screen's to say."""
        return action != "open"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as it has rows, where there is room."""
        return self.row_count()

    def row_count(self) -> int:
        """One row a type."""
        return len(self.types)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """Mark and name, the count at the right."""
        kind = self.types[index]
        count = f"{self._counts[kind]:,}"
        room = max(1, width - len(count) - 5)
        return [
            Segment(" ◆ " if kind in self.marked else "   ", self.style("accent")),
            Segment(f"{shorten(clean(kind or LOG), room):<{room}} ", self.style("plain")),
            Segment(count, self.style("quiet")),
        ]

    def mark(self) -> None:
        """Marks the row under the cursor, or takes its mark away, and goes on to the next."""
        if self.types:
            self.marked ^= {self.types[self.cursor]}
            self.rows_touched([self.cursor])
            self.move_to(self.cursor + 1, by_user=True)
