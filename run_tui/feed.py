"""The poller: reads a run's events to the end, then tails the run until it has ended and nothing is missing.

A long run is read from both ends: its last events at once, then the beginning, until the two meet.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from run_tui.errors import BadAnswer, RunNotFound, ServerError, SourceError, Unauthorized, Unsupported
from run_tui.marks import SPACING, Lookout, Stand
from run_tui.model import MAX_PAGE, EventPage, Run, epoch_ms
from run_tui.pace import REAL_CLOCK, Clock, retry_delay
from run_tui.pages import PageReader, Turns, any_number
from run_tui.sources.base import Source
from run_tui.updates import FeedState, Joined, Loaded, Phase, Restarted, RunChanged, Update

FAST_POLL = 0.5
"""Seconds between polls while events flow."""
SLOW_POLL = 2.0
"""Seconds between polls once a run has been quiet for a while."""
LATE_EVENTS = 30.0
"""Seconds after a run's end in which its last events may still be on their way."""
END_PAGES = 3
"""Pages of a run's end that go before one of the gap, while the end has more: it grows as fast as it is read."""
MAX_REREADS = 3
"""How often a finished run is read again because the server held more than had been delivered."""

_UNSEEN = "The server holds events that it did not show when they were new."


class Feed:
    """Follows one run of one source; `updates` delivers every event once, in the server's order.

    A failure is a state, never an exception: the feed waits and asks again from where it stands. `jump` is for those
    who can take a long run's end before its middle. Where several runs are followed their feeds ask in `turns`. A run
    that was `read` before, to its end, is only looked at again: what is delivered follows that, unless the server says
    otherwise by now.
    """

    def __init__(
        self,
        source: Source,
        run_id: str,
        *,
        cursor: str | None = None,
        jump: bool = False,
        read: Stand | None = None,
        clock: Clock = REAL_CLOCK,
        turns: Turns | None = None,
    ) -> None:
        self.source, self.run_id = source, run_id
        self._from_start = cursor is None
        self._may_jump = jump and cursor is None and read is None
        self._clock = clock
        self._newest = PageReader(source, run_id, cursor, turns)
        if read is not None:
            self._newest = self._newest.standing(read)
        self._beginning: PageReader | None = None
        self._gap_end: str | None = None
        self._gap_most = MAX_PAGE
        self._end_pages = 0
        self._poll_at = 0.0
        self._step = self._read_newest
        self._poke = asyncio.Event()
        self._run: Run | None = None if read is None else read.run
        self._unchecked = read is not None
        self._state: FeedState | None = None
        self._rest = 0.0
        self._failures = 0
        self._rereads = 0
        self._reread: tuple[int, int] | None = None
        self._lookout = Lookout()
        self._quiet_since: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come: the run has ended and is all here, or it can never be read."""
        return self._state is not None and self._state.phase in (Phase.DONE, Phase.FAILED)

    @property
    def stand(self) -> Stand | None:
        """Where the reading of a run that has ended stands; None while not all of it has been delivered."""
        whole = self._state == FeedState(Phase.DONE) and self._from_start and self._newest.marks.usable
        return Stand(self._run, self._newest.marks) if whole and self._run and self._run.status.finished else None

    def poll_now(self) -> None:
        """Ends the current wait: the next request goes out at once, and then a look for missed events."""
        self._lookout.hurry()
        self._poke.set()

    async def updates(self) -> AsyncGenerator[Update, None]:
        """All there is to know of the run as it becomes known; ends when the feed is `over`.

        Called again after that it looks whether anything has changed, and goes on where it stood.
        """
        if self.over:
            self._step = self._read_newest
        try:
            # Whoever hears of it may have much to paint first.
            if self._step == self._read_newest:
                await self._newest.ask_ahead(with_run=True)
            for update in self._enter(Phase.LOADING):
                yield update
            while not self.over:
                try:
                    news = await self._advance()
                except SourceError as error:
                    news = self._failed(error)
                for update in news:
                    yield update
                if self._rest:
                    await self._clock.pause(self._rest, self._poke)
                    self._poke.clear()
        finally:
            await self._newest.cancel()
            if self._beginning is not None:
                await self._beginning.cancel()

    async def _advance(self) -> list[Update]:
        """One request's worth of progress; sets what comes next and how long to rest before it."""
        self._rest = 0.0
        if self._step == self._read_newest and self._beginning is not None and not self._end_is_due():
            return await self._fill_gap(self._beginning)
        return await self._step()

    async def _read_newest(self) -> list[Update]:
        reader = self._newest
        self._end_pages += 1
        page = await reader.answer()
        if self._unchecked and page.run is not None:
            self._unchecked = False
            if _is_other(self._run, page.run):
                return self._read_again(0, None, "The server has another run of this id by now.")
        was_finished = self._ended
        reads_on = page.has_more and reader.moved(page)
        may_jump = self._may_jump and reads_on and not reader.held
        news = self._accept(reader, page)
        if may_jump:
            self._step = self._jump
            return news
        if reads_on:
            await reader.ask_ahead()
            return news + self._enter(Phase.LOADING if self._loading else Phase.LIVE)
        if self._beginning is not None:
            self._poll_at = self._clock.now() + FAST_POLL
            if not reader.held:
                self._give_up_end(self._beginning)
            return news
        if was_finished and self._ended and not len(page):
            self._step = self._settle
            return news
        if self._may_look_back():
            self._step = self._look_back
        else:
            self._rest = self._interval(len(page))
        return news + self._enter(Phase.WAITING if self._not_started else Phase.LIVE)

    def _may_look_back(self) -> bool:
        may_grow = self._from_start and not self.source.capabilities.saved
        return may_grow and self._newest.marks.usable and self._lookout.due(self._clock.now())

    async def _look_back(self) -> list[Update]:
        """While the run goes on: events that its cursor never showed are found before its end."""
        self._step = self._read_newest
        held, began = self._newest.held, self._clock.now()
        try:
            kept, cursor = await self._newest.marks.last_good(self.source, self.run_id)
        except ServerError:
            kept, cursor = held, None  # the run itself can be read: it is no trouble until the end
        self._lookout.looked(began, self._clock.now())
        if not kept and held > SPACING:
            self._lookout.give_up()  # nothing is where it was: the server does not count as it should
            kept = held
        if kept == held:
            self._rest = self._interval(0)
            return []
        return self._read_again(kept, cursor)

    async def _jump(self) -> list[Update]:
        """Goes on at the end of a long run, leaving a gap behind the beginning; pages on where that is as quick."""
        start = await self.source.find_tail(self.run_id, self._newest.cursor)
        if start is not None:
            self._beginning, self._gap_end = self._newest, start
            self._beginning.room = self._room
            self._newest, self._end_pages = PageReader(self.source, self.run_id, start), 0
        self._may_jump, self._step = False, self._read_newest
        return []

    def _give_up_end(self, beginning: PageReader) -> None:
        """Pages on from the beginning: what was taken for a place before the run's end lies beyond it."""
        self._newest, self._beginning = beginning, None
        self._newest.room = any_number

    def _end_is_due(self) -> bool:
        """Whether to look at the end before the gap is filled further: in turns, while both have more."""
        if not self._newest.held:
            return True
        if self._newest.asked:
            return self._end_pages < END_PAGES
        finished = self._run is not None and self._run.status.finished
        return not finished and self._clock.now() >= self._poll_at

    async def _fill_gap(self, reader: PageReader) -> list[Update]:
        """A page of the gap; the last one is asked for in parts, so that it ends where the end begins."""
        self._end_pages = 0
        page = await reader.answer()
        if self._between(page.cursor) < 0:
            if len(page) <= 1:
                return self._join(reader)
            self._gap_most = len(page) // 2
            return []
        if not reader.moved(page):
            raise BadAnswer(f"{self.source.where} no longer shows events that it has shown before.")
        news = self._accept(reader, page)
        if self._between(reader.cursor) <= 0:
            return news + self._join(reader)
        await reader.ask_ahead()
        return news + self._enter(Phase.LOADING)

    def _room(self, cursor: str | None) -> int:
        return min(self._gap_most, self._between(cursor))

    def _between(self, cursor: str | None) -> int:
        """How many events can lie between a place in the gap and its end at most; negative beyond it."""
        between = self.source.events_between(cursor, self._gap_end)
        if between is None:
            raise BadAnswer(f"{self.source.where} changed the shape of its cursors while being read.")
        return between

    def _join(self, reader: PageReader) -> list[Update]:
        self._newest.marks = reader.marks.followed_by(self._newest.marks, reader.held)
        self._newest.held += reader.held
        self._beginning = None
        return [Joined()]

    def _accept(self, reader: PageReader, page: EventPage) -> list[Update]:
        news: list[Update] = []
        if page.run is not None and page.run != self._run:
            self._run = page.run
            news.append(RunChanged(page.run))
        self._failures = 0
        reader.take(page)
        if len(page) or page.skipped:
            self._quiet_since = None
            self._lookout.grew(self._clock.now())
            news.append(Loaded(page, of_end=self._beginning is not None and reader is self._newest))
        elif self._quiet_since is None:
            self._quiet_since = self._clock.now()
        return news

    async def _settle(self) -> list[Update]:
        """After the end: all is here, unless the server holds events that its cursor never showed."""
        held = self._newest.held
        if not self._from_start or not await self.source.has_more_than(self.run_id, held):
            return self._enter(Phase.DONE)
        kept, cursor = await self._newest.marks.last_good(self.source, self.run_id)
        # Reading the same events again brings no others.
        if (held, kept) == self._reread or self._rereads == MAX_REREADS:
            return self._enter(Phase.DONE, partial=True)
        self._rereads, self._reread = self._rereads + 1, (held, kept)
        return self._read_again(kept, cursor)

    def _read_again(self, kept: int, cursor: str | None, reason: str = _UNSEEN) -> list[Update]:
        """Goes back to the place after the first `kept` events."""
        self._newest = self._newest.back_at(kept, cursor)
        self._may_jump, self._step = False, self._read_newest
        return [Restarted(reason, kept), *self._enter(Phase.LOADING)]

    def _failed(self, error: SourceError) -> list[Update]:
        if isinstance(error, RunNotFound | Unauthorized | Unsupported):
            return self._enter(Phase.FAILED, error)
        self._rest = retry_delay(error, self._failures, self._clock.chance())
        self._failures += 1
        return self._enter(Phase.RECONNECTING, error, self._rest)

    @property
    def _loading(self) -> bool:
        return self._state is None or self._state.phase in (Phase.LOADING, Phase.RECONNECTING)

    @property
    def _not_started(self) -> bool:
        return self._run is not None and not self._run.status.active and not self._run.status.finished

    @property
    def _ended(self) -> bool:
        """Whether the run goes on no more: events may still be on their way, unless it is a saved one."""
        return self.source.capabilities.saved or (self._run is not None and self._run.status.finished)

    def _interval(self, fresh: int) -> float:
        """Seconds to the next poll: short while events flow, longer when quiet, none to settle a run long over."""
        if self._run is not None and self._ended:
            return 0.0 if self._long_over(self._run) else FAST_POLL
        if fresh or self._quiet_since is None:
            return FAST_POLL
        return min(SLOW_POLL, FAST_POLL + (self._clock.now() - self._quiet_since) / 10)

    def _long_over(self, run: Run) -> bool:
        """Whether the run ended so long ago that no late event of it can still be on its way."""
        if self.source.capabilities.saved:
            return True
        if run.ended_at is None:
            return False
        return self._clock.wall() - epoch_ms(run.ended_at) / 1000 > LATE_EVENTS

    def _enter(
        self, phase: Phase, error: SourceError | None = None, retry_in: float | None = None, *, partial: bool = False
    ) -> list[Update]:
        state = FeedState(phase, error, retry_in, partial)
        if state == self._state:
            return []
        self._state = state
        return [state]


def _is_other(run: Run | None, now: Run) -> bool:
    """Whether the server's run only has the id of the one that was read: ids are used again, or runs begun anew."""
    return run is not None and (run.created_at, run.started_at) != (now.created_at, now.started_at)
