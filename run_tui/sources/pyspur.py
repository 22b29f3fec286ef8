"""PySpur, through its Runs API: runs with their tasks, which are read again and again for there is no event log.

Three of the five endpoints that are documented do not exist on version 0.1.18: what a server does not have is noted
once, and found out otherwise. `status/` and a workflow's own list of runs are never asked for: they change the runs.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from run_tui.errors import ConfigError, RunNotFound, ServerError, TimedOut, Unsupported
from run_tui.model import MAX_PAGE, EventPage, Run, RunEvent, RunEventList, RunFilter, RunList, Step, epoch_ms
from run_tui.output import WIDTH, OutputChunk, Stream
from run_tui.reach import USUAL, Reach
from run_tui.sources import _pyspur_wire as wire
from run_tui.sources._http import AsgiApp
from run_tui.sources._pyspur_actions import ACTS, PySpurActions
from run_tui.sources._pyspur_list import Fetch, RunPages
from run_tui.sources._pyspur_log import RunLog, cursor_of, place_of
from run_tui.sources._pyspur_models import fits, run_of
from run_tui.sources._pyspur_plan import Plan
from run_tui.sources._rest import RestClient
from run_tui.sources.base import Ahead, Capabilities

T = TypeVar("T")

LOGS = 100
"""Runs whose logs are kept: what was seen of an older one is put together again from its tasks."""
LOOKED_THROUGH = 2000
"""Runs looked through for one page of those that fit: the server cannot filter."""
DEEPEST = 20
"""Generations of runs that are followed up to the first, or down."""
ABSENT = (404, 405)
_CHILDREN_TOO = {"parent_only": "false"}
_WHOLE_ID = re.compile(r"(?:https?://.+/trace/)?(R[0-9]+)/?")
_HINT = "Start a server with `pyspur serve`, or name another one with --url."


class PySpurClient(RestClient):
    """Asks for what lies below /api."""

    endpoint = "/api"
    speaks = "PySpur's API"


class PySpurSource:
    """One PySpur server; `app` is one in this process, known by `name`; its web pages begin at `page`, else at `url`.

    `read_only` leaves out what changes runs.
    Raises `ConfigError` for a URL or a header that HTTP cannot carry, and for certificates that cannot be read.
    """

    system = "PySpur API"
    tables = None

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        app: AsgiApp | None = None,
        name: str | None = None,
        page: str | None = None,
        reach: Reach = USUAL,
        read_only: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = PySpurClient(url, headers=headers, app=app, name=name, hint=_HINT, reach=reach)
        self.actions = None if read_only else PySpurActions(self._client.where, self._delete)
        self._web_page = page or self._client.where
        self._now = now
        self.capabilities = Capabilities(
            steps=True,
            web_page=app is None,
            children=True,
            acts=frozenset() if read_only else ACTS,
            read_only=read_only,
        )
        self._absent: set[str] = set()
        self._logs: OrderedDict[str, RunLog] = OrderedDict()
        self._lists = {only: RunPages(self._fetcher(parents_only=only)) for only in (True, False)}

    @property
    def where(self) -> str:
        """The server's URL without `/api` and without any secret; the name of an `app`."""
        return self._client.where

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
            return self._page_of(await self._named(filter.ids), filter, limit)
        if filter.root is not None:
            return self._page_of(await self._descendants(filter.root), filter, limit)
        found: list[Run] = []
        looked_at, last = 0, cursor
        after = None if cursor is None else await self._wire_run(cursor)
        only_parents = not any(key == "parent" for key, _ in filter.tags)
        async for answer in self._lists[only_parents].after(after):
            run = run_of(answer, self._now())
            if len(found) == limit or looked_at == LOOKED_THROUGH:
                return RunList(items=found, cursor=last, has_more=True)
            looked_at, last = looked_at + 1, run.id
            if fits(run, filter):
                found.append(run)
        return RunList(items=found, cursor=last)

    async def run(self, run_id: str) -> Run:
        """A run's metadata. Raises `RunNotFound`."""
        return run_of(await self._wire_run(run_id), self._now())

    async def run_details(self, run_id: str) -> Run:
        """A run's metadata and the run that its ancestry began with. Raises `RunNotFound`."""
        answer = await self._wire_run(run_id)
        root = answer
        for _ in range(DEEPEST):
            if root.parent_run_id is None:
                break
            try:
                root = await self._wire_run(root.parent_run_id)
            except RunNotFound:
                break
        details = run_of(answer, self._now())
        return details if root is answer else details.model_copy(update={"root_run_id": root.id})

    async def children(self, run_id: str) -> list[Run]:
        """The runs that a run has started, newest first."""
        return [run_of(child, self._now()) for child in await self._children(await self._wire_run(run_id))]

    async def events(self, run_id: str, cursor: str | None = None, limit: int = 100) -> RunEventList:
        """A page of the events found out so far, after one more look at the run."""
        return (await self.page(run_id, cursor, limit, with_run=False)).as_list()

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
            answer = await self._snapshot(run_id)
            log, run = self._log_of(answer), run_of(answer, self._now())
            log.take(answer, self._now())
        if began is not None and began != log.began:
            raise RunNotFound(f"Run {run_id} was deleted, and its id belongs to another run now")
        page = log.page(run_id, start, max(1, min(limit, MAX_PAGE)))
        return replace(page, run=run) if with_run else page

    async def find_tail(self, run_id: str, after: str | None) -> str | None:
        """None: all of a run comes in one answer."""
        return None

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
        await self._get("/run/", list[wire.Run], {"page": "1", "page_size": "1"})
        return "PySpur"

    async def reconnect(self) -> None:
        """Lets go of connections that may have died unnoticed; requests under way are sent anew."""
        await self._client.reconnect()

    async def steps(self, run_id: str) -> list[Step]:
        """The nodes of the run's workflow, each after those it depends on."""
        return Plan.of((await self._wire_run(run_id)).definition).steps()

    async def output(self, run_id: str, key: str, stream: Stream, start: int = 0, limit: int = WIDTH) -> OutputChunk:
        """Raises `Unsupported`: what a node prints is not kept."""
        raise Unsupported("PySpur keeps nothing of what nodes print")

    async def output_end(self, run_id: str, key: str, stream: Stream, width: int = WIDTH) -> int:
        """Raises `Unsupported`."""
        raise Unsupported("PySpur keeps nothing of what nodes print")

    def run_url(self, run_id: str, event: RunEvent | None = None) -> str | None:
        """The page that shows the run's trace; None for an `app`."""
        return f"{self._web_page}/trace/{_quoted(run_id)}" if self.capabilities.web_page else None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _snapshot(self, run_id: str) -> wire.Run:
        """The run, never older than its tasks; those come from their own endpoint where there is one."""
        path = f"/run/{_quoted(run_id)}/tasks/"
        try:
            tasks = await self._documented("tasks", run_id, lambda: self._get(path, list[wire.Task]))
        except LookupError:
            return await self._wire_run(run_id)
        return (await self._wire_run(run_id)).model_copy(update={"tasks": tasks})

    async def _children(self, run: wire.Run) -> list[wire.Run]:
        path = f"/run/{_quoted(run.id)}/children/"
        try:
            children = await self._documented("children", run.id, lambda: self._get(path, list[wire.Run]))
        except LookupError:
            return [other for other in await self._since(run) if other.parent_run_id == run.id]
        return sorted(children, key=_began, reverse=True)

    async def _descendants(self, root_id: str) -> list[wire.Run]:
        """The runs that a run has started, and those that these have, newest first."""
        generation = [await self._wire_run(root_id)]
        found: dict[str, wire.Run] = {}
        for _ in range(DEEPEST):
            children = [child for run in generation for child in await self._children(run)]
            generation = [child for child in children if child.id not in found and child.id != root_id]
            found |= {child.id: child for child in generation}
        return sorted(found.values(), key=_began, reverse=True)

    async def _since(self, run: wire.Run) -> list[wire.Run]:
        """All runs that began after this one, newest first, as far as they are looked through."""
        found: list[wire.Run] = []
        async for other in self._lists[False].after(None):
            if _began(other) < _began(run) or len(found) == LOOKED_THROUGH:
                break
            found.append(other)
        return found

    async def _named(self, run_ids: Iterable[str]) -> list[wire.Run]:
        found = []
        for run_id in run_ids:
            with suppress(RunNotFound):
                found.append(await self._wire_run(run_id))
        return sorted(found, key=_began, reverse=True)

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

    async def _delete(self, run_id: str) -> None:
        await self._documented("delete", run_id, lambda: self._client.delete(f"/run/{_quoted(run_id)}/"))

    async def _documented(self, what: str, run_id: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What an endpoint answers that not every server has. Raises `LookupError` where it is absent."""
        if what in self._absent:
            raise LookupError(what)
        try:
            return await ask()
        except ServerError as error:
            if error.status not in ABSENT:
                raise
        await self._wire_run(run_id)
        self._absent.add(what)
        raise LookupError(what)

    async def _wire_run(self, run_id: str) -> wire.Run:
        try:
            return await self._get(f"/run/{_quoted(run_id)}/", wire.Run)
        except ServerError as error:
            if error.status != 404:
                raise
            raise RunNotFound(f"Run {run_id} not found", f"The server asked was {self.where}.") from None

    def _fetcher(self, *, parents_only: bool) -> Fetch:
        async def fetch(page: int, size: int) -> list[wire.Run]:
            params = {"page": str(page), "page_size": str(size)}
            return await self._get("/run/", list[wire.Run], params if parents_only else params | _CHILDREN_TOO)

        return fetch

    async def _get(self, path: str, shape: type[T], params: Mapping[str, str] | None = None) -> T:
        try:
            return await self._client.get(path, wire.adapter(shape), params)
        except TimedOut as error:
            raise TimedOut(f"{error}: it may be busy", "While a node computes, PySpur answers nothing.") from error


def _began(run: wire.Run) -> int:
    return epoch_ms(run.start_time)


def _quoted(run_id: str) -> str:
    return quote(run_id, safe="", errors="replace")
