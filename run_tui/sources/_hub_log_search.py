"""Lists runs of DAGs over a search that looks at one DAG and seven days at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from run_tui.errors import Unsupported
from run_tui.model import Run, RunFilter, RunList, epoch_ms
from run_tui.sources import _hub_log_wire as wire
from run_tui.sources._hub_log_client import HubLogClient
from run_tui.sources._hub_log_models import run_of
from run_tui.sources._hub_log_places import RunKey, dag_path

SPAN = timedelta(days=6)
"""The time between the first and the last day of one search: seven days, however a server counts them."""
REACH = timedelta(days=35)
"""How far back a list looks for its next run, unless a time is asked for."""
MOST_RUNS = 100
"""Runs on one page of a search at most."""
STATES = tuple(f"{phase}_status" for phase in wire.PHASES[1:])
KEYWORDS = tuple(f"{phase}_keyword" for phase in wire.PHASES)
"""What a search can be narrowed by: tags of these names go to the server as its parameters."""

_NO_DAG = "A Hub Log server lists the runs of one DAG at a time: which one?"
_NO_DAG_HINT = 'Type job:NAME into the filter, or give --job NAME. The settings name those to list: dags = ["NAME"].'


class RunSearch:
    """The runs of `dags`, or of the one that a filter names."""

    def __init__(self, client: HubLogClient, dags: Sequence[str]) -> None:
        self._client, self._dags = client, dags

    async def runs(self, wanted: RunFilter, cursor: str | None, limit: int, now: float) -> RunList:
        """The newest runs that fit, after the one whose id is `cursor`; `now` is epoch seconds."""
        if wanted.root is not None:
            return RunList(items=[])
        dags = self._named(wanted)
        after = RunKey.parse(cursor) if cursor else None
        lists = await asyncio.gather(*(self._of_dag(dag, wanted, after, limit + 1, now) for dag in dags))
        found = sorted(chain.from_iterable(lists), key=_age)
        items = found[:limit]
        # Beyond the reach of this list there may be others, within that of the next one.
        has_more = len(found) > limit or (bool(items) and not wanted.ids and wanted.created_after is None)
        return RunList(items=items, cursor=items[-1].id if items else cursor, has_more=has_more)

    def _named(self, wanted: RunFilter) -> Sequence[str]:
        if wanted.ids:
            return list(dict.fromkeys(key.dag for key in map(RunKey.parse, wanted.ids) if key is not None))
        if wanted.job is not None:
            return [wanted.job]
        if not self._dags:
            raise Unsupported(_NO_DAG, _NO_DAG_HINT)
        return self._dags

    async def _of_dag(self, dag: str, wanted: RunFilter, after: RunKey | None, limit: int, now: float) -> list[Run]:
        """The newest `limit` runs of one DAG that fit."""
        found: list[Run] = []
        begin = None if after is None else _age(run_of(after, {"run_id": after.run}, now))
        async with aclosing(self._searched(dag, wanted, after, now)) as runs:
            async for run in runs:
                if _fits(run, wanted) and (begin is None or _age(run) > begin):
                    found.append(run)
                    if len(found) == limit:
                        break
        return found

    async def _searched(
        self, dag: str, wanted: RunFilter, after: RunKey | None, now: float
    ) -> AsyncGenerator[Run, None]:
        """All runs of a DAG that a search finds, span by span, the newest first."""
        first, last = _days(wanted, after, now)
        params = _params(dag, wanted)
        while last >= first:
            start = max(first, last - SPAN)
            days = {"date_from": start.isoformat(), "date_to": last.isoformat()}
            async with aclosing(self._span(dag, params | days)) as items:
                async for item in items:
                    run = run_of(RunKey(dag, item.get("date") or last.isoformat(), item["run_id"]), item, now)
                    # Which phase's text had a keyword only the server knows: the run is to fit a filter by it.
                    yield run.model_copy(update={"tags": run.tags | _keywords(wanted)})
            last = start - timedelta(days=1)

    async def _span(self, dag: str, params: Mapping[str, str]) -> AsyncGenerator[wire.WireRun, None]:
        page, more = 0, True
        while more:
            answer = await self._client.page(dag_path(dag), wire.RunPage, page, MOST_RUNS, params)
            for item in answer["items"]:
                yield item
            page += 1
            more = bool(answer["items"]) and page * MOST_RUNS < answer["total"]


def _days(wanted: RunFilter, after: RunKey | None, now: float) -> tuple[date, date]:
    """The first and the last day to look at. A run's date is that of its data, which may differ from its own."""
    if wanted.ids:
        days = [date.fromisoformat(key.date) for key in map(RunKey.parse, wanted.ids) if key is not None]
        return min(days), max(days)
    last = _day(wanted.created_before if wanted.created_before is not None else now) + timedelta(days=1)
    if after is not None:
        last = min(last, date.fromisoformat(after.date) + timedelta(days=1))
    if wanted.created_after is None:
        return last - REACH, last
    return _day(wanted.created_after) - timedelta(days=1), last


def _params(dag: str, wanted: RunFilter) -> dict[str, str]:
    params = {key: value for key, value in wanted.tags if key in STATES or key in KEYWORDS}
    if wanted.ids:
        keys = [key for key in map(RunKey.parse, wanted.ids) if key is not None and key.dag == dag]
        params["run_ids"] = ",".join(key.run for key in keys)
    return params


def _keywords(wanted: RunFilter) -> dict[str, str]:
    return {key: value for key, value in wanted.tags if key in KEYWORDS}


def _fits(run: Run, wanted: RunFilter) -> bool:
    created = epoch_ms(run.created_at) / 1000
    return (
        (not wanted.ids or run.id in wanted.ids)
        and (not wanted.statuses or run.status in wanted.statuses)
        and (wanted.created_after is None or created > wanted.created_after)
        and (wanted.created_before is None or created < wanted.created_before)
        and all(run.tags.get(key) == value for key, value in wanted.tags)
    )


def _age(run: Run) -> tuple[int, str]:
    """What sorts runs by age, the newest first."""
    return -epoch_ms(run.created_at), run.id


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()
