"""`run-tui completion SHELL`: what makes a shell complete our command lines."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_RUN_TUI_COMPLETE"
"""The variable by which the shell's function asks for what there is to offer."""


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, /, shell: str) -> None:
    """Print what makes a shell complete commands, options, connections, statuses, event types and run ids.

    Run ids are those of the server that the line names, if it answers at once, and those of its runs that are kept.

    \b
    Examples:
      eval "$(run-tui completion bash)"                                   in ~/.bashrc
      eval "$(run-tui completion zsh)"                                    in ~/.zshrc, after compinit
      run-tui completion fish > ~/.config/fish/completions/run-tui.fish   once
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    assert complete is not None
    click.echo(complete(ctx.find_root().command, {}, "run-tui", VARIABLE).source())
