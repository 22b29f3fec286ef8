"""Hub Log, where Airflow's ETL runs keep the logs, errors and data of their phases, through its REST API.

A phase is a step. A run's events are, attempt by attempt, its start, its log lines, its errors and its end: the server
counts lines and errors, so a cursor can say where among them it stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Unpack

from run_tui.errors import RunNotFound, ServerError, Unsupported
from run_tui.model import MAX_PAGE, DataRows, EventPage, Run, RunFilter, RunList, Step
from run_tui.sources import _hub_log_wire as wire
from run_tui.sources._bare import Reached, ServerSource
from run_tui.sources._hub_log_attempts import AttemptReader
from run_tui.sources._hub_log_client import HubLogClient
from run_tui.sources._hub_log_events import EventReader
from run_tui.sources._hub_log_models import PageBuilder, plan, run_of
from run_tui.sources._hub_log_places import Place, RunKey, events_between
from run_tui.sources._hub_log_rows import MOST_ROWS
from run_tui.sources._hub_log_search import RunSearch
from run_tui.sources._page_size import PageSize
from run_tui.sources.base import Ahead, Capabilities

WORTHWHILE = 4 * MAX_PAGE
"""Events not read yet below which reading on is as quick as jumping to the end."""

_HINT = "Check the connection's URL, or name another one with --url."
_ID_HINT = "Write it DAG/DATE/RUN, as the list of runs does."


class HubLogSource(ServerSource[HubLogClient]):
    """One Hub Log server, whose runs are listed of `dags` unless a filter names one.

    Raises `ConfigError` for a URL or a header that HTTP cannot carry.
    """

    system = "Hub Log API"
    keeper = "A Hub Log server"

    def __init__(
        self, url: str, *, dags: Sequence[str] = (), now: Callable[[], float] = time.time, **reached: Unpack[Reached]
    ) -> None:
        super().__init__(HubLogClient(url, hint=_HINT, **reached))
        self.capabilities = Capabilities(steps=True, by_job=not dags, lasting=reached.get("app") is None)
        self.tables = self
        self._now, self._dags = now, dags
        self._search = RunSearch(self._client, dags)
        self._attempts, self._events = AttemptReader(self._client), EventReader(self._client)
        self._data_size = PageSize(MOST_ROWS)

    def whole_id(self, text: str) -> str | None:
        """A run's id written as `DAG/DATE/RUN`, or its address in the API."""
        key = RunKey.parse(text)
        return None if key is None else str(key)

    async def runs(self, filter: RunFilter, cursor: str | None = None, limit: int = 50) -> RunList:
        """The newest runs of a DAG, or of all that are named in the settings."""
        return await self._search.runs(filter, cursor, _clamped(limit), self._now())

    async def run(self, run_id: str) -> Run:
        """A run with its times, its phases' states and where their data lie. Raises `RunNotFound`."""
        key = self._key(run_id)
        layout = await self._attempts.read(key)
        return run_of(key, layout.summary, self._now(), layout)

    async def page(
        self,
        run_id: str,
        cursor: str | None = None,
        limit: int = MAX_PAGE,
        *,
        with_run: bool = True,
        ahead: Ahead | None = None,
    ) -> EventPage:
        """The events after `cursor`, and the run as it was just before they were read; `ahead` is told nothing."""
        key = self._key(run_id)
        layout = self._attempts.known(key)
        if layout is None or with_run or cursor is None:
            layout = await self._attempts.read(key)
        page = PageBuilder(key, Place.parse(cursor), _clamped(limit))
        has_more = await self._events.fill(page, layout)
        return page.finished(
            has_more=has_more, run=run_of(key, layout.summary, self._now(), layout) if with_run else None
        )

    async def find_tail(self, run_id: str, after: str | None) -> str | None:
        """A cursor a page before the run's end, where that is far from `after`."""
        key = self._key(run_id)
        layout = await self._attempts.read(key, counted=True)
        if layout.total - Place.parse(after).index < WORTHWHILE:
            return None
        tail = layout.place(layout.total - MAX_PAGE)
        self._events.stop_at(key, tail)
        return str(tail)

    def events_between(self, cursor: str | None, later: str | None) -> int | None:
        """How many events lie between two cursors."""
        return events_between(cursor, later)

    async def has_more_than(self, run_id: str, count: int) -> bool:
        """Whether the phases' counts say so."""
        await self._events.aclose()
        return (await self._attempts.read(self._key(run_id))).total > count

    async def cursor_after(self, run_id: str, count: int) -> str | None:
        """The cursor after the first `count` events."""
        return str((await self._attempts.read(self._key(run_id), counted=True)).place(count))

    async def ping(self) -> str:
        """Looks for today's runs of a DAG; where none is known, the server's word that there is no such DAG will do."""
        now = self._now()
        try:
            await self._search.runs(RunFilter(job=next(iter(self._dags), "-"), created_after=now), None, 1, now)
        except ServerError as error:
            if self._dags or error.status >= 500:
                raise
        return "Hub Log"

    async def reconnect(self) -> None:
        """Lets go of connections that may have died unnoticed; requests under way are sent anew."""
        await self._events.aclose()
        await super().reconnect()

    async def steps(self, run_id: str) -> list[Step]:
        """The four phases, one after the other."""
        return plan()

    async def rows(
        self, run_id: str, step: str, attempt: int | None, *, start: int, limit: int, keyword: str | None = None
    ) -> DataRows:
        """At most `limit` rows of a phase's data from `start` on, of those in which the server finds `keyword`."""
        key = self._key(run_id)
        if step not in wire.PHASES:
            raise Unsupported(f"{step!r} is no phase of a Hub Log run.", f"Phases: {', '.join(wire.PHASES)}.")
        number = attempt if attempt is not None else await self._last_attempt(key, step)
        params = {"attempt": str(number)} | ({"keyword": keyword} if keyword else {})

        async def ask(limit: int) -> DataRows:
            path = f"{key.path}/phases/{step}/data"
            page = await self._client.page(path, wire.RowPage, start // limit, limit, params)
            return DataRows(page["items"][start % limit :], page["total"], number)

        return await self._client.of_run(key, self._data_size.ask(ask, min(limit, MOST_ROWS)))

    async def payload(self, run_id: str) -> object:
        """What triggered the run, as it came and as it was understood."""
        key = self._key(run_id)
        return await self._client.of_run(key, self._client.get(f"{key.path}/event", wire.adapter(wire.Row)))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._events.aclose()
        await super().aclose()

    async def _last_attempt(self, key: RunKey, phase: str) -> int:
        """The number of a phase's last attempt, whose rows are those that count."""
        layout = await self._attempts.read(key)
        return max((one.number for one in layout.attempts if one.phase == phase), default=1)

    def _key(self, run_id: str) -> RunKey:
        key = RunKey.parse(run_id)
        if key is None:
            raise RunNotFound(f"{run_id!r} names no run of a Hub Log server", _ID_HINT)
        return key


def _clamped(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE))
