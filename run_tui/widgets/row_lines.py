"""The lines that a list of rows is painted with."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

MOST_LINES = 12
"""Lines that a wrapped row takes at most; the detail pane shows the rest."""


class Line(Strip):
    """A strip that goes as soon as nobody holds it, and so does what filters make of it.

    Textual's remembers itself as what is left of it where nothing lies over it: a cycle for each line ever painted.
    """

    __slots__ = ()

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:
        """The line as the filter has it, on this background."""
        filtered = self._filter_cache.get((filter, background))
        if filtered is None:
            filtered = Line(filter.apply(self._segments, background), self._cell_length)
            self._filter_cache[(filter, background)] = filtered
        return filtered

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The line cut at these cells; itself where it ends with the only cut."""
        cuts = list(cuts)
        return [self] if cuts == [self.cell_length] else super().divide(cuts)


def fitted(segments: Iterable[Segment], width: int, margin: int, ground: Style) -> Line:
    """A line cut or filled up to `width` cells, and `margin` empty ones after it.

    Only what is left in the end is a strip: to make one takes as long as its text.
    """
    line = Segment.adjust_line_length(list(segments), width)
    if margin:
        line.append(Segment(" " * margin))
    return Line(Segment.apply_style(line, ground), width + margin)


def wrapped(whole: Strip, width: int, indent: int) -> list[Strip]:
    """A row over several lines of `width` cells, all but the first one indented."""
    indent = min(indent, width // 2)
    lines, start = [whole.crop(0, width)], width
    while start < whole.cell_length and len(lines) < MOST_LINES:
        rest = whole.crop(start, start + width - indent)
        lines.append(Strip([Segment(" " * indent), *rest]))
        start += width - indent
    return lines


def under_cursor(strip: Strip, mark: Style, ground: Style) -> Line:
    """The line as the cursor marks it: text that brought a background of its own keeps it, to stay legible."""
    own = ground.bgcolor
    segments = [
        Segment(text, style if style is not None and style.bgcolor != own else (style or Style.null()) + mark)
        for text, style, _ in strip
    ]
    return Line(segments, strip.cell_length)


def notice_lines(
    notice: Sequence[tuple[str, str]], width: int, height: int, style: Callable[[str], Style]
) -> list[Strip]:
    """What stands in an empty list, as (name of a style, text) pairs, from the top of the list on."""
    lines = [(name, line) for name, text in notice for line in textwrap.wrap(text, max(20, width - 6)) or [""]]
    top = max(0, (height - len(lines)) // 3)
    return [Strip([])] * top + [Strip([Segment(f"   {line}", style(name))]) for name, line in lines]
