"""A source that answers from a script, for what no real server does on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from run_tui.errors import RunNotFound, SourceError
from run_tui.model import EventPage, Run, RunFilter, RunList, RunStatus, epoch_ms
from run_tui.output import WIDTH, OutputChunk, Stream
from run_tui.pace import Clock
from run_tui.sources._bare import BareSource
from run_tui.sources._dagster_output import chunk_of, cursor_at
from run_tui.sources.base import Ahead, Capabilities


def a_run(status: RunStatus = RunStatus.STARTED, run_id: str = "r1", **fields: object) -> Run:
    return Run.model_validate(
        {"id": run_id, "status": status, "created_at": "2026-11-22T00:00:00.000Z", "pipeline_name": "etl"} | fields
    )


def a_page(messages: Sequence[str], cursor: str | None = None, **fields: object) -> EventPage:
    size = len(messages)
    columns = {
        "timestamps": [str(1_795_307_802_000 + n) for n in range(size)],
        "levels": ["INFO"] * size,
        "types": [None] * size,
        "steps": [None] * size,
    }
    return EventPage(**{"run_id": "r1", "messages": list(messages), "cursor": cursor} | columns | fields)  # type: ignore[arg-type]


@dataclass
class FakeTime:
    """A clock that moves only when somebody waits; what was waited for is kept."""

    seconds: float = 1_795_400_000.0
    waits: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, lambda: self.seconds, self._pause, lambda: 1.0)

    async def _pause(self, seconds: float, interrupt: asyncio.Event) -> None:
        self.waits.append(seconds)
        if not interrupt.is_set():
            self.seconds += seconds
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked for by."""

    cursor: str | None
    limit: int
    with_run: bool
    ahead: Ahead | None


@dataclass(eq=False)
class ScriptedSource(BareSource):
    """Holds events of one run; `script` is asked before each page and may raise or change what the server holds.

    Tests that want other pages give another `answer`.
    """

    log: list[str] = field(default_factory=list)
    status: RunStatus = RunStatus.STARTED
    page_size: int = 3
    hidden: set[int] = field(default_factory=set)
    script: Callable[[ScriptedSource, int], None] = lambda source, number: None
    cursors: list[str | None] = field(default_factory=list)
    ended_at: str | None = None
    tail_at: str | None = None
    last_limit: int = 0
    runs_held: list[Run] = field(default_factory=list)
    written: bytes = b""
    pieces: list[tuple[int, int]] = field(default_factory=list)
    system: str = "Scripted API"
    where: str = "scripted"
    capabilities: Capabilities = field(default_factory=Capabilities)

    async def page(
        self,
        run_id: str,
        cursor: str | None = None,
        limit: int = 1000,
        *,
        with_run: bool = True,
        ahead: Ahead | None = None,
    ) -> EventPage:
        page = await self.answer(Asked(cursor, limit, with_run, ahead))
        return replace(page, run=await self.run(run_id)) if self.runs_held else page

    async def answer(self, asked: Asked) -> EventPage:
        self.cursors.append(asked.cursor)
        self.script(self, len(self.cursors))
        after, limit = int(asked.cursor or 0), min(asked.limit, self.page_size)
        shown = [n for n in range(after, len(self.log)) if n not in self.hidden][:limit]
        return a_page(
            [self.log[n] for n in shown],
            str(shown[-1] + 1) if shown else str(after),
            has_more=len(shown) == limit,
            run=a_run(self.status, ended_at=self.ended_at),
        )

    async def find_tail(self, run_id: str, after: str | None) -> str | None:
        self.script(self, -1)
        return self.tail_at

    def events_between(self, cursor: str | None, later: str | None) -> int | None:
        return int(later or 0) - int(cursor or 0)

    async def has_more_than(self, run_id: str, count: int) -> bool:
        return len(self.log) > count

    async def cursor_after(self, run_id: str, count: int) -> str | None:
        shown = [n for n in range(len(self.log)) if n not in self.hidden]
        return str(shown[count - 1] + 1) if count <= len(shown) else None

    async def ping(self) -> str:
        self.script(self, 0)
        return self.system

    async def runs(self, filter: RunFilter, cursor: str | None = None, limit: int = 50) -> RunList:
        self.cursors.append(cursor)
        self.script(self, len(self.cursors))
        fitting = [run for run in self.runs_held if fits(run, filter)]
        start = [run.id for run in fitting].index(cursor) + 1 if cursor else 0
        items = fitting[start : start + limit]
        last = items[-1].id if items else cursor
        return RunList(items=items, total=len(fitting), cursor=last, has_more=start + limit < len(fitting))

    async def run(self, run_id: str) -> Run:
        if not self.runs_held:
            return a_run(self.status)
        run = next((run for run in self.runs_held if run.id == run_id), None)
        if run is None:
            raise RunNotFound(f"Run {run_id} not found", "")
        return run

    async def output(self, run_id: str, key: str, stream: Stream, start: int = 0, limit: int = WIDTH) -> OutputChunk:
        self.pieces.append((start, limit))
        self.script(self, len(self.pieces))
        part = self.written[start : start + limit]
        cursor = cursor_at(Stream.STDERR, start + len(part))
        return chunk_of(Stream.STDERR, start, part.decode(errors="replace") or None, cursor)

    def whole_id(self, text: str) -> str | None:
        return text

    async def output_end(self, run_id: str, key: str, stream: Stream, width: int = WIDTH) -> int:
        return max(0, len(self.written) - width)


def fits(run: Run, filter: RunFilter) -> bool:
    """Whether a run is among those a server would list."""
    created = epoch_ms(run.created_at) / 1000
    return (
        (not filter.ids or run.id in filter.ids)
        and (not filter.statuses or run.status in filter.statuses)
        and filter.job in (None, run.pipeline_name)
        and filter.root in (None, run.root_run_id)
        and (filter.created_after is None or created > filter.created_after)
        and (filter.created_before is None or created < filter.created_before)
    )


def failing(*errors: SourceError) -> Callable[[ScriptedSource, int], None]:
    """A script whose first requests fail with these errors, one after the other."""
    left = list(errors)

    def script(source: ScriptedSource, number: int) -> None:
        if left:
            raise left.pop(0)

    return script
