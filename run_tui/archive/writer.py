"""Writes a run to a file, in the form that the file's suffix asks for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol, Self

from run_tui.archive.lines import Header, event_line, header_line
from run_tui.archive.safe_file import SafeFile
from run_tui.archive.table import table_end, table_head, table_row
from run_tui.errors import ConfigError
from run_tui.model import RunEvent


class _Form(Protocol):
    """How a file tells of a run, line by line."""

    def head(self, header: Header) -> list[str]: ...

    def lines(self, events: Iterable[RunEvent]) -> Iterator[str]: ...

    def end(self, header: Header, count: int) -> list[str]: ...


class _Lines:
    """All there is to know, for `run-tui open` and for programs."""

    def head(self, header: Header) -> list[str]:
        return [header_line(header)]

    def lines(self, events: Iterable[RunEvent]) -> Iterator[str]:
        return map(event_line, events)

    def end(self, header: Header, count: int) -> list[str]:
        return []


class _Csv:
    """One row an event, every text exact, for spreadsheets and data frames."""

    COLUMNS = "runId", "timestamp", "level", "eventType", "stepKey", "attempt", "message"

    def head(self, header: Header) -> list[str]:
        return [",".join(self.COLUMNS)]

    def lines(self, events: Iterable[RunEvent]) -> Iterator[str]:
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        for event in events:
            place = event.run_id, event.timestamp, event.level, event.event_type, event.step_key
            rows.writerow((*place, event.attempt, event.message))
        yield text.getvalue().removesuffix("\n")

    def end(self, header: Header, count: int) -> list[str]:
        return []


class _Table:
    """The documented table, for people."""

    def head(self, header: Header) -> list[str]:
        return table_head(header.run.id)

    def lines(self, events: Iterable[RunEvent]) -> Iterator[str]:
        return map(table_row, events)

    def end(self, header: Header, count: int) -> list[str]:
        return table_end(header.run.id, count)


_FORMS: dict[str, type[_Form]] = {".jsonl": _Lines, ".csv": _Csv, ".txt": _Table}
SUFFIXES = tuple(_FORMS)
"""What files of each form end in; the first one's lose nothing."""


class RunWriter:
    """A run on its way into a file; as a context manager it leaves nothing behind where `finish` was not reached.

    A file that is there already is only taken the place of with `overwrite`. Raises `ConfigError` for a suffix that
    says nothing, and `OutputError` where the file cannot be written or is there.
    """

    def __init__(self, path: str, header: Header, *, overwrite: bool = False) -> None:
        form = _FORMS.get(Path(path).suffix.lower())
        if form is None:
            raise ConfigError(f"The file's name is to end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
        self._header, self._form = header, form()
        self._file = SafeFile(Path(path), replace=overwrite)
        self.count = 0
        self._write(self._form.head(header))

    @property
    def path(self) -> Path:
        """Where the file will be."""
        return self._file.path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.__exit__()

    def add(self, events: list[RunEvent]) -> None:
        """Writes the next events."""
        if events:
            self._write(self._form.lines(events))
            self.count += len(events)

    def sync(self) -> None:
        """Returns when all that was added is on the disk."""
        self._file.sync()

    def finish(self) -> None:
        """The file is whole, and in its place from now on."""
        self._write(self._form.end(self._header, self.count))
        if isinstance(self._form, _Lines):
            self._file.rewrite(header_line(replace(self._header, count=self.count)))
        self._file.commit()

    def _write(self, lines: Iterable[str]) -> None:
        self._file.write("".join(f"{line}\n" for line in lines))
