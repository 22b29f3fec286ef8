"""The footer: the keys of what has the focus, as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import ActiveBinding
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

WIDE, NARROW = 2, 1
"""Blanks between two keys, where there is room for the former and where not."""
_EVERYWHERE = ("app.help", "app.quit", "help", "quit")
_CHANGING = ("terminate", "reexecute")


@dataclass(frozen=True, slots=True)
class BarKey:
    """A key as the bar shows it: `Quit` after `q`; `key` is what a click presses."""

    key: str
    text: str
    title: str
    help: str
    action: str
    enabled: bool = True
    """Whether it may be pressed now."""

    @property
    def width(self) -> int:
        """Its columns."""
        return cell_len(self.text) + 1 + cell_len(self.title)


class KeyBar(Widget):
    """One line of keys; where it is narrow it leaves out whole ones.

    Those go first that are `needless` or cannot be pressed now, and those that apply everywhere last.

    All are one widget, not one each as in Textual's footer: making these anew at every change of focus takes longer
    than painting the screen.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--title", "key-bar--pointed", "key-bar--disabled"}
    pointed: reactive[BarKey | None] = reactive(None)
    """The key under the mouse."""
    needless: reactive[frozenset[str]] = reactive(frozenset())
    """Actions of which not much is to be expected now."""

    def __init__(self) -> None:
        super().__init__()
        self._offered: tuple[BarKey, ...] | None = None

    def on_mount(self) -> None:
        """From now on the keys are those of the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if not self.app.app_focus:
            return  # in another window's favour nothing has the focus
        offered = tuple(self._of_focus())
        if offered != self._offered:
            self._offered, self.pointed = offered, None
            self.refresh()

    @property
    def keys(self) -> list[BarKey]:
        """The keys shown, from the left."""
        if self._offered is None:
            self._offered = tuple(self._of_focus())
        keys, room = list(self._offered), self.size.width - 2
        while len(keys) > 1 and _length(keys, NARROW) > room:
            optional = [key for key in keys if key.action not in _EVERYWHERE]
            needless = [key for key in optional if not key.enabled or key.action in self.needless]
            keys.remove((needless or optional or keys)[-1])
        return keys

    def _of_focus(self) -> Iterator[BarKey]:
        """While the user types, those keys are left out that would be typed."""
        typing = isinstance(self.screen.focused, Input)
        shown: dict[str, BarKey] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.binding.action not in shown:
                shown[active.binding.action] = self._bar_key(active)
        keys = (key for key in shown.values() if not (typing and len(key.text) == 1 and key.text != "⏎"))
        # Reading comes before changing: where there is not room for all keys, the latter are left out first.
        yield from sorted(keys, key=lambda key: (key.action in _EVERYWHERE, key.action in _CHANGING))

    def _bar_key(self, active: ActiveBinding) -> BarKey:
        binding = active.binding
        text = self.app.get_key_display(binding)
        return BarKey(binding.key, text, binding.description, active.tooltip or "", binding.action, active.enabled)

    def render(self) -> Text:
        """The line for the width there is."""
        style, title = map(self.get_component_rich_style, ("key-bar--key", "key-bar--title"))
        pointed = self.get_component_rich_style("key-bar--pointed")
        disabled = self.get_component_rich_style("key-bar--disabled")
        keys = self.keys
        gap = " " * self._gap(keys)
        line = Text(" ", no_wrap=True, end="")
        for number, key in enumerate(keys):
            line.append(gap if number else "")
            shown = title if key.enabled else disabled
            line.append(key.text, style + pointed if key == self.pointed else style if key.enabled else disabled)
            line.append(f" {key.title}", pointed if key == self.pointed else shown)
        return line

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The key under the mouse is lit, and explained when the mouse rests."""
        self.pointed = self._at(event.x)

    def on_leave(self) -> None:
        """The mouse is elsewhere."""
        self.pointed = None

    def watch_pointed(self, pointed: BarKey | None) -> None:
        """Tooltip and pointer are those of the key."""
        self.tooltip = pointed.help if pointed is not None else None
        self.set_class(pointed is not None, "-pointed")

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click presses the key."""
        key = self._at(event.x)
        if key is not None:
            self.app.simulate_key(key.key)

    def _at(self, column: int) -> BarKey | None:
        keys, left = self.keys, 1
        gap = self._gap(keys)
        for key in keys:
            if left <= column < left + key.width:
                return key
            left += key.width + gap
        return None

    def _gap(self, keys: Sequence[BarKey]) -> int:
        """Blanks between two keys: those that are all shown stand well apart."""
        return WIDE if _length(keys, WIDE) <= self.size.width - 2 else NARROW


def _length(keys: Sequence[BarKey], gap: int) -> int:
    return sum(key.width + gap for key in keys) - gap
