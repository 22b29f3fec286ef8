"""Reads a Hub Log run's events: part after part of its attempts."""

from __future__ import annotations

from run_tui.sources import _hub_log_wire as wire
from run_tui.sources._hub_log_client import HubLogClient
from run_tui.sources._hub_log_layout import Attempt, Layout
from run_tui.sources._hub_log_models import PageBuilder, created_at
from run_tui.sources._hub_log_places import Part, Place, RunKey
from run_tui.sources._hub_log_rows import MOST_ROWS, LogReader
from run_tui.sources._page_size import PageSize


class EventReader:
    """The events of one server's runs."""

    def __init__(self, client: HubLogClient) -> None:
        self._client = client
        self._logs = LogReader(client)
        self._errors_size = PageSize(MOST_ROWS)

    async def fill(self, page: PageBuilder, layout: Layout) -> bool:
        """Fills a page as far as there are events; whether there may be more."""
        while page.room > 0:
            attempt = layout.at(page.place)
            if attempt is None or not await self._read_part(page, attempt):
                return False
        return True

    def stop_at(self, key: RunKey, place: Place) -> None:
        """What lies behind a place is read by others, whose pages begin there."""
        if place.part is Part.LOGS:
            self._logs.stop_at(_path(key, place.phase, "logs"), str(place.attempt), place.row)

    async def aclose(self) -> None:
        """Ends what is being read."""
        await self._logs.aclose()

    async def _read_part(self, page: PageBuilder, attempt: Attempt) -> bool:
        """Reads on in the part where the page stands, or goes on to the next; whether there is anything to go on to."""
        created = created_at(page.key)
        if page.place.segment[:2] != attempt.order or page.place.part is Part.START:
            page.start(attempt, created)
            return True
        match page.place.part:
            case Part.LOGS:
                if not await self._read_lines(page, attempt):
                    page.place = page.place.at(Part.ERRORS) if attempt.over else page.place
                    return attempt.over
            case Part.ERRORS:
                errors = await self._errors(page.key, attempt, page.place.row, page.room)
                page.errors(attempt, errors, created)
                if not errors:
                    page.place = page.place.at(Part.END)
            case _:
                page.end(attempt, await self._last_error(page.key, attempt), created)
        return True

    async def _read_lines(self, page: PageBuilder, attempt: Attempt) -> bool:
        """Whether there may be more lines after those read."""
        path, params = _path(page.key, attempt.phase, "logs"), {"attempt": str(attempt.number)}
        found = await self._logs.read(path, params, page.place.row, page.room, attempt.logs)
        page.lines(attempt.phase, found.lines)
        if found.skipped is not None:
            page.skip_line(found.skipped)
        return found.more

    async def _errors(self, key: RunKey, attempt: Attempt, row: int, room: int) -> list[wire.Error]:
        if row >= attempt.errors:
            return []

        async def ask(limit: int) -> list[wire.Error]:
            path, params = _path(key, attempt.phase, "errors"), {"attempt": str(attempt.number)}
            return (await self._client.page(path, wire.ErrorPage, row // limit, limit, params))["items"][row % limit :]

        return (await self._errors_size.ask(ask, MOST_ROWS))[:room]

    async def _last_error(self, key: RunKey, attempt: Attempt) -> wire.Error | None:
        """The one that ended the attempt: those before it were lived with."""
        if attempt.success or not attempt.errors:
            return None
        return next(iter(await self._errors(key, attempt, attempt.errors - 1, 1)), None)


def _path(key: RunKey, phase: str, what: str) -> str:
    return f"{key.path}/phases/{phase}/{what}"
