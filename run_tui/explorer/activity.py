"""What a connection is doing, as the status line shows it."""

from __future__ import annotations

import time
from dataclasses import replace

from run_tui.errors import SourceError
from run_tui.format import clean
from run_tui.model import RunStatus
from run_tui.updates import FeedState, Phase
from run_tui.widgets.status_line import Activity

LIVE = Activity("● live", "good")
SAVED = Activity("✓ saved", "quiet")
LOADING = Activity("◌ loading", "active")
COMPLETE = Activity("✓ complete", "quiet")
COMPARED = Activity("✓ compared", "quiet")
_PAUSED = Activity("‖ waiting for somebody", "waiting")
_PARTIAL = Activity("! the server holds more events than it shows", "warning")
_UNREADABLE = Activity("✗ cannot be read", "bad")
_SETTLED = {
    Phase.LOADING: LOADING,
    Phase.LIVE: LIVE,
    Phase.WAITING: Activity("○ waiting for the run to start", "waiting"),
    Phase.DONE: Activity("✓ log complete", "quiet"),
}


def reconnecting(error: SourceError, retry_in: float | None, refresh_key: str) -> Activity:
    """Why the server does not answer, when it is asked again, in seconds, and the key that does so now."""
    until = None if retry_in is None else time.monotonic() + retry_in
    return Activity(clean(str(error)), "warning", until, refresh_key)


def reading(share: float) -> Activity:
    """How much of a file has been read, in steps: each word of it is painted."""
    return Activity(f"◌ {int(share * 20) * 5} % read", "active")


def of_copy(activity: Activity, saved: str) -> Activity:
    """The same while what is on screen is a copy, kept at a time, of which the server has said nothing yet."""
    return replace(activity, text=f"copy kept {saved} · {activity.text}", style="warning")


def activity_of(state: FeedState, status: RunStatus, refresh_key: str) -> Activity:
    """What the feed of a run in this status is doing."""
    if state.error is not None and state.phase is Phase.RECONNECTING:
        return reconnecting(state.error, state.retry_in, refresh_key)
    if state.phase is Phase.WAITING and status is RunStatus.SUSPENDED:
        return _PAUSED
    return _PARTIAL if state.partial else _SETTLED.get(state.phase, _UNREADABLE)
