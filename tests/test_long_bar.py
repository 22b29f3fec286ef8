"""The scrollbar of a long view."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from tests.screens import demo_app, open_run


def looks(lines: list[Strip]) -> list[tuple[object, ...]]:
    """Text, colours and what a click does."""
    return [
        (text, style and (style.color, style.bgcolor, style.reverse, style.meta))
        for line in lines
        for text, style, _ in line
    ]


@pytest.mark.parametrize("size", [(160, 50), (80, 24)])
async def test_it_looks_like_textuals(size: tuple[int, int]) -> None:
    async with demo_app(size=size) as pilot:
        screen = await open_run(pilot, "STARTED", "clickstream_ingest")
        bars = [screen.rows.vertical_scrollbar, screen.steps.vertical_scrollbar]
        for row in (0, 100, screen.rows.row_count() - 1):
            screen.rows.move_to(row)
            await pilot.pause()
            for bar in bars:
                for over in (True, False):
                    bar.mouse_over = over
                    whole = Region(0, 0, *bar.size)
                    assert looks(bar.render_lines(whole)) == looks(ScrollBar.render_lines(bar, whole))
