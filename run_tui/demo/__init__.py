"""A built-in stand-in for a Dagster web server: the same answers, from recorded runs, without server or socket.

`create_app()` is an ASGI application to be called through an HTTP client's ASGI transport. It answers the GraphQL
queries about runs, events and captured logs, and refuses mutations. Nothing here is shared with the rest of the
program, so that it checks how the program reads answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from .app import App, HttpApp
from .server import Server

__all__ = ["create_app"]


def create_app(clock: Callable[[], float] = time.time) -> App:
    """A demo that starts now; `clock` tells epoch seconds: the live run goes on as they pass."""
    return HttpApp(Server(clock))
