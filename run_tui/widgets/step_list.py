"""The steps of a run with their states and durations, on demand as bars over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from run_tui.actions import bindings
from run_tui.format import clean, duration, shorten, step_glyph, step_style
from run_tui.gantt import Window, bar, ticks, whole_window
from run_tui.model import StepState
from run_tui.step_tree import StepRow, StepTree
from run_tui.steps import StepProgress
from run_tui.widgets.row_list import RowList
from run_tui.widgets.styles import COMPONENTS, named_style

NAME_SHARE = 3
"""The part of the width that names have beside bars."""
ZOOM = 2.0
PAN = 0.25


class StepAxis(Widget):
    """The times above the bars."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names: Sequence[tuple[int, str]] = ()

    def show(self, names: Sequence[tuple[int, str]]) -> None:
        """Takes the column and the text of each name."""
        self._names = names
        self.refresh()

    def render(self) -> Text:
        """A tick before each name."""
        line = ""
        for column, name in self._names:
            if column >= len(line) + bool(line):
                line = f"{line:<{column}}▏{name}"
        return Text(line, named_style(self, "quiet"), no_wrap=True, overflow="crop", end="")


class StepList(RowList):
    """One line a step: state, key, attempts, duration, and while `bars` is on a bar; opening one filters the log."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("steps")

    now: reactive[float] = reactive(0.0, repaint=False)
    bars: reactive[bool] = reactive(False)

    class WindowChanged(Message):
        """Bars show another span of time."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown = StepTree()
        self.marked: set[str] = set()
        self._ready: Callable[[str], int | None] = lambda key: None
        self._started: int | None = None
        self._ended: int | None = None
        self._window: Window | None = None

    @property
    def steps(self) -> Sequence[StepProgress]:
        """The steps, whether or not they are folded away."""
        return self.shown.steps

    @property
    def current(self) -> StepRow | None:
        """The row under the cursor."""
        return self.shown[self.cursor] if len(self.shown) else None

    @property
    def chosen(self) -> list[StepRow]:
        """The marked rows; where none is marked, the one under the cursor."""
        marked = [row for row in self.shown if row.key in self.marked] if self.marked else []
        return marked or ([self.current] if self.current is not None else [])

    def show(self, steps: Sequence[StepProgress]) -> None:
        """Replaces the steps; the cursor stays on its row."""
        current = self.current
        touched = self.shown.show(steps)
        if touched is None:
            self._rows_moved(current)
        else:
            self.rows_touched(touched)

    def show_span(self, started: int | None, ended: int | None, ready: Callable[[str], int | None]) -> None:
        """Takes when the run started and ended (epoch milliseconds), and since when each step could have started."""
        if (started, ended) != (self._started, self._ended):
            self._started, self._ended, self._window = started, ended, None
        self._ready = ready

    @property
    def whole(self) -> Window | None:
        """The span of the whole run, None before it has started."""
        if self._started is None:
            return None
        return whole_window(self._started, self.now * 1000 if self._ended is None else self._ended)

    @property
    def window(self) -> Window | None:
        """The span that bars show."""
        return self._window or self.whole

    def axis(self) -> list[tuple[int, str]]:
        """The column and the text of each time on the axis above the bars."""
        window = self.window
        if window is None or self._started is None:
            return []
        offset = self.row_width - self.bar_width
        return [(offset + column, text) for column, text in ticks(window, self._started, self.bar_width)]

    @property
    def bar_width(self) -> int:
        """Cells of a bar."""
        return max(10, self.row_width - max(24, self.row_width // NAME_SHARE) - 1)

    def row_count(self) -> int:
        """One row a step, a group or an attempt."""
        return len(self.shown)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """Glyph, key, attempts, and the duration or the state's word at the right; then the bar."""
        row = self.shown[index]
        if not self.bars:
            return self._facts(row, width)
        return [*self._facts(row, width - self.bar_width - 1), Segment(" "), *self._bar(row)]

    def watch_now(self, before: float, now: float) -> None:
        """Steps that are running grow older."""
        whole = self.whole
        if self.bars and whole is not None and self._started is not None and self._ended is None:
            # With the present itself every bar moves: only when it reaches the next cell.
            if whole.column(before * 1000, self.bar_width) != whole.column(now * 1000, self.bar_width):
                self.rows_changed()
                self.post_message(self.WindowChanged())
        else:
            # What has run for hours is told by the minute.
            self.forget_out_of_view()
            in_view = ((index, self.shown[index]) for index in self.rows_in_view)
            self.rows_touched(
                index for index, row in in_view if row.ageing and _progress(row, before) != _progress(row, now)
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only bars have a time to zoom and move in."""
        return self.bars or action not in ("zoom", "pan")

    def watch_bars(self) -> None:
        """Rows look different with bars."""
        self.refresh_bindings()
        self._strips.clear()
        self.refresh()
        self.post_message(self.WindowChanged())

    def on_resize(self) -> None:
        """Bars have other room: Textual calls this beside what every list does then."""
        if self.bars:
            self.post_message(self.WindowChanged())

    def action_fold(self, folded: bool) -> None:
        """Folds or unfolds the group or the attempts under the cursor, from within a group as well."""
        row = self.current
        if row is None:
            return
        if row.folded is None or row.folded is folded:
            parent = self.shown.parent(self.cursor)
            if not folded or parent is None:
                return
            self.move_to(parent)
            row = self.shown[parent]
        self.shown.turn(row)
        self._rows_moved(row)

    def action_mark(self) -> None:
        """Marks the row, or takes its mark away, and goes on to the next."""
        row = self.current
        if row is not None:
            self.marked ^= {row.key}
            self.rows_touched([self.cursor])
            self.move_to(self.cursor + 1, by_user=True)

    def action_zoom(self, direction: int) -> None:
        """Shows a shorter span (1) around the row under the cursor, or a longer one (-1)."""
        window, whole, row = self.window, self.whole, self.current
        if self.bars and window is not None and whole is not None:
            middle = None
            if direction > 0 and row is not None and row.attempts:
                last = row.attempts[-1]
                middle = (last.started + (last.ended or self.now * 1000)) / 2
            zoomed = window.zoomed(ZOOM**-direction, whole, middle)
            self._set_window(None if zoomed.length >= whole.length else zoomed)

    def action_pan(self, direction: int) -> None:
        """Shows what is earlier or later."""
        window, whole = self.window, self.whole
        if self.bars and window is not None and whole is not None and self._window is not None:
            self._set_window(window.moved(PAN * direction, whole))

    def _set_window(self, window: Window | None) -> None:
        self._window = window
        self.rows_changed()
        self.post_message(self.WindowChanged())

    def _rows_moved(self, current: StepRow | None) -> None:
        """Rows came, went or moved; `current` is the one that the cursor stays on."""
        if self.marked:
            self.marked &= {row.key for row in self.shown}
        self.rows_changed()
        index = None if current is None else self.shown.index_of(current)
        if index is not None and index != self.cursor:
            self.move_to(index)

    def _facts(self, row: StepRow, width: int) -> list[Segment]:
        right = _progress(row, self.now)
        style = self.style(step_style(row.state))
        fold = "" if row.folded is None else "▸ " if row.folded else "▾ "
        left = "  " * row.depth + fold
        label, room = clean(row.label), width - 5 - len(left)
        if right == row.state.value and len(label) + len(right) > room:
            right = ""  # the glyph says it too, in less room
        name_width = max(6, room - len(right))
        name = shorten(label, name_width)
        name_style = style if step_style(row.state) in ("bad", "active", "warning") else self.style("plain")
        mark = Segment("◆", self.style("accent")) if row.key in self.marked else Segment(" ")
        return [
            mark,
            Segment(f"{step_glyph(row.state)} ", style),
            Segment(left, self.style("quiet")),
            Segment(f"{name:<{name_width}} ", name_style if row.attempts else self.style("quiet")),
            Segment(right + " ", self.style("quiet")),
        ]

    def _bar(self, row: StepRow) -> list[Segment]:
        window = self.window
        if window is None:
            return []
        now = None if self._ended is not None else self.now * 1000
        ready = self._ready(row.key)
        waits = row.waits(self._started if ready is None else ready)
        pieces = bar(row.attempts, waits, window, self.bar_width, now)
        return [Segment(text, self.style(style)) for style, text in pieces]


def _progress(row: StepRow, now: float) -> str:
    """How far it has come: a group's tally, or the number of errors or attempts, if several, and duration or state."""
    if tally := row.tally:
        return " ".join(f"{step_glyph(state)}{count}" for state, count in tally)
    seconds = row.seconds(now)
    text = row.state.value if seconds is None else duration(seconds)
    if row.step is not None and row.step.errors:
        return f"{step_glyph(StepState.FAILURE)}{row.step.errors:,} {text}"
    return f"×{len(row.attempts)} {text}" if row.attempt is None and len(row.attempts) > 1 else text
