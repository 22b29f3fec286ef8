"""The steps of a run with their states and durations."""

from __future__ import annotations

from rich.segment import Segment
from textual.reactive import reactive

from run_tui.format import clean, duration, shorten, step_glyph, step_style
from run_tui.steps import StepProgress
from run_tui.widgets.row_list import RowList


class StepList(RowList):
    """One line a step: state, key, attempts, duration; opening one filters the log by it."""

    now: reactive[float] = reactive(0.0, repaint=False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.steps: list[StepProgress] = []

    @property
    def current(self) -> str | None:
        """The key of the step under the cursor."""
        return self.steps[self.cursor].key if self.steps else None

    def show(self, steps: list[StepProgress]) -> None:
        """Replaces the steps; the cursor stays on its step."""
        before, self.steps = self.steps, steps
        if [step.key for step in before] == [step.key for step in steps]:
            self.rows_touched(row for row, step in enumerate(steps) if step != before[row])
            return
        key = before[self.cursor].key if before else None
        self.rows_changed()
        index = next((i for i, step in enumerate(steps) if step.key == key), self.cursor)
        if index != self.cursor:
            self.move_to(index)

    def watch_now(self, before: float, now: float) -> None:
        """Steps that are running grow older, which long ones show by the minute only."""
        self.rows_touched(
            row
            for row, step in enumerate(self.steps)
            if step.ageing and _progress(step, before) != _progress(step, now)
        )

    def row_count(self) -> int:
        """One row a step."""
        return len(self.steps)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """Glyph, key, attempts, and the duration or the state's word at the right."""
        step = self.steps[index]
        right = _progress(step, self.now)
        style = self.style(step_style(step.state))
        name_width = max(6, width - len(right) - 5)
        name = shorten(clean(step.key), name_width)
        name_style = style if step_style(step.state) in ("bad", "active", "warning") else self.style("plain")
        return [
            Segment(f" {step_glyph(step.state)} ", style),
            Segment(
                f"{name:<{name_width}} ", name_style if step.seconds(self.now) is not None else self.style("quiet")
            ),
            Segment(right, self.style("quiet")),
        ]


def _progress(step: StepProgress, now: float) -> str:
    """The attempt, if not the first, and the duration or the state's word."""
    seconds = step.seconds(now)
    text = step.state.value if seconds is None else duration(seconds)
    return f"×{step.attempt} {text}" if step.attempt > 1 else text
