"""What is kept of an open run: shown before its server is asked, and kept anew when all of the run has been read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from functools import partial

from textual import log

from run_tui.archive import Header
from run_tui.cache import Cache, Keep, KeptRun
from run_tui.explorer.host import Host
from run_tui.format import day_and_clock, plural
from run_tui.marks import Stand
from run_tui.model import Run, iso_timestamp
from run_tui.screens.run import RunScreen
from run_tui.sources import CERTAIN, named_id
from run_tui.sources.base import Source
from run_tui.store import EventStore

AT_ONCE = 16
"""Pieces adopted between two repaints: some tenths of a second's worth. Painting each would take longer than that."""


class KeptCopy:
    """The copy of a run that `cache` has, if it has one.

    `unchecked` is whether a copy is on screen of which the server has said nothing yet.
    """

    def __init__(self, host: Host, cache: Cache | None, source: Source, screen: RunScreen) -> None:
        self._host, self._source, self._screen = host, source, screen
        self._cache = cache if source.capabilities.lasting else None
        finished = screen.run.status.finished
        self._kept = self._cache.find(source, screen.run) if self._cache is not None and finished else None
        self._in_cache = None if self._kept is None else (self._kept.header.run, self._kept.count)
        self.unchecked = self._kept is not None
        self.shown = False

    @property
    def stand(self) -> Stand | None:
        """Where the reading ended that was kept."""
        return None if self._kept is None else self._kept.stand

    @property
    def saved(self) -> str:
        """When it was kept, as the screen tells times."""
        kept_at = "" if self._kept is None else self._kept.header.saved_at
        return day_and_clock(kept_at, self._screen.time_mode, self._host.now()).strip()

    async def show(self) -> None:
        """Shows all of it, the last events first. Raises `ValueError` where it turns out to be damaged."""
        if self._kept is None or self.shown:
            return
        screen, kept = self._screen, self._kept
        screen.show_run(kept.header.run)
        screen.show_plan(list(kept.header.steps))
        kept.prepare(screen.store)
        pieces = list(range(kept.pieces))
        if len(pieces) > 1:
            await _adopt(kept, [pieces.pop()], screen.end_store)
            screen.end_changed()
        for start in range(0, len(pieces), AT_ONCE):
            await _adopt(kept, pieces[start : start + AT_ONCE], screen.store)
            screen.store_changed()
        screen.show_joined()
        screen.store.count_attempts()
        screen.show_read(all_read=True)
        self.shown = True

    def forget(self) -> None:
        """It is of no use: there is none from now on, and the damaged file goes."""
        if self._cache is not None and self._kept is not None:
            self._cache.forget(self._kept)
        self.give_up()

    def give_up(self) -> None:
        """The server has another run of this id: what is kept is not of it."""
        self._kept, self._in_cache, self.unchecked = None, None, False

    def checked(self, stand: Stand | None) -> None:
        """All of the run has been read: says what the server had beyond the copy, and keeps what is new in it."""
        kept, self.unchecked = self._kept, False
        held = len(self._screen.store)
        if kept is not None and held > kept.count:
            more = plural(held - kept.count, "more event")
            self._host.notify(f"The server has {more} than the copy kept {self.saved}: all are here now.")
        self._kept = None
        run = self._screen.run.model_copy(update={"connection": None})
        if self._cache is None or stand is None or self._screen.store.skipped or self._in_cache == (run, held):
            return
        self._in_cache = run, held
        steps, now = tuple(self._screen.plan), iso_timestamp(self._host.now())
        header = Header(run, steps, self._source.system, self._source.where, now, count=held)
        work = partial(self._write, self._cache, Keep(header, stand.marks, self._screen.store))
        self._host.start(work, "keep", exclusive=False)

    async def _write(self, cache: Cache, keep: Keep) -> None:
        """Writes in a thread of its own, which ends soon after this worker does."""
        stop = threading.Event()
        try:
            await asyncio.to_thread(cache.keep, keep, stop.is_set)
        except OSError as error:
            log(error)  # it opens as it did before
        finally:
            stop.set()


async def _adopt(kept: KeptRun, pieces: Iterable[int], store: EventStore) -> None:
    for number in pieces:
        part = await asyncio.to_thread(kept.part, number)
        store.adopt(part.codes, part.ranks, part.blocks)


def kept_run(cache: Cache, source: Source, text: str) -> Run | None:
    """The kept run that a text names, by its id, so much of that that it is no other's, or its page."""
    run_id, whole = named_id(source, text)
    if not source.capabilities.lasting or not (whole or len(run_id) >= CERTAIN):
        return None
    kept = cache.named(source, run_id, whole=whole)
    return None if kept is None else kept.header.run
