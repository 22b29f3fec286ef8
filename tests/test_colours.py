"""What messages' own colours become on the screen."""

from __future__ import annotations

from itertools import product
from math import dist

from rich.style import Style
from textual.color import Color

from run_tui.format import PLAIN, Look, coloured
from run_tui.widgets.styles import ALIKE, coloured_segments, look_style
from tests.screens import demo_app, runs_screen

SHADES = [None, *range(16), 16, 59, 102, 145, 231, 244, (15, 19, 24), (251, 250, 247), (128, 128, 128)]


async def test_every_look_can_be_read_on_dark_and_on_light() -> None:
    async with demo_app() as pilot:
        for theme in ("dark", "light", "contrast"):
            pilot.app.theme = theme
            await pilot.pause()
            rows = runs_screen(pilot).rows
            ground = rows.background_colors[1]
            for foreground, background, dim in product(SHADES, SHADES, (False, True)):
                style = look_style(rows, Look(foreground, background, dim=dim))
                behind = ground if style.bgcolor is None else Color.from_rich_color(style.bgcolor)
                assert (style.bgcolor is None) == (background is None)
                assert style.color is not None or background is None
                if style.color is not None:
                    seen = dist(Color.from_rich_color(style.color).rgb, behind.rgb)
                    assert seen * (0.5 if dim else 1) >= ALIKE, (theme, foreground, background)


async def test_colours_are_laid_over_the_rows_own_style() -> None:
    async with demo_app() as pilot:
        rows = runs_screen(pilot).rows
        base = Style(color="yellow")
        first, second = coloured_segments(rows, coloured("\x1b[1;38;2;200;10;10mred\x1b[0m plain", 100), base)
        assert (first.text, first.style) == ("red", Style(color="#c80a0a", bold=True))
        assert (second.text, second.style) == (" plain", base)


async def test_none_are_shown_where_none_are_wanted() -> None:
    async with demo_app() as pilot:
        rows = runs_screen(pilot).rows
        assert look_style(rows, PLAIN) == Style.null()
        pilot.app.no_color = True
        assert look_style(rows, Look(1, 2, bold=True)) == Style.null()
