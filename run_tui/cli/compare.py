"""`run-tui run compare`: what differs between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from run_tui.cli._choice import completed, server_options
from run_tui.cli._common import ask, json_option
from run_tui.cli._naming import is_file, with_run
from run_tui.errors import RunNotFound

if TYPE_CHECKING:
    from run_tui.model import Run
    from run_tui.sources.base import Source


@click.command("compare")
@click.argument("run_id", shell_complete=completed("run_ids"))
@click.argument("other", metavar="[RUN_ID]", required=False, shell_complete=completed("run_ids"))
@click.option("--all", "everything", is_flag=True, help="Print the steps that are alike, too.")
@json_option
@server_options
def compare_runs(run_id: str, other: str | None, *, everything: bool, as_json: bool) -> None:
    """Print what differs between two runs: facts, configuration, steps, the first event.

    Without a second run it is the last one of the same job before the first that succeeded. The older of the two is
    the one before. Events are compared step by step, without what no two runs have in common: times, numbers, ids.
    Either may be a file with a run in it (see run-tui open).

    \b
    Examples:
      run-tui run compare 9d38c7ea
      run-tui run compare 94dbe6dc 9d38c7ea --all
      run-tui run compare 9d38c7ea --json | jq '.steps[] | select(.change == "slower")'
      run-tui run compare yesterday.jsonl today.jsonl
    """

    async def work(source: Source) -> int:
        from run_tui.cli._comparing import compared, print_comparison
        from run_tui.sources import open_file

        run = await with_run(source, run_id, source.run_details)
        beside = open_file(other) if other is not None and is_file(other) else source
        try:
            runs = [(source, run), (beside, await _other_run(beside, run, other))]
            print_comparison(await compared(runs), everything=everything, as_json=as_json)
        finally:
            if beside is not source:
                await beside.aclose()
        return 0

    ask(work, run_id=run_id, as_json=as_json)


async def _other_run(source: Source, run: Run, named: str | None) -> Run:
    if named is not None:
        return await with_run(source, named, source.run_details)
    from run_tui.kin import last_success

    found = await last_success(source, run)
    if found is None:
        raise RunNotFound(
            f"No run of {run.pipeline_name or 'this job'} before this one succeeded", "Name the run to compare it with."
        )
    return await source.run_details(found.id)
