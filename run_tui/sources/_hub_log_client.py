"""Asks a Hub Log server, and puts its refusals into sentences."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from pydantic import TypeAdapter

from run_tui.errors import BadAnswer, RunNotFound, ServerError
from run_tui.sources import _hub_log_wire as wire
from run_tui.sources._hub_log_places import RunKey
from run_tui.sources._rest import RestClient

T = TypeVar("T")
P = TypeVar("P", wire.LogPage, wire.ErrorPage, wire.RowPage, wire.RunPage)

_REFUSALS = {422: "does not take what was asked", 502: "could not look up its runs"}


class HubLogClient(RestClient):
    """What lies below `/api/v1` of one server."""

    endpoint = "/api/v1"
    speaks = "the Hub Log API"

    async def get(self, path: str, shape: TypeAdapter[T], params: Mapping[str, str] | None = None) -> T:
        """What lies at `path`, as `shape` has it."""
        try:
            return await super().get(path, shape, params)
        except ServerError as error:
            if error.status not in _REFUSALS:
                raise
            raise ServerError(f"{self.where} {_REFUSALS[error.status]}: {error}", status=error.status) from error

    async def page(self, path: str, shape: type[P], page: int, limit: int, params: Mapping[str, str]) -> P:
        """The page of that number. Raises `BadAnswer` where another one came: going on would never end."""
        asked = {**params, "page": str(page), "limit": str(limit)}
        answer = await self.get(path, wire.adapter(shape), asked)
        sent = answer.get("limit", limit), answer.get("offset", page * limit)
        if sent != (limit, page * limit) or len(answer["items"]) > limit:
            raise BadAnswer(f"{self.where} sent another page than the one that was asked for")
        return answer

    async def of_run(self, key: RunKey, answer: Awaitable[T]) -> T:
        """The answer to a question about a run. Raises `RunNotFound` where the server knows no such run."""
        try:
            return await answer
        except ServerError as error:
            if error.status != 404:
                raise
            raise RunNotFound(f"Run {key} not found", f"{self.where} says: {error}.") from error
