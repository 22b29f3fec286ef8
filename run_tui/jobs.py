"""The jobs of a server with the runs they had last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from run_tui.acts import Job, Workspace
from run_tui.errors import ServerError
from run_tui.model import Run, RunFilter
from run_tui.sources.base import Source

NEWEST = 200
"""Of so many of the server's newest runs those of each job are shown."""


async def recent_runs(source: Source) -> Mapping[str, Sequence[Run]]:
    """The newest runs of a server by their job's name, the newest first: one request, however many jobs there are."""
    found: dict[str, list[Run]] = defaultdict(list)
    for run in (await source.runs(RunFilter(), limit=NEWEST)).items:
        found[run.pipeline_name or ""].append(run)
    return found


def job_named(workspace: Workspace, name: str, location: str | None = None) -> Job:
    """The job of that name, in a location if several have one. Raises `ServerError`."""
    found = [job for job in workspace.jobs if job.name == name and location in (None, job.location)]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(sorted(job.location for job in found))
        raise ServerError(f"There are several jobs {name}", f"Choose one by its location: {places}.")
    lost = "; ".join(f"{place}: {why}" for place, why in workspace.broken.items())
    hint = f"Locations that could not be loaded: {lost}" if lost else "`run-tui job list` shows those there are."
    raise ServerError(f"There is no job {name}" + (f" in {location}" if location else ""), hint)
