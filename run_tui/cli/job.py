"""`run-tui job …`: the jobs that can be launched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from run_tui.acts import Act, Job
from run_tui.cli._choice import server_options
from run_tui.cli._common import ask, json_option, print_json

if TYPE_CHECKING:
    from run_tui.model import Run
    from run_tui.sources.base import Source


@click.group("job")
@server_options
def job_group() -> None:
    """Show the jobs of a server."""


@job_group.command("list")
@json_option
@server_options
def list_jobs(as_json: bool) -> None:
    """Print the jobs of all locations of code, each with its last run.

    \b
    Examples:
      run-tui job list
      run-tui job list --json
    """

    async def work(source: Source) -> int:
        from run_tui.acting import actions_of
        from run_tui.jobs import recent_runs

        workspace = await actions_of(source, Act.LAUNCH).workspace()
        recent = await recent_runs(source)
        rows = [(job, next(iter(recent.get(job.name, ())), None)) for job in workspace.jobs]
        if as_json:
            print_json({"items": [_object(*row) for row in rows], "broken": dict(workspace.broken)}, indent=2)
        else:
            _print(rows)
            _tell_broken(workspace.broken)
        return 0

    ask(work, as_json=as_json)


def _object(job: Job, run: Run | None) -> dict[str, object]:
    last = None if run is None else {"id": run.id, "status": run.status, "created_at": run.created_at}
    return {
        "name": job.name,
        "location": job.location,
        "repository": job.repository,
        "description": job.description,
        "launchable": job.launchable,
        "last_run": last,
    }


def _print(rows: list[tuple[Job, Run | None]]) -> None:
    from run_tui.format import clean

    table = [("JOB", "LOCATION", "LAST RUN", "CREATED (UTC)")]
    for job, run in rows:
        last = ("", "") if run is None else (run.status.value, run.created_at[:19].replace("T", " "))
        table.append((clean(job.name), clean(job.location), clean(last[0]), clean(last[1])))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table if rows else ():
        click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    if not rows:
        click.echo("No jobs found")


def _tell_broken(broken: Mapping[str, str]) -> None:
    from run_tui.format import clean

    for location, why in broken.items():
        click.echo(clean(f"{location} could not be loaded: {why}"), err=True)
