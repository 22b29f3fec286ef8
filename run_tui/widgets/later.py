"""Calling back after a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def call_after(seconds: float, pump: MessagePump, callback: Callable[[], object]) -> None:
    """Calls back as a message to `pump`, which may well be gone by then.

    Textual's `set_timer` never calls back where a busy machine lets the delay pass before it has begun to wait, which
    of a millisecond is often enough.
    """
    asyncio.get_running_loop().call_later(seconds, pump.call_later, callback)
