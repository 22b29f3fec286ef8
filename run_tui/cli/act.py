"""`run-tui run terminate|reexecute|delete|launch`: what changes runs, each once and after a yes."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING

import click

from run_tui.acts import Act, Deed, Reexecution
from run_tui.cli._choice import completed, server_options
from run_tui.cli._common import ask, json_option, telling
from run_tui.cli.run import tags_of
from run_tui.errors import RunTuiError

if TYPE_CHECKING:
    from run_tui.sources.base import Source

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask; needed where there is no terminal.")
follow_option = click.option("--follow", is_flag=True, help="Print the new run's events until it has ended.")
status_option = click.option(
    "--exit-status", is_flag=True, help="With --follow: exit with 10 for a failed run, 11 for a canceled one."
)


@click.command("terminate")
@click.argument("run_ids", metavar="RUN_ID...", nargs=-1, required=True, shell_complete=completed("run_ids"))
@click.option("--force", is_flag=True, help="Mark as canceled at once, whatever the run's processes still do.")
@yes_option
@json_option
@server_options
def terminate(run_ids: tuple[str, ...], *, force: bool, yes: bool, as_json: bool) -> None:
    """Ask runs to end.

    \b
    Examples:
      run-tui run terminate 9d38c7ea
      run-tui run terminate 9d38c7ea 1c7c29c8 --force --yes
    """
    _do(run_ids, Deed(Act.TERMINATE, force=force), yes, as_json)


@click.command("delete")
@click.argument("run_ids", metavar="RUN_ID...", nargs=-1, required=True, shell_complete=completed("run_ids"))
@yes_option
@json_option
@server_options
def delete(run_ids: tuple[str, ...], *, yes: bool, as_json: bool) -> None:
    """Delete runs with their events.

    \b
    Example:
      run-tui run delete 9d38c7ea
    """
    _do(run_ids, Deed(Act.DELETE), yes, as_json)


@click.command("reexecute")
@click.argument("run_ids", metavar="RUN_ID...", nargs=-1, required=True, shell_complete=completed("run_ids"))
@click.option("--from-failure", "how", flag_value=Reexecution.FROM_FAILURE, help="Only what failed and what follows.")
@click.option(
    "--from-asset-failure", "how", flag_value=Reexecution.FROM_ASSET_FAILURE, help="Only assets that failed, likewise."
)
@click.option("--step", "steps", metavar="KEY", multiple=True, help="Only this step; may be repeated.")
@follow_option
@status_option
@yes_option
@json_option
@server_options
def reexecute(
    run_ids: tuple[str, ...],
    *,
    how: Reexecution | None,
    steps: tuple[str, ...],
    follow: bool,
    exit_status: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Execute runs again, each in a new run: all of it, or the part that is asked for.

    \b
    Examples:
      run-tui run reexecute 9d38c7ea --from-failure
      run-tui run reexecute 9d38c7ea --step load_users --step publish --yes --follow --exit-status
    """
    if how is not None and steps:
        raise click.UsageError("--step goes without --from-failure and --from-asset-failure.")
    if (follow or exit_status) and len(run_ids) > 1:
        raise click.UsageError("--follow and --exit-status go with one run only.")
    chosen = Reexecution.STEPS if steps else how or Reexecution.ALL_STEPS
    deed = Deed(Act.REEXECUTE, how=Reexecution(chosen), steps=steps)
    _do(run_ids, deed, yes, as_json, follow=follow, exit_status=exit_status)


@click.command("launch")
@click.option("--job", "name", required=True, help="The job to launch.")
@click.option("--location", metavar="NAME", help="Where its code is, if several locations have such a job.")
@click.option(
    "--config", metavar="FILE", type=click.File("r", "utf-8"), help="Its configuration, YAML or JSON; - reads it."
)
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, callback=tags_of, help="A tag; may be repeated.")
@follow_option
@status_option
@yes_option
@json_option
@server_options
def launch(
    *,
    name: str,
    location: str | None,
    config: IO[str] | None,
    tags: tuple[tuple[str, str], ...],
    follow: bool,
    exit_status: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Launch a job.

    What the server has against the configuration is told with its lines, and nothing is launched.

    \b
    Examples:
      run-tui run launch --job nightly_etl
      run-tui run launch --job nightly_etl --config strict.yaml --tag team=data --yes --follow --exit-status
    """
    _needs_yes(yes)
    file = None if config is None else config.name
    with telling(as_json=as_json):
        text = _read(config)

    async def work(source: Source) -> int:
        from run_tui.cli._acts import Launch, Manner, launch_job

        manner = Manner(yes, as_json, follow, exit_status)
        return await launch_job(source, Launch(name, location, text, file, dict(tags)), manner)

    ask(work, as_json=as_json)


def _read(config: IO[str] | None) -> str:
    try:
        return "" if config is None else config.read()
    except (OSError, UnicodeDecodeError) as error:
        raise RunTuiError(f"The configuration cannot be read: {error}") from error


def _do(
    run_ids: tuple[str, ...], deed: Deed, yes: bool, as_json: bool, *, follow: bool = False, exit_status: bool = False
) -> None:
    _needs_yes(yes)

    async def work(source: Source) -> int:
        from run_tui.cli._acts import Manner, act_on_runs

        return await act_on_runs(source, run_ids, deed, Manner(yes, as_json, follow, exit_status))

    ask(work, run_id=run_ids[0] if len(run_ids) == 1 else None, as_json=as_json)


def _needs_yes(yes: bool) -> None:
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("This changes runs, and there is no terminal to ask at: say --yes to have it done.")
