"""The stand-in's HTTP side: Starlette routes that answer, refuse and break as the document's server does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.labs.hub_log.data import PHASES, Attempt, HubRun, Row, World

TOKEN = "hub-t0ken"
API = "/api/v1"
NDJSON = "application/x-ndjson"
LONGEST_SEARCH = timedelta(days=7)
_STATES = {"success": True, "failed": False}
_LINES_AT_ONCE = 500


@dataclass
class Troubles:
    """What goes wrong from now on; a test sets these while the server runs, and sees in `asked` what it was asked.

    `break_stream_after` cuts each NDJSON stream after so many lines, `end_stream_after` ends it there as if it were
    whole, `stall_stream_after` sends nothing from there on. `fail` answers a request in place of the server.
    """

    break_stream_after: int | None = None
    end_stream_after: int | None = None
    stall_stream_after: int | None = None
    no_streams: bool = False
    wrong_offset: bool = False
    fail: Callable[[Request], Response | None] | None = None
    asked: list[str] = field(default_factory=list)

    def count(self, part: str) -> int:
        """How many requests had `part` in their address."""
        return sum(part in address for address in self.asked)


class Problem(Exception):
    """An RFC 9457 answer."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        self.status, self.title, self.detail = status, title, detail


class Invalid(Exception):
    """FastAPI's own 422 for a parameter."""

    def __init__(self, name: str, message: str) -> None:
        self.body = {"detail": [{"loc": ["query", name], "msg": message, "type": "value_error"}]}


class HubLog:
    """The server's answers over one `world`."""

    def __init__(self, world: World, troubles: Troubles | None = None, token: str = TOKEN) -> None:
        self.world, self.troubles, self._token = world, troubles or Troubles(), token

    def app(self) -> Starlette:
        """The ASGI application."""
        run = f"{API}/dags/{{dag}}/runs/{{date}}/{{run}}"
        phase = f"{run}/phases/{{phase}}"
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route(f"{API}/dags/{{dag}}/runs", self._guarded(self._search)),
                Route(run, self._guarded(self._summary)),
                Route(f"{run}/event", self._guarded(self._event)),
                Route(phase, self._guarded(self._metadata)),
                Route(f"{phase}/data", self._guarded(self._data)),
                Route(f"{phase}/errors", self._guarded(self._errors)),
                Route(f"{phase}/logs", self._guarded(self._logs)),
            ]
        )

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "healthy", "app_name": "Hub Log", "version": "2.3.0", "environment": "test"})

    def _guarded(self, answer: Callable[[Request], Response]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            self.troubles.asked.append(str(request.url.path) + "?" + request.url.query)
            failure = self.troubles.fail(request) if self.troubles.fail else None
            if failure is not None:
                return failure
            if request.headers.get("authorization") != f"Bearer {self._token}":
                return problem(401, "Unauthorized", "Could not validate credentials")
            if b"+" in request.scope["raw_path"] or b":" in request.scope["raw_path"]:
                return problem(404, "Not Found", "Run ids are to be URL-encoded")
            try:
                return answer(request)
            except Problem as error:
                return problem(error.status, error.title, error.detail)
            except Invalid as error:
                return JSONResponse(error.body, 422)

        return guarded

    def _search(self, request: Request) -> Response:
        first, last = _day(request, "date_from"), _day(request, "date_to")
        if last < first or last - first > LONGEST_SEARCH:
            raise Problem(422, "Invalid date range", "date_from and date_to must be at most 7 days apart")
        wanted = request.query_params
        ids = wanted["run_ids"].split(",") if "run_ids" in wanted else None
        states = {phase: _state(request, f"{phase}_status") for phase in PHASES[1:]}
        found = [
            run.summary()
            for run in self.world.dags.get(request.path_params["dag"], ())
            if first.isoformat() <= run.date <= last.isoformat()
            and (ids is None or run.run_id in ids)
            and all(state is None or _success(run, phase) is state for phase, state in states.items())
            and all(_has(run.searched(phase), wanted.get(f"{phase}_keyword")) for phase in PHASES)
        ]
        return self._page(request, found, default=20, most=100)

    def _run(self, request: Request) -> HubRun:
        where = request.path_params
        _parse_day(where["date"], "date")
        run = self.world.find(where["dag"], where["date"], where["run"])
        if run is None:
            raise Problem(404, "Not Found", "Run not found in etl.logs")
        return run

    def _summary(self, request: Request) -> Response:
        return JSONResponse(self._run(request).summary())

    def _event(self, request: Request) -> Response:
        return JSONResponse(self._run(request).payload())

    def _attempt(self, request: Request) -> tuple[str, int, Attempt | None]:
        """The attempt asked for; None where there are no files of it."""
        where, number = request.path_params, _number(request, "attempt", 1, 1, 1000)
        if where["phase"] not in PHASES:
            raise Invalid("phase", f"Input should be {', '.join(PHASES)}")
        run = self.world.find(where["dag"], where["date"], where["run"])
        attempts = run.phases.get(where["phase"], []) if run else []
        return where["phase"], number, attempts[number - 1] if number <= len(attempts) else None

    def _metadata(self, request: Request) -> Response:
        phase, number, attempt = self._attempt(request)
        return self._page(request, [attempt.metadata(phase, number)] if attempt else [])

    def _data(self, request: Request) -> Response:
        _, _, attempt = self._attempt(request)
        rows = Lines(attempt.rows if attempt else 0, attempt.data if attempt else _none)
        return self._page(request, rows.having(request.query_params.get("keyword")))

    def _errors(self, request: Request) -> Response:
        _, _, attempt = self._attempt(request)
        return self._page(request, attempt.errors if attempt else [])

    def _logs(self, request: Request) -> Response:
        _, _, attempt = self._attempt(request)
        lines = Lines(attempt.logs if attempt else 0, attempt.log if attempt else _none)
        wanted = request.query_params
        if NDJSON in request.headers.get("accept", "") and not self.troubles.no_streams:
            return StreamingResponse(self._stream(lines), media_type=NDJSON)
        found = lines.having(wanted.get("keyword"), "message")
        if level := wanted.get("level"):
            found = [line for line in found if line["level"] == level]
        return self._page(request, found)

    async def _stream(self, lines: Lines) -> AsyncIterator[bytes]:
        troubles = self.troubles
        ends = (troubles.break_stream_after, troubles.end_stream_after, troubles.stall_stream_after)
        end = min((at for at in ends if at is not None), default=len(lines))
        for first in range(0, end, _LINES_AT_ONCE):
            yield _ndjson(lines[first : min(end, first + _LINES_AT_ONCE)])
            await asyncio.sleep(0)  # else nobody would see that the reader has gone, and nobody else be answered
        if troubles.stall_stream_after is not None:
            await asyncio.Event().wait()
        if troubles.break_stream_after is not None:
            yield b'{"cut'
            raise ConnectionResetError("the stream broke")

    def _page(self, request: Request, rows: Lines | list[Row], *, default: int = 50, most: int = 500) -> Response:
        limit = _number(request, "limit", default, 1, most)
        offset = _number(request, "page", 0, 0, 10**9) * limit
        return JSONResponse(
            {
                "items": list(rows[offset : offset + limit]),
                "total": len(rows),
                "limit": limit,
                "offset": 0 if self.troubles.wrong_offset else offset,
                "has_more": offset + limit < len(rows),
            }
        )


class Lines:
    """Rows that are made when they are looked at."""

    def __init__(self, length: int, row: Callable[[int], Row]) -> None:
        self._length, self._row = length, row

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> list[Row]:
        return [self._row(number) for number in range(*part.indices(self._length))]

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, range(self._length))

    def having(self, keyword: str | None, column: str | None = None) -> Lines | list[Row]:
        """Those that have the keyword in a column, or anywhere, whatever its case."""
        if keyword is None:
            return self
        return [row for row in self if _has(str(row[column]) if column else _searchable(row), keyword)]


def problem(status: int, title: str, detail: str) -> Response:
    """A problem document."""
    body = {"type": f"https://hub.log/problems/{status}", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


def _ndjson(rows: Iterable[Row]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _searchable(row: Row) -> str:
    return " ".join(map(str, row.values()))


def _has(text: str, keyword: str | None) -> bool:
    return keyword is None or keyword.casefold() in text.casefold()


def _success(run: HubRun, phase: str) -> bool | None:
    told = run.summary()[phase]
    return None if told is None else told["success"]


def _state(request: Request, name: str) -> bool | None:
    text = request.query_params.get(name, "all")
    if text != "all" and text not in _STATES:
        raise Problem(422, "Invalid filter", f"{name} must be all, success or failed")
    return _STATES.get(text)


def _day(request: Request, name: str) -> date:
    if name not in request.query_params:
        raise Invalid(name, "Field required")
    return _parse_day(request.query_params[name], name)


def _parse_day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(name, "Input should be a valid date") from None


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Invalid(name, f"Input should be a number from {least} to {most}")
    return int(text)


def _none(row: int) -> Row:
    raise IndexError(row)
