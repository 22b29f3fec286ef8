"""What is in a file, unpacked, as far as it has come: all of a plain one at once, of others bit by bit."""

from __future__ import annotations

import asyncio
import gzip
import os
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from io import BufferedReader
from typing import BinaryIO

STANDARD_INPUT = "-"
"""The path that stands for standard input."""

_CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"


class Content:
    """The bytes of the file at `path`, "-" for standard input; those that come slowly are copied by a thread.

    There are `size` of them by now; `ended` says that no more will come, and then `broken` whether some are lost.
    Raises `OSError`.
    """

    def __init__(self, path: str) -> None:
        self.size, self.ended, self.broken = 0, False, False
        self._closed = False
        self._growth = threading.Condition()
        self._waiters: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._file: BinaryIO
        with ExitStack() as files:
            # The explorer puts the terminal in the place of standard input.
            handle = os.dup(0) if path == STANDARD_INPUT else os.open(path, os.O_RDONLY)
            source = files.enter_context(os.fdopen(handle, "rb"))
            self._open(source, files)
            self._files = files.pop_all()

    def read(self, offset: int, limit: int) -> bytes:
        """At most `limit` bytes from a place on, as far as they have come. Raises `OSError`."""
        return os.pread(self._file.fileno(), max(0, min(limit, self.size - offset)), offset)

    async def grown(self, size: int) -> None:
        """Returns when there are more than `size` bytes, or no more will come."""
        while True:
            waiter = asyncio.Event()
            with self._growth:
                if self._more_than(size):
                    return
                self._waiters.append((asyncio.get_running_loop(), waiter))
            await waiter.wait()

    def wait(self, size: int) -> None:
        """The same, for those who have nothing else to do."""
        with self._growth:
            self._growth.wait_for(lambda: self._more_than(size))

    def close(self) -> None:
        """Lets go of the file; what is still to come does not matter any more."""
        self._closed = True
        if self.ended:
            self._files.close()

    @property
    def closed(self) -> bool:
        """Whether nobody wants to read it any more."""
        return self._closed

    def _open(self, source: BufferedReader, files: ExitStack) -> None:
        packed = source.peek(len(_GZIP)).startswith(_GZIP)
        if source.seekable() and not packed:
            self._file, self.size, self.ended = source, source.seek(0, os.SEEK_END), True
            return
        self._file = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (it is)
        copy = threading.Thread(target=self._copy, args=(_pieces(source, packed),), name="file", daemon=True)
        copy.start()

    def _more_than(self, size: int) -> bool:
        return self.ended or self.size > size

    def _copy(self, pieces: Iterator[bytes]) -> None:
        """Keeps what comes in a file without a name, which goes with the program."""
        try:
            for piece in pieces:
                if self._closed:
                    break
                self._file.write(piece)
                self._file.flush()
                self._tell(len(piece), ended=False)
        except (EOFError, zlib.error, OSError):  # a full disk among them
            self.broken = True
        self._tell(0, ended=True)
        if self._closed:
            self._files.close()

    def _tell(self, more: int, *, ended: bool) -> None:
        with self._growth:
            self.size += more
            self.ended = ended
            waiters, self._waiters = self._waiters, []
            self._growth.notify_all()
        for loop, waiter in waiters:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(waiter.set)


def _pieces(source: BufferedReader, packed: bool) -> Iterator[bytes]:
    if packed:
        with gzip.open(source) as unpacked:
            yield from iter(lambda: unpacked.read1(_CHUNK), b"")
    else:
        yield from iter(lambda: source.read1(_CHUNK), b"")
