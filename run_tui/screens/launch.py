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
from run_tui.widgets.keys import key_of
from run_tui.widgets.status_line import Activity, Fact, StatusLine
from run_tui.widgets.text_list import Pieces, TextList


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
        self._before: str | None = None
        self._sent = self._leaving = False
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
            yield TagsInput(self._tags_changed, id="tags")
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
        if self._before is None:
            self._before = text
        self.config, self._problems, self._ready, self._leaving = text, (), False, False
        none = f"No configuration: everything as the job's code has it. {key_of(self, 'launch.edit')} writes one."
        self.rows.show_notice(("plain", none))
        self._show()
        self.show_activity(Activity("◌ checking", "active"))

    def show_problems(self, problems: Sequence[ConfigProblem]) -> None:
        """Takes what is wrong with it, each at its line; () says that it is valid."""
        self._problems, self._ready, self._sent = problems, not problems, False
        self._show()
        self._show_verdict()
        first = next((number for number, row in enumerate(self._rows()) if row[0][0] == "bad"), None)
        if first is not None:
            self.rows.move_to(first, center=True)

    def show_activity(self, activity: Activity) -> None:
        """Shows what is being done."""
        self.query_one(StatusLine).show_activity(activity)

    def show_failure(self, text: str) -> None:
        """Says why it was not launched, or could not be checked; it can be tried again."""
        self._ready, self._sent = True, False
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
        """Launches nothing; what was edited here is dropped only when that is said twice."""
        if self._leaving or self._sent or not self._edited:
            self.post_message(self.Closed())
            return
        self._leaving = True
        self.show_activity(Activity(f"edited: {key_of(self, 'launch.back')} once more drops it", "warning"))

    def action_launch(self) -> None:
        """Launches the job as it stands here."""
        try:
            tags = tags_of(self.query_one(TagsInput).value)
        except ValueError as error:
            self.show_activity(Activity(clean(str(error)), "bad"))
            return
        self._leaving = False
        if self._problems:
            self._show_verdict()
        elif self._ready:
            self._ready, self._sent = False, True
            self.show_activity(Activity("◌ launching", "active"))
            self.post_message(self.Ordered(Order(self.job, self.config, tags)))

    @property
    def _edited(self) -> bool:
        """Whether something was written here that is nowhere else."""
        return self.config != (self._before or "") or self.query_one(TagsInput).value != self._tags

    def _tags_changed(self) -> None:
        """What was said of the tags as they were holds no longer."""
        if self.is_valid:
            self._leaving = False
            self._show_verdict()

    def _show_verdict(self) -> None:
        """What the server says to the configuration, and the key to go on with."""
        if self._problems:
            text = f"{plural(len(self._problems), 'problem')}: {key_of(self, 'launch.edit')} edits"
            self.show_activity(Activity(text, "bad"))
        else:
            self.show_activity(Activity("✓ valid", "good"))

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
