"""Run systems, one module each; each is imported when it is first opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from run_tui.errors import ConfigError
from run_tui.reach import USUAL, Reach
from run_tui.sources.base import Source
from run_tui.sources.resolve import resolve_run_id

if TYPE_CHECKING:
    from run_tui.sources._http import AsgiApp
    from run_tui.sources.archive import ArchiveSource

__all__ = ["SYSTEMS", "open_file", "open_source", "resolve_run_id"]

SYSTEMS = ("dagster", "hub_log", "pyspur")
"""The kinds of server that `open_source` knows."""


def open_source(
    kind: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    app: AsgiApp | None = None,
    name: str | None = None,
    page: str | None = None,
    reach: Reach = USUAL,
    dags: Sequence[str] = (),
    read_only: bool = False,
) -> Source:
    """A source for the server of the system `kind` at `url`; nothing is asked of it yet.

    `headers` (tokens among them) go to this server alone; `app` answers in this process instead and is known by
    `name`; `page` is where web pages begin, if not at `url`; `dags` are those whose runs a Hub Log server is asked for;
    `read_only` leaves out all that changes anything.
    Raises `ConfigError` for an unknown system, for a URL or a header that HTTP cannot carry and for certificates that
    cannot be read.
    """
    if kind == "dagster":
        from run_tui.sources.dagster import DagsterSource

        return DagsterSource(url, headers=headers, app=app, name=name, page=page, reach=reach, read_only=read_only)
    if kind == "hub_log":
        from run_tui.sources.hub_log import HubLogSource

        return HubLogSource(url, headers=headers, app=app, name=name, dags=dags, reach=reach)
    if kind == "pyspur":
        from run_tui.sources.pyspur import PySpurSource

        return PySpurSource(url, headers=headers, app=app, name=name, page=page, reach=reach, read_only=read_only)
    raise ConfigError(f"there is no system {kind!r}", f"Known: {', '.join(SYSTEMS)}.")


def open_file(path: str) -> ArchiveSource:
    """The source for the run in a file, or for "-" in what standard input brings, which is read to its end now.

    Raises `SourceError`s: for no file, and for one without a run in it.
    """
    from run_tui.sources.archive import ArchiveSource

    return ArchiveSource(path)
