"""Where the events of a run are to be saved, and how far that is."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from run_tui.actions import bindings
from run_tui.format import clean, plural
from run_tui.screens.wishes import RunWish
from run_tui.widgets.filter_bar import LineInput
from run_tui.widgets.key_bar import KeyBar

_FORMS = ".jsonl keeps everything, and run-tui open shows it; .csv and .txt are tables."


class SaveScreen(ModalScreen[None]):
    """Asks for a file, `name` to begin with, and for all `held` events or the `fitting` ones, if a filter is set."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("save")

    class Wanted(RunWish):
        """The events are to be saved: those that fit the filter, or all."""

        def __init__(self, path: str, *, filtered: bool, overwrite: bool) -> None:
            super().__init__()
            self.path, self.filtered, self.overwrite = path, filtered, overwrite

    class Stopped(RunWish):
        """Saving is to end: nothing of it is to be left."""

    class Closed(RunWish):
        """The user went back."""

    def __init__(self, name: str, held: int, fitting: int | None) -> None:
        super().__init__()
        self._file, self._held, self._fitting = name, held, fitting
        self._filtered = fitting is not None
        self._saving = False
        self._to_replace: str | None = None

    def compose(self) -> ComposeResult:
        """A title, the file's name, which events, and a line for what is to be said."""
        with Vertical(id="picker"):
            yield Static("Save events to this file: enter", classes="title", markup=False)
            yield LineInput(self._changed, id="save-path")
            yield Static(id="save-scope", markup=False)
            yield Static(_FORMS, id="save-note", markup=False)
        yield KeyBar()

    @property
    def path(self) -> Input:
        """The file's name."""
        return self.query_one("#save-path", Input)

    def on_mount(self) -> None:
        """Keys go to the name, which is there to be changed or taken."""
        self.path.value = self._file
        self.path.cursor_position = len(self._file.removesuffix(".jsonl"))
        self.path.focus()
        self._show_scope()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter saves."""
        event.stop()
        self.action_save()

    def on_click(self, event: events.Click) -> None:
        """A click beside it closes it."""
        if event.widget is self:
            self.action_close()

    def action_save(self) -> None:
        """Saves; where a file is there already only when asked a second time."""
        path = self.path.value.strip()
        if path and not self._saving:
            self._saving = self.path.disabled = True
            self._say("Saving …")
            self.post_message(self.Wanted(path, filtered=self._filtered, overwrite=path == self._to_replace))

    def action_scope(self) -> None:
        """Saves the others: all events, or those that fit."""
        if self._fitting is not None and not self._saving:
            self._filtered = not self._filtered
            self._show_scope()

    def action_close(self) -> None:
        """Stops saving; goes back where nothing is being saved."""
        if self._saving:
            self.post_message(self.Stopped())
            self._edit("Stopped: nothing was saved.")
        else:
            self.post_message(self.Closed())

    def show_reading(self, held: int) -> None:
        """Events are still being read, or looked through."""
        self._say(f"Reading: {plural(held, 'event')} so far …")

    def show_progress(self, done: int, total: int) -> None:
        """So many are saved."""
        self._say(f"Saving: {done:,} of {plural(total, 'event')} …")

    def show_problem(self, message: str) -> None:
        """It cannot be saved like that."""
        self._edit(clean(message), bad=True)

    def ask_to_replace(self) -> None:
        """The file is there: whoever says so again means it."""
        self._to_replace = self.path.value.strip()
        self._edit("This file is there already. Enter replaces it.", bad=True)

    def _changed(self) -> None:
        if self._to_replace not in (None, self.path.value.strip()):
            self._to_replace = None
            self._say(_FORMS)

    def _edit(self, text: str, *, bad: bool = False) -> None:
        self._saving = self.path.disabled = False
        self.path.focus()
        self._say(text, bad=bad)

    def _say(self, text: str, *, bad: bool = False) -> None:
        note = self.query_one("#save-note", Static)
        note.set_class(bad, "-bad")
        note.update(text)

    def _show_scope(self) -> None:
        every, some = f"all {plural(self._held, 'event')}", f"the {self._fitting or 0:,} that fit the filter"
        chosen, other = (some, every) if self._filtered else (every, some)
        text = f"▸ {chosen}" + ("" if self._fitting is None else f"   tab: {other}")
        self.query_one("#save-scope", Static).update(text)
