"""What sources say of what their system does not have; each says itself only what its system can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from run_tui.errors import Unsupported
from run_tui.model import Run, RunEvent, RunEventList, Step
from run_tui.output import WIDTH, OutputChunk, Stream
from run_tui.sources.base import Actions, Capabilities, Source, Tables

if TYPE_CHECKING:
    from run_tui.acts import ConfigProblem, Job, Order, Reexecution, Workspace
    from run_tui.reach import Reach
    from run_tui.sources._http import AsgiApp, HttpClient

C = TypeVar("C", bound="HttpClient")


class BareSource(Source):
    """Runs and their events, read page by page, and nothing beside them; `keeper` is how refusals call the system."""

    keeper: str
    capabilities = Capabilities()
    tables: Tables | None = None
    actions: Actions | None = None

    async def run_details(self, run_id: str) -> Run:
        """The same as of `run`: there is no more."""
        return await self.run(run_id)

    async def events(self, run_id: str, cursor: str | None = None, limit: int = 100) -> RunEventList:
        """A page of events, as the contract has it."""
        return (await self.page(run_id, cursor, limit, with_run=False)).as_list()

    async def find_tail(self, run_id: str, after: str | None) -> str | None:
        """None: what there is is read from the beginning."""
        return None

    def events_between(self, cursor: str | None, later: str | None) -> int | None:
        """Not known."""
        return None

    async def has_more_than(self, run_id: str, count: int) -> bool:
        """Never: what was read is all there is."""
        return False

    async def cursor_after(self, run_id: str, count: int) -> str | None:
        """Not counted."""
        return None

    async def reconnect(self) -> None:
        """There is no connection."""

    async def steps(self, run_id: str) -> list[Step]:
        """There is no plan."""
        return []

    async def output(self, run_id: str, key: str, stream: Stream, start: int = 0, limit: int = WIDTH) -> OutputChunk:
        """Raises `Unsupported`."""
        raise self._no_output()

    async def output_end(self, run_id: str, key: str, stream: Stream, width: int = WIDTH) -> int:
        """Raises `Unsupported`."""
        raise self._no_output()

    def run_url(self, run_id: str, event: RunEvent | None = None) -> str | None:
        """There are no pages for people."""
        return None

    async def aclose(self) -> None:
        """There is nothing to let go of."""

    def _no_output(self) -> Unsupported:
        return Unsupported(f"{self.keeper} keeps no stdout and stderr")


class Reached(TypedDict, total=False):
    """How a server is reached: `headers` (tokens among them) go to it alone; `app` answers here, known by `name`."""

    headers: Mapping[str, str] | None
    app: AsgiApp | None
    name: str | None
    reach: Reach


class ServerSource(BareSource, Generic[C]):
    """A source that asks a server; its web pages begin at `page`, if not where the server is."""

    def __init__(self, client: C, page: str | None = None) -> None:
        self._client, self._web_page = client, page or client.where

    @property
    def where(self) -> str:
        """The server's URL, without what only programs ask for and without any secret; the name of an `app`."""
        return self._client.where

    async def reconnect(self) -> None:
        """Lets go of connections that may have died unnoticed; requests under way are sent anew."""
        await self._client.reconnect()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


class BareActions(Actions):
    """Changes nothing; `refusal` says so, with what can be done instead."""

    refusal: tuple[str, str]

    async def terminate(self, run_id: str, *, force: bool = False) -> None:
        """Raises `Unsupported`."""
        raise Unsupported(*self.refusal)

    async def reexecute(
        self, run_id: str, how: Reexecution, *, steps: Sequence[str] = (), tags: Mapping[str, str] | None = None
    ) -> str:
        """Raises `Unsupported`."""
        raise Unsupported(*self.refusal)

    async def delete(self, run_id: str) -> None:
        """Raises `Unsupported`."""
        raise Unsupported(*self.refusal)

    async def launch(self, order: Order) -> str:
        """Raises `Unsupported`."""
        raise Unsupported(*self.refusal)

    async def workspace(self) -> Workspace:
        """Raises `Unsupported`."""
        raise Unsupported(*self.refusal)

    async def default_config(self, job: Job) -> str:
        """Raises `Unsupported`."""
        raise Unsupported(*self.refusal)

    async def check_config(self, job: Job, config: str) -> tuple[ConfigProblem, ...]:
        """Raises `Unsupported`."""
        raise Unsupported(*self.refusal)
