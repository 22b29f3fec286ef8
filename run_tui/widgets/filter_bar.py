"""The filter bar: a line of text that filters as it is typed, with completion, problems and the counts beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from run_tui.query import Completion, Problem
from run_tui.widgets.covered import CoveredRow

INDENT = 3
"""Cells before the text, where the sign stands."""

DIVIDER = " · "
"""What stands between the counts."""
LEAST = 4
"""Cells left for the text beside them."""
SPARE = 24
"""Cells by which the counts may grow while the user types, where there is as much room for the text."""

Completer = Callable[[str, int], Completion | None]
Filterer = Callable[[str], None]
"""Filters by a text, and says with `show_problems` what is wrong with it."""


class LineInput(Input):
    """One line of text; what it leads to is done in the frame that shows it."""

    # A longer text changes nothing around it: a keystroke costs no layout.
    virtual_size: reactive[Size] = reactive(Size(0, 0), layout=False)

    def __init__(self, changed: Callable[[], None], *, id: str, select_on_focus: bool = False) -> None:
        super().__init__(id=id, compact=True, select_on_focus=select_on_focus)
        self._changed = changed

    def watch_value(self) -> None:
        """What a text leads to is done with the keystroke itself, not messages later: both are in the same frame."""
        self.call_next(self._changed)

    def on_paste(self, event: events.Paste) -> None:
        """A pasted text becomes one line without controls."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor("".join(c if c.isprintable() else " " for c in event.text).strip())

    def on_input_changed(self, event: Input.Changed) -> None:
        """The text has been dealt with already."""
        event.stop()


class FilterInput(LineInput):
    """The text itself; tab walks through the completions of the word under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete(1)", "Complete"),
        Binding("shift+tab", "complete(-1)", "Complete back", show=False),
        Binding("enter", "leave", "Keep"),
        Binding("down", "leave", "To the rows", show=False),
        Binding("escape", "give_up", "Clear"),
    ]

    class Left(Message):
        """The user is done typing; `cleared` when the filter was given up."""

        def __init__(self, cleared: bool) -> None:
            super().__init__()
            self.cleared = cleared

    def __init__(self, complete: Completer, changed: Callable[[], None]) -> None:
        super().__init__(changed, id="filter-input")
        self._complete = complete
        self._offered: Completion | None = None
        self._taken = -1

    def completion(self) -> Completion | None:
        """What could stand at the cursor; while tab walks through candidates, where the walk began."""
        if self._offered is not None:
            return self._offered
        return self._complete(self.value, self.cursor_position)

    def action_complete(self, step: int) -> None:
        """Puts the next or previous candidate in."""
        offered = self.completion()
        if offered is None or not offered.candidates:
            return
        self._taken = (self._taken + step) % len(offered.candidates) if self._offered else min(step, 0)
        candidate = offered.candidates[self._taken]
        end = offered.end if self._offered is None else self.cursor_position
        self._offered = offered
        self.value = self.value[: offered.start] + candidate + self.value[end:]
        self.cursor_position = offered.start + len(candidate)

    def forget_completion(self) -> None:
        """Typing on ends a walk through candidates."""
        taken = self._offered.candidates[self._taken] if self._offered else None
        if self._offered is not None and self.value[self._offered.start : self.cursor_position] != taken:
            self._offered, self._taken = None, -1

    def action_leave(self) -> None:
        """Back to the rows, the filter stays."""
        self._offered, self._taken = None, -1
        self.post_message(self.Left(False))

    def action_give_up(self) -> None:
        """Back to the rows without a filter."""
        self._offered, self._taken = None, -1
        self.value = ""
        self.post_message(self.Left(True))


class FilterBar(Vertical):
    """The filter's text, what it hides, and below it, while typing, completions or what is wrong and where."""

    BLANK = True

    def __init__(self, complete: Completer, filter_by: Filterer, hint: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.input = FilterInput(complete, self._text_changed)
        self._filter_by = filter_by
        self._hint = hint
        self._hint_shown = ""
        self._problems: tuple[Problem, ...] = ()
        self._counts = self._counts_shown = ""

    def compose(self) -> ComposeResult:
        """The line, and the hint below it."""
        with CoveredRow(id="filter-line"):
            yield Static("/", id="filter-sign", markup=False)
            yield self.input
            yield Static(id="filter-counts", markup=False)
        yield Static(id="filter-hint", markup=False)

    @property
    def text(self) -> str:
        """The filter as typed."""
        return self.input.value

    @text.setter
    def text(self, text: str) -> None:
        self.input.value = text
        self.input.cursor_position = len(text)

    def show_counts(self, text: str) -> None:
        """What stands at the right: how much is shown and what is hidden."""
        if text != self._counts:
            self._counts = text
            self._fit_counts()

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """What is wrong with the text, and where; () when nothing is."""
        self._problems = problems
        self._update_hint()

    def on_resize(self) -> None:
        """There is other room for the counts."""
        self._fit_counts()

    def on_descendant_focus(self) -> None:
        """The hint is there while typing, and room for longer counts: one layout for both."""
        self._update_hint()
        self._reserve(self.query_one("#filter-counts", Static).outer_size.width)

    def on_descendant_blur(self) -> None:
        """Without the focus only problems stay in sight."""
        self._update_hint()
        self._fit_counts()

    def _text_changed(self) -> None:
        self.input.forget_completion()
        self._filter_by(self.text)

    def _fit_counts(self) -> None:
        """While the user types the counts' room only grows, by many cells at once: each change of it is a layout."""
        counts = self.query_one("#filter-counts", Static)
        shown = self._counts_for(self.size.width - INDENT - LEAST - counts.gutter.width)
        if shown != self._counts_shown:
            self._counts_shown = shown
            counts.update(shown, layout=False)
        needed = cell_len(shown) + counts.gutter.width
        if not self.input.has_focus:
            counts.styles.width = needed
        elif needed > counts.outer_size.width:
            self._reserve(needed)

    def _reserve(self, needed: int) -> None:
        """Gives the counts these cells and some more, of which the text has as many at least."""
        counts = self.query_one("#filter-counts", Static)
        counts.styles.width = max(needed, min(needed + SPARE, (self.size.width - INDENT) // 2))

    def _counts_for(self, room: int) -> str:
        """As many of the counts, the first ones first, as there is room for; always one."""
        text = self._counts
        while cell_len(text) > room and DIVIDER in text:
            text = text.rpartition(DIVIDER)[0]
        return text

    def _update_hint(self) -> None:
        hint = self.query_one("#filter-hint", Static)
        text = self._problem_text() or (self._completion_text() if self.input.has_focus else "")
        hint.display = self.input.has_focus or bool(text)
        hint.set_class(bool(self._problems), "problem")
        if text != self._hint_shown:
            self._hint_shown = text
            hint.update(Text(text, no_wrap=True, overflow="ellipsis", end=""), layout=False)

    def _problem_text(self) -> str:
        if not self._problems:
            return ""
        first = self._problems[0]
        return f"{' ' * (first.start + INDENT)}{'^' * max(1, first.end - first.start)} {first.message}"

    def _completion_text(self) -> str:
        offered = self.input.completion()
        if offered is None or not offered.candidates:
            return f"{' ' * INDENT}{self._hint}" if not self.text else ""
        return f"{' ' * INDENT}tab: " + "  ".join(offered.candidates[:12])
