"""Asks, acts and tells what became of it, for the commands that change runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from run_tui import run_config
from run_tui.acting import Outcome, Result, act_on_one, actions_of, launch
from run_tui.acts import Act, ConfigProblem, Deed, Job, Order
from run_tui.cli._common import print_json
from run_tui.cli._events import note, print_events
from run_tui.cli._naming import with_run
from run_tui.cli.run_events import EventsRequest
from run_tui.errors import InvalidConfig
from run_tui.format import clean, plural
from run_tui.jobs import job_named
from run_tui.sources.base import Actions, Source

_QUESTIONS = {
    Act.TERMINATE: "Terminate",
    Act.DELETE: "Delete",
    Act.REEXECUTE: "Re-execute",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command goes about it: whether it asks first, prints JSON, and what it does with the new run."""

    yes: bool
    as_json: bool
    follow: bool = False
    exit_status: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """A job by its name, in a `location` if that is needed, and how it is to be launched; `file` holds the `config`."""

    job: str
    location: str | None
    config: str
    file: str | None
    tags: Mapping[str, str]


async def act_on_runs(source: Source, run_ids: Sequence[str], deed: Deed, manner: Manner) -> int:
    """Does the same to all the runs, after a yes; the exit code of the first that failed."""
    actions_of(source, deed.act)
    runs = [await with_run(source, run_id, source.run) for run_id in run_ids]
    if not manner.yes:
        for run in runs:
            note(f"  {run.pipeline_name or 'run'}  {run.id}  {run.status}")
        what = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
        how = " by marking as canceled" if deed.force else ""
        click.confirm(clean(f"{_QUESTIONS[deed.act]} {what}{how} on {source.where}?"), abort=True, err=True)
    outcomes = []
    for run in runs:
        outcomes.append(await act_on_one(source, run, deed))
        if not manner.as_json:
            _tell(outcomes[-1], quiet=manner.follow)
    return await _finish(source, outcomes, manner)


async def launch_job(source: Source, wanted: Launch, manner: Manner) -> int:
    """Launches a job, after a yes, if the server takes its configuration."""
    actions = actions_of(source, Act.LAUNCH)
    job = job_named(await actions.workspace(), wanted.job, wanted.location)
    await _check(actions, wanted, job, manner)
    if not manner.yes:
        question = f"Launch {job.name} of {job.location} on {source.where}?"
        click.confirm(clean(question), abort=True, err=True)
    outcome = await launch(source, Order(job, wanted.config, wanted.tags))
    if not manner.as_json:
        _tell(outcome, quiet=manner.follow)
    return await _finish(source, [outcome], manner)


async def _check(actions: Actions, wanted: Launch, job: Job, manner: Manner) -> None:
    """Raises `InvalidConfig`, after a line on stderr for each problem."""
    problems = run_config.problems_of(wanted.config)
    if not problems:
        problems = run_config.placed(wanted.config, await actions.check_config(job, wanted.config))
    if problems:
        lines = [f"{_place(wanted.file, problem)}{problem.message}" for problem in problems]
        if manner.as_json:
            raise InvalidConfig("\n".join(lines), problems)
        for line in lines:
            note(line)
        raise InvalidConfig(f"The configuration is not valid: {plural(len(problems), 'problem')}", problems)


def _place(file: str | None, problem: ConfigProblem) -> str:
    parts = [part for part in (file, None if problem.line is None else str(problem.line)) if part]
    return f"{':'.join(parts)}: " if parts else ""


def _tell(outcome: Outcome, *, quiet: bool) -> None:
    """What became of one run: on stdout if it was done, and not only a step on the way to the new run's events."""
    about = outcome.run.id if outcome.run is not None else ""
    new = f"{outcome.new_id}" if outcome.new_id else ""
    text = clean("  ".join(filter(None, (about, outcome.message, new))))
    click.echo(text, err=quiet or outcome.result is not Result.DONE)


async def _finish(source: Source, outcomes: Sequence[Outcome], manner: Manner) -> int:
    if manner.as_json:
        print_json([_object(outcome) for outcome in outcomes], indent=2, err=manner.follow)
    for outcome in outcomes:
        if outcome.result is not Result.DONE:
            return _failed(outcomes, outcome)
    new_id = outcomes[0].new_id
    if new_id is None or not manner.follow:
        return 0
    return await print_events(source, new_id, _all_of(manner))


def _failed(outcomes: Sequence[Outcome], first: Outcome) -> int:
    if len(outcomes) > 1:
        left = [outcome.result for outcome in outcomes if outcome.result is not Result.DONE]
        unknown = left.count(Result.UNKNOWN)
        note(f"{len(outcomes) - len(left)} of {len(outcomes)} done, {len(left) - unknown} failed, {unknown} not known")
    return 1 if first.error is None else first.error.exit_code


def _object(outcome: Outcome) -> dict[str, str | None]:
    return {
        "run_id": None if outcome.run is None else outcome.run.id,
        "result": outcome.result,
        "message": outcome.message,
        "new_run_id": outcome.new_id,
    }


def _all_of(manner: Manner) -> EventsRequest:
    return EventsRequest(
        types=None,
        step=None,
        level=None,
        filter=None,
        limit=None,
        cursor=None,
        follow=True,
        exit_status=manner.exit_status,
        as_json=manner.as_json,
    )
