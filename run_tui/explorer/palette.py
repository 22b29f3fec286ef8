"""The palette's commands: what keys do on the screen shown, then themes and what else Textual offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from textual.app import App, SystemCommand
from textual.dom import DOMNode
from textual.screen import Screen

from run_tui.actions import Action, key_text
from run_tui.screens.base import ViewScreen
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.data import DataScreen
from run_tui.screens.jobs import JobsScreen
from run_tui.screens.launch import LaunchScreen
from run_tui.screens.output import OutputScreen
from run_tui.screens.run import RunScreen

_THEME_HELP = 'Dark, light, contrast or terminal; theme = "…" in the settings file keeps it'
_NEEDLESS = ("app.palette", "app.quit")


def key_commands(app: App[None], screen: Screen[object], actions: Sequence[Action]) -> Iterator[SystemCommand]:
    """What the keys do that apply to a screen."""
    owners = _owners(app, screen)
    for action in actions:
        owner = owners.get(action.where)
        if owner is not None and action.id not in _NEEDLESS and owner.check_action(_name(action), ()):
            do = partial(app.run_action, action.action, default_namespace=owner)
            yield SystemCommand(action.help.rstrip("."), f"{action.title}, {key_text(action)}", do)


def _name(action: Action) -> str:
    return action.action.partition("(")[0]


def with_themes_explained(commands: Iterable[SystemCommand]) -> Iterator[SystemCommand]:
    """Textual's own commands, the one for themes in our words."""
    for command in commands:
        yield command._replace(help=_THEME_HELP) if command.title == "Theme" else command


def _owners(app: App[None], screen: Screen[object]) -> dict[str, DOMNode]:
    """Who does what the keys of each place mean."""
    owners: dict[str, DOMNode] = {"app": app}
    if isinstance(screen, OutputScreen):
        owners |= {"output": screen, "list": screen.rows}
    if isinstance(screen, DataScreen):
        owners |= {"data": screen, "list": screen.rows}
    if isinstance(screen, ConnectScreen):
        owners |= {"connect": screen, "list": screen.rows}
    if isinstance(screen, JobsScreen):
        owners |= {"jobs": screen, "list": screen.rows}
    if isinstance(screen, LaunchScreen):
        owners |= {"launch": screen, "list": screen.rows}
    if isinstance(screen, ViewScreen):
        room = "run" if isinstance(screen, RunScreen) else "runs"
        owners |= {"view": screen, "act": screen, "list": screen.rows, room: screen}
    return owners
