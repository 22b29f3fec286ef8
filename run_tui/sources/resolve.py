"""Finds the run that a user means by a few characters of its id or by its web page."""

from __future__ import annotations

import re

from run_tui.errors import ConfigError, RunNotFound
from run_tui.model import Run, RunFilter
from run_tui.sources.base import Source

SHORTEST = 4
"""The fewest characters that may stand for a run."""
CERTAIN = 8
"""Characters after which a second run with the same beginning is not searched for: chances are one in a million."""
PAGE, MOST = 500, 10_000
"""Runs asked for at once, and looked through at most."""
_SHOWN = 5

_PAGE_OF_RUN = re.compile(r"/runs/([^/?#\s]+)")


async def resolve_run_id(source: Source, text: str) -> str:
    """The id of the run that `text` means: a whole id, the first characters of one, or the URL of a run's web page.

    A whole id is not asked for. Raises `RunNotFound`, `ConfigError` where several runs fit, and `SourceError`s.
    """
    wanted, is_whole = named_id(source, text)
    if is_whole:
        return wanted
    if len(wanted) < SHORTEST:
        raise ConfigError(f"{wanted!r} is too short for a run's id", f"Give at least {SHORTEST} characters of it.")
    fits = await _beginning_with(source, wanted)
    if not fits:
        raise RunNotFound(f"Run {wanted} not found", f"None of the newest {MOST:,} runs of {source.where} fits.")
    if len(fits) > 1:
        raise ConfigError(f"{len(fits)} runs begin with {wanted}", f"Give more of the id: {_candidates(fits)}.")
    return fits[0].id


def named_id(source: Source, text: str) -> tuple[str, bool]:
    """The id in a text, or its first characters, and whether it is whole. Raises `ConfigError` for another address."""
    if (whole := source.whole_id(text.strip())) is not None:
        return whole, True
    page = _PAGE_OF_RUN.search(text)
    if page is None and "://" in text:
        raise ConfigError("that is not the address of a run's web page", "Such an address has /runs/ and an id in it.")
    wanted = page[1] if page else text.strip()
    whole = source.whole_id(wanted)
    return (wanted, False) if whole is None else (whole, True)


async def _beginning_with(source: Source, wanted: str) -> list[Run]:
    """The runs whose ids begin with `wanted`; the one run whose id it is, where there is one."""
    fits: list[Run] = []
    cursor: str | None = None
    for _ in range(MOST // PAGE):
        runs = await source.runs(RunFilter(), cursor, PAGE)
        fits += [run for run in runs.items if run.id.startswith(wanted)]
        exact = [run for run in fits if run.id == wanted]
        if exact:
            return exact[:1]
        if not runs.has_more or (fits and len(wanted) >= CERTAIN):
            break
        cursor = runs.cursor
    return fits


def _candidates(runs: list[Run]) -> str:
    shown = [f"{run.id} ({run.pipeline_name})" if run.pipeline_name else run.id for run in runs[:_SHOWN]]
    return ", ".join(shown) + (", …" if len(runs) > _SHOWN else "")
