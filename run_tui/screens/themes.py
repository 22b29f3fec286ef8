"""The themes: dark, light, of high contrast, and the terminal's own colours."""

from __future__ import annotations

from textual.app import App
from textual.theme import Theme

DARK = Theme(
    name="dark",
    dark=True,
    background="#0f1318",
    surface="#171c23",
    panel="#1c222b",
    foreground="#d5dae1",
    primary="#6cb0f5",
    secondary="#8fa3b8",
    accent="#e5b567",
    success="#74bf7b",
    warning="#e0a458",
    error="#f2777a",
    variables={
        "run-1": "#6cb0f5",
        "run-2": "#e5b567",
        "run-3": "#b89cf0",
        "run-4": "#5fc8b8",
        "run-5": "#f09ac0",
        "run-6": "#a9c46c",
        "footer-key-foreground": "#e5b567",
        "footer-description-foreground": "#9aa4b0",
        "quiet": "#d5dae199",
        "faint": "#d5dae16b",
        "soft": "#d5dae1bf",
        "cursor": "#e5b56738",
        "cursor-away": "#d5dae11a",
    },
)
LIGHT = Theme(
    name="light",
    dark=False,
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e8e5dd",
    foreground="#24292f",
    primary="#1f6fc4",
    secondary="#57606a",
    accent="#9a5b00",
    success="#1a7f37",
    warning="#9a6700",
    error="#c3262d",
    variables={
        "run-1": "#1f6fc4",
        "run-2": "#9a5b00",
        "run-3": "#7442b8",
        "run-4": "#0f7a6c",
        "run-5": "#b0327a",
        "run-6": "#557014",
        "footer-key-foreground": "#8a5200",
        "footer-description-foreground": "#57606a",
        "quiet": "#656c74",
        "faint": "#24292f80",
        "soft": "#24292fbf",
        "cursor": "#9a5b0038",
        "cursor-away": "#24292f1a",
    },
)
CONTRAST = Theme(
    name="contrast",
    dark=True,
    background="#000000",
    surface="#1a1a1a",
    panel="#262626",
    foreground="#ffffff",
    primary="#7cc4ff",
    secondary="#e0e0e0",
    accent="#ffd75f",
    success="#6bff6b",
    warning="#ffc24d",
    error="#ff9a9a",
    variables={
        "run-1": "#7cc4ff",
        "run-2": "#ffd75f",
        "run-3": "#d0b0ff",
        "run-4": "#5fffe0",
        "run-5": "#ffa8d8",
        "run-6": "#c8ff70",
        "footer-key-foreground": "#ffd75f",
        "footer-description-foreground": "#ffffff",
        "quiet": "#c8c8c8",
        "faint": "#a8a8a8",
        "soft": "#ffffff",
        "cursor": "#4a3c00",
        "cursor-away": "#404040",
    },
)
TERMINAL = Theme(
    name="terminal",
    ansi=True,
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    foreground="ansi_default",
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_magenta",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        "run-1": "ansi_blue",
        "run-2": "ansi_yellow",
        "run-3": "ansi_magenta",
        "run-4": "ansi_cyan",
        "run-5": "ansi_bright_blue",
        "run-6": "ansi_bright_magenta",
        "quiet": "ansi_default",
        "faint": "ansi_default",
        "soft": "ansi_default",
        "cursor": "ansi_default",
        "cursor-away": "ansi_default",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border-blurred": "ansi_default",
        "footer-key-foreground": "ansi_magenta",
        "footer-description-foreground": "ansi_default",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_magenta",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-background": "ansi_default",
    },
)
THEMES = (DARK, LIGHT, CONTRAST, TERMINAL)
"""All there are to choose from; the settings file takes the same names."""


def install(app: App[None], wanted: str) -> None:
    """Puts our themes in the place of Textual's, which our screens were not made for, and takes the one `wanted`."""
    others = app.available_themes
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = wanted
    for name in others:
        app.unregister_theme(name)
