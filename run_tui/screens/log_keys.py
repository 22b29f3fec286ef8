"""What keys do in every log: of events, and of a step's output."""

from __future__ import annotations

from typing import Any

from run_tui.widgets.find_bar import FindBar
from run_tui.widgets.log_list import LogList


class LogKeys:
    """The actions of a screen with a log; the screen says which are its rows and where what is looked for is typed."""

    @property
    def rows(self) -> LogList[Any]:
        """The log."""
        raise NotImplementedError

    @property
    def find_bar(self) -> FindBar:
        """What is looked for in it."""
        raise NotImplementedError

    def action_follow(self) -> None:
        """Keeps the newest row in view, or no more."""
        self.rows.follow = not self.rows.follow

    def action_scroll_text(self, steps: int) -> None:
        """Scrolls long rows sideways."""
        self.rows.scroll_text(steps)

    def action_wrap(self) -> None:
        """Shows long rows whole, over several lines, or cuts them."""
        self.rows.wrap = not self.rows.wrap

    def action_find(self) -> None:
        """Asks what to find."""
        self.find_bar.open()

    def action_find_next(self, direction: int) -> None:
        """Goes to another match."""
        self.find_bar.step(direction)
