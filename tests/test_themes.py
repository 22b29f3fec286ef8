"""What the screens look like in each theme, and without colours."""

from __future__ import annotations

from itertools import product

import pytest
from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from run_tui.config import THEMES
from run_tui.format import Look
from run_tui.screens import themes
from run_tui.widgets.styles import STYLES, look_style, named_style
from tests.screens import demo_app, open_run, runs_screen


def test_the_settings_know_every_theme() -> None:
    assert tuple(theme.name for theme in themes.THEMES) == THEMES


async def test_only_themes_that_the_screens_were_made_for_are_offered() -> None:
    async with demo_app() as pilot:
        assert list(pilot.app.available_themes) == list(THEMES)
        assert pilot.app.theme == "dark"


@pytest.mark.parametrize(("theme", "contrast"), [("dark", 4.5), ("light", 4.5), ("contrast", 7.0)])
async def test_every_style_is_legible_on_rows_and_under_the_cursor(theme: str, contrast: float) -> None:
    async with demo_app() as pilot:
        pilot.app.theme = theme
        await pilot.pause()
        rows = runs_screen(pilot).rows
        cursors = {name: named_style(rows, name).bgcolor for name in ("cursor", "cursor-away")}
        grounds = [rows.background_colors[1], *(Color.from_rich_color(color) for color in cursors.values() if color)]
        for name, ground in product(set(STYLES) - {*cursors, "found", "context"}, grounds):
            color = named_style(rows, name).color
            assert color is not None
            wanted = contrast if ground is grounds[0] else contrast * 2 / 3
            assert contrast_of(Color.from_rich_color(color), ground) >= wanted, (name, ground)


async def test_the_terminal_keeps_its_own_colours() -> None:
    async with demo_app() as pilot:
        pilot.app.theme = "terminal"
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        for styles in map(styles_of, (screen.rows, screen.steps)):
            colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None]
            assert all(colour.triplet is None for colour in colours)


async def test_nothing_is_told_by_colour_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        rows = screen.rows
        assert any(style.reverse for style in styles_of(rows, rows.cursor - rows.scroll_offset.y))
        assert not any(style.reverse for style in styles_of(rows, 0))
        assert named_style(rows, "bad").bold
        assert look_style(rows, Look(1, 2)) == Style.null()
        screen.steps.focus()
        await pilot.pause()
        assert any(style.underline for style in styles_of(rows, rows.cursor - rows.scroll_offset.y))


def contrast_of(one: Color, other: Color) -> float:
    """The contrast ratio of the Web Content Accessibility Guidelines: they ask 4.5 of text, 7 of text for all."""

    def luminance(color: Color) -> float:
        shares = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
        return 0.2126 * shares[0] + 0.7152 * shares[1] + 0.0722 * shares[2]

    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def styles_of(widget: Widget, line: int = 0) -> list[Style]:
    return [style for _, style, _ in widget.render_line(line) if style is not None]
