"""A job about to be launched: its configuration with what the server has against it, and its tags."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.acts import ConfigProblem, Job, Order
from run_tui.format import clean, plural
from run_tui.screens.wishes import Wish
from run_tui.widgets.filter_bar import LineInput
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.status_line import Activity, Fact, StatusLine
from run_tui.widgets.text_list import Pieces, TextList

EMPTY = "No configuration: everything as the job's code has it. e writes one."


class TagsInput(LineInput):
    """Tags as `key=value`, blanks between them; quotes keep blanks together."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,down,escape", "screen.rows", "Done")]


class LaunchScreen(Screen[None]):
    """What a job is launched with; nothing is launched before the user says so here."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("launch")

    class EditWanted(Wish):
        """The configuration is to be edited."""

    class Ordered(Wish):
        """The job is to be launched."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    class Closed(Wish):
        """The user went back."""

    def __init__(self, job: Job, where: str, tags: Mapping[str, str]) -> None:
        super().__init__()
        self.job, self._where = job, where
        self._tags = " ".join(shlex.quote(f"{key}={value}") for key, value in tags.items())
        self.config = ""
        self._problems: Sequence[ConfigProblem] = ()
        self._ready = False

    def compose(self) -> ComposeResult:
        """Facts, tags, configuration, keys."""
        yield StatusLine(id="status")
        with Horizontal(id="tags-line"):
            yield Static("tags", id="tags-sign", markup=False)
            yield TagsInput(lambda: None, id="tags")
        yield TextList(id="config")
        yield KeyBar()

    @property
    def rows(self) -> TextList:
        """The configuration's lines."""
        return self.query_one(TextList)

    @property
    def is_valid(self) -> bool:
        """Whether the server has nothing against it, and it can be launched."""
        return self._ready and not self._problems

    def on_mount(self) -> None:
        """Keys go to the configuration."""
        self.query_one(TagsInput).value = self._tags
        self.rows.focus()
        self.rows.show_notice(("quiet", "Reading what can be configured …"))
        self._show()

    def show_config(self, text: str) -> None:
        """Takes a configuration; whether it is valid is told later."""
        self.config, self._problems, self._ready = text, (), False
        self.rows.show_notice(("plain", EMPTY))
        self._show()
        self.show_activity(Activity("◌ checking", "active"))

    def show_problems(self, problems: Sequence[ConfigProblem]) -> None:
        """Takes what is wrong with it, each at its line; () says that it is valid."""
        self._problems, self._ready = problems, not problems
        self._show()
        text = plural(len(problems), "problem") if problems else "✓ valid"
        self.show_activity(Activity(text, "bad" if problems else "good"))
        first = next((number for number, row in enumerate(self._rows()) if row[0][0] == "bad"), None)
        if first is not None:
            self.rows.move_to(first, center=True)

    def show_activity(self, activity: Activity) -> None:
        """Shows what is being done."""
        self.query_one(StatusLine).show_activity(activity)

    def show_failure(self, text: str) -> None:
        """Says why it was not launched, or could not be checked; it can be tried again."""
        self._ready = True
        self.show_activity(Activity(clean(text), "bad"))

    def action_edit(self) -> None:
        """Opens the configuration in the user's editor."""
        self.post_message(self.EditWanted())

    def action_tags(self) -> None:
        """Goes to the tags."""
        self.query_one(TagsInput).focus()

    def action_rows(self) -> None:
        """Goes back to the configuration."""
        self.rows.focus()

    def action_back(self) -> None:
        """Launches nothing."""
        self.post_message(self.Closed())

    def action_launch(self) -> None:
        """Launches the job as it stands here."""
        try:
            tags = tags_of(self.query_one(TagsInput).value)
        except ValueError as error:
            self.notify(clean(str(error)), severity="warning", markup=False)
            return
        if self._problems:
            self.notify("The configuration is not valid: e edits it.", severity="warning")
        elif self._ready:
            self._ready = False
            self.show_activity(Activity("◌ launching", "active"))
            self.post_message(self.Ordered(Order(self.job, self.config, tags)))

    def _show(self) -> None:
        self.query_one(StatusLine).show(
            [Fact("Launch", "accent"), Fact(clean(self.job.name)), Fact(clean(self._where), "quiet", 2)]
        )
        self.rows.show(list(self._rows()))

    def _rows(self) -> Iterator[Pieces]:
        """The lines, numbered, each followed by its problems; those of no line come first."""
        yield from (_problem(problem) for problem in self._problems if not problem.line)
        wrong = {problem.line for problem in self._problems}
        for number, line in enumerate(self.config.splitlines(), 1):
            yield [("quiet", f"{number:>4}  "), ("warning" if number in wrong else "plain", clean(line))]
            yield from (_problem(problem) for problem in self._problems if problem.line == number)


def _problem(problem: ConfigProblem) -> Pieces:
    return [("bad", f"    ✗ {clean(problem.message)}")]


def tags_of(text: str) -> dict[str, str]:
    """Tags from `key=value` words. Raises `ValueError`, in a sentence, for anything else."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"The tags have an open quote: {error}.") from error
    pairs = [word.partition("=") for word in words]
    for key, sign, value in pairs:
        if not (key and sign):
            raise ValueError(f"{key or value!r} is no tag: write key=value.")
    return {key: value for key, _, value in pairs}
