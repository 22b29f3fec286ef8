"""The footer: the keys of what has the focus, as many as there is room for."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer, Input
from textual.widgets._footer import FooterKey


class KeyBar(Footer):
    """A footer that leaves out whole keys where it is narrow, the last before those that apply everywhere first."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._width = 0

    def compose(self) -> ComposeResult:
        """The keys that fit; while the user types, not those that would be typed."""
        typing = isinstance(self.screen.focused, Input)
        keys = [key for key in super().compose() if isinstance(key, FooterKey) and not (typing and _types(key))]
        self._width = room = self.size.width
        while len(keys) > 1 and sum(map(_width, keys)) - 1 > room:
            optional = [key for key in keys if key.action not in ("app.help", "app.quit", "help", "quit")]
            keys.remove((optional or keys)[-1])
        yield from keys

    def on_resize(self) -> None:
        """Another width has room for other keys."""
        if self.size.width != self._width:
            self.call_after_refresh(self.recompose)


def _width(key: FooterKey) -> int:
    return len(key.key_display) + len(key.description) + 2


def _types(key: FooterKey) -> bool:
    return len(key.key_display) == 1 and key.key_display != "⏎"
