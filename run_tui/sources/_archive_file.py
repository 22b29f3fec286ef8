"""Opens a file with a run in it, whatever its kind: plain or compressed, lines or one object, named or piped in."""

from __future__ import annotations

import gzip
import re
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Protocol

from run_tui.errors import BadAnswer, RunNotFound, SourceError
from run_tui.model import EventPage, Run, Step
from run_tui.sources._archive_lines import SavedLines
from run_tui.sources._archive_table import DOCUMENTED, EXPORTED, SavedTable

STANDARD_INPUT = "-"
"""The path that stands for standard input."""

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_FIRST_KEY = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(\w*)"')
_OF_TABLES = frozenset({b"__class__", b"version", b"run_id", b"pipeline_run", EXPORTED.encode(), DOCUMENTED.encode()})
"""The keys that a file of one single object may begin with; those of lines are others."""


class Saved(Protocol):
    """A run in a file. Its methods raise `BadAnswer` for a cursor of another file."""

    @property
    def run(self) -> Run:
        """The run as it was when it was saved."""

    @property
    def runs(self) -> Sequence[Run]:
        """Those whose events were saved together; () where it is one."""

    @property
    def steps(self) -> Sequence[Step]:
        """The steps the run planned."""

    @property
    def origin(self) -> str:
        """Where the file says that it comes from, and which events are in it; "" where it does not say."""

    @property
    def saved_at(self) -> str:
        """The time at which the run was as the file has it, in ISO 8601."""

    def page(self, cursor: str | None, limit: int) -> EventPage:
        """At most `limit` events from a place on; what cannot be read is left out and told of."""

    def tail(self, after: str | None) -> str | None:
        """A place about a page before the end, if that is far from `after`."""

    def between(self, cursor: str | None, later: str) -> int:
        """How many events lie between two places."""

    def close(self) -> None:
        """Lets go of the file."""


def open_saved(path: str, name: str) -> Saved:
    """The run in a file, known by `name`. Raises `RunNotFound`, `BadAnswer` and other `SourceError`s."""
    try:
        with ExitStack() as files:
            file = sys.stdin.buffer if path == STANDARD_INPUT else files.enter_context(Path(path).open("rb"))
            saved = _saved(file, name, files)
            files.pop_all()  # it is read on later
            return saved
    except FileNotFoundError:
        raise RunNotFound(f"There is no file {path}") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from None


def _saved(file: BinaryIO, name: str, files: ExitStack) -> Saved:
    file, damage = _plain(file, name, files)
    head = file.read(_CHUNK)
    if not head.strip():
        raise BadAnswer(f"{name} is empty")
    first = _FIRST_KEY.match(head)
    if first is None:
        raise BadAnswer(f"{name} holds no run: it is no JSON object")
    if first[1] not in _OF_TABLES:
        return SavedLines(file, name, damage)
    text = (head + file.read()).decode("utf-8-sig", "replace")
    files.close()
    return SavedTable(text, name, damage)


def _plain(file: BinaryIO, name: str, files: ExitStack) -> tuple[BinaryIO, Sequence[str]]:
    """The file's content as a file that can be read anywhere, at its beginning, and what is wrong with it."""
    damage: Sequence[str] = ()
    if not file.seekable():
        file = _spooled(iter(lambda: file.read(_CHUNK), b""), files)
    compressed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    if compressed:
        pieces = _Unzipped(file)
        packed, file = file, _spooled(pieces, files)
        if packed is not sys.stdin.buffer:
            packed.close()
        damage = (f"{name} is damaged or cut off: what follows the last event shown is lost.",) if pieces.broken else ()
    return file, damage


def _spooled(pieces: Iterable[bytes], files: ExitStack) -> BinaryIO:
    """A file without a name that holds the pieces, which goes with the program."""
    spool = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (it is)
    spool.writelines(pieces)
    spool.seek(0)
    return spool


class _Unzipped:
    """The content of a compressed file piece by piece, as far as it is whole; then `broken` says whether it was."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.broken = file, False

    def __iter__(self) -> Iterator[bytes]:
        try:
            with gzip.open(self._file) as unzipped:
                yield from iter(lambda: unzipped.read1(_CHUNK), b"")
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.broken = True
