"""A proxy before any server of GraphQL over HTTP that does to requests and answers what a plan says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.faults.plan import Fault, Plan
from tests.faults.wire import BREAKDOWN, Listener, Message, answer, json_answer, read_message, reset

HTML = b"<!DOCTYPE html><html><body><h1>Bad Gateway</h1>The maintenance page.</body></html>"
AWAY = 0.03
"""Seconds for which connections are refused."""
SLOW = 0.05
"""Seconds that a slow connection takes to be served."""
DROPS = 7
"""Pieces in which a dripped answer comes."""

INSTEAD = {
    Fault.TOO_MANY: answer(429, b"slow down", "text/plain", "retry-after: 2"),
    Fault.UNAVAILABLE: answer(503, HTML, "text/html"),
    Fault.BREAKDOWN: BREAKDOWN,
    Fault.PYTHON_ERROR: json_answer(
        500, {"data": {"logsForRun": {"__typename": "PythonError", "message": "OperationalError\n", "stack": []}}}
    ),
    Fault.BAD_GATEWAY: answer(502, HTML, "text/html"),
    Fault.GRAPHQL_ERROR: json_answer(200, {"data": None, "errors": [{"message": "upstream timed out"}]}),
    Fault.WEB_PAGE: answer(200, HTML, "text/html"),
    Fault.EMPTY: answer(200, b""),
    Fault.WRONG_SHAPE: json_answer(
        200, {"data": {"logsForRun": {"__typename": "EventConnection", "events": [{"message": 1}], "cursor": None}}}
    ),
}
"""Answers that the server never gave."""


class FaultyProxy(Listener):
    """Passes requests on to the server at `port`; `restart` restarts that. `events_sent` counts those let through.

    What it lets through is what a client must have understood: whole answers, unchanged. One whose connection ended
    before its next request may be lost with it, and is counted once though it is asked for again.
    """

    def __init__(self, port: int, plan: Plan, restart: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.plan = plan
        self.events_sent = self.requests = 0
        self._last: dict[asyncio.StreamWriter, tuple[str | None, int]] = {}
        self._in_doubt: dict[str | None, int] = {}
        self._target = port
        self._restart = restart
        self._slow = False
        self._comeback: asyncio.Task[None] | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests and their answers, until one of the sides or a fault ends it."""
        try:
            await self._talk(reader, writer)
        finally:
            if writer in self._last:
                cursor, events = self._last.pop(writer)
                self._in_doubt[cursor] = events

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._slow:
            self._slow = False
            await asyncio.sleep(SLOW)
        while True:
            request = await read_message(reader)
            self._last.pop(writer, None)
            self.requests += 1
            fault = self.plan.draw()
            if fault in _BEFORE:
                await _BEFORE[fault](self, writer)
                return
            if fault in INSTEAD:
                writer.write(INSTEAD[fault].whole)
            elif fault is Fault.STALL:
                await reader.read()
                return
            else:
                given = await self._forwarded(request)
                if not await self._give(given, request, fault, reader, writer):
                    return
            await writer.drain()

    async def aclose(self) -> None:
        """Listens no more."""
        if self._comeback is not None:
            await self._comeback
        await super().aclose()

    async def _forwarded(self, request: Message) -> Message:
        """What the server answers. Raises `OSError` where it is away, which ends the client's connection too."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            writer.write(request.whole)
            return await read_message(reader)
        finally:
            writer.close()

    async def _give(
        self,
        given: Message,
        request: Message,
        fault: Fault | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Hands on the answer, or what the fault makes of it; whether the connection goes on."""
        part = given.whole[: len(given.head) + int(len(given.body) * self.plan.share())]
        match fault:
            case None | Fault.DRIP:
                self._count(request, given, writer)
                for drop in _pieces(given.whole, DROPS if fault else 1):
                    writer.write(drop)
                    await writer.drain()
                    await asyncio.sleep(0.001 if fault else 0)
            case Fault.CUT_JSON:
                writer.write(given.with_body(part[len(given.head) : -1]).whole)
            case Fault.STUCK_CURSOR:
                writer.write(given.with_body(_stuck(given.body, request.body)).whole)
            case _:
                writer.write(part)
                await writer.drain()
                if fault is Fault.STALL_WITHIN:
                    await reader.read()
                elif fault is Fault.RESET_WITHIN:
                    reset(writer)
                elif fault is Fault.RESTART_WITHIN:
                    reset(writer)
                    await self._restart()
                return False
        return True

    def _count(self, request: Message, given: Message, writer: asyncio.StreamWriter) -> None:
        events = given.body.count(b'"timestamp"')
        if events:
            cursor = json.loads(request.body)["variables"].get("afterCursor")
            self.events_sent += events - self._in_doubt.pop(cursor, 0)
            self._last[writer] = cursor, events

    async def _refuse(self, _: asyncio.StreamWriter) -> None:
        self.close()
        if self._comeback is None or self._comeback.done():
            self._comeback = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        await asyncio.sleep(AWAY)
        await self.open()

    async def _reset(self, writer: asyncio.StreamWriter) -> None:
        reset(writer)

    async def _hang_up(self, _: asyncio.StreamWriter) -> None:
        pass

    async def _slow_down(self, _: asyncio.StreamWriter) -> None:
        self._slow = True

    async def _restart_between(self, writer: asyncio.StreamWriter) -> None:
        reset(writer)
        await self._restart()


_BEFORE: dict[Fault | None, Callable[[FaultyProxy, asyncio.StreamWriter], Awaitable[None]]] = {
    Fault.REFUSED: FaultyProxy._refuse,
    Fault.RESET: FaultyProxy._reset,
    Fault.HANG_UP: FaultyProxy._hang_up,
    Fault.SLOW_CONNECT: FaultyProxy._slow_down,
    Fault.RESTART: FaultyProxy._restart_between,
}


@asynccontextmanager
async def faulty(port: int, plan: Plan, restart: Callable[[], Awaitable[None]]) -> AsyncIterator[FaultyProxy]:
    """The proxy, listening."""
    proxy = FaultyProxy(port, plan, restart)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.aclose()


def _pieces(whole: bytes, count: int) -> list[bytes]:
    size = -(-len(whole) // count)
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def _stuck(body: bytes, request: bytes) -> bytes:
    """The answer with the cursor of the request; one that holds no events says nothing wrong by that, so it is cut."""
    found = json.loads(body)
    logs = found["data"].get("logsForRun")
    if not logs or not logs.get("events"):
        return body[: len(body) // 2]
    logs["cursor"] = json.loads(request)["variables"].get("afterCursor")
    return json.dumps(found).encode()
