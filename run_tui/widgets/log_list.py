"""A list of lines that a run or a process wrote: followed, scrolled sideways, searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from run_tui.finding import Finder
from run_tui.widgets.row_list import RowList

SCROLL_STEP = 20

F = TypeVar("F", bound=Finder)
Span = tuple[int, int]


class LogList(RowList, Generic[F]):
    """While `follow` is on, the last row stays in view; what `finder` finds is marked in the rows that fit."""

    follow: reactive[bool] = reactive(False)
    text_offset: reactive[int] = reactive(0)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.finder: F | None = None

    def found_changed(self) -> None:
        """More has been found, or something else is looked for."""
        self.rows_changed(keep_strips=True)

    def scroll_text(self, steps: int) -> None:
        """Scrolls all lines sideways."""
        self.text_offset = max(0, self.text_offset + steps * SCROLL_STEP)

    def watch_text_offset(self) -> None:
        """Every line is cut anew."""
        self.rows_changed()


def text_of(segments: Sequence[Segment]) -> str:
    """What they say."""
    return "".join(segment.text for segment in segments)


def with_spans(segments: Sequence[Segment], spans: Sequence[Span], style: Style) -> list[Segment]:
    """A line with these spans of its characters, in order and apart, in another style, whatever colours they had."""
    marked: list[Segment] = []
    at, rest = 0, list(spans)
    for text, base, _ in segments:
        start = at
        while at < start + len(text):
            while rest and rest[0][1] <= at:
                del rest[0]
            inside = bool(rest) and rest[0][0] <= at
            border = rest[0][inside] if rest else start + len(text)
            end = min(border, start + len(text))
            marked.append(Segment(text[at - start : end - start], style if inside else base))
            at = end
    return marked
