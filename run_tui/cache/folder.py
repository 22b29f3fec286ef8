"""The folder of kept runs: private to its user, and bounded in size."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

from run_tui.archive import Header
from run_tui.cache.files import KeptRun, KeptWriter
from run_tui.marks import Marks
from run_tui.model import Run, epoch_ms
from run_tui.sources.base import Source
from run_tui.store import EventStore, Pieces

SUFFIX, UNFINISHED = ".run", ".part"
MOST = 10_000
"""Runs kept at most, however small."""
DAY = 86_400
_SERVER = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept run by its file: `used` is when it was last opened or written, in epoch seconds, `size` its bytes."""

    path: Path
    size: int
    used: float

    @property
    def server(self) -> str:
        """What the run's server is known by here."""
        return self.path.name[:_SERVER]

    @property
    def run_id(self) -> str:
        """The run's id."""
        return unquote(self.path.name[_SERVER + 1 :].removesuffix(SUFFIX).rpartition("-")[0], errors="surrogatepass")


@dataclass(frozen=True, slots=True)
class Keep:
    """A run that was read to its end, to be kept: what is known of it, where its reader stood, its events."""

    header: Header
    marks: Marks
    store: EventStore


class Cache:
    """Finished runs in files of `folder`, at most `limit` bytes of them: those opened least recently go first.

    What cannot be read as a whole run is thrown away, and no error.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit

    def find(self, source: Source, run: Run) -> KeptRun | None:
        """The run as it is kept; where it is known when it started, the one of that start only."""
        if run.started_at is None:
            return self.named(source, run.id, whole=True)
        return self._open(self._path(source.system, source.where, run))

    def named(self, source: Source, text: str, *, whole: bool) -> KeptRun | None:
        """The one run, of those of a server, whose id is this `whole` one or begins so; the latest one of that id."""
        server = _server(source.system, source.where)
        fitting = [
            entry
            for entry in self.entries()
            if entry.server == server and (entry.run_id == text or (not whole and entry.run_id.startswith(text)))
        ]
        if len({entry.run_id for entry in fitting}) != 1:
            return None
        return self._open(fitting[0].path)

    def ids(self, source: Source) -> list[str]:
        """The ids of the runs of a server, the last used first."""
        server = _server(source.system, source.where)
        return list(dict.fromkeys(entry.run_id for entry in self.entries() if entry.server == server))

    def entries(self) -> list[Entry]:
        """All kept runs, the last used first."""
        return sorted(self._files(SUFFIX), key=lambda entry: -entry.used)

    def read(self, path: Path) -> KeptRun | None:
        """What a file holds; None, and the file goes, where that is no kept run."""
        try:
            return KeptRun(path)
        except OSError:
            return None
        except ValueError:
            _remove(path)
            return None

    def keep(self, kept: Keep, stopped: Callable[[], bool]) -> None:
        """Writes a run, unless it is `stopped` meanwhile or is larger than the limit; others go to make room.

        It takes a second for a million events. Raises `OSError`.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        descriptor, name = tempfile.mkstemp(UNFINISHED, ".", self.folder)  # only its owner can read it
        part, pieces = Path(name), Pieces(kept.store)
        try:
            with os.fdopen(descriptor, "wb") as file:
                writer = KeptWriter(file)
                for piece in pieces:
                    if stopped() or writer.size > self.limit:
                        return
                    writer.add(piece)
                writer.finish(kept.header, kept.marks, pieces)
            if writer.size <= self.limit:
                part.replace(self._path(kept.header.system, kept.header.where, kept.header.run))
        finally:
            part.unlink(missing_ok=True)
        self._make_room()

    def forget(self, kept: KeptRun) -> None:
        """Throws a run away."""
        _remove(kept.path)

    def clear(self) -> None:
        """Throws all away. Raises `OSError`."""
        for entry in (*self._files(SUFFIX), *self._files(UNFINISHED)):
            entry.path.unlink(missing_ok=True)

    def _open(self, path: Path) -> KeptRun | None:
        kept = self.read(path)
        if kept is None:
            return None
        header = kept.header
        if path != self._path(header.system, header.where, header.run):
            _remove(path)  # somebody gave it another's name
            return None
        with suppress(OSError):
            os.utime(path)
        return kept

    def _path(self, system: str, where: str, run: Run) -> Path:
        start = max(0, epoch_ms(run.started_at or run.created_at))
        return (
            self.folder / f"{_server(system, where)}-{quote(run.id, safe='', errors='surrogatepass')}-{start}{SUFFIX}"
        )

    def _make_room(self) -> None:
        total = 0
        for number, entry in enumerate(self.entries()):
            total += entry.size
            if total > self.limit or number >= MOST:
                _remove(entry.path)
        for entry in self._files(UNFINISHED):
            if time.time() - entry.used > DAY:
                _remove(entry.path)

    def _files(self, suffix: str) -> Iterator[Entry]:
        try:
            with os.scandir(self.folder) as files:
                found = [file for file in files if file.name.endswith(suffix)]
        except OSError:
            return
        for file in found:
            with suppress(OSError):  # another program may have thrown it away meanwhile
                state = file.stat()
                yield Entry(Path(file.path), state.st_size, state.st_mtime)


def _server(system: str, where: str) -> str:
    """A server in a file's name: its address may be long, and hold what no name can."""
    return sha256(f"{system}\n{where}".encode("utf-8", "surrogatepass")).hexdigest()[:_SERVER]


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
