"""How a run is named where a command asks for its id: by that, by its beginning, by a web page or by a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from run_tui.errors import RunNotFound

if TYPE_CHECKING:
    from run_tui.sources.base import Source

T = TypeVar("T")

UUID_DASHES = (8, 13, 18, 23)
UUID_LENGTH = 36
SHORTEST_PREFIX = 4


def is_file(text: str) -> bool:
    """Whether the text names a file, by a path or a suffix, where a run's id is expected."""
    return ("/" in text or "." in text) and not is_url(text) and Path(text).is_file()


def is_url(text: str) -> bool:
    """Whether the text is a web page's address and not an id."""
    return text.startswith(("http://", "https://"))


def is_id_prefix(text: str) -> bool:
    """Whether the text can be the beginning of a UUID, and not all of one."""
    shaped = all((character == "-") == (place in UUID_DASHES) for place, character in enumerate(text))
    hexadecimal = all(character in "0123456789abcdefABCDEF-" for character in text)
    return SHORTEST_PREFIX <= len(text) < UUID_LENGTH and shaped and hexadecimal


async def with_run(source: Source, text: str, work: Callable[[str], Awaitable[T]]) -> T:
    """Does `work` with the id of the run that `text` means: its id, the beginning of that, its page or its file."""
    from run_tui.sources import resolve_run_id

    if is_url(text) or is_file(text):
        return await work(await resolve_run_id(source, text))
    try:
        return await work(text)
    except RunNotFound:
        if not is_id_prefix(text):
            raise
        return await work(await resolve_run_id(source, text))
