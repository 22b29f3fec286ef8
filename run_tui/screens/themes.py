"""The product's own colours, dark and light; Textual's themes are in the palette as well."""

from textual.theme import Theme

DARK = Theme(
    name="run-tui",
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
    variables={"footer-key-foreground": "#e5b567", "footer-description-foreground": "#9aa4b0"},
)
LIGHT = Theme(
    name="run-tui-light",
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
    variables={"footer-key-foreground": "#9a5b00", "footer-description-foreground": "#57606a"},
)
