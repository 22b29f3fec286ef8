"""Waiting until nothing more is to come of what was typed."""

from __future__ import annotations

from run_tui.app import RunTuiApp
from run_tui.screens.output import OutputScreen
from run_tui.widgets.status_line import StatusLine
from tests.waiting import until

STILL = 3
"""Looks in a row that find nothing under way and the same on the screen, after which nothing more is to come."""
LASTING = {"runs", "reasons", "output", "connection", "watch"}
"""Workers that go on for as long as their screen is there, by the first word of their group."""


def shown(app: RunTuiApp) -> str:
    """What is on the screen, and what has the focus."""
    lines = [strip.text for strip in app.screen._compositor.render_strips()]
    return "\n".join([*lines, f"focus: {app.focused}"])


async def settled(app: RunTuiApp, *, notices: bool = True) -> None:
    """Waits until nothing more is to come; with `notices` until none of them is shown any more."""
    still, before = 0, ""

    def is_still() -> bool:
        nonlocal still, before
        now = "" if _is_at_work(app) or (notices and app._notifications) else shown(app)
        still, before = still + 1 if now and now == before else 0, now
        return still == STILL

    await until(is_still)


def _is_at_work(app: RunTuiApp) -> bool:
    screen = app.screen
    working = any(worker.is_running and worker.group.split()[0] not in LASTING for worker in app.workers)
    is_read = any("complete" in line.render().plain for line in screen.query(StatusLine))
    reading = isinstance(screen, OutputScreen) and not is_read
    return bool(app._held or app._is_busy() or working or reading)
