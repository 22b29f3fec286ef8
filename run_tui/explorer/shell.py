"""What every screen of the explorer stands on: workers, keys, messages to the user, and the terminal itself."""

from __future__ import annotations

import asyncio
import os
import re
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from run_tui import desktop
from run_tui.actions import ACTIONS, bindings, key_text
from run_tui.acts import Act
from run_tui.errors import RunTuiError
from run_tui.explorer.host import Work
from run_tui.explorer.palette import key_commands, with_themes_explained
from run_tui.explorer.remapping import remapped
from run_tui.format import clean, clean_lines
from run_tui.garbage import Collector
from run_tui.input_order import OrderedInput
from run_tui.screens import themes
from run_tui.screens.base import ViewScreen
from run_tui.screens.help import HelpScreen, places
from run_tui.screens.run import RunScreen

_CARET = re.compile(r"\^(?=.)")
COLLECTING = 0.25
"""Seconds between looks for garbage."""


class Shell(OrderedInput):
    """An app with our keys and themes; `keys` maps ids of actions to other keys, `warnings` are told at the start."""

    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")

    def __init__(
        self,
        *,
        keys: Mapping[str, str],
        theme: str,
        warnings: Iterable[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        # Without colours the terminal's own two are left, with bold, dim and reversed text.
        no_color = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_color else None)
        themes.install(self, themes.TERMINAL.name if no_color else theme)
        self._warnings = tuple(warnings)
        self.actions, self._key_problems = remapped(keys)
        self.now = now
        self.collector = Collector()
        self._acts: Mapping[Act, bool] = {}

    def prepare(self) -> None:
        """Takes the user's keys, before there is a screen, and begins to collect garbage between frames."""
        self.set_keymap({action.id: action.keys for action in self.actions if action not in ACTIONS})
        self._collect()

    def _collect(self) -> None:
        """Again and again while the app runs; one of Textual's timers would cost more than the look."""
        self.collector.collect()
        if self.is_running:
            asyncio.get_running_loop().call_later(COLLECTING, self._collect)

    async def on_event(self, event: events.Event) -> None:
        """Whoever types does not wait for the collector."""
        if isinstance(event, (events.InputEvent, events.Paste)):
            self.collector.put_off()
        await super().on_event(event)

    def warn(self) -> None:
        """Tells what is wrong with the settings."""
        if self._key_problems:
            text = "\n".join(map(clean, self._key_problems))
            self.notify(text, title="Keys of the settings file", severity="warning", timeout=15, markup=False)
        for warning in self._warnings:
            self.notify(clean(f"{warning[:1].upper()}{warning[1:]}"), severity="warning", timeout=10, markup=False)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The style sheet's own variables, for Textual's theme before ours are there."""
        return themes.DARK.variables

    def start(self, work: Work, group: str, *, exclusive: bool = True) -> None:
        """Starts a worker, `exclusive` in the place of those of its group."""
        _: Worker[None] = self.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)

    def stop(self, *groups: str) -> None:
        """Ends the workers of these groups."""
        for group in groups:
            self.workers.cancel_group(self, group)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that broke is a defect of ours: say so instead of standing still."""
        if event.state is WorkerState.ERROR:
            self.notify(clean(f"{event.worker.group} stopped: {event.worker.error!r}"), severity="error", markup=False)

    def _fatal_error(self) -> None:
        """A defect of ours ends the program, told as Python does: Textual would show what variables hold, tokens too.

        The parent's method has no public name, but it alone decides what is shown.
        """
        self.panic(Text("\n".join(clean_lines(traceback.format_exc()))))

    async def show_screen(self, screen: Screen[None], *, in_place: bool = False) -> None:
        """Shows a screen on top, or in the place of the one on top."""
        if isinstance(screen, ViewScreen):
            screen.offer(self._acts)
        await (self.switch_screen(screen) if in_place else self.push_screen(screen))

    def leave_screen(self) -> None:
        """Goes back to the screen below."""
        self.pop_screen()

    def offer(self, acts: Mapping[Act, bool]) -> None:
        """Lets the screens offer what can be done, and show in grey what is not allowed (False)."""
        self._acts = acts
        for screen in self.screen_stack:
            if isinstance(screen, ViewScreen):
                screen.offer(acts)

    def say(self, error: RunTuiError) -> None:
        """Shows an error with what can be done about it."""
        self.notify(clean(f"{error} {error.hint}"), severity="error", timeout=10, markup=False)

    def get_key_display(self, binding: Binding) -> str:
        """A binding's key as help and messages name it: `ctrl+k`, where Textual writes `^k`."""
        shown = super().get_key_display(binding)
        return shown if binding.key_display else _CARET.sub("ctrl+", shown)

    @property
    def refresh_key(self) -> str:
        """The key that asks the server now."""
        return next(key_text(action) for action in self.actions if action.id == "view.refresh")

    def show_page(self, url: str | None) -> None:
        """Opens a web page, or where there is no browser copies its address."""
        if url is None:
            self.notify("This connection has no web page.", severity="warning")
        elif desktop.can_open_browser():
            self.open_url(url)
        else:
            self.copy_to_clipboard(clean(url))
            self.notify(f"{clean(url)}\nCopied: open it where there is a browser.", markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Copies by the terminal, and by the desktop's own program: not every terminal does."""
        super().copy_to_clipboard(text)
        self.start(partial(self._copy, text), "clipboard")

    async def _copy(self, text: str) -> None:
        await desktop.copy(text)

    def write_to_terminal(self, sequence: str) -> None:
        """Sends a control sequence that changes nothing on the screen."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def action_help(self) -> None:
        """Shows all keys and the filter language, first what applies to what has the focus."""
        if not isinstance(self.screen, HelpScreen):
            lacks = self.screen.lacks if isinstance(self.screen, RunScreen) else ()
            actions = [
                action
                for action in self.actions
                if action.where not in ("run", "act", "view") or action.action.partition("(")[0] not in lacks
            ]
            self.push_screen(HelpScreen(actions, places(self.screen)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what keys do here, then themes and what else Textual offers."""
        yield from key_commands(self, screen, self.actions)
        yield from with_themes_explained(super().get_system_commands(screen))
