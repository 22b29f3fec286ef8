"""The table of runs."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static

from run_tui.format import (
    TimeMode,
    clean,
    day_and_clock,
    duration,
    run_seconds,
    short_id,
    shorten,
    status_style,
    status_text,
    tags_text,
)
from run_tui.model import Run
from run_tui.widgets.row_list import RowList

TITLES = ("STATUS", "JOB", "RUN", "CREATED", "TOOK", "TAGS")
STATUS, RUN, CREATED, TOOK = 13, 8, 15, 8
NARROW = 72
"""Columns below which durations make room for the job's name."""

MIDNIGHT_FALLS_ON = 900
"""Seconds since the epoch of which every zone's midnight is a multiple."""


def column_widths(width: int) -> tuple[int, ...]:
    """The widths of the columns of TITLES, two blanks between them; 0 leaves one out."""
    took = TOOK if width >= NARROW else 0
    rest = width - STATUS - RUN - CREATED - took - (11 if took else 7)
    job = max(10, rest if rest < 40 else rest // 2)
    return STATUS, job, RUN, CREATED, took, max(0, rest - job)


class RunRows(RowList):
    """One line a run: status, job, id, created, duration, tags."""

    now: reactive[float] = reactive(0.0, repaint=False)
    time_mode: reactive[TimeMode] = reactive(TimeMode.LOCAL)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: list[Run] = []

    @property
    def current(self) -> Run | None:
        """The run under the cursor."""
        return self.runs[self.cursor] if self.runs else None

    def show(self, runs: list[Run]) -> None:
        """Replaces the runs; the cursor stays on its run, and on the top row if it was there."""
        at = self.current.id if self.current is not None and self.cursor else None
        before, self.runs = self.runs, runs
        if [run.id for run in before] == [run.id for run in runs]:
            self.rows_touched(row for row, run in enumerate(runs) if run != before[row])
            return
        self.rows_changed()
        index = next((i for i, run in enumerate(runs) if run.id == at), None)
        if index is not None and index != self.cursor:
            self.move_to(index)

    def watch_now(self, before: float, now: float) -> None:
        """Runs in progress grow older; at midnight today becomes yesterday."""
        if before // MIDNIGHT_FALLS_ON != now // MIDNIGHT_FALLS_ON:
            self.rows_changed()
            return
        self.rows_touched(row for row, run in enumerate(self.runs) if run.status.active)

    def watch_time_mode(self) -> None:
        """Every time is written anew."""
        self.rows_changed()

    def row_count(self) -> int:
        """One row a run."""
        return len(self.runs)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """The columns of one run."""
        run = self.runs[index]
        seconds = run_seconds(run, self.now)
        cells = (
            (status_text(run.status), status_style(run.status)),
            (clean(run.pipeline_name or ""), "plain"),
            (short_id(run.id), "name"),
            (day_and_clock(run.created_at, self.time_mode, self.now), "plain"),
            (f"{duration(seconds):>{TOOK}}" if seconds is not None else "", "quiet"),
            (tags_text(run.tags.items()), "quiet"),
        )
        return [Segment(" ")] + [
            Segment(f"{shorten(text, room):<{room}}  ", self.style(style))
            for (text, style), room in zip(cells, column_widths(width), strict=True)
            if room
        ]


class RunTable(Vertical):
    """The rows under their column titles."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = RunRows(id="rows")

    def compose(self) -> ComposeResult:
        """Titles, then rows."""
        yield Static(id="titles", markup=False)
        yield self.rows

    def on_resize(self) -> None:
        """The titles stand over their columns."""
        widths = column_widths(self.rows.row_width)
        titles = [
            f"{title:>{room}}" if title == "TOOK" else f"{title:<{room}}"
            for title, room in zip(TITLES, widths, strict=True)
            if room
        ]
        self.query_one("#titles", Static).update(" " + "  ".join(titles))
