"""The GraphQL texts that are sent to a Dagster server, and what can be told of an answer before all of it is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from run_tui.sources._body import Glance
from run_tui.sources.base import Ahead

_IMPORT = re.compile(r'#import "(.+)"')
_MORE = re.compile(
    rb"""\s*{ \s*"data"\s*:\s*{ \s*"logsForRun"\s*:\s*{ \s*"__typename"\s*:\s*"EventConnection"\s*,
    \s*"cursor"\s*:\s*"([!#-[\]-~]+)"\s*, \s*"hasMore"\s*:\s*true\s*,""",
    re.VERBOSE,
)
"""How the answer to `more` begins where that page is not the last: the query asks for the events behind these."""


@cache
def queries() -> dict[str, str]:
    """Every GraphQL text, by name: `run` and `events` are the documents' own, to the letter."""
    files = {file.name: file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("dagster_*.graphql")}
    return {
        name.removeprefix("dagster_").removesuffix(".graphql"): _IMPORT.sub(lambda found: files[found[1]], text)
        for name, text in files.items()
        if not name.startswith("dagster_part_")
    }


def tells(ahead: Ahead) -> Glance:
    """Finds in the beginning of an answer to `more` where the next page starts, and tells `ahead`."""

    async def glance(head: bytes) -> None:
        if more := _MORE.match(head):
            await ahead(more[1].decode())

    return glance
