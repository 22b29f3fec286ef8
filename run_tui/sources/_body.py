"""The body of an answer: read up to a limit, however well it is compressed, and checked."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

Glance = Callable[[bytes], Awaitable[None]]
"""Looks at the first HEAD bytes of a body."""

LARGEST = 16 << 20
"""Bytes of one answer that are held: checking so many takes 50 ms, a usual page of 1,000 events has 300,000."""
HEAD = 256
"""Bytes of an answer that can be looked at while the rest is on its way."""
ENCODINGS = "gzip, deflate"
"""The compressions that can be undone, as the header that asks for them has it."""

_ANY_HEADER = 32 + zlib.MAX_WBITS
"""Lets zlib find out whether it is gzip or deflate."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


async def read_body(pieces: AsyncIterator[bytes], headers: Mapping[str, str], glance: Glance | None = None) -> bytes:
    """The body that comes in `pieces`, decompressed as `headers` (names in lower case) say.

    `glance` sees its first bytes once HEAD of them are there. Raises `OverflowError` for more than LARGEST bytes, as
    soon as that is known, and `zlib.error` for a compression that is damaged or of another kind.
    """
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:18]) > LARGEST:
        raise OverflowError
    decoder = _decoder(headers.get("content-encoding", "identity").strip().lower())
    held = bytearray()
    async for piece in pieces:
        held += piece if decoder is None else decoder.decompress(piece, LARGEST + 1 - len(held))
        if len(held) > LARGEST:
            raise OverflowError
        if glance is not None and len(held) >= HEAD:
            await glance(bytes(held[:HEAD]))
            glance = None
    if decoder is not None and not decoder.eof:
        raise zlib.error("cut short")
    return bytes(held)


def _decoder(encoding: str) -> zlib._Decompress | None:
    if encoding == "identity":
        return None
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise zlib.error("another compression than those asked for")
    return zlib.decompressobj(_ANY_HEADER)


def checked_body(body: bytes, shape: TypeAdapter[T]) -> T:
    """The body as `shape` has it, unpaired surrogates included. Raises `ValidationError`."""
    try:
        return shape.validate_json(body)
    except ValidationError:
        answer = parsed(body) if _SURROGATE.search(body) else None
        if answer is None:
            raise
        return shape.validate_python(answer)


def parsed(body: bytes) -> Any:
    """The body as JSON, unpaired surrogates included, which pydantic's reader refuses; None for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
