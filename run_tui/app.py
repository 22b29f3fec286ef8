"""The application: moves between the screens and hands what they ask for to their rooms."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from textual import on
from textual.message import Message

from run_tui.cache import Cache
from run_tui.connections import Connections
from run_tui.explorer.alerts import Alerts
from run_tui.explorer.comparing import Comparisons
from run_tui.explorer.connecting import Connecting
from run_tui.explorer.opening import Opening
from run_tui.explorer.runs_list import RunsList
from run_tui.explorer.shell import Shell
from run_tui.explorer.wishes import Wishes
from run_tui.hangup import end_with_terminal
from run_tui.model import Run
from run_tui.query import typable
from run_tui.reopening import OPEN, Look
from run_tui.screens import themes
from run_tui.screens.base import AlertWanted, CompareWanted, RefreshWanted, WebPageWanted
from run_tui.screens.compare import CompareScreen
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.connection_form import ConnectionForm
from run_tui.screens.runs import RunsScreen
from run_tui.screens.wishes import RunWish, Wish
from run_tui.sources.base import Source
from run_tui.widgets.event_detail import EventDetail
from run_tui.widgets.event_pane import EventPane
from run_tui.widgets.run_table import RunRows

NO_LOOK = Look()
HEARTBEAT = 5.0
"""Seconds between looks at the clock: one that has moved on by far more was stopped, or its machine was asleep."""


class RunTuiApp(Shell):
    """The explorer on one connection, and on those `beside` it in the same list of runs.

    `run_id` opens that run at once, together with `others`, as `look` says; `file` is what it was saved in, `together`
    with which runs. `alert` tells the end of every run opened. Finished runs are kept in the `cache`.
    """

    TITLE = "run-tui"
    CSS_PATH = "run_tui.tcss"

    def __init__(
        self,
        source: Source,
        connection: str,
        run_id: str | None = None,
        keys: Mapping[str, str] | None = None,
        *,
        alert: bool = False,
        theme: str = themes.DARK.name,
        now: Callable[[], float] = time.time,
        warnings: Iterable[str] = (),
        beside: Mapping[str, Source] | None = None,
        connections: Connections | None = None,
        look: Look = NO_LOOK,
        file: str | None = None,
        others: Sequence[str] = (),
        together: Sequence[Run] = (),
        cache: Cache | None = None,
    ) -> None:
        super().__init__(keys=keys or {}, theme=theme, warnings=warnings, now=now)
        self._wanted = [] if run_id is None else [run_id, *others]
        self._sources = {connection: source, **(beside or {})}
        self._connections = connections or Connections()
        self._runs = RunsList(self, self._sources, self._offer if self._connections.fell_back else None, cache)
        self._look, self._file = look, file
        self._show_way()
        if run_id is None:
            self._runs.screen.show_look(look)
        self._alerts = Alerts(self, every=alert)
        self._opening = Opening(self, self._runs, self._alerts, self._way_to, together=together, cache=cache)
        self._comparisons = Comparisons(self, self._way_to)
        self._wishes = Wishes(self)
        self._connecting = Connecting(self, self._connections, self._sources, self._runs, self._switched)
        self._heard_at = time.time()

    async def on_mount(self) -> None:
        """Shows the runs, or the one run that was asked for."""
        self.prepare()
        await self.push_screen(self._runs.screen)
        self.warn()
        self.set_interval(HEARTBEAT, self._beat)
        self._runs.start()
        self._wishes.show_rights()
        if self._wanted:
            self.start(partial(self._opening.open_named, self._wanted, self._look), "open")

    async def on_unmount(self) -> None:
        """Lets go of the connections."""
        for source in self._sources.values():
            await source.aclose()

    def _beat(self) -> None:
        """After a stop (ctrl+z) or a sleep all connections may be dead without a sign: asks at once, on new ones."""
        before, self._heard_at = self._heard_at, time.time()
        if self._heard_at - before > 3 * HEARTBEAT:
            self.start(self._wake_up, "wake")

    async def _wake_up(self) -> None:
        for source in self._sources.values():
            await source.reconnect()
        self._runs.refresh()
        self._alerts.poll_now()
        if self._opening.run is not None:
            self._opening.run.poll_now()

    # From screen to screen

    @on(RunsScreen.Chosen)
    async def _open_chosen(self, event: RunsScreen.Chosen) -> None:
        await self._opening.open(self._runs.source_of(event.run), event.run)

    @on(RunsScreen.SeveralChosen)
    async def _open_together(self, event: RunsScreen.SeveralChosen) -> None:
        await self._opening.open_together(event.runs)

    @on(RunWish)
    @on(EventPane.ViewUnfinished)
    @on(EventDetail.StderrWanted)
    async def _of_open_run(self, wish: Message) -> None:
        await self._opening.take(wish)

    def _show_way(self) -> None:
        """Lets the list of runs say which options lead to it."""
        self._runs.screen.leading_to = [word for name in self._runs.connections for word in self._way_to(name)]

    def _way_to(self, name: str | None) -> Sequence[str]:
        if self._file is not None:
            return OPEN, self._file
        return self._connections.options(name or next(iter(self._runs.connections)))

    def _offer(self, where: str) -> None:
        """Nobody has said which server to ask, and there is none at the usual place: shows what else there is."""
        if self.screen is self._runs.screen:
            self.start(partial(self._connecting.show, where), "connect")

    @on(RunsScreen.ConnectWanted)
    @on(ConnectScreen.Asked)
    @on(ConnectScreen.Chosen)
    @on(ConnectScreen.Closed)
    @on(ConnectionForm.Entered)
    async def _of_connections(self, wish: Message) -> None:
        await self._connecting.take(wish)

    @on(CompareWanted)
    @on(CompareScreen.RunWanted)
    @on(CompareScreen.OtherWanted)
    @on(CompareScreen.AgainWanted)
    @on(CompareScreen.Closed)
    async def _of_comparisons(self, wish: Message) -> None:
        await self._comparisons.take(wish)

    def _switched(self) -> None:
        self._show_way()
        self._wishes.show_rights()

    # What changes runs

    @on(Wish)
    async def _take_wish(self, wish: Wish) -> None:
        await self._wishes.take(wish)

    @property
    def listed(self) -> Mapping[str, Source]:
        """The connections whose runs are listed, by name."""
        return {name: self._sources[name] for name in self._runs.connections}

    async def go_to(self, source: Source, run: Run, look: Look | None = None) -> None:
        """Opens a run as `look` says, in place of one that is open."""
        await self._opening.open(source, run, look)

    def list_runs_of(self, job: str) -> None:
        """Lists the runs of a job."""
        self._opening.close()
        self._runs.screen.filter_bar.text = f"job:{typable(job, exact=True)}"

    def runs_changed(self) -> None:
        """Asks for the runs anew, and marks none of them any more."""
        self._runs.screen.forget_marks()
        self._runs.refresh()
        if self._opening.run is not None:
            self._opening.run.refresh()

    # What the rooms do for their screens

    @on(RunsScreen.FilterChanged)
    def _list_others(self, event: RunsScreen.FilterChanged) -> None:
        self._runs.list_others(event.filters)

    @on(RunsScreen.OlderWanted)
    def _list_older(self) -> None:
        self._runs.read_older()

    @on(RunRows.ReasonsWanted)
    def _reasons_wanted(self, event: RunRows.ReasonsWanted) -> None:
        self._runs.want_reasons(event.runs)

    @on(RunsScreen.InfoWanted)
    def _info_wanted(self, event: RunsScreen.InfoWanted) -> None:
        self._runs.show_info(event.run)

    @on(RefreshWanted)
    async def _refresh(self, wish: RefreshWanted) -> None:
        if self._opening.run is None:
            self._runs.refresh()
        else:
            await self._opening.take(wish)

    @on(AlertWanted)
    def _toggle_alert(self, event: AlertWanted) -> None:
        self._alerts.toggle(self.source_of(event.run), event.run)

    @on(WebPageWanted)
    def _open_web(self, event: WebPageWanted) -> None:
        self.show_page(self.source_of(event.run).run_url(event.run.id, event.event))

    def source_of(self, run: Run) -> Source:
        """The source of the run in front, or under the cursor."""
        return self._runs.source_of(run) if self._opening.run is None else self._opening.run.source_of(run)


def run_app(app: RunTuiApp) -> int:
    """Runs the explorer until the user quits; the exit code of the program."""
    app.collector.start()
    end_with_terminal()
    app.run()
    return app.return_code or 0
