"""The named styles that rows, lines and panes are painted in; the style sheet gives them their colours."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget

STYLES = ("plain", "quiet", "name", "good", "bad", "warning", "active", "waiting", "accent", "cursor", "cursor-away")

COMPONENTS = {f"row--{name}" for name in STYLES}
"""For `COMPONENT_CLASSES`."""


def named_style(widget: Widget, name: str) -> Style:
    """One of STYLES on this widget's background, translucent colours blended in."""
    styles = widget.get_component_styles(f"row--{name}")
    ground = widget.background_colors[1]
    colour = (ground + styles.color).rich_color if styles.has_rule("color") else None
    background = (ground + styles.background).rich_color if styles.has_rule("background") else None
    return Style(color=colour, bgcolor=background) + styles.text_style
