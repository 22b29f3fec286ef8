"""Tells the user when runs have ended, whichever screen is shown."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial

from textual.notifications import SeverityLevel

from run_tui import desktop
from run_tui.explorer.host import Host
from run_tui.format import clean, short_id, shorten
from run_tui.model import Run, RunKey, RunStatus
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources.base import Source
from run_tui.watch import Watch

_ENDED = {RunStatus.SUCCESS: "has succeeded", RunStatus.FAILURE: "has failed", RunStatus.CANCELED: "was canceled"}


class Alerts:
    """The runs whose end will be told, of any source; `every` run that is opened is among them by itself."""

    def __init__(self, host: Host, *, every: bool) -> None:
        self._host, self._every = host, every
        self._watches: dict[str | None, Watch] = {}

    def opened(self, source: Source, run: Run) -> None:
        """A run is on screen now, which shows whether its end will be told."""
        if self._every and not run.status.finished:
            self._add(source, run)
        self._show()

    def toggle(self, source: Source, run: Run) -> None:
        """Tells when the run ends, or no more."""
        if run.key in self._keys:
            self._watch_of(source, run).drop(run.id)
            self._host.notify("Its end will not be told.", timeout=2)
        elif run.status.finished:
            self._host.notify("This run has ended already.", timeout=2)
        else:
            self._add(source, run)
            self._host.notify("You will be told when it ends.", timeout=2)
        self._show()

    def poll_now(self) -> None:
        """Looks now: something has changed."""
        for watch in self._watches.values():
            watch.poll_now()

    @property
    def _keys(self) -> frozenset[RunKey]:
        return frozenset((connection, run_id) for connection, watch in self._watches.items() for run_id in watch.ids)

    def _add(self, source: Source, run: Run) -> None:
        watch = self._watch_of(source, run)
        watch.add(run)
        self._host.start(partial(self._wait, watch), f"watch {run.connection}")

    def _watch_of(self, source: Source, run: Run) -> Watch:
        """Who waits for runs of that connection: its source stays the same."""
        return self._watches.setdefault(run.connection, Watch(source))

    async def _wait(self, watch: Watch) -> None:
        async with aclosing(watch.updates()) as updates:
            async for run in updates:
                self._show()
                self._tell(run)

    def _show(self) -> None:
        for screen in self._host.screen_stack:
            if isinstance(screen, RunScreen):
                screen.show_watched(screen.run.key in self._keys)
            elif isinstance(screen, RunsScreen):
                screen.show_watched(self._keys)

    def _tell(self, run: Run) -> None:
        name = f"{clean(run.target or 'run')} {short_id(run.id)}"
        word = _ENDED.get(run.status, "is no longer there")
        severity: SeverityLevel = "information" if run.status is RunStatus.SUCCESS else "error"
        self._host.bell()
        self._host.write_to_terminal(desktop.notification(f"{shorten(name, 60)} {word}"))
        self._host.notify(f"{name} {word}.", title="Run ended", severity=severity, timeout=15, markup=False)
