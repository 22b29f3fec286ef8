"""Asks before something is done to runs, shows how far it is, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.acts import Deed
from run_tui.format import clean, short_id, shorten, status_text
from run_tui.model import Run
from run_tui.screens.wishes import Wish
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.text_list import Pieces, TextList

NAMED = 8
"""Runs that are named before something is done to all; of further ones only the number is told."""
JOB = 28


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to go on: what to do, None for nothing, and why it cannot be done, if so; `sure` asks once more."""

    title: str
    help: str = ""
    deed: Deed | None = None
    why_not: str = ""
    sure: str = ""


class _Phase(Enum):
    ASKING = auto()
    WORKING = auto()
    OVER = auto()


class ChangeScreen(ModalScreen[None]):
    """What is to be done to some runs: one of the choices, none of which changes anything before it was taken."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("change")

    class Taken(Wish):
        """Something is to be done."""

        def __init__(self, deed: Deed) -> None:
            super().__init__()
            self.deed = deed

    class Stopped(Wish):
        """No further run is to be changed."""

    class Closed(Wish):
        """The user is done here; the run that was made is to be opened when `opening`."""

        def __init__(self, *, opening: bool) -> None:
            super().__init__()
            self.opening = opening

    def __init__(self, title: str, runs: Sequence[Run], choices: Sequence[Choice]) -> None:
        super().__init__()
        self.runs = runs
        self._title, self._choices = title, list(choices)
        self._phase = _Phase.ASKING
        self._can_open = False

    def compose(self) -> ComposeResult:
        """A title, the runs by name, the choices."""
        with Vertical(id="change"):
            yield Static(self._title, classes="title", id="change-title", markup=False)
            yield Static("\n".join(map(_name, self.runs[:NAMED])), id="change-runs", markup=False)
            yield TextList(id="choices")
            yield Static(id="change-note", markup=False)
        yield KeyBar()

    @property
    def rows(self) -> TextList:
        """The choices, and later what became of each run."""
        return self.query_one(TextList)

    @property
    def over(self) -> bool:
        """Whether all has been done that will be."""
        return self._phase is _Phase.OVER

    def on_mount(self) -> None:
        """Keys go to the choices."""
        if len(self.runs) > NAMED:
            names = self.query_one("#change-runs", Static)
            names.update("\n".join([*map(_name, self.runs[:NAMED]), f"… and {len(self.runs) - NAMED} more"]))
        self._show_choices()
        self.rows.focus()

    def show_progress(self, text: str) -> None:
        """Says how far it is."""
        self.query_one("#change-title", Static).update(text)

    def add_outcome(self, row: Pieces) -> None:
        """Takes what became of a run."""
        self.rows.styles.height = max(1, min(self.rows.row_count() + 1, self.app.size.height // 2))
        self.rows.add(row)

    def show_over(self, text: str, note: str, rows: Sequence[Pieces], *, can_open: bool) -> None:
        """Says what became of all, and of each, whole; `can_open` offers the run that was made."""
        self.rows.wrap = True
        self.rows.styles.height = max(1, min(2 * len(rows), self.app.size.height // 2))
        self.rows.show(rows)
        self.rows.move_to(0)
        self._phase, self._can_open = _Phase.OVER, can_open
        self.show_progress(text)
        self.query_one("#change-note", Static).update(note)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to take while it is being done."""
        return not (action == "take" and self._phase is _Phase.WORKING)

    def action_take(self) -> None:
        """Does what is under the cursor; when all is done, opens the new run, or closes."""
        if self._phase is _Phase.OVER:
            self.post_message(self.Closed(opening=self._can_open))
        elif self._phase is _Phase.ASKING and self._choices:
            self._take(self._choices[self.rows.cursor])

    def action_close(self) -> None:
        """Leaves the runs as they are; while they are being changed, leaves those still to come."""
        if self._phase is _Phase.WORKING:
            self.query_one("#change-note", Static).update("Stopping after this one.")
            self.post_message(self.Stopped())
        else:
            self.post_message(self.Closed(opening=False))

    def _take(self, choice: Choice) -> None:
        if choice.why_not:
            self.query_one("#change-note", Static).update(choice.why_not)
        elif choice.deed is None:
            self.post_message(self.Closed(opening=False))
        elif choice.sure:
            self.show_progress(choice.sure)
            self._choices = [Choice("No, leave them"), Choice(f"Yes: {choice.title.lower()}", choice.help, choice.deed)]
            self._show_choices()
        else:
            self._phase = _Phase.WORKING
            self._choices = []
            self.rows.show([])
            self.query_one("#change-runs").display = False
            self.query_one("#change-note", Static).update("")
            self.refresh_bindings()
            self.post_message(self.Taken(choice.deed))

    def _show_choices(self) -> None:
        self.rows.styles.height = len(self._choices)
        width = max(len(choice.title) for choice in self._choices)
        self.rows.show([_row(choice, width) for choice in self._choices])
        self.rows.move_to(0)


def _name(run: Run) -> str:
    job = shorten(clean(run.target or "run"), JOB)
    parts = (f"{job:<{JOB}}", short_id(run.id), f"{status_text(run.status):<13}", clean(run.connection or ""))
    return "  ".join(parts).rstrip()


def _row(choice: Choice, width: int) -> Pieces:
    style = "quiet" if choice.why_not else "plain"
    return [(style, f" {choice.title:<{width}}   "), ("quiet", choice.why_not or choice.help)]


def outcome_row(run: Run, sign: str, style: str, text: str) -> Pieces:
    """A run and what became of it, as a row."""
    job = shorten(clean(run.target or "run"), JOB)
    return [
        (style, f" {sign} "),
        ("plain", f"{job}  "),
        ("name", f"{short_id(run.id)}  "),
        ("plain", clean(text)),
    ]
