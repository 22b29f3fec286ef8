"""Saving the events of an open run to a file."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from textual.message import Message

from run_tui.archive import Header, RunWriter
from run_tui.errors import FileInTheWay, RunTuiError
from run_tui.explorer.host import Host
from run_tui.format import clean, plural, short_id
from run_tui.model import RunEvent, iso_timestamp
from run_tui.screens.run import RunScreen
from run_tui.screens.save import SaveScreen
from run_tui.sources.base import Source
from run_tui.timeline import Timeline

AT_ONCE = 200
"""Events written between two chances for keys and frames: some milliseconds' worth."""
PAUSE = 0.001
"""Seconds of such a chance."""
WAIT = 0.05
"""Seconds between looks whether all events have been read."""
TOLD = 0.1
"""Seconds between two words of progress."""


class OpenSave:
    """The screen that asks where to save, and the worker that does it."""

    def __init__(self, host: Host, source: Source, run_screen: RunScreen) -> None:
        self._host, self._source, self._run_screen = host, source, run_screen
        timeline = run_screen.pane.timeline
        fitting = None if timeline.filter is None else timeline.fitting
        self.screen = SaveScreen(_file_name(run_screen), timeline.held, fitting)

    def take(self, wish: Message) -> None:
        """Does what is wished for on the screen; saving comes in place of an attempt before."""
        match wish:
            case SaveScreen.Wanted():
                self._host.start(partial(self._save, wish), "save")
            case SaveScreen.Stopped():
                self.stop()

    def stop(self) -> None:
        """Saves no more, and leaves nothing of it."""
        self._host.stop("save")

    async def _save(self, wanted: SaveScreen.Wanted) -> None:
        timeline = self._run_screen.pane.timeline
        try:
            with RunWriter(wanted.path, self._header(wanted.filtered), overwrite=wanted.overwrite) as writer:
                await self._all_read(timeline, wanted.filtered)
                await self._write(writer, timeline, wanted.filtered)
                await asyncio.to_thread(writer.sync)
                writer.finish()
        except FileInTheWay:
            self.screen.ask_to_replace()
        except RunTuiError as error:
            self.screen.show_problem(str(error))
        else:
            self._host.notify(f"Saved {plural(writer.count, 'event')} to {clean(str(writer.path))}", markup=False)
            self.screen.post_message(SaveScreen.Closed())

    async def _all_read(self, timeline: Timeline, filtered: bool) -> None:
        """Waits while the file would lack events for no better reason than that they are still on their way."""
        while not self._run_screen.was_read or timeline.end is not None or (filtered and not timeline.complete):
            self.screen.show_reading(timeline.held)
            await asyncio.sleep(WAIT)

    async def _write(self, writer: RunWriter, timeline: Timeline, filtered: bool) -> None:
        total = timeline.fitting if filtered else timeline.held
        events = _events(timeline, filtered)
        told_at = 0.0
        while some := list(islice(events, AT_ONCE)):
            writer.add(some)
            if time.monotonic() - told_at > TOLD:
                self.screen.show_progress(writer.count, total)
                told_at = time.monotonic()
            await asyncio.sleep(PAUSE)

    def _header(self, filtered: bool) -> Header:
        screen = self._run_screen
        return Header(
            screen.run,
            tuple(screen.plan),
            self._source.system,
            self._source.where,
            iso_timestamp(self._host.now()),
            screen.filter_bar.text if filtered else "",
            runs=tuple(screen.several),
        )


def _events(timeline: Timeline, filtered: bool) -> Iterator[RunEvent]:
    """The events there are now, whatever is read or replaced meanwhile."""
    view = timeline.beginning
    store = view.store
    rows: Iterable[int] = view.fitting_rows() if filtered else range(len(store))
    return map(store.event, rows)


def _file_name(screen: RunScreen) -> str:
    """The job and the id's beginning, without what makes trouble in names of files."""
    name = f"{screen.run.pipeline_name or 'run'}-{short_id(screen.run.id)}"
    return re.sub(r"[^\w.-]+", "_", name).lstrip(".") + ".jsonl"
