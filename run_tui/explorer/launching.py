"""Jobs, and the launch of one: what the screens show is read here, edited and sent here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from run_tui import run_config
from run_tui.acting import Result, actions_of, launch
from run_tui.acts import Act, Order, Workspace
from run_tui.errors import InvalidConfig, SourceError
from run_tui.explorer.activity import LIVE, reconnecting
from run_tui.explorer.host import Host
from run_tui.format import clean
from run_tui.jobs import recent_runs
from run_tui.pace import persist
from run_tui.screens.jobs import JobsScreen, ListedJob
from run_tui.screens.launch import LaunchScreen
from run_tui.sources.base import Actions, Source


class OpenJobs:
    """The screen of all jobs, and the worker that reads them."""

    def __init__(self, host: Host, sources: Mapping[str, Source], screen: JobsScreen) -> None:
        self._host, self._sources, self.screen = host, sources, screen

    def read(self) -> None:
        """Reads the jobs and their last runs, now."""
        self._host.start(self._read, "jobs")

    def stop(self) -> None:
        """Reads no more."""
        self._host.stop("jobs")

    async def _read(self) -> None:
        found = await asyncio.gather(
            *(self._read_from(*part) for part in self._sources.items()), return_exceptions=True
        )
        parts = [part for part in found if not isinstance(part, BaseException)]
        for failed in found:
            if isinstance(failed, SourceError):
                self.screen.show_failure(str(failed), failed.hint)
                self.screen.show_activity(reconnecting(failed, None, self._host.refresh_key))
            elif isinstance(failed, BaseException):
                raise failed
        if parts:
            jobs = [job for listed, _ in parts for job in listed]
            broken = {name: why for _, workspace in parts for name, why in workspace.broken.items()}
            has_assets = any(workspace.has_assets for _, workspace in parts)
            self.screen.show_jobs(jobs, broken, self._host.now(), has_assets=has_assets)
            self.screen.show_activity(LIVE)

    async def _read_from(self, name: str, source: Source) -> tuple[list[ListedJob], Workspace]:
        def failed(error: SourceError, failures: int) -> None:
            self.screen.show_failure(str(error), error.hint)
            self.screen.show_activity(reconnecting(error, None, self._host.refresh_key))

        actions = actions_of(source, Act.LAUNCH)
        workspace = await persist(actions.workspace, failed)
        recent = await persist(lambda: recent_runs(source), failed)
        return [ListedJob(name, job, recent.get(job.name, ())) for job in workspace.jobs], workspace


class OpenLaunch:
    """The screen of a launch, and the workers that check its configuration and send it."""

    def __init__(self, host: Host, source: Source, screen: LaunchScreen, launched: Callable[[str], None]) -> None:
        self._host, self.source, self.screen = host, source, screen
        self._launched = launched

    def start(self, config: str | None) -> None:
        """Begins with a configuration, None for the job's own."""
        self._host.start(partial(self._begin, config), "launch")

    def take(self, config: str) -> None:
        """Takes another configuration."""
        self.screen.show_config(config)
        self._host.start(partial(self._check, config), "launch")

    def send(self, order: Order) -> None:
        """Launches the job, once."""
        self._host.start(partial(self._send, order), "launching")

    def stop(self) -> None:
        """Reads no more; what has been sent cannot be taken back."""
        self._host.stop("launch")

    async def _begin(self, config: str | None) -> None:
        try:
            text = await self._actions.default_config(self.screen.job) if config is None else config
        except SourceError as error:
            self.screen.show_config("")
            self.screen.show_failure(str(error))
            return
        self.screen.show_config(text)
        await self._check(text)

    async def _check(self, text: str) -> None:
        problems = run_config.problems_of(text)
        try:
            if not problems:
                problems = run_config.placed(text, await self._actions.check_config(self.screen.job, text))
        except SourceError as error:
            self.screen.show_failure(str(error))
        else:
            self.screen.show_problems(problems)

    async def _send(self, order: Order) -> None:
        outcome = await launch(self.source, order)
        if outcome.result is not Result.DONE and not self.screen.is_attached:
            self._host.notify(f"The launch: {clean(outcome.message)}", severity="error", timeout=15, markup=False)
        elif isinstance(outcome.error, InvalidConfig):
            self.screen.show_problems(run_config.placed(order.config, outcome.error.problems))
        elif outcome.result is Result.DONE and outcome.new_id is not None:
            self._launched(outcome.new_id)
        else:
            self.screen.show_failure(outcome.message)

    @property
    def _actions(self) -> Actions:
        return actions_of(self.source, Act.LAUNCH)
