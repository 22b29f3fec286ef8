"""HTTP as bytes, for a server and a proxy that must be able to break it."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One request or answer: its first line and headers with the empty line after them, and its body."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        """As it goes over the wire."""
        return self.head + self.body

    def with_body(self, body: bytes) -> Message:
        """The same with another body."""
        lines = [line for line in self.head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
        return Message(b"\r\n".join([lines[0], b"content-length: %d" % len(body), *lines[1:]]), body)


async def read_message(reader: asyncio.StreamReader) -> Message:
    """The next request or answer. Raises `IncompleteReadError` where the connection ends."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return Message(head, await reader.readexactly(int(length.partition(b":")[2])))


def answer(status: int, body: bytes, kind: str = "application/json", *headers: str) -> Message:
    """An answer with this body."""
    lines = [f"HTTP/1.1 {status} Whatever", f"content-type: {kind}", f"content-length: {len(body)}", *headers]
    return Message("\r\n".join([*lines, "", ""]).encode(), body)


def json_answer(status: int, value: Any) -> Message:
    """An answer in JSON."""
    return answer(status, json.dumps(value).encode())


BREAKDOWN = answer(500, b"Internal Server Error", "text/plain")
"""What a server says that broke down over a request before it could say why."""


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection at once: the other side's next read or write fails."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Listener:
    """A port of this machine that can be closed, with all its connections, and opened again."""

    def __init__(self) -> None:
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Listens; the second time on the same port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Refuses further connections and resets those there are."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._connections):
            reset(writer)

    async def aclose(self) -> None:
        """Closes, and waits until nothing is going on any more."""
        self.close()
        if self._connections:
            await asyncio.wait(self._connections.values())

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What happens on a connection."""
        raise NotImplementedError

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[writer] = task
        try:
            await self.talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side is gone
        finally:
            del self._connections[writer]
            writer.close()
