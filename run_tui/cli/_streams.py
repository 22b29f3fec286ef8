"""Standard output that ends the program where it cannot be written, as programs in C are ended."""

from __future__ import annotations

import io
import os
import select
import signal
import stat
import sys
from typing import TYPE_CHECKING

from run_tui.errors import OutputError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from _typeshed import ReadableBuffer

STDOUT = 1


class StandardOutput(io.FileIO):
    """The file behind `sys.stdout`: what it cannot write raises one `OutputError`, and none again at the exit."""

    def __init__(self) -> None:
        self._failed = False
        try:
            super().__init__(STDOUT, "w", closefd=False)
        except OSError as error:
            raise _output_error(error) from None

    def write(self, data: ReadableBuffer, /) -> int:
        """Writes what the system takes of it, waiting where another program has made the pipe non-blocking."""
        if self._failed:
            return memoryview(data).nbytes
        try:
            while (written := super().write(data)) is None:
                select.select((), (self,), ())
        except BrokenPipeError:
            end_as_pipe_closed()
            raise
        except OSError as error:
            self._failed = True
            raise _output_error(error) from None
        return written


def open_stdout() -> None:
    """Puts a `StandardOutput` in the place of `sys.stdout`. Raises `OutputError` where that is closed."""
    file = StandardOutput()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(file),
        encoding=None if sys.stdout is None else sys.stdout.encoding,
        errors="replace",  # a server's text may not fit the terminal's encoding
        line_buffering=file.isatty(),
    )


def end_with_reader(loop: AbstractEventLoop) -> None:
    """Ends the program once nobody reads the pipe it writes to, even while it has nothing to write."""
    if stat.S_ISFIFO(os.fstat(STDOUT).st_mode):
        # Nothing can be read from this end of a pipe: it becomes readable when the other end is closed.
        loop.add_reader(STDOUT, end_as_pipe_closed)


def end_as_pipe_closed() -> None:
    """Ends the program as SIGPIPE would, which Python ignores for the sake of its sockets."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)


def _output_error(error: OSError) -> OutputError:
    return OutputError(f"Standard output cannot be written: {error.strerror}")
