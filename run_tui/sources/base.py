"""What the rest of the program asks of a run system, whichever it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from run_tui.model import DataRows, EventPage, Run, RunEvent, RunEventList, RunFilter, RunList, Step
from run_tui.output import WIDTH, OutputChunk, Stream

if TYPE_CHECKING:
    from run_tui.acts import Act, ConfigProblem, Job, Order, Reexecution, Workspace

Ahead = Callable[[str], Awaitable[None]]
"""Is told where the page after this one starts, while this one is still on its way."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a system can do beyond runs and events; the screens show only what is true here.

    `by_job` says that it lists only the runs of a job that is named; `children` that runs start others, where
    elsewhere they are executed again; `acts` are what it can do to runs, none of them where the connection is
    `read_only`; `saved` that runs stay as they are, finished or not: nothing of them is to come; `lasting` that
    cursors mean the same another day: what was read of a finished run can be kept, and checked then.
    """

    steps: bool = False
    web_page: bool = False
    output: bool = False
    by_job: bool = False
    children: bool = False
    acts: frozenset[Act] = frozenset()
    read_only: bool = False
    saved: bool = False
    lasting: bool = False


class Tables(Protocol):
    """What some systems keep beside events: the rows that steps made, and what triggered a run.

    Every method raises only `SourceError`s, `RunNotFound` among them.
    """

    async def rows(
        self, run_id: str, step: str, attempt: int | None, *, start: int, limit: int, keyword: str | None = None
    ) -> DataRows:
        """At most `limit` rows from `start` on, of those in which the server finds `keyword`.

        They are those of an attempt from 1, None for the last one.
        """

    async def payload(self, run_id: str) -> object:
        """What triggered the run, as JSON has it."""


class Actions(Protocol):
    """What changes runs. Each change is asked for once: `OutcomeUnknown` says that whether it was made is not known.

    Any other `SourceError` means that it was not. Only what the source's `acts` name works; `Unsupported` else.
    """

    async def permissions(self) -> frozenset[Act]:
        """What the server lets whoever asks do, to some runs at least."""

    async def terminate(self, run_id: str, *, force: bool = False) -> None:
        """Asks a run to end; with `force` it is marked as canceled at once, whatever its processes do.

        Raises `RunNotFound`.
        """

    async def reexecute(
        self, run_id: str, how: Reexecution, *, steps: Sequence[str] = (), tags: Mapping[str, str] | None = None
    ) -> str:
        """Executes a run again, all of it or some `steps`; the id of the new run, which has these `tags` too."""

    async def delete(self, run_id: str) -> None:
        """Deletes a run with its events. Raises `RunNotFound`."""

    async def launch(self, order: Order) -> str:
        """Launches a job; the id of the run. Raises `InvalidConfig`."""

    async def workspace(self) -> Workspace:
        """The jobs that can be launched."""

    async def default_config(self, job: Job) -> str:
        """The configuration of a job with everything as its code has it, as YAML; "" where there is none."""

    async def check_config(self, job: Job, config: str) -> tuple[ConfigProblem, ...]:
        """What the server has against a configuration."""


class Source(Protocol):
    """One server of one system. Every method raises only `SourceError`s and can be called again after one."""

    @property
    def system(self) -> str:
        """The API's name as error messages have it, e.g. "Dagster Plus API"."""

    @property
    def where(self) -> str:
        """The server as the user knows it: its URL without any secret, or "demo"."""

    @property
    def capabilities(self) -> Capabilities:
        """What this system can do; known without asking the server."""

    @property
    def tables(self) -> Tables | None:
        """The data rows of steps; None where the system keeps none."""

    @property
    def actions(self) -> Actions | None:
        """What changes runs; None where nothing can be changed, or is to be."""

    def whole_id(self, text: str) -> str | None:
        """The run's id, where a text is a whole one or otherwise names a run beyond doubt."""

    async def runs(self, filter: RunFilter, cursor: str | None = None, limit: int = 50) -> RunList:
        """The newest runs that fit, after `cursor` (the last run's id of the page before)."""

    async def run(self, run_id: str) -> Run:
        """A run's documented metadata. Raises `RunNotFound`."""

    async def run_details(self, run_id: str) -> Run:
        """A run's metadata with its tags, configuration and ancestry. Raises `RunNotFound`."""

    async def events(self, run_id: str, cursor: str | None = None, limit: int = 100) -> RunEventList:
        """The documented page of events after `cursor`, oldest first, at most 1,000. Raises `RunNotFound`."""

    async def page(
        self,
        run_id: str,
        cursor: str | None = None,
        limit: int = 1000,
        *,
        with_run: bool = True,
        ahead: Ahead | None = None,
    ) -> EventPage:
        """A page of events as columns, with errors and metadata, and `with_run` the run's state read with them.

        `ahead` may be told where the next page starts while this one is still on its way; where this one then has to be
        asked for anew, it may end elsewhere. Raises `RunNotFound`.
        """

    async def find_tail(self, run_id: str, after: str | None) -> str | None:
        """A cursor shortly before the run's last events, found without reading what lies between it and `after`.

        None where that is near, or where the system's cursors do not allow it.
        """

    def events_between(self, cursor: str | None, later: str | None) -> int | None:
        """How many events can lie between two cursors at most, negative where `later` comes first; None if unknown."""

    async def has_more_than(self, run_id: str, count: int) -> bool:
        """Whether the server holds more than `count` events of the run: the check for gaps after its end."""

    async def cursor_after(self, run_id: str, count: int) -> str | None:
        """The cursor after the first `count` events (at least 1) as the server holds them now, None if unknown."""

    async def ping(self) -> str:
        """Asks for next to nothing, with all that lets us in: the system, and its version where the server tells it."""

    async def reconnect(self) -> None:
        """Lets go of connections that may have died unnoticed; requests under way are sent anew."""

    async def steps(self, run_id: str) -> list[Step]:
        """The steps the run planned, each after those it depends on; [] where the system has no plan."""

    async def output(self, run_id: str, key: str, stream: Stream, start: int = 0, limit: int = WIDTH) -> OutputChunk:
        """What the process of a `Capture` wrote to one stream after `start` bytes, at most `limit` bytes of it."""

    async def output_end(self, run_id: str, key: str, stream: Stream, width: int = WIDTH) -> int:
        """A place at most about `width` bytes before a stream's end, found without reading what lies before it."""

    def run_url(self, run_id: str, event: RunEvent | None = None) -> str | None:
        """The run's web page, at an event where the page can do that; None where there is no page."""

    async def aclose(self) -> None:
        """Lets go of connections; the source is not used afterwards."""
