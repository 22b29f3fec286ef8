"""Commands that are imported when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that imports a command when it is first asked for: no command waits until all the others are made.

    `lazily` has for each command's name where it is: "module:attribute" in this package.
    """

    def __init__(self, *args: Any, lazily: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._lazily = lazily

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in their order."""
        return sorted({*self.commands, *self._lazily})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, if there is one."""
        if cmd_name in self._lazily and cmd_name not in self.commands:
            module, _, attribute = self._lazily[cmd_name].partition(":")
            self.commands[cmd_name] = getattr(import_module(f"run_tui.cli.{module}"), attribute)
        return super().get_command(ctx, cmd_name)
