"""Run systems, one module each; each is imported when it is first opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from run_tui.errors import ConfigError
from run_tui.sources.base import Source
from run_tui.sources.resolve import CERTAIN, named_id, resolve_run_id

if TYPE_CHECKING:
    from run_tui.sources._bare import Reached
    from run_tui.sources.archive import ArchiveSource

__all__ = ["CERTAIN", "SYSTEMS", "named_id", "open_file", "open_source", "resolve_run_id"]

SYSTEMS = ("dagster", "hub_log", "pyspur")
"""The kinds of server that `open_source` knows."""


def open_source(
    kind: str,
    url: str,
    *,
    page: str | None = None,
    dags: Sequence[str] = (),
    read_only: bool = False,
    **reached: Unpack[Reached],
) -> Source:
    """A source for the server of the system `kind` at `url`; nothing is asked of it yet.

    `page` is where web pages begin, if not at `url`; `dags` are those whose runs a Hub Log server is asked for;
    `read_only` leaves out all that changes anything.
    Raises `ConfigError` for an unknown system, for a URL or a header that HTTP cannot carry and for certificates that
    cannot be read.
    """
    if kind == "dagster":
        from run_tui.sources.dagster import DagsterSource

        return DagsterSource(url, page=page, read_only=read_only, **reached)
    if kind == "hub_log":
        from run_tui.sources.hub_log import HubLogSource

        return HubLogSource(url, dags=dags, **reached)
    if kind == "pyspur":
        from run_tui.sources.pyspur import PySpurSource

        return PySpurSource(url, page=page, read_only=read_only, **reached)
    raise ConfigError(f"there is no system {kind!r}", f"Known: {', '.join(SYSTEMS)}.")


def open_file(path: str) -> ArchiveSource:
    """The source for the run in a file, or for "-" in what standard input brings, as soon as that has begun to come.

    Raises `SourceError`s: for no file, and for one without a run in it.
    """
    from run_tui.sources.archive import ArchiveSource

    return ArchiveSource(path)
