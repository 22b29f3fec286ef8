"""Several runs opened together: one log of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from run_tui.explorer.alerts import Alerts
from run_tui.explorer.host import Host
from run_tui.explorer.open_run import OpenRun
from run_tui.format import clean
from run_tui.model import Run
from run_tui.screens.together import TogetherScreen
from run_tui.sources.base import Source
from run_tui.together import FeedOfSeveral
from run_tui.updates import FeedState, OneOfSeveral, Phase, Update
from run_tui.widgets.event_detail import EventDetail


class OpenTogether(OpenRun):
    """The screen of several runs, the sources that they belong to, and what reads for it."""

    screen: TogetherScreen

    def __init__(self, host: Host, runs: Sequence[tuple[Source, Run]], screen: TogetherScreen, alerts: Alerts) -> None:
        self._several = FeedOfSeveral(runs)
        super().__init__(host, runs[0][0], screen, alerts, self._several)
        self._sources = {run.key: source for source, run in runs}
        self._told_of: set[str] = set()

    def start(self) -> None:
        """Reads the runs' events."""
        self._host.start(self._follow, "feed")

    def source_of(self, run: Run) -> Source:
        """Where one of the runs comes from."""
        return self._sources[run.key]

    def show_stderr(self, wanted: EventDetail.StderrWanted) -> None:
        """What a process wrote is shown where its run is opened by itself."""

    def show_family(self) -> None:
        """Related runs are listed where one of them is opened by itself."""

    def _take(self, update: Update) -> None:
        match update:
            case OneOfSeveral(name, run, state):
                self.screen.show_one(name, run, readable=state.phase is not Phase.FAILED)
                self._tell(run, state)
            case FeedState():
                self._show_state(update)
                if self._several.all_read:
                    self.screen.show_read(update.phase is Phase.DONE)
            case _:
                super()._take(update)

    def _tell(self, run: Run, state: FeedState) -> None:
        """Says once that a run cannot be read; the others go on."""
        if state.phase is Phase.FAILED and run.id not in self._told_of:
            self._told_of.add(run.id)
            self._host.notify(clean(f"{run.id} is left out: {state.error}"), severity="warning", markup=False)
