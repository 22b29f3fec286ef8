"""What the rooms of the explorer ask of the app that houses them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from textual.notifications import SeverityLevel
from textual.screen import Screen

from run_tui.errors import RunTuiError
from run_tui.garbage import Collector


class Host(Protocol):
    """Starts workers for the rooms, and lets them speak to the user."""

    collector: Collector
    now: Callable[[], float]
    """The time as epoch seconds."""

    @property
    def screen_stack(self) -> Sequence[Screen[Any]]:
        """The screens, the one in front last."""

    @property
    def refresh_key(self) -> str:
        """The key that asks the server now."""

    def start(self, work: Coroutine[None, None, None], group: str, *, exclusive: bool = True) -> None:
        """Starts a worker, `exclusive` in the place of those of its group."""

    def stop(self, *groups: str) -> None:
        """Ends the workers of these groups."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Shows a message for a while (`timeout`, seconds); with a server's words in it, cleaned and not as markup."""

    def say(self, error: RunTuiError) -> None:
        """Shows an error with what can be done about it."""

    def bell(self) -> None:
        """Rings."""

    def write_to_terminal(self, sequence: str) -> None:
        """Sends a control sequence that changes nothing on the screen."""
