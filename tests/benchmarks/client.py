"""Reads one run of a real server to its end and says what that cost.

`python -m tests.benchmarks.client HOW URL RUN_ID [PAGES]` prints a JSON object; HOW is one of
`product` (the product's feed into its store), `bare` (a loop that pages with the documented query and throws the pages
away) and `bare-same-query` (such a loop with the product's own query). With PAGES a loop ends after so many.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import aclosing
from typing import Any

import httpx

from run_tui.feed import Feed
from run_tui.query import TimeContext
from run_tui.sources import open_source
from run_tui.sources._dagster_queries import queries
from run_tui.sources.base import Source
from run_tui.timeline import Timeline
from run_tui.updates import FeedState, Joined, Loaded, Phase, Restarted

LIMIT = 1000
_NO_TIMES = TimeContext(0, None, 0)


async def read_by_product(url: str, run_id: str) -> Timeline:
    """A run of a Dagster server as the app reads it."""
    return await read_whole(open_source("dagster", url), run_id)


async def read_whole(source: Source, run_id: str) -> Timeline:
    """As the app does it, without a screen: until the feed knows that it has all there is for now."""
    timeline = Timeline(run_id)
    async with aclosing(Feed(source, run_id, jump=True).updates()) as updates:
        async for update in updates:
            match update:
                case Loaded(page, of_end=True):
                    timeline.add_to_end(page, _NO_TIMES)
                case Loaded(page):
                    timeline.add(page)
                case Joined():
                    timeline.join(None)
                case Restarted():
                    timeline = Timeline(run_id)
                case FeedState(phase=phase) if phase is not Phase.LOADING:
                    break
            await asyncio.sleep(0)
    await source.aclose()
    return timeline


def by_bare_loop(url: str, run_id: str, query: str, pages: int | None = None) -> dict[str, Any]:
    """As fast as anybody can: one connection, the next page asked for as soon as one is there."""
    cursor, more, events, size, read = None, True, 0, 0, 0
    with httpx.Client(timeout=60) as client:
        while more and (pages is None or read < pages):
            variables = {"runId": run_id, "limit": LIMIT, "afterCursor": cursor}
            response = client.post(f"{url}/graphql", json={"query": query, "variables": variables})
            page = response.json()["data"]["logsForRun"]
            cursor, more = page["cursor"], page["hasMore"]
            events += len(page["events"])
            size += len(response.content)
            read += 1
    return {**_costs(events), "bytes": size}


def _costs(events: int) -> dict[str, Any]:
    return {"events": events, "seconds": time.perf_counter() - _BEGAN, "cpu_seconds": time.process_time() - _BEGAN_CPU}


_BEGAN, _BEGAN_CPU = time.perf_counter(), time.process_time()
"""After the imports: both clients have them to make."""


def main(how: str, url: str, run_id: str, pages: str | None = None) -> None:
    """Reads and reports."""
    if how == "product":
        result = _costs(asyncio.run(read_by_product(url, run_id)).held)
    else:
        query = queries()["events" if how == "bare" else "more"]
        result = by_bare_loop(url, run_id, query, int(pages) if pages else None)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
