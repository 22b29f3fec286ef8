"""The named styles that rows, lines and panes are painted in; the style sheet gives them their colours."""

from __future__ import annotations

from functools import lru_cache
from math import dist

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.widget import Widget

from run_tui.format import PLAIN, Colour, Coloured, Look

RUN_STYLES = tuple(f"run-{number}" for number in range(1, 7))
"""In which runs are told apart; after the last one the first comes again."""
STYLES = (
    "plain", "quiet", "name", "good", "bad", "warning", "active", "waiting", "accent", "context", "found", "cursor",
    "cursor-away", *RUN_STYLES,
)  # fmt: skip

COMPONENTS = {f"row--{name}" for name in STYLES}
"""For `COMPONENT_CLASSES`."""


def named_style(widget: Widget, name: str) -> Style:
    """One of STYLES on this widget's background, translucent colours blended in."""
    styles = widget.get_component_styles(f"row--{name}")
    ground = widget.background_colors[1]
    colour = (ground + styles.color).rich_color if styles.has_rule("color") else None
    background = (ground + styles.background).rich_color if styles.has_rule("background") else None
    return Style(color=colour, bgcolor=background) + styles.text_style


ALIKE = 60
"""How far apart, of the 441 between black and white, colours have to be to be told from each other."""
DIMMED = 0.5
"""How much of a dimmed colour is left on its background, as Textual dims."""


def look_style(widget: Widget, look: Look) -> Style:
    """What a message's own colours change on this widget: nothing where none are wanted, or nobody knows on what."""
    if look == PLAIN or widget.app.no_color or widget.app.native_ansi_color:
        return Style.null()
    return _look_style(look, widget.background_colors[1], widget.app.ansi_theme)


def coloured_segments(widget: Widget, line: Coloured, style: Style) -> list[Segment]:
    """A line in `style` and, over it, in its own colours."""
    return [Segment(text, style + look_style(widget, look)) for text, look in line.pieces]


@lru_cache(1024)
def _look_style(look: Look, ground: Color, theme: TerminalTheme) -> Style:
    """The look as a style on `ground`, on which its text can be read whatever colours it asks for."""
    foreground, background = _colour(look.foreground, theme), _colour(look.background, theme)
    strength = DIMMED if look.dim else 1
    if foreground is None or _distance(foreground, background or ground) * strength < ALIKE:
        foreground = background and background.get_contrast_text(1.0)
    return Style(
        color=foreground and foreground.rich_color,
        bgcolor=background and background.rich_color,
        bold=look.bold or None,
        dim=look.dim or None,
        italic=look.italic or None,
        underline=look.underline or None,
        reverse=look.reverse or None,
    )


def _colour(colour: Colour | None, theme: TerminalTheme) -> Color | None:
    if colour is None:
        return None
    return Color(*(RichColor.from_ansi(colour).get_truecolor(theme) if isinstance(colour, int) else colour))


def _distance(one: Color, other: Color) -> float:
    return dist(one.rgb, other.rgb)
