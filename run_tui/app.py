"""The application: owns source, feed and store, starts every worker, and tells the screens what came in."""

from __future__ import annotations

import asyncio
import os
import time
import traceback
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from run_tui import desktop, kin
from run_tui.actions import ACTIONS, bindings, key_text, remapped
from run_tui.errors import RunTuiError, SourceError
from run_tui.feed import Feed, FeedState, Joined, Loaded, Phase, Restarted, RunChanged
from run_tui.format import clean, clean_lines, shorten
from run_tui.garbage import Collector
from run_tui.hangup import end_with_terminal
from run_tui.listing import Listed, Listing
from run_tui.model import Run, RunFilter, RunStatus
from run_tui.output import Stream
from run_tui.output_feed import OutputFeed, last_lines
from run_tui.pace import persist
from run_tui.reasons import AT_ONCE, Reasons
from run_tui.screens import themes
from run_tui.screens.base import AlertWanted, RefreshWanted, ViewScreen, WebPageWanted
from run_tui.screens.help import HelpScreen, places
from run_tui.screens.output import OutputScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources import resolve_run_id
from run_tui.sources.base import Source
from run_tui.store import EventStore
from run_tui.watch import Watch
from run_tui.widgets.event_pane import EventPane
from run_tui.widgets.run_table import RunRows
from run_tui.widgets.status_line import Activity

SLICE = 0.008
"""Seconds of filtering between two chances for keys and frames."""
PAUSE = 0.001
"""Seconds of such a chance: a turn of the event loop would not let the threads in that read and write the terminal."""
READ = (Phase.LIVE, Phase.WAITING, Phase.DONE)
"""Phases in which all events there are have been read."""
HEARTBEAT = 5.0
"""Seconds between looks at the clock: one that has moved on by far more was stopped, or its machine was asleep."""
TOLD_AFTER = 3
"""Failures of a question beside the run's events after which the user is told."""


_ENDED = {RunStatus.SUCCESS: "has succeeded", RunStatus.FAILURE: "has failed", RunStatus.CANCELED: "was canceled"}
_NO_OTHER = {
    (False, -1): "There is no older run of this job.",
    (False, 1): "There is no newer run of this job.",
    (True, -1): "This run re-executes no other.",
    (True, 1): "This run has not been re-executed.",
}
"""What is said where there is no other run to go to: by whether a re-execution was meant, and the direction."""


class RunTuiApp(App[None]):
    """The explorer on one connection; `run_id` opens that run at once, `alert` tells the end of every run opened."""

    TITLE = "run-tui"
    CSS_PATH = "run_tui.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")

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
    ) -> None:
        # Without colours the terminal's own two are left, with bold, dim and reversed text.
        no_color = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_color else None)
        self._theme_wanted = themes.TERMINAL.name if no_color else theme
        self._warnings = tuple(warnings)
        self.source, self.connection = source, connection
        self._wanted = run_id
        self.actions, self._key_problems = remapped(keys or {})
        self._now = now
        self._listing = Listing(source, RunFilter())
        self.collector = Collector()
        self._reasons = Reasons(source)
        self._alert = alert
        self._watch = Watch(source)
        self._feed: Feed | None = None
        self._output: OutputFeed | None = None
        self._heard_at = time.time()

    async def on_mount(self) -> None:
        """Shows the runs, or the one run that was asked for."""
        self.set_keymap({action.id: action.keys for action in self.actions if action not in ACTIONS})
        self._take_themes()
        self.set_interval(1.0, self.collector.collect)
        await self.push_screen(RunsScreen(self.connection, self.source.where, self._now))
        if self._key_problems:
            text = "\n".join(map(clean, self._key_problems))
            self.notify(text, title="Keys of the settings file", severity="warning", timeout=15, markup=False)
        self.set_interval(HEARTBEAT, self._beat)
        for warning in self._warnings:
            self.notify(clean(f"{warning[:1].upper()}{warning[1:]}"), severity="warning", timeout=10, markup=False)
        self._show_runs()
        if self._wanted is not None:
            self._start(self._open_wanted(self._wanted), "open")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The style sheet's own variables, for Textual's theme before ours are there."""
        return themes.DARK.variables

    def _take_themes(self) -> None:
        """Our themes take the place of Textual's, which our screens were not made for."""
        others = [name for name in self.available_themes if name != self.theme]
        for theme in themes.THEMES:
            self.register_theme(theme)
        before, self.theme = self.theme, self._theme_wanted
        for name in (*others, before):
            self.unregister_theme(name)

    async def on_unmount(self) -> None:
        """Lets go of the connections."""
        await self.source.aclose()

    # Workers

    def _start(self, work: Coroutine[None, None, None], group: str) -> None:
        self.run_worker(work, group=group, exclusive=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that broke is a defect of ours: say so instead of standing still."""
        if event.state is WorkerState.ERROR:
            self.notify(clean(f"{event.worker.group} stopped: {event.worker.error!r}"), severity="error", markup=False)

    def _fatal_error(self) -> None:
        """A defect of ours ends the program, told as Python does: Textual would show what variables hold, tokens too.

        The parent's method has no public name, but it alone decides what is shown.
        """
        self.panic(Text("\n".join(clean_lines(traceback.format_exc()))))

    def _beat(self) -> None:
        """After a stop (ctrl+z) or a sleep all connections may be dead without a sign: asks at once, on new ones."""
        before, self._heard_at = self._heard_at, time.time()
        if self._heard_at - before > 3 * HEARTBEAT:
            self._start(self._wake_up(), "wake")

    async def _wake_up(self) -> None:
        await self.source.reconnect()
        self._listing.poll_now()
        self._watch.poll_now()
        if self._feed is not None:
            self._feed.poll_now()

    def _show_runs(self) -> None:
        """Keeps the runs on screen current, and finds out why those in view failed."""
        self._start(self._follow_runs(), "runs")
        for _ in range(AT_ONCE):
            self.run_worker(self._follow_reasons(), group="reasons", exit_on_error=False)

    async def _follow_reasons(self) -> None:
        async with aclosing(self._reasons.found()) as found:
            async for run_id, reason in found:
                self._runs_screen.rows.show_reason(run_id, reason)

    async def _follow_runs(self) -> None:
        async with aclosing(self._listing.updates()) as updates:
            async for listed in updates:
                self._show_listed(listed)

    def _show_listed(self, listed: Listed) -> None:
        screen = self._runs_screen
        if listed.error is None:
            screen.show_runs(listed.runs, listed.total, listed.has_more)
            screen.show_activity(Activity("● live", "good"))
        else:
            screen.show_failure(str(listed.error), listed.error.hint)
            screen.show_activity(self._reconnecting(listed.error, listed.retry_in))

    async def _follow_run(self, screen: RunScreen, feed: Feed) -> None:
        fresh: EventStore | None = None
        told = False
        async with aclosing(feed.updates()) as updates:
            async for update in updates:
                match update:
                    case Loaded(page, of_end=True):
                        screen.show_end(page)
                    case Loaded(page):
                        (fresh if fresh is not None else screen.store).append(page)
                        if fresh is None:
                            screen.store_changed()
                    case Joined():
                        screen.show_joined()
                    case RunChanged(run):
                        screen.show_run(run)
                        self._watch.poll_now()
                    case Restarted(reason, kept):
                        # What is on screen stays there until the new store is complete.
                        fresh = (fresh if fresh is not None else screen.store).head(kept)
                        again = f"Reading on from event {kept + 1:,}." if kept else "Reading it again."
                        if not told:
                            self.notify(f"{reason} {again}", markup=False)
                        told = True  # under many writers it happens all the time
                    case FeedState():
                        if fresh is not None and update.phase in READ:
                            screen.show_store(fresh)
                            fresh = None
                        self._show_state(screen, update)
                await asyncio.sleep(0)

    def _show_state(self, screen: RunScreen, state: FeedState) -> None:
        if state.phase in READ:
            if not screen.was_read:
                self.collector.settle()
            screen.show_read(state.phase is Phase.DONE)
        screen.show_activity(self._activity(state))
        if state.phase is Phase.FAILED and state.error is not None:
            screen.show_failure(str(state.error), state.error.hint)

    async def _follow_output(self, screen: OutputScreen, feed: OutputFeed) -> None:
        async with aclosing(feed.updates()) as updates:
            async for update in updates:
                screen.show_read(update.after, update.before, from_start=update.from_start, over=update.over)
                if update.error is not None:
                    screen.show_activity(self._reconnecting(update.error, update.retry_in))
                else:
                    screen.show_activity(Activity("✓ complete", "quiet") if update.over else Activity("● live", "good"))
                await asyncio.sleep(0)

    async def _read_stderr(self, wanted: EventPane.StderrWanted) -> None:
        """Beside a failure, what else is known of it is shown where it can be had; `l` says why it cannot."""
        lines: Sequence[str] | None = None
        try:
            lines = await last_lines(self.source, wanted.run_id, wanted.key[0], Stream.STDERR)
        except SourceError as error:
            self.log(error)
        finally:
            wanted.pane.show_stderr(wanted.key, lines)

    async def _read_details(self, screen: RunScreen) -> None:
        """The plan and the tags come once; without them the run is still readable, so a failure is only said."""

        def failed(error: SourceError, failures: int = TOLD_AFTER) -> None:
            if failures == TOLD_AFTER:
                self.notify(f"Steps and tags could not be read: {clean(str(error))}", severity="warning", markup=False)

        try:
            if self.source.capabilities.steps:
                screen.show_plan(await persist(lambda: self.source.steps(screen.run.id), failed))
            screen.show_run(await persist(lambda: self.source.run_details(screen.run.id), failed))
        except SourceError as error:
            failed(error)

    async def _open_wanted(self, text: str) -> None:
        def failed(error: SourceError, failures: int) -> None:
            if failures == 1:
                self._say(error)

        try:
            run_id = await persist(lambda: resolve_run_id(self.source, text), failed)
            run = await persist(lambda: self.source.run(run_id), failed)
        except RunTuiError as error:
            self._say(error)
        else:
            await self._open(run)

    async def _open_other(self, screen: RunScreen, direction: int, relative: bool) -> None:
        try:
            if relative:
                run = await kin.relative(self.source, screen.run, direction)
            else:
                run = await kin.neighbour(self.source, screen.run, direction, self._now())
        except SourceError as error:
            self._say(error)
        else:
            if run is None:
                self.notify(_NO_OTHER[relative, direction], timeout=3)
            elif self.screen is screen:
                await self._open(run, instead_of=screen)

    async def _watch_runs(self) -> None:
        async with aclosing(self._watch.updates()) as updates:
            async for run in updates:
                self._show_watched()
                self._tell_end(run)

    def _tell_end(self, run: Run) -> None:
        name = clean(f"{run.pipeline_name or 'run'} {run.id[:8]}")
        word = _ENDED.get(run.status, "is no longer there")
        severity: SeverityLevel = "information" if run.status is RunStatus.SUCCESS else "error"
        self.bell()
        self.write_to_terminal(desktop.notification(f"{shorten(name, 60)} {word}"))
        self.notify(f"{name} {word}.", title="Run ended", severity=severity, timeout=15, markup=False)

    async def _show_info(self, run_id: str) -> None:
        try:
            run = await self.source.run_details(run_id)
        except SourceError as error:
            self._say(error)
        else:
            self._runs_screen.show_info(run)

    async def _finish_view(self, pane: EventPane) -> None:
        await asyncio.sleep(PAUSE)
        while pane.is_attached and not pane.continue_filter(SLICE):  # noqa: ASYNC110  (it pauses between slices)
            await asyncio.sleep(PAUSE)

    # What screens ask for

    @property
    def _runs_screen(self) -> RunsScreen:
        screen = self.screen_stack[1]
        assert isinstance(screen, RunsScreen)
        return screen

    @on(RunsScreen.Chosen)
    async def _open_chosen(self, event: RunsScreen.Chosen) -> None:
        await self._open(event.run)

    async def _open(self, run: Run, instead_of: RunScreen | None = None) -> None:
        """Opens a run on top, or in the place of another one, under the same filter."""
        before = self._runs_screen if instead_of is None else instead_of
        filter_text = "" if instead_of is None else instead_of.filter_bar.text
        screen = RunScreen(run, self.source.where, before.time_mode, self._now, filter_text)
        self._feed = Feed(self.source, run.id, jump=True)
        for group in ("runs", "reasons", "feed", "details", "filter", "stderr"):
            self.workers.cancel_group(self, group)
        if instead_of is not None:
            self.collector.let_go()
        await (self.push_screen(screen) if instead_of is None else self.switch_screen(screen))
        if self._alert and not run.status.finished:
            self._watch.add(run)
            self._start(self._watch_runs(), "watch")
        self._show_watched()
        self._start(self._follow_run(screen, self._feed), "feed")
        self._start(self._read_details(screen), "details")

    @on(RunScreen.Closed)
    def _close_run(self) -> None:
        for group in ("feed", "details", "filter", "stderr", "open"):
            self.workers.cancel_group(self, group)
        self._feed = None
        self.collector.let_go()
        self.pop_screen()
        self._show_runs()

    @on(RunScreen.OtherWanted)
    def _other_wanted(self, event: RunScreen.OtherWanted) -> None:
        self._start(self._open_other(event.screen, event.direction, event.relative), "open")

    @on(AlertWanted)
    def _toggle_alert(self, event: AlertWanted) -> None:
        run = event.run
        if run.id in self._watch.ids:
            self._watch.drop(run.id)
            self.notify("Its end will not be told.", timeout=2)
        elif run.status.finished:
            self.notify("This run has ended already.", timeout=2)
        else:
            self._watch.add(run)
            self._start(self._watch_runs(), "watch")
            self.notify("You will be told when it ends.", timeout=2)
        self._show_watched()

    def _show_watched(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, RunScreen):
                screen.show_watched(screen.run.id in self._watch.ids)
            elif isinstance(screen, RunsScreen):
                screen.show_watched(self._watch.ids)

    @on(RunScreen.OutputWanted)
    async def _open_output(self, event: RunScreen.OutputWanted) -> None:
        run_screen = event.screen
        await self.push_screen(OutputScreen(run_screen.run.id, event.step, event.captures, run_screen.has_ended))

    @on(OutputScreen.Wanted)
    def _read_output(self, event: OutputScreen.Wanted) -> None:
        self._output = OutputFeed(self.source, event.screen.run_id, event.capture.key, event.stream, ended=event.ended)
        self._start(self._follow_output(event.screen, self._output), "output")

    @on(OutputScreen.EarlierWanted)
    def _read_earlier_output(self) -> None:
        if self._output is not None:
            self._output.read_earlier()

    @on(OutputScreen.Closed)
    def _close_output(self) -> None:
        self.workers.cancel_group(self, "output")
        self._output = None
        self.pop_screen()

    @on(EventPane.ViewUnfinished)
    def _continue_view(self, event: EventPane.ViewUnfinished) -> None:
        self._start(self._finish_view(event.pane), "filter")

    @on(EventPane.StderrWanted)
    def _stderr_wanted(self, event: EventPane.StderrWanted) -> None:
        if self.source.capabilities.output:
            self._start(self._read_stderr(event), "stderr")

    @on(RunRows.ReasonsWanted)
    def _reasons_wanted(self, event: RunRows.ReasonsWanted) -> None:
        self._reasons.want(event.run_ids)

    @on(RunsScreen.FilterChanged)
    def _list_others(self, event: RunsScreen.FilterChanged) -> None:
        self._listing = Listing(self.source, event.filter)
        self._start(self._follow_runs(), "runs")

    @on(RunsScreen.OlderWanted)
    def _list_older(self) -> None:
        self._listing.read_older()

    @on(RunsScreen.InfoWanted)
    def _info_wanted(self, event: RunsScreen.InfoWanted) -> None:
        self._start(self._show_info(event.run_id), "details")

    @on(RefreshWanted)
    def _refresh(self) -> None:
        feed, screen = self._feed, self.screen
        if feed is not None and feed.over and isinstance(screen, RunScreen):
            self._start(self._follow_run(screen, feed), "feed")
        else:
            (self._output or feed or self._listing).poll_now()

    @on(WebPageWanted)
    def _open_web(self, event: WebPageWanted) -> None:
        url = self.source.run_url(event.run_id, event.event)
        if url is None:
            self.notify("This connection has no web page.", severity="warning")
        elif desktop.can_open_browser():
            self.open_url(url)
        else:
            self.copy_to_clipboard(clean(url))
            self.notify(f"{clean(url)}\nCopied: open it where there is a browser.", markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Copies by the terminal, and by the desktop's own program: not every terminal does."""
        super().copy_to_clipboard(text)
        self._start(self._copy(text), "clipboard")

    async def _copy(self, text: str) -> None:
        await desktop.copy(text)

    def write_to_terminal(self, sequence: str) -> None:
        """Sends a control sequence that changes nothing on the screen."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def action_help(self) -> None:
        """Shows all keys and the filter language, first what applies to what has the focus."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.actions, places(self.screen)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what keys do here, then themes and what else Textual offers."""
        owners: dict[str, DOMNode] = {"app": self}
        if isinstance(screen, OutputScreen):
            owners |= {"output": screen, "list": screen.view}
        if isinstance(screen, ViewScreen):
            owners |= {"view": screen, "list": screen.rows, "run" if isinstance(screen, RunScreen) else "runs": screen}
        for action in self.actions:
            owner = owners.get(action.where)
            if owner is not None and action.id not in ("app.palette", "app.quit"):
                do = partial(self.run_action, action.action, default_namespace=owner)
                yield SystemCommand(action.help.rstrip("."), f"{action.title}, {key_text(action)}", do)
        for command in super().get_system_commands(screen):
            kept = 'Dark, light, contrast or terminal; theme = "…" in the settings file keeps it'
            yield command._replace(help=kept) if command.title == "Theme" else command

    def _activity(self, state: FeedState) -> Activity:
        if state.error is not None and state.phase is Phase.RECONNECTING:
            return self._reconnecting(state.error, state.retry_in)
        return _settled(state)

    @property
    def _refresh_key(self) -> str:
        return next(key_text(action) for action in self.actions if action.id == "view.refresh")

    def _reconnecting(self, error: SourceError, retry_in: float | None) -> Activity:
        until = None if retry_in is None else time.monotonic() + retry_in
        return Activity(clean(str(error)), "warning", until, self._refresh_key)

    def _say(self, error: RunTuiError) -> None:
        self.notify(clean(f"{error} {error.hint}"), severity="error", timeout=10, markup=False)


def run_app(app: RunTuiApp) -> int:
    """Runs the explorer until the user quits; the exit code of the program."""
    app.collector.start()
    end_with_terminal()
    app.run()
    return app.return_code or 0


def _settled(state: FeedState) -> Activity:
    if state.partial:
        return Activity("! the server holds more events than it shows", "warning")
    return {
        Phase.LOADING: Activity("◌ loading", "active"),
        Phase.LIVE: Activity("● live", "good"),
        Phase.WAITING: Activity("○ waiting for the run to start", "waiting"),
        Phase.DONE: Activity("✓ complete", "quiet"),
    }.get(state.phase, Activity("✗ cannot be read", "bad"))
