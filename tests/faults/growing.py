"""A server of one run whose log grows as it is read, with all the ways a log can grow that make reading it hard."""

from __future__ import annotations

import asyncio
import json
import random
import time
from base64 import b64decode, b64encode
from bisect import bisect_right, insort
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.faults.wire import BREAKDOWN, Listener, Message, json_answer, read_message

RUN_ID = "5ab3f1c0-77d1-4c5e-9a55-2a52f0e2d9b1"
PAGE = 100
"""Events the server sends at most, whatever is asked for: many small pages give faults many chances."""
LATE = 3
"""Events that come only after the run's status says that it has ended."""

Row = tuple[str, str, str, str | None, str | None, str | None]
"""Message, time, level, step, type and error of one event."""


class GrowingServer(Listener):
    """Answers like a Dagster server for a run that ends with `count` events, `begun` of which are there at first.

    Each time a page is asked for the log grows: by nothing, a few, exactly a page or two pages of events. `stragglers`
    of them become visible only after events that follow them, some not before the run has ended; with `gaps` other runs
    share the sequence of ids. When the status says that the run has ended, LATE events are still to come.
    Over `poison` of the events it breaks down.
    """

    def __init__(
        self,
        count: int,
        seed: int,
        *,
        begun: int = 0,
        stragglers: int = 0,
        gaps: bool = False,
        page: int = PAGE,
        poison: int = 0,
    ) -> None:
        super().__init__()
        self._chance = random.Random(seed)
        step = (1, 1, 1, 2, 7) if gaps else (1,)
        ids, last = [], 0
        for _ in range(count):
            last += self._chance.choice(step)
            ids.append(last)
        self._page = page
        self._events = {id_: _event(number, id_) for number, id_ in enumerate(ids)}
        self._coming = iter(ids)
        self._early = count - LATE
        self._appeared = 0
        self._stragglers = set(self._chance.sample(ids[begun : count - LATE], stragglers))
        self._poison = set(self._chance.sample(ids, poison))
        self._held_back: list[int] = []
        self._visible: list[int] = []
        self._ended_at: float | None = None
        self._show(begun)

    @property
    def log(self) -> list[Row]:
        """All events as a reader should have them at the end."""
        return [row_of(event) for id_, event in self._events.items() if id_ not in self._poison]

    async def restart(self, seconds: float = 0.02) -> None:
        """Goes away with all its connections and comes back after a while."""
        self.close()
        await asyncio.sleep(seconds)
        await self.open()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One answer for each request."""
        while True:
            request = json.loads((await read_message(reader)).body)
            writer.write(self.answer(request["query"], request["variables"]).whole)
            await writer.drain()

    def answer(self, query: str, variables: dict[str, Any]) -> Message:
        """What the server says to a query; which one it is shows in what it names."""
        data: dict[str, Any] = {}
        if "executionPlan" in query:
            return json_answer(200, {"data": {"runOrError": {"__typename": "Run", "executionPlan": None}}})
        if "runsOrError" in query:
            return json_answer(
                200, {"data": {"runsOrError": {"__typename": "Runs", "count": 1, "results": [self._run]}}}
            )
        if "logsForRun" in query:
            # The status is as old as the events or older: here as in Dagster it is looked up first.
            run, ids = self._run, self._asked(query, variables)
            if "events {" in query and not self._poison.isdisjoint(ids):
                return BREAKDOWN
            data = {"runOrError": run, "logsForRun": self._logs(query, variables, ids)}
        if "runOrError" not in query:
            data.pop("runOrError", None)
        elif not data:
            data = {"runOrError": self._run | {"tags": [{"key": "team", "value": "data"}]}}
        return json_answer(200, {"data": data})

    @property
    def _run(self) -> dict[str, Any]:
        status = "STARTED" if self._ended_at is None else "SUCCESS"
        times = {"creationTime": 1_795_307_802.0, "startTime": 1_795_307_802.5, "endTime": self._ended_at}
        return {"__typename": "Run", "id": RUN_ID, "status": status, "pipelineName": "etl", "mode": "default", **times}

    def _asked(self, query: str, variables: dict[str, Any]) -> list[int]:
        place: dict[str, Any] = json.loads(b64decode(variables.get("afterCursor") or _cursor(-1)))
        by_offset = place["type"] == "OFFSET"
        if by_offset:
            self._show_stragglers()
        elif "events {" in query:
            self._grow()
        first = place["value"] if by_offset else bisect_right(self._visible, place["value"])
        return self._visible[first : first + min(variables["limit"], self._page)]

    def _logs(self, query: str, variables: dict[str, Any], ids: list[int]) -> dict[str, Any]:
        end = _cursor(ids[-1]) if ids else variables.get("afterCursor") or _cursor(-1)
        more = len(ids) == min(variables["limit"], self._page)
        detailed = "... on ErrorEvent" in query
        events = [_sent(self._events[id_], detailed) for id_ in ids] if "events {" in query else []
        return {"__typename": "EventConnection", "cursor": end, "hasMore": more, "events": events}

    def _grow(self) -> None:
        if self._appeared >= self._early:
            self._ended_at = self._ended_at or time.time()
            self._show(1)
            return
        size = self._chance.choice((0, 1, self._page // 3, self._page, self._page, 2 * self._page))
        self._show(min(size, self._early - self._appeared))
        if self._held_back and self._chance.random() < 0.3:
            insort(self._visible, self._held_back.pop())

    def _show(self, count: int) -> None:
        for _, id_ in zip(range(count), self._coming, strict=False):
            self._appeared += 1
            if id_ in self._stragglers:
                self._held_back.append(id_)
            else:
                self._visible.append(id_)

    def _show_stragglers(self) -> None:
        for id_ in self._held_back:
            insort(self._visible, id_)
        self._held_back.clear()


@asynccontextmanager
async def growing(server: GrowingServer) -> AsyncIterator[GrowingServer]:
    """The server, listening."""
    await server.open()
    try:
        yield server
    finally:
        await server.aclose()


def row_of(event: dict[str, Any]) -> Row:
    """An event of the wire as its row."""
    error = event.get("error")
    told = None if error is None else error["message"]
    return event["message"], event["timestamp"], event["level"], event["stepKey"], event["eventType"], told


def _event(number: int, id_: int) -> dict[str, Any]:
    """Every third message is the same: an event repeated or lost shows only in their number and order."""
    failed = number % 50 == 7
    event = {
        "message": "tick" if number % 3 == 0 else f"event {number} of id {id_}",
        "timestamp": str(1_795_307_802_000 + number // 2),
        "level": "ERROR" if failed else ("DEBUG", "INFO", "WARNING")[number % 7 % 3],
        "stepKey": (None, "extract", "load[a]")[number % 3],
        "eventType": "STEP_FAILURE" if failed else None,
    }
    return event | {"error": {"message": f"error {number}", "className": "Boom", "stack": []}} if failed else event


def _sent(event: dict[str, Any], detailed: bool) -> dict[str, Any]:
    return event if detailed else {name: value for name, value in event.items() if name != "error"}


def _cursor(id_: int) -> str:
    return b64encode(json.dumps({"type": "STORAGE_ID", "value": id_}).encode()).decode()
