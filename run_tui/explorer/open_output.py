"""The output of one step: the stream on screen, followed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial

from textual.message import Message

from run_tui.explorer.activity import COMPLETE, LIVE, reconnecting
from run_tui.explorer.host import Host
from run_tui.output_feed import OutputFeed, OutputUpdate
from run_tui.screens.base import RefreshWanted
from run_tui.screens.output import OutputScreen
from run_tui.sources.base import Source


class OpenOutput:
    """The output screen, and the worker that reads the stream it shows."""

    def __init__(self, host: Host, source: Source, screen: OutputScreen) -> None:
        self._host, self._source, self.screen = host, source, screen
        self._feed: OutputFeed | None = None

    def take(self, wish: Message) -> None:
        """Does what is wished for on the screen."""
        match wish:
            case OutputScreen.Wanted():
                self._read(wish)
            case OutputScreen.EarlierWanted() if self._feed is not None:
                self._feed.read_earlier()
            case RefreshWanted() if self._feed is not None:
                self._feed.poll_now()

    def stop(self) -> None:
        """Reads no more."""
        self._host.stop("output")

    def _read(self, wanted: OutputScreen.Wanted) -> None:
        """Reads a stream, in place of the one before."""
        self._feed = OutputFeed(self._source, self.screen.run_id, wanted.capture.key, wanted.stream, ended=wanted.ended)
        self._host.start(partial(self._follow, self._feed), "output")

    async def _follow(self, feed: OutputFeed) -> None:
        async with aclosing(feed.updates()) as updates:
            async for update in updates:
                self._show(update)
                await asyncio.sleep(0)

    def _show(self, update: OutputUpdate) -> None:
        self.screen.show_read(update.after, update.before, from_start=update.from_start, over=update.over)
        if update.error is not None:
            self.screen.show_failure(str(update.error), update.error.hint)
            self.screen.show_activity(reconnecting(update.error, update.retry_in, self._host.refresh_key))
        else:
            self.screen.show_activity(COMPLETE if update.over else LIVE)
