"""`run-tui cache …`: the finished runs that are kept on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from run_tui import config
from run_tui.cli._common import load_settings, telling
from run_tui.errors import OutputError

if TYPE_CHECKING:
    from run_tui.archive import Header

UNITS = ("bytes", "kB", "MB", "GB", "TB")
SHOWN = 20
"""Runs listed unless told otherwise."""


@click.group("cache")
def cache_group() -> None:
    """Show or empty the cache: finished runs, kept to be opened at once and without their server."""


@cache_group.command("show")
@click.option("--limit", type=click.IntRange(min=1), default=SHOWN, show_default=True, help="How many runs.")
def show_cache(limit: int) -> None:
    """Print where runs are kept, how much space they take, and which they are, the last used first.

    \b
    Examples:
      run-tui cache show
      run-tui 9d38c7ea                      opens one, with or without its server
    """
    from run_tui.cache import Cache

    with telling():
        settings = load_settings()
        cache = Cache(config.cache_path(), settings.cache)
        entries = cache.entries()
        size = sum(entry.size for entry in entries)
        most = f"of at most {size_text(settings.cache)}" if settings.cache else "and no more are kept (cache = false)"
        click.echo(f"Folder: {cache.folder}")
        click.echo(f"Runs:   {len(entries):,}, {size_text(size)} {most}")
        for entry in entries[:limit]:
            if (kept := cache.read(entry.path)) is not None:
                click.echo(_line(entry.size, kept.header, kept.count))


def _line(size: int, header: Header, count: int) -> str:
    from run_tui.format import clean, status_text

    run = header.run
    told = run.id, status_text(run.status), run.pipeline_name or "", f"{count:,} events", size_text(size), header.where
    return clean("  ".join(filter(None, told)))


@cache_group.command("clear")
def clear_cache() -> None:
    """Throw all kept runs away.

    \b
    Example:
      run-tui cache clear
    """
    from run_tui.cache import Cache

    with telling():
        cache = Cache(config.cache_path(), 0)
        size = sum(entry.size for entry in cache.entries())
        try:
            cache.clear()
        except OSError as error:
            raise OutputError(f"{cache.folder} cannot be emptied: {error.strerror}") from None
        click.echo(f"Freed {size_text(size)} in {cache.folder}")


def size_text(size: float) -> str:
    """Bytes as people tell them: "1.2 GB"."""
    for unit in UNITS[:-1]:
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {UNITS[-1]}"
