"""Asks a PySpur server, and finds out otherwise what the one that is asked does not have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar, Unpack
from urllib.parse import quote

from pydantic import TypeAdapter

from run_tui.errors import RunNotFound, ServerError, TimedOut
from run_tui.model import epoch_ms
from run_tui.sources import _pyspur_wire as wire
from run_tui.sources._bare import Reached
from run_tui.sources._pyspur_list import Fetch, RunPages
from run_tui.sources._rest import RestClient

T = TypeVar("T")

LOOKED_THROUGH = 2000
"""Runs looked through for those that fit, or that a run has started: the server cannot filter."""
DEEPEST = 20
"""Generations of runs that are followed up to the first, or down."""
ABSENT = (404, 405)
_CHILDREN_TOO = {"parent_only": "false"}


class PySpurClient(RestClient):
    """What lies below /api of one server; `hint` is what to do where there is none."""

    endpoint = "/api"
    speaks = "PySpur's API"

    def __init__(self, url: str, *, hint: str = "", **reached: Unpack[Reached]) -> None:
        super().__init__(url, hint=hint, **reached)
        self._absent: set[str] = set()
        self._lists = {only: RunPages(self._fetcher(parents_only=only)) for only in (True, False)}

    async def get(self, path: str, shape: TypeAdapter[T], params: Mapping[str, str] | None = None) -> T:
        """What lies at `path`, as `shape` has it."""
        try:
            return await super().get(path, shape, params)
        except TimedOut as error:
            raise TimedOut(f"{error}: it may be busy", "While a node computes, PySpur answers nothing.") from error

    async def some_run(self) -> None:
        """Looks for one run, whichever it is: no endpoint asks for less."""
        await self._runs({"page": "1", "page_size": "1"})

    async def run(self, run_id: str) -> wire.Run:
        """The run as its own endpoint tells it. Raises `RunNotFound`."""
        try:
            return await self.get(f"/run/{quoted(run_id)}/", wire.adapter(wire.Run))
        except ServerError as error:
            if error.status != 404:
                raise
            raise RunNotFound(f"Run {run_id} not found", f"The server asked was {self.where}.") from None

    async def snapshot(self, run_id: str) -> wire.Run:
        """The run, never older than its tasks; those come from their own endpoint where there is one."""
        path = f"/run/{quoted(run_id)}/tasks/"
        try:
            tasks = await self._documented("tasks", run_id, lambda: self.get(path, wire.adapter(list[wire.Task])))
        except LookupError:
            return await self.run(run_id)
        return (await self.run(run_id)).model_copy(update={"tasks": tasks})

    def runs_after(self, run: wire.Run | None, *, parents_only: bool) -> AsyncIterator[wire.Run]:
        """The runs after this one, or all, newest first; those that others have started only where they are wanted."""
        return self._lists[parents_only].after(run)

    async def named(self, run_ids: Iterable[str]) -> list[wire.Run]:
        """Those of the runs that there are, newest first."""
        found = []
        for run_id in run_ids:
            with suppress(RunNotFound):
                found.append(await self.run(run_id))
        return _newest_first(found)

    async def root_of(self, run: wire.Run) -> wire.Run:
        """The run that a run's ancestry began with, as far as it is still there."""
        for _ in range(DEEPEST):
            if run.parent_run_id is None:
                break
            try:
                run = await self.run(run.parent_run_id)
            except RunNotFound:
                break
        return run

    async def children(self, run: wire.Run) -> list[wire.Run]:
        """The runs that a run has started, newest first."""
        path = f"/run/{quoted(run.id)}/children/"
        try:
            children = await self._documented("children", run.id, lambda: self.get(path, wire.adapter(list[wire.Run])))
        except LookupError:
            return [other for other in await self._since(run) if other.parent_run_id == run.id]
        return _newest_first(children)

    async def descendants(self, root_id: str) -> list[wire.Run]:
        """The runs that a run has started, and those that these have, newest first."""
        generation = [await self.run(root_id)]
        found: dict[str, wire.Run] = {}
        for _ in range(DEEPEST):
            children = [child for run in generation for child in await self.children(run)]
            generation = [child for child in children if child.id not in found and child.id != root_id]
            found |= {child.id: child for child in generation}
        return _newest_first(found.values())

    async def delete_run(self, run_id: str) -> None:
        """Deletes a run. Raises `LookupError` where the server cannot."""
        await self._documented("delete", run_id, lambda: self.delete(f"/run/{quoted(run_id)}/"))

    async def _since(self, run: wire.Run) -> list[wire.Run]:
        """All runs that began after this one, newest first, as far as they are looked through."""
        found: list[wire.Run] = []
        async for other in self.runs_after(None, parents_only=False):
            if _began(other) < _began(run) or len(found) == LOOKED_THROUGH:
                break
            found.append(other)
        return found

    async def _documented(self, what: str, run_id: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What an endpoint answers that not every server has. Raises `LookupError` where it is absent."""
        if what in self._absent:
            raise LookupError(what)
        try:
            return await ask()
        except ServerError as error:
            if error.status not in ABSENT:
                raise
        await self.run(run_id)
        self._absent.add(what)
        raise LookupError(what)

    def _fetcher(self, *, parents_only: bool) -> Fetch:
        async def fetch(page: int, size: int) -> list[wire.Run]:
            params = {"page": str(page), "page_size": str(size)}
            return await self._runs(params if parents_only else params | _CHILDREN_TOO)

        return fetch

    async def _runs(self, params: Mapping[str, str]) -> list[wire.Run]:
        return await self.get("/run/", wire.adapter(list[wire.Run]), params)


def quoted(run_id: str) -> str:
    """An id as a part of an address, whatever is in it."""
    return quote(run_id, safe="", errors="replace")


def _newest_first(runs: Iterable[wire.Run]) -> list[wire.Run]:
    return sorted(runs, key=_began, reverse=True)


def _began(run: wire.Run) -> int:
    return epoch_ms(run.start_time)
