"""The room for all that changes runs: which screens ask, and what follows from the answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from run_tui import desktop
from run_tui.acting import actions_of
from run_tui.acts import Act
from run_tui.errors import RunTuiError
from run_tui.explorer.changes import Change, Rights, choices, question
from run_tui.explorer.host import Stage
from run_tui.explorer.launching import OpenJobs, OpenLaunch
from run_tui.format import plural
from run_tui.jobs import job_named
from run_tui.model import Run
from run_tui.screens.change import ChangeScreen
from run_tui.screens.jobs import JobsScreen
from run_tui.screens.launch import LaunchScreen
from run_tui.screens.wishes import ActWanted, JobsWanted, LaunchWanted, Wish
from run_tui.sources.base import Source

_OF_THE_SERVER = ("dagster/", ".dagster/", "run_tui/")
"""Beginnings of tags that are not the user's own: a run launched anew gets its own of these."""


class Wishes:
    """Fulfils what screens wish for; `stage` shows the screens."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.rights = Rights(stage, self.show_rights)
        self._change: Change | None = None
        self._jobs: OpenJobs | None = None
        self._launch: OpenLaunch | None = None

    def show_rights(self) -> None:
        """Asks what the servers allow, if that is not known, and lets the screens offer that."""
        sources = list(self._stage.listed.values())
        self.rights.read(sources)
        offered: dict[Act, bool] = {}
        for source in sources:
            for act, allowed in self.rights.of(source).items():
                offered[act] = allowed or offered.get(act, False)
        self._stage.offer(offered)

    async def take(self, wish: Wish) -> None:
        """Does what is wished for."""
        match wish:
            case ActWanted():
                await self._ask(wish)
            case JobsWanted():
                await self._show_jobs()
            case LaunchWanted(run=run):
                self._stage.start(partial(self._launch_like, run), "open")
            case ChangeScreen.Taken(deed=deed) if self._change is not None:
                self._change.begin(deed)
            case ChangeScreen.Stopped() if self._change is not None:
                self._change.stop()
            case ChangeScreen.Closed(opening=opening):
                await self._close_change(opening=opening)
            case _ if self._launch is not None:
                await self._of_launch(self._launch, wish)
            case _ if self._jobs is not None:
                await self._of_jobs(self._jobs, wish)

    async def _of_jobs(self, jobs: OpenJobs, wish: Wish) -> None:
        match wish:
            case JobsScreen.Wanted():
                jobs.read()
            case JobsScreen.Chosen(chosen=chosen):
                await self._show_launch(
                    self._stage.listed[chosen.connection], LaunchScreen(chosen.job, chosen.connection, {}), None
                )
            case JobsScreen.RunsWanted(chosen=chosen):
                self._close_jobs(jobs)
                self._stage.list_runs_of(chosen.job.name)
            case JobsScreen.Closed():
                self._close_jobs(jobs)

    async def _of_launch(self, launch: OpenLaunch, wish: Wish) -> None:
        match wish:
            case LaunchScreen.EditWanted():
                edited = self._edited(launch.screen.config)
                if edited is not None:
                    launch.take(edited)
            case LaunchScreen.Ordered(order=order):
                launch.send(order)
            case LaunchScreen.Closed():
                self._close_launch(launch)

    async def _ask(self, wanted: ActWanted) -> None:
        pairs = [(self._stage.source_of(run), run) for run in wanted.runs]
        rights = [self.rights.of(source) for source, _ in pairs]
        screen = ChangeScreen(
            question(wanted.act, wanted.runs), wanted.runs, choices(wanted.act, wanted.runs, rights, wanted.steps)
        )
        self._change = Change(self._stage, pairs, screen)
        await self._stage.show_screen(screen)

    async def _close_change(self, *, opening: bool) -> None:
        change, self._change = self._change, None
        self._stage.leave_screen()
        if change is not None and change.screen.over:
            self._stage.runs_changed()
            if opening and change.made is not None:
                self._stage.start(partial(self._open, *change.made), "open")

    async def _show_jobs(self) -> None:
        able = {name: source for name, source in self._stage.listed.items() if Act.LAUNCH in source.capabilities.acts}
        self._jobs = OpenJobs(self._stage, able, JobsScreen())
        await self._stage.show_screen(self._jobs.screen)

    def _close_jobs(self, jobs: OpenJobs) -> None:
        jobs.stop()
        self._jobs = None
        self._stage.leave_screen()

    async def _launch_like(self, run: Run) -> None:
        """Launches a run's job, with the configuration and the tags that the run had."""
        source = self._stage.source_of(run)
        try:
            whole = await source.run_details(run.id)
            workspace = await actions_of(source, Act.LAUNCH).workspace()
            job = job_named(workspace, whole.pipeline_name or "")
        except RunTuiError as error:
            self._stage.say(error)
            return
        own = {key: value for key, value in whole.tags.items() if not key.startswith(_OF_THE_SERVER)}
        # What is edited on one line must be such that a line can show it.
        tags = {key: value for key, value in own.items() if (key + value).isprintable()}
        if len(tags) < len(own):
            left = plural(len(own) - len(tags), "tag")
            self._stage.notify(f"{left} left out: not printable.", severity="warning")
        config = whole.config_yaml or ""
        screen = LaunchScreen(job, source.where, tags)
        await self._show_launch(source, screen, "" if config.strip() == "{}" else config)

    async def _show_launch(self, source: Source, screen: LaunchScreen, config: str | None) -> None:
        def launched(run_id: str) -> None:
            if self._launch is not launch:
                self._stage.notify("The job has been launched.", timeout=5)
                return
            self._close_launch(launch)
            if self._jobs is not None:
                self._close_jobs(self._jobs)
            self._stage.start(partial(self._open, source, run_id), "open")

        self._launch = launch = OpenLaunch(self._stage, source, screen, launched)
        await self._stage.show_screen(screen)
        launch.start(config)

    def _close_launch(self, launch: OpenLaunch) -> None:
        launch.stop()
        self._launch = None
        self._stage.leave_screen()

    def _edited(self, text: str) -> str | None:
        """What the user's editor has made of a text, None where it could not be edited."""
        # An error that left the block would leave the terminal as the editor should have had it.
        with self._stage.suspend():
            edited = _outcome(text)
        if isinstance(edited, OSError):
            why = f"The editor {edited.filename!r} could not be started: {edited.strerror}."
            self._stage.say(RunTuiError(why, "VISUAL or EDITOR names it."))
            return None
        return edited

    async def _open(self, source: Source, run_id: str) -> None:
        try:
            run = await source.run(run_id)
        except RunTuiError as error:
            self._stage.say(error)
            return
        names: Mapping[Source, str] = {each: name for name, each in self._stage.listed.items()}
        await self._stage.go_to(source, run.model_copy(update={"connection": names.get(source)}))


def _outcome(text: str) -> str | OSError:
    try:
        return desktop.edited(text, ".yaml")
    except OSError as error:
        return error
