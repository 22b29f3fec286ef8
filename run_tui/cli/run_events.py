"""`run-tui run-events …`: a run's events, once or for as long as it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from run_tui.cli._choice import completed, server_options
from run_tui.cli._common import ask, json_option
from run_tui.cli._naming import is_file, with_run

if TYPE_CHECKING:
    from run_tui.query import Filter
    from run_tui.sources.base import Source

DEFAULT_EVENTS = 100
FILTER = "run_tui.filter"
"""Where the command line keeps the filter as it was typed."""
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True)
class EventsRequest:
    """What the options of `run-events get` ask for; `limit` is None for as many as there are."""

    types: str | None
    step: str | None
    level: str | None
    filter: Filter | None
    limit: int | None
    cursor: str | None
    follow: bool
    exit_status: bool
    as_json: bool
    output: str | None = None
    overwrite: bool = False
    filter_text: str = ""

    @property
    def wanted(self) -> str:
        """Which events are asked for, in words; "" for all."""
        told = {"type": self.types, "step": self.step, "level": self.level}
        return " ".join([*(f"{name}:{value}" for name, value in told.items() if value), self.filter_text]).strip()

    @property
    def selective(self) -> bool:
        """Whether some events may not be wanted."""
        return not (self.types is None and self.step is None and self.level is None and self.filter is None)

    @property
    def counts_attempts(self) -> bool:
        """Whether the filter asks for attempts, which only reading from the run's beginning can tell."""
        return self.filter is not None and self.filter.attempts != type(self.filter)().attempts


@click.group("run-events")
@server_options
def run_events_group() -> None:
    """Show a run's events."""


def _filter(ctx: click.Context, param: click.Parameter, text: str | None) -> Filter | None:
    if text is None:
        return None
    from run_tui.query import parse

    query = parse(text)
    for problem in query.problems:
        raise click.BadParameter(f"{problem.message}: {text[problem.start : problem.end]}", ctx, param)
    ctx.meta[FILTER] = text
    return query.filter


@run_events_group.command("get")
@click.argument("run_ids", metavar="RUN_ID...", nargs=-1, required=True, shell_complete=completed("run_ids"))
@click.option(
    "--type",
    "types",
    metavar="TYPES",
    shell_complete=completed("event_types"),
    help="Only events of these types, comma separated.",
)
@click.option("--step", metavar="TEXT", help="Only events whose step key holds this text, in either case.")
@click.option("--level", type=click.Choice(LEVELS, case_sensitive=False), help="Only events of this level and above.")
@click.option("--filter", metavar="QUERY", callback=_filter, help="Only events that the explorer's filter would show.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"How many events, counted after filtering.  [default: {DEFAULT_EVENTS}; with --follow or --output: no limit]",
)
@click.option("--cursor", help="Go on where an earlier call ended.")
@click.option("--follow", is_flag=True, help="Print further events as they come, until the run has ended.")
@click.option("--exit-status", is_flag=True, help="Exit with 10 for a failed run, 11 for a canceled one.")
@click.option(
    "--output", metavar="FILE", help="Save them, with all there is to them, as its name ends: .jsonl, .csv, .txt."
)
@click.option("--overwrite", is_flag=True, help="Let --output take the place of a file.")
@json_option
@server_options
def get_events(run_ids: tuple[str, ...], **options: Any) -> None:
    """Print a run's events, the oldest first.

    RUN_ID may be the beginning of an id (four characters or more), the address of the run's web page, or the path
    of a file with a run in it (see run-tui open). Where a limit
    ends the output before the last event, the cursor to go on with is told on stderr: following it loses no event
    and repeats none. With --follow and --json each line is one event. A file of --output is there when it is whole;
    run-tui open shows one that ends in .jsonl.

    Events of several runs come merged by time, each with its run; one that cannot be read is told on stderr.

    \b
    Examples:
      run-tui run-events get 9d38c7ea
      run-tui run-events get 9d38c7ea --type STEP_SUCCESS,STEP_FAILURE --step transform
      run-tui run-events get 9d38c7ea --filter 'level:warning -step:check "exit code"' --json
      run-tui run-events get 9d38c7ea --follow --exit-status
      run-tui run-events get 9d38c7ea 1c7c29c8 e3fd16cf --filter 'level:error -run:e3fd'
      run-tui run-events get 9d38c7ea --output nightly_etl.jsonl && run-tui open nightly_etl.jsonl
    """
    request = EventsRequest(**options, filter_text=click.get_current_context().meta.get(FILTER, ""))
    if request.output is not None and (request.follow or request.as_json):
        raise click.UsageError("--output saves what there is by now: it does not go with --follow or --json.")
    if request.cursor is not None and request.counts_attempts:
        raise click.UsageError("attempt: counts from the run's beginning, so it does not go with --cursor.")

    run_id, *others = run_ids
    if others and request.cursor is not None:
        raise click.UsageError("--cursor goes on with one run: give one RUN_ID only.")
    if others and (file := next(filter(is_file, run_ids), None)):
        raise click.UsageError(f"The run in {file} is read by itself.")

    async def work(source: Source) -> int:
        if others:
            from run_tui.cli._together import print_together

            return await print_together(source, run_ids, request)
        from run_tui.cli._events import print_events

        return await with_run(source, run_id, lambda full_id: print_events(source, full_id, request))

    ask(work, run_id=run_id, as_json=request.as_json)
