"""Which run is open: how one comes to be, leads to others, and is left again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.message import Message

from run_tui.cache import Cache
from run_tui.explorer.alerts import Alerts
from run_tui.explorer.atop import Atop
from run_tui.explorer.host import Stage
from run_tui.explorer.open_run import OpenRun, lacking
from run_tui.explorer.open_together import OpenTogether
from run_tui.explorer.runs_list import RunsList
from run_tui.model import Run
from run_tui.reopening import Look
from run_tui.screens.base import RefreshWanted
from run_tui.screens.run import NO_LOOK, RunScreen
from run_tui.screens.together import TogetherScreen
from run_tui.sources.base import Source
from run_tui.widgets.event_detail import EventDetail
from run_tui.widgets.event_pane import EventPane


class Opening:
    """The open run, if there is one: the list of runs rests while it is on screen.

    `way_to` says which options of a command line lead to a connection; `together` are the runs in a file of several.
    Finished ones are kept in the `cache`.
    """

    def __init__(
        self,
        stage: Stage,
        runs: RunsList,
        alerts: Alerts,
        way_to: Callable[[str | None], Sequence[str]],
        *,
        together: Sequence[Run] = (),
        cache: Cache | None = None,
    ) -> None:
        self._together, self._cache = together, cache
        self._stage, self._runs, self._alerts, self._way_to = stage, runs, alerts, way_to
        self._atop = Atop(stage)
        self.run: OpenRun | None = None

    async def take(self, wish: Message) -> None:
        """Does what is wished for on the open run's screen, or on one that was opened from it."""
        if self.run is None:
            return
        match wish:
            case RunScreen.Closed():
                self.close()
            case RunScreen.OtherWanted(direction=direction, relative=relative):
                if self.run.want_other(direction, relative=relative):
                    self._stage.start(partial(self._open_other, self.run), "open")
            case RunScreen.FamilyWanted():
                self.run.show_family()
            case EventPane.ViewUnfinished(pane=pane):
                self.run.finish_view(pane)
            case EventDetail.StderrWanted():
                self.run.show_stderr(wish)
            case RefreshWanted() if not self._atop.open:
                self.run.refresh()
            case _:
                await self._atop.take(wish, self.run)

    async def open_named(self, texts: Sequence[str], look: Look) -> None:
        """Opens the run whose id begins like this, several together; the user is told of each that there is none of."""
        found = [run for text in texts if (run := await self._runs.find(text)) is not None]
        runs = list({run.key: run for run in found}.values())
        if len(runs) == 1:
            await self.open(self._runs.source_of(runs[0]), runs[0], look)
        elif runs:
            await self.open_together(runs, look)

    async def open_together(self, runs: Sequence[Run], look: Look = NO_LOOK) -> None:
        """Opens several runs of the list as one log."""
        pairs = [(self._runs.source_of(run), run) for run in runs]
        where = ", ".join(dict.fromkeys(source.where for source, _ in pairs))
        time = look.time if look is not NO_LOOK else self._runs.screen.time_mode
        screen = TogetherScreen(runs, where, time, self._stage.now, look)
        connections = dict.fromkeys(run.connection for run in runs)
        screen.leading_to = [word for connection in connections for word in self._way_to(connection)]
        await self._show(OpenTogether(self._stage, pairs, screen, self._alerts), pairs)

    async def open(self, source: Source, run: Run, look: Look | None = None) -> None:
        """Opens a run, in the place of the one that is open, and without a `look` under the same filter."""
        before = None if self.run is None else self.run.screen
        if look is None:
            shown = before or self._runs.screen
            look = Look("" if before is None else before.filter_bar.text, time=shown.time_mode)
        if self._together:
            screen: RunScreen = TogetherScreen(self._together, source.where, look.time, self._stage.now, look)
        else:
            screen = RunScreen(run, source.where, look.time, self._stage.now, look, lacks=lacking(source))
        screen.leading_to = self._way_to(run.connection)
        await self._show(OpenRun(self._stage, source, screen, self._alerts, cache=self._cache), [(source, run)])

    async def _show(self, opened: OpenRun, runs: Sequence[tuple[Source, Run]]) -> None:
        in_place = self.run is not None
        self._runs.stop()
        self._let_go()
        self.run = opened
        await self._stage.show_screen(opened.screen, in_place=in_place)
        for source, run in runs:
            self._alerts.opened(source, run)
        opened.start()

    def close(self) -> None:
        """Goes back to the list of runs, if a run is open."""
        if self.run is not None:
            self._stage.stop("open")
            self._let_go()
            self.run = None
            self._stage.leave_screen()
            self._runs.start()

    def _let_go(self) -> None:
        if self.run is not None:
            self._atop.close()
            self.run.stop()
            self._stage.collector.let_go()

    async def _open_other(self, opened: OpenRun) -> None:
        run = await opened.other()
        if run is not None and self._stage.screen_stack[-1] is opened.screen:
            kept = {"connection": opened.screen.run.connection}
            await self.open(opened.source, run.model_copy(update=kept))
