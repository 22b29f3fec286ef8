"""Dagster, open source and Dagster+, through its GraphQL API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import TypeVar, Unpack
from urllib.parse import quote

from run_tui.errors import ServerError, TooLarge
from run_tui.model import (
    MAX_PAGE,
    EventPage,
    Run,
    RunEvent,
    RunEventLevel,
    RunEventList,
    RunFilter,
    RunList,
    Step,
    epoch_ms,
)
from run_tui.output import WIDTH, OutputChunk, Stream
from run_tui.sources import _dagster_wire as wire
from run_tui.sources._bare import Reached, ServerSource
from run_tui.sources._body import Glance
from run_tui.sources._dagster_failures import error_of
from run_tui.sources._dagster_models import page_of, run_of, steps_of
from run_tui.sources._dagster_output import chunk_of, cursor_at, near_end
from run_tui.sources._dagster_poison import Fetch, is_unreadable, offset_cursor, read_past_poison
from run_tui.sources._dagster_queries import queries, tells
from run_tui.sources._dagster_tail import events_between, find_tail
from run_tui.sources._graphql import GraphQLClient
from run_tui.sources._page_size import PageSize
from run_tui.sources.base import Actions, Ahead, Capabilities

T = TypeVar("T")

_UNKNOWN_QUERY = re.compile("Cannot query field|Unknown (type|argument)|cannot be spread")
"""How GraphQL servers refuse a query that speaks of what they do not have; no passing trouble reads like that."""
_FULL_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HINT = "Start a server with `dg dev`, or name another one with --url."


class DagsterSource(ServerSource[GraphQLClient]):
    """One Dagster server; `app` is one in this process, known by `name`; its web pages begin at `page`, else at `url`.

    `read_only` leaves out what changes runs.
    Raises `ConfigError` for a URL or a header that HTTP cannot carry, and for certificates that cannot be read.
    """

    system = "Dagster Plus API"

    def __init__(
        self, url: str, *, page: str | None = None, read_only: bool = False, **reached: Unpack[Reached]
    ) -> None:
        super().__init__(GraphQLClient(url, hint=_HINT, **reached), page)
        self._in_process, self._read_only = reached.get("app") is not None, read_only
        # Older servers refuse the extended page query, which names types that they do not know.
        self._extended = True
        # Servers take 0 for everything, and clamp, refuse or choke on more than 1,000.
        self._runs_size, self._page_size = PageSize(MAX_PAGE), PageSize(MAX_PAGE)

    @cached_property
    def capabilities(self) -> Capabilities:  # type: ignore[override]  # it can be set, too
        """What the screens show; to runs a Dagster server can do all there is."""
        from run_tui.acts import Act

        return Capabilities(
            steps=True,
            web_page=not self._in_process,
            output=True,
            acts=frozenset() if self._read_only else frozenset(Act),
            read_only=self._read_only,
            lasting=not self._in_process,
        )

    @cached_property
    def actions(self) -> Actions | None:  # type: ignore[override]  # it can be set, too
        """What changes runs; imported when first asked for, which commands that only read never do."""
        if self._read_only:
            return None
        from run_tui.sources._dagster_actions import DagsterActions

        return DagsterActions(self._client)

    def whole_id(self, text: str) -> str | None:
        """A UUID."""
        return text if _FULL_ID.fullmatch(text) else None

    async def runs(self, filter: RunFilter, cursor: str | None = None, limit: int = 50) -> RunList:
        """The newest runs that fit, at most 1,000. One run more is asked for, to know of a next page without asking."""
        return await self._runs_size.ask(partial(self._runs, filter, cursor), max(1, limit))

    async def _runs(self, filter: RunFilter, cursor: str | None, limit: int) -> RunList:
        variables = {"filter": _runs_filter(filter), "cursor": cursor, "limit": limit + 1}
        answer = await self._ask("runs", variables, wire.RunsAnswer)
        found = self._good(answer["data"]["runsOrError"])
        items = [run_of(run) for run in found["results"][:limit]]
        return RunList(
            items=items,
            total=found["count"],
            cursor=items[-1].id if items else cursor,
            has_more=len(found["results"]) > limit,
        )

    async def run(self, run_id: str) -> Run:
        """A run's documented metadata. Raises `RunNotFound`."""
        return await self._run("run", run_id)

    async def run_details(self, run_id: str) -> Run:
        """A run's metadata with its tags, configuration and ancestry. Raises `RunNotFound`."""
        return await self._run("run_details", run_id)

    async def events(self, run_id: str, cursor: str | None = None, limit: int = 100) -> RunEventList:
        """The documented page of events after `cursor`, without those the server cannot deliver."""

        async def fetch(cursor: str | None, limit: int) -> EventPage:
            return await self._documented_page(run_id, cursor, limit)

        return (await self._readable_page(fetch, run_id, cursor, limit)).as_list()

    async def page(
        self,
        run_id: str,
        cursor: str | None = None,
        limit: int = MAX_PAGE,
        *,
        with_run: bool = True,
        ahead: Ahead | None = None,
    ) -> EventPage:
        """A page of events with their details; the run's state beside them makes it cost the server a tenth more.

        Events the server cannot deliver are left out and told of in `skipped`. `ahead` is told nothing `with_run`.
        """

        async def fetch(cursor: str | None, limit: int) -> EventPage:
            return await self._page(run_id, cursor, limit, with_run, ahead)

        return await self._readable_page(fetch, run_id, cursor, limit, with_run=with_run)

    async def find_tail(self, run_id: str, after: str | None) -> str | None:
        """A cursor before the last page or so of a long run, found by some twenty small requests."""

        async def probe(cursor: str, count: int) -> bool:
            found = await self._probe(run_id, cursor, count)
            return found is None or found["hasMore"]

        return await find_tail(probe, after)

    def events_between(self, cursor: str | None, later: str | None) -> int | None:
        """How many events can lie between two cursors, judged by the ids in them."""
        return events_between(cursor, later)

    async def has_more_than(self, run_id: str, count: int) -> bool:
        """Whether the server holds more than `count` events of the run; one it cannot deliver counts."""
        probe = await self._probe(run_id, offset_cursor(count), 1)
        return probe is None or probe["hasMore"]

    async def cursor_after(self, run_id: str, count: int) -> str | None:
        """The cursor after the first `count` events; None where the last of them cannot be delivered."""
        probe = await self._probe(run_id, offset_cursor(count - 1), 1)
        return None if probe is None else probe["cursor"]

    async def ping(self) -> str:
        """The server's version."""
        return f"Dagster {(await self._ask('version', {}, wire.VersionAnswer))['data']['version']}"

    async def steps(self, run_id: str) -> list[Step]:
        """The steps the run planned, each after those it depends on; "work[?]" stands for what fans out later."""
        answer = await self._ask("steps", {"runId": run_id}, wire.PlanAnswer)
        plan = self._good(answer["data"]["runOrError"], run_id)["executionPlan"]
        return [] if plan is None else steps_of(plan)

    async def output(self, run_id: str, key: str, stream: Stream, start: int = 0, limit: int = WIDTH) -> OutputChunk:
        """What a process wrote to one stream after `start` bytes, at most `limit` bytes of it."""
        variables = {"logKey": [run_id, "compute_logs", key], "cursor": cursor_at(stream, start), "limit": limit}
        found = (await self._ask("output", variables, wire.OutputAnswer))["data"]["capturedLogs"]
        return chunk_of(stream, start, found["stdout" if stream is Stream.STDOUT else "stderr"], found["cursor"])

    async def output_end(self, run_id: str, key: str, stream: Stream, width: int = WIDTH) -> int:
        """A place at most about `width` bytes before a stream's end, found by a few small requests."""

        async def reaches(start: int) -> bool:
            return bool((await self.output(run_id, key, stream, start, 1)).text)

        return await near_end(reaches, width)

    def run_url(self, run_id: str, event: RunEvent | None = None) -> str | None:
        """The run's web page, at one of its events if wanted; None for an `app`."""
        if self._in_process:
            return None
        page = f"{self._web_page}/runs/{quote(run_id, safe='', errors='replace')}"
        return page if event is None else f"{page}?{_focus(event)}"

    async def _readable_page(
        self, fetch: Fetch, run_id: str, cursor: str | None, limit: int, *, with_run: bool = False
    ) -> EventPage:
        """The page as far as the server can deliver it and an answer can hold it: an event too large is left out."""
        try:
            return await self._page_size.ask(partial(read_past_poison, fetch, cursor), max(1, limit))
        except TooLarge as error:
            probe = await self._probe(run_id, cursor, 1)
            if probe is None or probe["cursor"] == cursor:
                raise
            return EventPage(
                run_id,
                cursor=probe["cursor"],
                has_more=probe["hasMore"],
                run=await self.run(run_id) if with_run else None,
                skipped=(f"1 event is left out: {error}",),
                skipped_count=1,
            )

    async def _run(self, query: str, run_id: str) -> Run:
        answer = await self._ask(query, {"runId": run_id}, wire.RunAnswer)
        return run_of(self._good(answer["data"]["runOrError"], run_id))

    async def _page(
        self, run_id: str, cursor: str | None, limit: int, with_run: bool, ahead: Ahead | None
    ) -> EventPage:
        if self._extended:
            variables = {"runId": run_id, "limit": limit, "afterCursor": cursor}
            try:
                query, glance = "page" if with_run else "more", None if ahead is None else tells(ahead)
                return self._page_of(run_id, await self._ask(query, variables, wire.PageAnswer, glance))
            except ServerError as error:
                if not _UNKNOWN_QUERY.search(str(error)):
                    raise
        page = await self._documented_page(run_id, cursor, limit)
        self._extended = False
        return replace(page, run=await self.run(run_id)) if with_run else page

    async def _probe(self, run_id: str, cursor: str | None, limit: int) -> wire.Probe | None:
        """What lies after a cursor without the events themselves; None where one has a level the server cannot read.

        That they have texts it cannot send does no harm here: no text is asked for.
        """
        variables = {"runId": run_id, "limit": limit, "afterCursor": cursor}
        answer = await self._ask("probe", variables, wire.ProbeAnswer)
        try:
            return self._good(answer["data"]["logsForRun"], run_id)
        except ServerError as error:
            if is_unreadable(error):
                return None
            raise

    async def _documented_page(self, run_id: str, cursor: str | None, limit: int) -> EventPage:
        variables: dict[str, object] = {"runId": run_id, "limit": limit}
        if cursor is not None:
            variables["afterCursor"] = cursor
        return self._page_of(run_id, await self._ask("events", variables, wire.PageAnswer))

    def _page_of(self, run_id: str, answer: wire.PageAnswer) -> EventPage:
        events = self._good(answer["data"]["logsForRun"], run_id)
        run = answer["data"].get("runOrError")
        return page_of(run_id, events, None if run is None or isinstance(run, wire.Failure) else run_of(run))

    async def _ask(
        self, query: str, variables: Mapping[str, object], answer: type[T], glance: Glance | None = None
    ) -> T:
        return await self._client.query(queries()[query], variables, wire.adapter(answer), glance)

    def _good(self, member: T | wire.Failure, run_id: str | None = None) -> T:
        """The member of a union that was asked for. Raises what any other one stands for."""
        if isinstance(member, wire.Failure):
            raise error_of(member, self.where, run_id)
        return member


def _focus(event: RunEvent) -> str:
    """What the page takes to scroll to an event and to highlight it; debug messages it shows only when told to."""
    focus = f"focusedTime={epoch_ms(event.timestamp)}"
    hidden = event.event_type is None and event.level is RunEventLevel.DEBUG
    return f"{focus}&levels=critical%7Cdebug%7Cerror%7Cevent%7Cinfo%7Cwarning" if hidden else focus


def _runs_filter(wanted: RunFilter) -> dict[str, object]:
    """The server's `RunsFilter`, with only what is asked for: older servers do not know all of its fields."""
    tags = [*wanted.tags, ("dagster/root_run_id", wanted.root)] if wanted.root else wanted.tags
    fields: dict[str, object] = {
        "statuses": list(wanted.statuses),
        "pipelineName": wanted.job,
        "tags": [{"key": key, "value": value} for key, value in tags],
        "createdAfter": wanted.created_after,
        "createdBefore": wanted.created_before,
        "runIds": list(wanted.ids),
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}
