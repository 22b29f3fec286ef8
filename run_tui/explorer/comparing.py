"""The room in which two runs are compared: which two, how they are read, and where one goes from there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from time import perf_counter
from typing import TypeVar

from textual.message import Message

from run_tui import kin
from run_tui.comparing import Report, Side, Slices, compare
from run_tui.errors import RunNotFound, SourceError
from run_tui.explorer.activity import COMPARED, activity_of, reconnecting
from run_tui.explorer.host import Stage
from run_tui.model import Run, RunKey, epoch_ms
from run_tui.pace import persist
from run_tui.reading import read_events
from run_tui.reopening import comparison
from run_tui.screens.base import CompareWanted
from run_tui.screens.compare import CompareScreen
from run_tui.sources.base import Source
from run_tui.updates import Phase

SLICE = 0.005
"""Seconds of work between two chances for keys and frames."""
PAUSE = 0.001
"""Seconds of such a chance."""

T = TypeVar("T")


class Comparisons:
    """The comparison on screen, or the one that was left for one of its runs: the same key leads back to it."""

    def __init__(self, stage: Stage, way_to: Callable[[str | None], Sequence[str]]) -> None:
        self._stage, self._way_to = stage, way_to
        self._open: OpenComparison | None = None
        self._left: Report | None = None

    async def take(self, wish: Message) -> None:
        """Does what is wished for."""
        match wish:
            case CompareWanted():
                await self._begin(wish)
            case CompareScreen.Closed():
                self._close()
            case CompareScreen.RunWanted(run=run, look=look) if self._open is not None:
                source, self._left = self._open.source_of(run), self._open.screen.report
                self._close()
                await self._stage.go_to(source, run, look)
            case CompareScreen.OtherWanted(direction=direction) if self._open is not None:
                self._open.compare_with_other(direction)
            case CompareScreen.AgainWanted() if self._open is not None:
                self._open.start()

    async def _begin(self, wanted: CompareWanted) -> None:
        runs = [(self._stage.source_of(run), run) for run in wanted.runs]
        screen = CompareScreen(wanted.time_mode, self._stage.now, self._command)
        self._open = OpenComparison(self._stage, runs, screen)
        left, self._left = self._left, None
        await self._stage.show_screen(screen)
        if left is not None and wanted.runs[0].id in (left.found.before.run.id, left.found.after.run.id):
            self._open.show(left)
        else:
            self._open.start()

    def _close(self) -> None:
        if self._open is not None:
            self._open.stop()
            self._open = None
            self._stage.leave_screen()

    def _command(self, runs: Sequence[Run]) -> str:
        before, after = runs
        same = before.connection == after.connection
        return comparison(self._way_to(after.connection), before.id, after.id) if same else ""


class OpenComparison:
    """A comparison's screen and the worker behind it: of two runs, or of one and the last before it that succeeded."""

    def __init__(self, stage: Stage, runs: Sequence[tuple[Source, Run]], screen: CompareScreen) -> None:
        self._stage, self._runs, self.screen = stage, list(runs), screen
        self._counts: dict[str, int] = {}
        self._read_before: dict[RunKey, Side] = {}

    def start(self) -> None:
        """Reads both runs and compares them."""
        self._read_before.clear()
        self._stage.start(self._work, "compare")

    def stop(self) -> None:
        """Reads no more."""
        self._stage.stop("compare")

    def show(self, report: Report) -> None:
        """Shows a comparison that was made before."""
        source = self._runs[0][0]
        self._runs = [(source, side.run) for side in (report.found.before, report.found.after)]
        self.screen.show_activity(COMPARED)
        self.screen.show_report(report)

    def source_of(self, run: Run) -> Source:
        """Where one of the two comes from."""
        return next(source for source, other in self._runs if other.id == run.id)

    def compare_with_other(self, direction: int) -> None:
        """Takes another run of the job as the one before."""
        self._stage.start(partial(self._find_other, direction), "compare")

    async def _find_other(self, direction: int) -> None:
        (source, before), after = self._runs
        try:
            found = await self._ask(lambda: kin.neighbour(source, before, direction, self._stage.now()))
        except SourceError as error:
            self._stage.say(error)
            return
        if found is None or found.id == after[1].id:
            self._stage.notify("There is no other run of this job that way.", timeout=3)
            return
        self._runs = [(source, found.model_copy(update={"connection": before.connection})), after]
        await self._work()

    async def _work(self) -> None:
        try:
            if len(self._runs) == 1:
                self._runs.append(await self._earlier(*self._runs[0]))
            self._runs.sort(key=lambda each: epoch_ms(each[1].created_at))
            runs = [run for _, run in self._runs]
            self._counts = dict.fromkeys((run.id for run in runs), 0)
            self.screen.show_runs(runs)
            self._show_progress()
            before, after = await self._read_both()
        except SourceError as error:
            self.screen.show_failure(str(error), error.hint)
            return
        found = await asyncio.to_thread(compare, before, after, self._stage.now())
        await _in_slices(found.part())
        self.screen.show_activity(COMPARED)
        self.screen.show_report(await asyncio.to_thread(Report, found))

    async def _earlier(self, source: Source, run: Run) -> tuple[Source, Run]:
        """What a run is compared with unless the user says otherwise."""
        found = await self._ask(lambda: kin.last_success(source, run))
        if found is None:
            found = await self._ask(lambda: kin.neighbour(source, run, -1, self._stage.now()))
            if found is None:
                raise RunNotFound("There is no run of this job before this one.", "Mark two runs to compare them.")
            self._stage.notify("No run of this job before it succeeded: it is compared with the one before it.")
        return source, found.model_copy(update={"connection": run.connection})

    async def _read_both(self) -> tuple[Side, Side]:
        """Both runs, read at the same time. Raises the first `SourceError` that lasts."""
        try:
            async with asyncio.TaskGroup() as group:
                before, after = (group.create_task(self._read(*each)) for each in self._runs)
        except* SourceError as errors:
            failure: BaseException = errors
            while isinstance(failure, BaseExceptionGroup):
                failure = failure.exceptions[0]
            raise failure from None
        return before.result(), after.result()

    async def _read(self, source: Source, run: Run) -> Side:
        if (known := self._read_before.get(run.key)) is not None:
            return known
        details = await self._ask(lambda: source.run_details(run.id))
        plan = await self._ask(lambda: source.steps(run.id)) if source.capabilities.steps else []
        side = Side(run.updated(details), plan)
        async for state in read_events(source, side):
            if state is None:
                self._counts[run.id] = len(side.store)
                self._show_progress()
                await _in_slices(side.take_forms())
            elif state.phase is Phase.FAILED and state.error is not None:
                raise state.error
            else:
                self.screen.show_activity(activity_of(state, side.run.status, self._stage.refresh_key))
        if side.run.status.finished:
            self._read_before[run.key] = side
        return side

    def _show_progress(self) -> None:
        self.screen.show_progress([self._counts[run.id] for _, run in self._runs])

    async def _ask(self, ask: Callable[[], Awaitable[T]]) -> T:
        def failed(error: SourceError, failures: int) -> None:
            self.screen.show_failure(str(error), error.hint)
            self.screen.show_activity(reconnecting(error, None, self._stage.refresh_key))

        return await persist(ask, failed)


async def _in_slices(work: Slices) -> None:
    """Does work so that keys and frames have their turn."""
    since = perf_counter()
    for _ in work:
        if perf_counter() - since > SLICE:
            await asyncio.sleep(PAUSE)
            since = perf_counter()
