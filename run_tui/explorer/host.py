"""What the rooms of the explorer ask of the app that houses them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from textual.notifications import SeverityLevel
from textual.screen import Screen

from run_tui.acts import Act
from run_tui.errors import RunTuiError
from run_tui.garbage import Collector
from run_tui.model import Run
from run_tui.reopening import Look
from run_tui.sources.base import Source

Work = Callable[[], Coroutine[None, None, None]]
"""What a worker does; it begins with the worker, which another of its group may end before that."""


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

    def start(self, work: Work, group: str, *, exclusive: bool = True) -> None:
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


class Stage(Host, Protocol):
    """Shows screens, and goes from run to run."""

    @property
    def listed(self) -> Mapping[str, Source]:
        """The connections whose runs are listed, by name."""

    def source_of(self, run: Run) -> Source:
        """Where a run comes from that is on screen."""

    def offer(self, acts: Mapping[Act, bool]) -> None:
        """Lets the screens offer what can be done, and show in grey what is not allowed (False)."""

    async def show_screen(self, screen: Screen[None], *, in_place: bool = False) -> None:
        """Shows a screen on top, or in the place of the one on top."""

    def leave_screen(self) -> None:
        """Goes back to the screen below."""

    async def go_to(self, source: Source, run: Run, look: Look | None = None) -> None:
        """Opens a run as `look` says, in place of one that is open."""

    def list_runs_of(self, job: str) -> None:
        """Lists the runs of a job."""

    def runs_changed(self) -> None:
        """Runs may be others now than are on screen."""

    def suspend(self) -> AbstractContextManager[None]:
        """Leaves the terminal to another program for a while."""
