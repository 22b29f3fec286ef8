"""What the feed of a run tells: events as they come, and what it is doing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from run_tui.errors import SourceError
from run_tui.model import EventPage, Run, RunName


class Phase(StrEnum):
    """What the feed is doing."""

    LOADING = "loading"
    LIVE = "live"
    WAITING = "waiting"
    RECONNECTING = "reconnecting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the feed does now; `error` and `retry_in` (seconds) only while RECONNECTING, `error` also when FAILED.

    `partial`, when DONE, says that the server counts events which it does not deliver.
    """

    phase: Phase
    error: SourceError | None = None
    retry_in: float | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """New events: after all earlier ones of the beginning, or of the end where there is a gap between the two."""

    page: EventPage
    of_end: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """The gap is closed: what was delivered of the end follows right after what was delivered of the beginning."""


@dataclass(frozen=True, slots=True)
class RunChanged:
    """The run's metadata as just read; the first one always comes before the first page."""

    run: Run


@dataclass(frozen=True, slots=True)
class Restarted:
    """All delivered so far but the first `kept` events is to be replaced by what follows, for `reason` (a sentence)."""

    reason: str
    kept: int = 0


@dataclass(frozen=True, slots=True)
class OneOfSeveral:
    """One of the runs that are followed together: its metadata as last read, and what its own feed does.

    Its events are told by `name`, whatever that metadata says.
    """

    name: RunName
    run: Run
    state: FeedState


Update = FeedState | Loaded | Joined | RunChanged | Restarted | OneOfSeveral
