"""PySpur, through its Runs API: runs with their tasks, which are read again and again for there is no event log.

Three of the five endpoints that are documented do not exist on version 0.1.18: what a server does not have is noted
once, and found out otherwise. `status/` and a workflow's own list of runs are never asked for: they change the runs.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Unpack

from run_tui.errors import ConfigError, RunNotFound
from run_tui.model import MAX_PAGE, EventPage, Run, RunEvent, RunFilter, RunList, Step
from run_tui.sources import _pyspur_wire as wire
from run_tui.sources._bare import Reached, ServerSource
from run_tui.sources._pyspur_actions import ACTS, PySpurActions
from run_tui.sources._pyspur_client import LOOKED_THROUGH, PySpurClient, quoted
from run_tui.sources._pyspur_log import RunLog, cursor_of, place_of
from run_tui.sources._pyspur_models import fits, run_of
from run_tui.sources._pyspur_plan import Plan
from run_tui.sources.base import Ahead, Capabilities

LOGS = 100
"""Runs whose logs are kept: what was seen of an older one is put together again from its tasks."""
_WHOLE_ID = re.compile(r"(?:https?://.+/trace/)?(R[0-9]+)/?")
_HINT = "Start a server with `pyspur serve`, or name another one with --url."


class PySpurSource(ServerSource[PySpurClient]):
    """One PySpur server; `app` is one in this process, known by `name`; its web pages begin at `page`, else at `url`.

    `read_only` leaves out what changes runs.
    Raises `ConfigError` for a URL or a header that HTTP cannot carry, and for certificates that cannot be read.
    """

    system = "PySpur API"
    keeper = "PySpur"

    def __init__(
        self,
        url: str,
        *,
        page: str | None = None,
        read_only: bool = False,
        now: Callable[[], float] = time.time,
        **reached: Unpack[Reached],
    ) -> None:
        super().__init__(PySpurClient(url, hint=_HINT, **reached), page)
        self.actions = None if read_only else PySpurActions(self.where, self._client.delete_run)
        self.capabilities = Capabilities(
            steps=True,
            web_page=reached.get("app") is None,
            children=True,
            acts=frozenset() if read_only else ACTS,
            read_only=read_only,
        )
        self._now = now
        self._logs: OrderedDict[str, RunLog] = OrderedDict()

    def whole_id(self, text: str) -> str | None:
        """An id like `R12`, or the address of the page that shows such a run's trace."""
        found = _WHOLE_ID.fullmatch(text)
        return found[1] if found is not None else None

    async def runs(self, filter: RunFilter, cursor: str | None = None, limit: int = 50) -> RunList:
        """The newest runs that fit: those no other run started, with `parent=ID` for a tag those that one did.

        At most LOOKED_THROUGH runs are looked at, so a page may be short, or empty, and yet not the last.
        """
        limit = max(1, min(limit, MAX_PAGE))
        if filter.ids:
            return self._page_of(await self._client.named(filter.ids), filter, limit)
        if filter.root is not None:
            return self._page_of(await self._client.descendants(filter.root), filter, limit)
        found: list[Run] = []
        looked_at, last = 0, cursor
        after = None if cursor is None else await self._client.run(cursor)
        only_parents = not any(key == "parent" for key, _ in filter.tags)
        async for answer in self._client.runs_after(after, parents_only=only_parents):
            run = run_of(answer, self._now())
            if len(found) == limit or looked_at == LOOKED_THROUGH:
                return RunList(items=found, cursor=last, has_more=True)
            looked_at, last = looked_at + 1, run.id
            if fits(run, filter):
                found.append(run)
        return RunList(items=found, cursor=last)

    async def run(self, run_id: str) -> Run:
        """A run's metadata. Raises `RunNotFound`."""
        return run_of(await self._client.run(run_id), self._now())

    async def run_details(self, run_id: str) -> Run:
        """A run's metadata and the run that its ancestry began with. Raises `RunNotFound`."""
        answer = await self._client.run(run_id)
        details, root = run_of(answer, self._now()), await self._client.root_of(answer)
        return details if root is answer else details.model_copy(update={"root_run_id": root.id})

    async def children(self, run_id: str) -> list[Run]:
        """The runs that a run has started, newest first."""
        return [run_of(child, self._now()) for child in await self._client.children(await self._client.run(run_id))]

    async def page(
        self,
        run_id: str,
        cursor: str | None = None,
        limit: int = MAX_PAGE,
        *,
        with_run: bool = True,
        ahead: Ahead | None = None,
    ) -> EventPage:
        """A page of events; the server is asked unless there are events after `cursor` already."""
        place = place_of(cursor)
        if place is None:
            raise ConfigError(f"{cursor!r} is not a cursor of a PySpur run", "Such a cursor looks like 12@TIME.")
        start, began = place
        log, run = self._logs.get(run_id), None
        if log is None or with_run or start >= len(log):
            answer = await self._client.snapshot(run_id)
            log, run = self._log_of(answer), run_of(answer, self._now())
            log.take(answer, self._now())
        if began is not None and began != log.began:
            raise RunNotFound(f"Run {run_id} was deleted, and its id belongs to another run now")
        page = log.page(run_id, start, max(1, min(limit, MAX_PAGE)))
        return replace(page, run=run) if with_run else page

    def events_between(self, cursor: str | None, later: str | None) -> int | None:
        """How many events lie between two cursors, negative where `later` comes first; None for different runs."""
        first, second = place_of(cursor), place_of(later)
        if first is None or second is None or (first[1] and second[1] and first[1] != second[1]):
            return None
        return second[0] - first[0]

    async def has_more_than(self, run_id: str, count: int) -> bool:
        """Whether more than `count` events have been found out; the server is not asked."""
        return len(self._logs.get(run_id, ())) > count

    async def cursor_after(self, run_id: str, count: int) -> str | None:
        """The cursor after the first `count` events."""
        log = self._logs.get(run_id)
        return None if log is None or count > len(log) else cursor_of(count, log.began)

    async def ping(self) -> str:
        """Looks for one run: the server does not tell its version."""
        await self._client.some_run()
        return "PySpur"

    async def steps(self, run_id: str) -> list[Step]:
        """The nodes of the run's workflow, each after those it depends on."""
        return Plan.of((await self._client.run(run_id)).definition).steps()

    def run_url(self, run_id: str, event: RunEvent | None = None) -> str | None:
        """The page that shows the run's trace; None for an `app`."""
        return f"{self._web_page}/trace/{quoted(run_id)}" if self.capabilities.web_page else None

    def _page_of(self, answers: list[wire.Run], wanted: RunFilter, limit: int) -> RunList:
        """All that fit as one page, for few runs are asked for in such a way."""
        runs = [run for run in (run_of(answer, self._now()) for answer in answers) if fits(run, wanted)]
        return RunList(items=runs[:limit], total=len(runs), cursor=runs[-1].id if runs else None)

    def _log_of(self, run: wire.Run) -> RunLog:
        """The log of a run, a new one where its id stood for another run before."""
        log = self._logs.pop(run.id, None)
        if log is None or log.began != run.start_time:
            log = RunLog(run.start_time)
        self._logs[run.id] = log
        if len(self._logs) > LOGS:
            self._logs.popitem(last=False)
        return log
