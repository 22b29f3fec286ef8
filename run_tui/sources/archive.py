"""A run in a file: saved by run-tui, exported by `dagster debug export`, or what `run-events get --json` printed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from run_tui.errors import RunNotFound, SourceError
from run_tui.model import EventPage, Run, RunFilter, RunList, Step, epoch_ms
from run_tui.sources._archive_content import STANDARD_INPUT
from run_tui.sources._archive_file import open_saved
from run_tui.sources._bare import BareSource
from run_tui.sources.base import Ahead, Capabilities


class ArchiveSource(BareSource):
    """The one run in the file at `path`, or for "-" in what standard input brings, as soon as it brings it.

    Raises `RunNotFound` where there is no such file, `BadAnswer` where there is no run in it.
    """

    system = "file"
    keeper = "A file"

    def __init__(self, path: str) -> None:
        self._path = path
        self.name = "Standard input" if path == STANDARD_INPUT else Path(path).name
        self.capabilities = Capabilities(steps=True, saved=True)
        self._saved = open_saved(path, self.name)

    @property
    def where(self) -> str:
        """The file's name, and where its run comes from."""
        return f"{self.name}{self._saved.origin}"

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._saved.run.id

    @property
    def together(self) -> Sequence[Run]:
        """Those whose events were saved together, under the id of none of them; () where it is one run."""
        return self._saved.runs

    @property
    def saved_at(self) -> float:
        """The time at which the run was as the file has it, in epoch seconds."""
        return epoch_ms(self._saved.saved_at) / 1000

    def whole_id(self, text: str) -> str | None:
        """The run's id, for the file's own path too."""
        return self.run_id if text in (self._path, self.run_id) else None

    async def runs(self, filter: RunFilter, cursor: str | None = None, limit: int = 50) -> RunList:
        """The run, where it fits."""
        run = self._saved.run
        fits = (
            cursor is None
            and (not filter.statuses or run.status in filter.statuses)
            and filter.job in (None, run.pipeline_name)
            and all(run.tags.get(key) == value for key, value in filter.tags)
            and (not filter.ids or run.id in filter.ids)
        )
        return RunList(items=[run] if fits else [], total=int(fits))

    async def run(self, run_id: str) -> Run:
        """The run as it was when it was saved, or as far as that has come. Raises `RunNotFound` for any other."""
        if run_id != self.run_id:
            raise RunNotFound(f"Run {run_id} not found", f"{self.name} holds run {self.run_id}.")
        return self._saved.run

    async def whole(self) -> None:
        """Returns when all that the file tells of the run has come."""
        await self._saved.whole()

    async def run_details(self, run_id: str) -> Run:
        """The run, when all that there is of it has come."""
        await self.whole()
        return await self.run(run_id)

    async def page(
        self,
        run_id: str,
        cursor: str | None = None,
        limit: int = 1000,
        *,
        with_run: bool = True,
        ahead: Ahead | None = None,
    ) -> EventPage:
        """The events after `cursor`; those that cannot be read are left out and told of in `skipped`."""
        await self.run(run_id)
        try:
            return await self._saved.page(cursor, limit)
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read: {error.strerror}") from None

    async def find_tail(self, run_id: str, after: str | None) -> str | None:
        """A cursor about a page before the end of a long file."""
        return await asyncio.to_thread(self._saved.tail, after)

    def events_between(self, cursor: str | None, later: str | None) -> int | None:
        """How many events lie between two cursors, broken ones included."""
        return None if later is None else self._saved.between(cursor, later)

    async def ping(self) -> str:
        """The file is there: it is open."""
        return self.name

    async def steps(self, run_id: str) -> list[Step]:
        """The steps the run planned, when they have come; [] where the file does not tell."""
        await self.whole()
        return list(self._saved.steps)

    async def aclose(self) -> None:
        """Lets go of the file."""
        self._saved.close()
