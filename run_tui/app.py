"""The application: moves between the screens and hands what they ask for to their rooms."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from textual import on
from textual.message import Message

from run_tui.acts import Act
from run_tui.connections import Connections
from run_tui.explorer.alerts import Alerts
from run_tui.explorer.connecting import Connecting
from run_tui.explorer.open_data import OpenData
from run_tui.explorer.open_output import OpenOutput
from run_tui.explorer.open_run import OpenRun, lacking
from run_tui.explorer.open_save import OpenSave
from run_tui.explorer.runs_list import RunsList
from run_tui.explorer.shell import Shell
from run_tui.explorer.wishes import Wishes
from run_tui.hangup import end_with_terminal
from run_tui.model import Run
from run_tui.query import typable
from run_tui.reopening import OPEN, Look
from run_tui.screens import themes
from run_tui.screens.base import AlertWanted, RefreshWanted, ViewScreen, WebPageWanted
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.connection_form import ConnectionForm
from run_tui.screens.data import DataScreen
from run_tui.screens.output import OutputScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.screens.save import SaveScreen
from run_tui.screens.wishes import Wish
from run_tui.sources.base import Source
from run_tui.widgets.event_detail import EventDetail
from run_tui.widgets.event_pane import EventPane
from run_tui.widgets.run_table import RunRows

NO_LOOK = Look()
HEARTBEAT = 5.0
"""Seconds between looks at the clock: one that has moved on by far more was stopped, or its machine was asleep."""


class RunTuiApp(Shell):
    """The explorer on one connection, and on those `beside` it in the same list of runs.

    `run_id` opens that run at once, as `look` says; `file` is what it was saved in. `alert` tells the end of every run
    opened.
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
    ) -> None:
        super().__init__(keys=keys or {}, theme=theme, warnings=warnings, now=now)
        self._wanted = run_id
        self._sources = {connection: source, **(beside or {})}
        self._connections = connections or Connections()
        self._runs = RunsList(self, self._sources, self._offer if self._connections.fell_back else None)
        self._look, self._file = look, file
        self._show_way()
        if run_id is None:
            self._runs.screen.show_look(look)
        self._alerts = Alerts(self, every=alert)
        self._wishes = Wishes(self)
        self._connecting = Connecting(self, self._connections, self._sources, self._runs, self._switched)
        self._acts: Mapping[Act, bool] = {}
        self._opened: OpenRun | None = None
        self._output: OpenOutput | None = None
        self._data: OpenData | None = None
        self._save: OpenSave | None = None
        self._heard_at = time.time()

    async def on_mount(self) -> None:
        """Shows the runs, or the one run that was asked for."""
        self.prepare()
        await self.push_screen(self._runs.screen)
        self.warn()
        self.set_interval(HEARTBEAT, self._beat)
        self._runs.start()
        self._wishes.show_rights()
        if self._wanted is not None:
            self.start(self._open_wanted(self._wanted), "open")

    async def on_unmount(self) -> None:
        """Lets go of the connections."""
        for source in self._sources.values():
            await source.aclose()

    def _beat(self) -> None:
        """After a stop (ctrl+z) or a sleep all connections may be dead without a sign: asks at once, on new ones."""
        before, self._heard_at = self._heard_at, time.time()
        if self._heard_at - before > 3 * HEARTBEAT:
            self.start(self._wake_up(), "wake")

    async def _wake_up(self) -> None:
        for source in self._sources.values():
            await source.reconnect()
        self._runs.refresh()
        self._alerts.poll_now()
        if self._opened is not None:
            self._opened.poll_now()

    # From screen to screen

    @on(RunsScreen.Chosen)
    async def _open_chosen(self, event: RunsScreen.Chosen) -> None:
        await self._open(self._runs.source_of(event.run), event.run)

    async def _open_wanted(self, text: str) -> None:
        run = await self._runs.find(text)
        if run is not None:
            await self._open(self._runs.source_of(run), run, look=self._look)

    @on(RunScreen.OtherWanted)
    def _other_wanted(self, event: RunScreen.OtherWanted) -> None:
        if self._opened is not None and self._opened.want_other(event.direction, relative=event.relative):
            self.start(self._open_other(self._opened), "open")

    async def _open_other(self, opened: OpenRun) -> None:
        run = await opened.other()
        if run is not None and self.screen is opened.screen:
            kept = {"connection": opened.screen.run.connection}
            await self._open(opened.source, run.model_copy(update=kept), instead_of=opened.screen)

    async def _open(
        self, source: Source, run: Run, instead_of: RunScreen | None = None, look: Look | None = None
    ) -> None:
        """Opens a run on top, or in the place of another one, under the same filter."""
        before = self._runs.screen if instead_of is None else instead_of
        if look is None:
            look = Look("" if instead_of is None else instead_of.filter_bar.text, time=before.time_mode)
        screen = RunScreen(run, source.where, look.time, self.now, look, lacks=lacking(source))
        screen.leading_to = self._way_to(run.connection)
        self._runs.stop()
        if self._opened is not None:
            self._opened.stop()
        self._opened = OpenRun(self, source, screen, self._alerts)
        if instead_of is not None:
            self.collector.let_go()
        screen.offer(self._acts)
        await (self.push_screen(screen) if instead_of is None else self.switch_screen(screen))
        self._alerts.opened(source, run)
        self._opened.start()

    def _show_way(self) -> None:
        """Lets the list of runs say which options lead to it."""
        self._runs.screen.leading_to = [word for name in self._runs.connections for word in self._way_to(name)]

    def _way_to(self, name: str | None) -> Sequence[str]:
        if self._file is not None:
            return OPEN, self._file
        return self._connections.options(name or next(iter(self._runs.connections)))

    @on(RunScreen.FamilyWanted)
    def _list_family(self) -> None:
        if self._opened is not None:
            self._opened.show_family()

    @on(RunScreen.Closed)
    def _close_run(self) -> None:
        self.stop("open")
        if self._opened is not None:
            self._opened.stop()
        self._opened = None
        self.collector.let_go()
        self.pop_screen()
        self._runs.start()

    @on(RunScreen.OutputWanted)
    async def _open_output(self, event: RunScreen.OutputWanted) -> None:
        if self._opened is not None:
            run_screen = self._opened.screen
            screen = OutputScreen(run_screen.run.id, event.step, event.captures, run_screen.has_ended)
            self._output = OpenOutput(self, self._opened.source, screen)
            await self.push_screen(screen)

    @on(OutputScreen.Closed)
    def _close_output(self) -> None:
        if self._output is not None:
            self._output.stop()
        self._output = None
        self.pop_screen()

    @on(RunScreen.DataWanted)
    async def _open_data(self, event: RunScreen.DataWanted) -> None:
        if self._opened is not None and (tables := self._opened.source.tables) is not None:
            screen = DataScreen(self._opened.screen.run.id, event.step, event.attempt, event.steps)
            self._data = OpenData(self, tables, screen)
            await self.push_screen(screen)

    @on(DataScreen.Closed)
    def _close_data(self) -> None:
        if self._data is not None:
            self._data.stop()
        self._data = None
        self.pop_screen()

    @on(RunScreen.SaveWanted)
    async def _open_save(self) -> None:
        if self._opened is not None:
            self._save = OpenSave(self, self._opened.source, self._opened.screen)
            await self.push_screen(self._save.screen)

    @on(SaveScreen.Closed)
    def _close_save(self) -> None:
        if self._save is not None:
            self._save.stop()
            self._save = None
            self.pop_screen()

    def _offer(self, where: str) -> None:
        """Nobody has said which server to ask, and there is none at the usual place: shows what else there is."""
        if self.screen is self._runs.screen:
            self.start(self._connecting.show(where), "connect")

    @on(RunsScreen.ConnectWanted)
    @on(ConnectScreen.Asked)
    @on(ConnectScreen.Chosen)
    @on(ConnectScreen.Closed)
    @on(ConnectionForm.Entered)
    async def _of_connections(self, wish: Message) -> None:
        await self._connecting.take(wish)

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

    def offer(self, acts: Mapping[Act, bool]) -> None:
        """Lets the screens offer what can be done, and show in grey what is not allowed (False)."""
        self._acts = acts
        for screen in self.screen_stack:
            if isinstance(screen, ViewScreen):
                screen.offer(acts)

    async def go_to(self, source: Source, run: Run) -> None:
        """Opens a run, in place of one that is open."""
        await self._open(source, run, instead_of=None if self._opened is None else self._opened.screen)

    def list_runs_of(self, job: str) -> None:
        """Lists the runs of a job."""
        if self._opened is not None:
            self._close_run()
        self._runs.screen.filter_bar.text = f"job:{typable(job, exact=True)}"

    def runs_changed(self) -> None:
        """Asks for the runs anew, and marks none of them any more."""
        self._runs.screen.forget_marks()
        self._runs.refresh()
        if self._opened is not None:
            self._opened.refresh()

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

    @on(EventPane.ViewUnfinished)
    def _continue_view(self, event: EventPane.ViewUnfinished) -> None:
        if self._opened is not None:
            self._opened.finish_view(event.pane)

    @on(EventDetail.StderrWanted)
    def _stderr_wanted(self, event: EventDetail.StderrWanted) -> None:
        if self._opened is not None:
            self._opened.show_stderr(event)

    @on(OutputScreen.Wanted)
    def _read_output(self, event: OutputScreen.Wanted) -> None:
        if self._output is not None:
            self._output.read(event)

    @on(DataScreen.Wanted)
    def _read_rows(self, event: DataScreen.Wanted) -> None:
        if self._data is not None:
            self._data.read(event)

    @on(SaveScreen.Wanted)
    def _save_events(self, event: SaveScreen.Wanted) -> None:
        if self._save is not None:
            self._save.save(event)

    @on(SaveScreen.Stopped)
    def _stop_saving(self) -> None:
        if self._save is not None:
            self._save.stop()

    @on(DataScreen.PayloadWanted)
    def _read_payload(self) -> None:
        if self._data is not None:
            self._data.show_payload()

    @on(OutputScreen.EarlierWanted)
    def _read_earlier_output(self) -> None:
        if self._output is not None:
            self._output.read_earlier()

    @on(RefreshWanted)
    def _refresh(self) -> None:
        (self._output or self._opened or self._runs).refresh()

    @on(AlertWanted)
    def _toggle_alert(self, event: AlertWanted) -> None:
        self._alerts.toggle(self.source_of(event.run), event.run)

    @on(WebPageWanted)
    def _open_web(self, event: WebPageWanted) -> None:
        self.show_page(self.source_of(event.run).run_url(event.run.id, event.event))

    def source_of(self, run: Run) -> Source:
        """The source of the run in front, or under the cursor."""
        return self._runs.source_of(run) if self._opened is None else self._opened.source


def run_app(app: RunTuiApp) -> int:
    """Runs the explorer until the user quits; the exit code of the program."""
    app.collector.start()
    end_with_terminal()
    app.run()
    return app.return_code or 0
