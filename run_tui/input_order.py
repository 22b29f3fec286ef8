"""Keys, pastes and clicks act one after the other, however fast they come."""

from __future__ import annotations

import time
from collections import deque

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.widget import Widget

from run_tui.widgets.later import call_after

PAUSE = 0.001
"""Seconds between two looks whether what was typed before has been dealt with."""
PATIENCE = 1.0
"""Seconds after which a key is handed on whatever is under way: no key is ever lost to a screen that finds no rest."""


class OrderedInput(App[None]):
    """An app in which each key finds the screen as the key before has left it.

    Textual hands a key at once to what has the focus, although the key before may still be on its way and about to
    move the focus or to open another screen: of a burst, as a slow line delivers it, the later keys went astray. Here
    a key waits until no message is left of the one before.
    """

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._held: deque[events.Event] = deque()
        self._deadline = 0.0

    async def on_event(self, event: events.Event) -> None:
        """Takes what comes from the terminal in at once where nothing is under way, in its turn otherwise."""
        typed = isinstance(event, (events.InputEvent, events.Paste)) and not event.is_forwarded
        if not typed or not (self._held or self._is_busy()):
            await super().on_event(event)
            return
        self._held.append(event)
        if len(self._held) == 1:
            self._deadline = time.monotonic() + PATIENCE
            call_after(PAUSE, self, self._hand_on)

    async def _hand_on(self) -> None:
        if time.monotonic() >= self._deadline or not self._is_busy():
            self._deadline = time.monotonic() + PATIENCE
            await super().on_event(self._held.popleft())
        if self._held:
            call_after(PAUSE, self, self._hand_on)

    def _is_busy(self) -> bool:
        """Whether messages wait for the app or anything on its screen, or something there is not laid out yet."""
        screen = self.screen
        return (
            _has_messages(self)
            or screen._layout_required
            or any(
                not widget.is_mounted or _has_messages(widget)
                for widget in screen.walk_children(Widget, with_self=True)
            )
        )


def _has_messages(pump: MessagePump) -> bool:
    # Textual takes a message out of the queue already while the one before it is being handled.
    return pump.message_queue_size > 0 or pump._pending_message is not None
