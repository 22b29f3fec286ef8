"""What screens ask for of a whole room: to change runs and launch jobs, or about the run that is open."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from run_tui.acts import Act
from run_tui.model import Run


class Wish(Message):
    """Something about changing runs or launching jobs is wanted."""


class RunWish(Message):
    """Something about the open run is wanted, on its screen or on one that was opened from it."""


class ActWanted(Wish):
    """Something is to be done to these runs; `steps` are those that were chosen, of one run."""

    def __init__(self, act: Act, runs: Sequence[Run], steps: Sequence[str] = ()) -> None:
        super().__init__()
        self.act, self.runs, self.steps = act, runs, steps


class JobsWanted(Wish):
    """The jobs are to be shown."""


class LaunchWanted(Wish):
    """The job of a run is to be launched, as it was for that run."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
