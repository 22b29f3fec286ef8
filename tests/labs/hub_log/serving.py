"""The stand-in at a free port, and a source that asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from run_tui.sources.hub_log import HubLogSource
from tests.labs.hub_log.app import TOKEN, HubLog, Troubles
from tests.labs.hub_log.data import World
from tests.sources.servers import served

NOW = datetime(2026, 11, 22, 12, 31, 7, tzinfo=UTC)
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Served:
    """A running stand-in, its data and what is to go wrong with it."""

    url: str
    world: World
    troubles: Troubles

    def run_id(self, dag: str, number: int = 0) -> str:
        """The id of a DAG's run, counted from the newest."""
        run = self.world.dags[dag][number]
        return f"{run.dag}/{run.date}/{run.run_id}"

    @asynccontextmanager
    async def source(self, *dags: str, **options: Any) -> AsyncIterator[HubLogSource]:
        """A source with the right token, unless `headers` say otherwise."""
        options = {"headers": HEADERS} | options
        source = HubLogSource(self.url, dags=dags, now=NOW.timestamp, **options)
        try:
            yield source
        finally:
            await source.aclose()


@contextmanager
def serving() -> Iterator[Served]:
    """The stand-in on a socket of this machine, at NOW."""
    hub = HubLog(World(NOW))
    with served(hub.app()) as url:
        yield Served(url, hub.world, hub.troubles)
