"""The scrollbar of a long view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.color import Color
from rich.segment import Segment
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from run_tui.widgets.row_lines import Line


class LongBar(ScrollBar):
    """Textual's upright scrollbar, of which lines that look alike are made once: there are a handful of looks."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """These lines of the bar."""
        bar = self.render()
        assert isinstance(bar, ScrollBarRender)
        segments = self._segments(bar)
        unlike = {id(segment): segment for segment in segments}
        looks = dict(zip(unlike, self._lines(unlike.values(), bar.thickness), strict=True))
        lines = [looks[id(segments[y])] for y in crop.line_range]
        return lines if crop.column_span == (0, bar.thickness) else [line.crop(*crop.column_span) for line in lines]

    def _segments(self, bar: ScrollBarRender) -> list[Segment]:
        """One a line; alike ones are the same object."""
        style = self.app.console.get_style(bar.style)
        return bar.render_bar(
            size=self.size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=bar.thickness,
            back_color=style.bgcolor or Color.default(),
            bar_color=style.color or Color.default(),
        ).segments

    def _lines(self, segments: Iterable[Segment], width: int) -> Iterator[Strip]:
        style, ground = self.rich_style, self.background_colors[1]
        for segment in segments:
            line: Strip = Line(Segment.apply_style([segment], style), width)
            for line_filter in self.get_line_filters():
                line = line.apply_filter(line_filter, ground)
            yield line
