"""The command line: the explorer, and a plain command for what its screens show."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from run_tui import __version__
from run_tui.cli._arguments import hide_secrets
from run_tui.cli._choice import completed, server_options
from run_tui.cli._common import tell
from run_tui.cli._lazy import LazyGroup
from run_tui.cli._naming import is_id_prefix, is_url
from run_tui.cli._streams import open_stdout
from run_tui.cli.explore import RUN, VIEW, explore, open_explorer, view_options
from run_tui.errors import RunTuiError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INTERRUPTED = 130

COMMANDS = {
    "demo": "explore:demo",
    "open": "explore:open_saved",
    "run": "run:run_group",
    "run-events": "run_events:run_events_group",
    "phase": "phase:phase_group",
    "job": "job:job_group",
    "cache": "cache:cache_group",
    "config": "config:config_group",
    "completion": "completion:completion",
}


class _Root(LazyGroup):
    """A group whose first word may also be a run, to open in the explorer."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in COMMANDS or (ctx.resilient_parsing and not _can_be_run(word)):
            return super().resolve_command(ctx, args)
        if not _can_be_run(word):
            from difflib import get_close_matches

            similar = get_close_matches(word, COMMANDS, n=1)
            hint = f"Did you mean {similar[0]}?" if similar else f"Commands: {', '.join(COMMANDS)}."
            raise click.UsageError(f"{word!r} is neither a command nor a run's id or address. {hint}", ctx)
        ctx.meta[RUN] = word  # not as the command's name: usage errors show that, and an address may hold a login
        return "RUN_ID", explore, args[1:]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offers commands and options; what begins none of them may begin the id of a run."""
        found = super().shell_complete(ctx, incomplete)
        if found or not incomplete or incomplete.startswith("-"):
            return found
        return completed("run_ids")(ctx, self.params[0], incomplete)


def _can_be_run(word: str) -> bool:
    """Whether the word is a page's address or may be an id: ids hold digits, the commands' names do not."""
    return is_url(word) or is_id_prefix(word) or any(character.isdigit() for character in word)


@click.group(
    cls=_Root,
    lazily=COMMANDS,
    invoke_without_command=True,
    subcommand_metavar="[RUN_ID... | COMMAND [ARGS]...]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@server_options
@view_options
@click.version_option(__version__, prog_name="run-tui", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **view: Any) -> None:
    """Explore orchestrator runs in the terminal: open a run, see what failed and why, filter and follow its events.

    Without a command the explorer opens, on RUN_ID where one is given: an id, its first characters, or the address
    of the run's web page; several open as one log. The commands print the same for scripts and pipes.

    \b
    Examples:
      run-tui demo
      run-tui --url localhost:3000
      run-tui -c prod -c staging
      run-tui 9d38c7ea
      run-tui 9d38c7ea --filter 'level:error step:load_*' --time utc
      run-tui 9d38c7ea --at 12:30:05
      run-tui 9d38c7ea 1c7c29c8 e3fd16cf --filter level:error
      run-tui run list --status failure
      run-tui run-events get 9d38c7ea --type STEP_FAILURE --json
      run-tui open nightly_etl-9d38c7ea.jsonl

    Several connections make one list of runs: in the explorer, where ctrl+o chooses among all, and in run list.

    The server is chosen by -c/--connection, --url or --organization, --deployment and --token, given anywhere; else by
    the environment variables RUN_TUI_CONNECTION, RUN_TUI_URL and RUN_TUI_TOKEN, or DAGSTER_CLOUD_ORGANIZATION,
    DAGSTER_CLOUD_DEPLOYMENT and DAGSTER_CLOUD_API_TOKEN; else by the settings file (see: run-tui config path); else
    it is where `dg plus login` was; else http://localhost:3000. A token is best kept in the environment or the file:
    the shell remembers arguments.

    \b
    Exit codes: 0 done, 1 the server answered with an error, 2 usage or settings,
    3 not authorised, 4 not found, 5 not reachable.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    ctx.meta[VIEW] = view
    for name in ("filter", "at", "time", "context", "shown"):
        if view[name] not in (None, ()) and ctx.invoked_subcommand not in (None, "RUN_ID"):
            option = "show" if name == "shown" else name
            raise click.UsageError(f"--{option} before a command is for the explorer.", ctx)
    if ctx.invoked_subcommand is None:
        open_explorer()


def main() -> NoReturn:
    """The program `run-tui`."""
    hide_secrets()
    try:
        open_stdout()
        code = cli.main(prog_name="run-tui", standalone_mode=False)
    except click.Abort:
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except RunTuiError as error:
        tell(error, "Error")
        code = error.exit_code
    # The system takes the memory back anyway: searching it for garbage first would make a sixth of `run get`'s time.
    gc.freeze()
    sys.exit(code)
