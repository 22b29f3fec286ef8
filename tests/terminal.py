"""A program in a pseudo-terminal: keys go in, every read of its output is kept with its time, and can be replayed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import pyte

READ_SIZE = 1 << 16
DEVICE_ATTRIBUTES = b"\x1b[c"
ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", DEVICE_ATTRIBUTES: b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R"}
"""What programs ask a terminal, and what it answers: synchronised output is known, as modern terminals do."""

_FOREIGN = re.compile(rb"\x1b\[[<=>][0-9;:]*[A-Za-z]|\x1b\[\?[0-9;]*\$p|\x1b[P_^X][^\x1b]*\x1b\\|\x1b\]22;[a-z-]*\x07")
"""Sequences that pyte takes for others: keyboard protocols, mode queries, device strings, shapes of the pointer."""


@dataclass(frozen=True, slots=True)
class Read:
    """Bytes that came out at `time` (perf_counter seconds)."""

    time: float
    content: bytes


class Terminal:
    """A program on a terminal of `size` (columns, rows); a context manager that ends it."""

    def __init__(self, command: Sequence[str], size: tuple[int, int], env: Mapping[str, str]) -> None:
        self.size = size
        self.reads: list[Read] = []
        self._changed = threading.Condition()
        self._open = True
        self._last = time.perf_counter()
        self._master, slave = pty.openpty()
        self._set_size(size)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=dict(env), start_new_session=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()
        self.screen = Screen(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self.process.pid

    def send(self, text: str) -> float:
        """Types something; the time at which it was typed."""
        with self._changed:
            sent = self._last = time.perf_counter()
        os.write(self._master, text.encode())
        return sent

    def resize(self, size: tuple[int, int]) -> None:
        """Another window size: a full-screen program paints everything anew, and replaying begins there."""
        self.forget()
        self.size, self.screen = size, Screen(size)
        self._last = time.perf_counter()
        self._set_size(size)
        # The terminal is not the program's controlling one, so nobody else tells it.
        self.process.send_signal(signal.SIGWINCH)

    def forget(self) -> None:
        """Drops all output so far."""
        with self._changed:
            self.reads.clear()

    def wait_quiet(self, quiet: float, timeout: float) -> None:
        """Waits until nothing has come out for `quiet` seconds, at most `timeout`."""
        deadline = time.perf_counter() + timeout
        with self._changed:
            while self._open and (now := time.perf_counter()) < deadline:
                rest = self._last + quiet - now
                if rest <= 0:
                    return
                self._changed.wait(min(rest, deadline - now))

    def replay(self) -> Iterator[float]:
        """Puts the output on `screen`, a read at a time, and yields each read's time; what was replayed is dropped."""
        with self._changed:
            reads, self.reads = self.reads, []
        for read in reads:
            self.screen.feed(read.content)
            yield read.time

    def drained(self) -> Screen:
        """The screen as it is now."""
        for _ in self.replay():
            pass
        return self.screen

    def settle(self, look: Callable[[], bool], quiet: float, timeout: float) -> bool:
        """Looks whenever nothing has come out for `quiet` seconds, until it is as wanted; False when not in time."""
        deadline = time.perf_counter() + timeout
        while (left := deadline - time.perf_counter()) > 0:
            self.wait_quiet(quiet, left)
            if look():
                return True
            with self._changed:
                if not self._open:
                    return False
                self._changed.wait(0.05)
        return False

    def wait(self, timeout: float) -> None:
        """Waits until the program has ended by itself and all that it has written is read."""
        self.process.wait(timeout)
        self._reader.join(timeout)

    def close(self) -> None:
        """Ends the program and all it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        self._reader.join(5)
        os.close(self._master)

    def _set_size(self, size: tuple[int, int]) -> None:
        columns, rows = size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                content = os.read(self._master, READ_SIZE)
            except OSError:  # Linux says EIO when the last program has let go of the terminal
                content = b""
            now = time.perf_counter()
            for question, answer in ANSWERS.items():
                if question in content:
                    os.write(self._master, answer)
            with self._changed:
                self._open = bool(content)
                if content:
                    self._last = now
                    self.reads.append(Read(now, content))
                self._changed.notify_all()
            if not content:
                return


class Screen:
    """What a terminal shows, as lines of text; `touched` are the lines written since it was last cleared."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._pending = b""
        self._lines = [" " * size[0]] * size[1]
        self.touched: set[int] = set()
        self._stale: set[int] = set()

    def feed(self, content: bytes) -> None:
        """Takes output in; a sequence cut by the end of a read waits for the next one."""
        content = self._pending + content
        cut = content.rfind(b"\x1b", max(0, len(content) - 64))
        complete = cut < 0 or re.match(rb"\x1b(\[[0-9;:<=>?$]*[@-~]|[^\[P_^X\]])", content[cut:]) is not None
        self._pending = b"" if complete else content[cut:]
        self._stream.feed(_FOREIGN.sub(b"", content if complete else content[:cut]))
        self.touched |= self._screen.dirty
        self._stale |= self._screen.dirty
        self._screen.dirty.clear()

    @property
    def titles(self) -> tuple[str, str]:
        """The window's title and its icon's, "" where no program has set them."""
        return self._screen.title, self._screen.icon_name

    def invisible(self) -> list[str]:
        """The characters whose colour is that of their background."""
        return [cell.data for row in self._screen.buffer.values() for cell in row.values() if _hidden(cell)]

    @property
    def lines(self) -> list[str]:
        """The lines from the top."""
        for number in self._stale:
            row = self._screen.buffer[number]
            self._lines[number] = "".join(row[column].data for column in range(self._screen.columns))
        self._stale.clear()
        return self._lines

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)


def _hidden(cell: pyte.screens.Char) -> bool:
    return cell.data.strip() != "" and cell.fg == cell.bg
