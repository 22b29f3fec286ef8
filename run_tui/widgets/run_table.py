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

STATUS_WIDTH, RUN_WIDTH, CREATED_WIDTH, TOOK_WIDTH = 13, 8, 15, 8


def job_width(width: int) -> int:
    """What is left for the job's name beside the fixed columns; tags share it where there is room."""
    rest = width - STATUS_WIDTH - RUN_WIDTH - CREATED_WIDTH - TOOK_WIDTH - 12
    return max(10, rest if rest < 40 else rest // 2)


class RunRows(RowList):
    """One line a run: status, job, id, created, duration, tags."""

    now: reactive[float] = reactive(0.0)
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
        self.runs = runs
        self.rows_changed()
        index = next((i for i, run in enumerate(runs) if run.id == at), None)
        if index is not None and index != self.cursor:
            self.move_to(index)

    def watch_now(self) -> None:
        """Runs in progress grow older."""
        if any(run.status.active for run in self.runs):
            self.rows_changed()

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
        took = duration(seconds) if seconds is not None else ""
        job = shorten(clean(run.pipeline_name or ""), job_width(width))
        quiet, plain = self.style("quiet"), self.style("plain")
        return [
            Segment(
                f" {shorten(status_text(run.status), STATUS_WIDTH):<{STATUS_WIDTH}}  ",
                self.style(status_style(run.status)),
            ),
            Segment(f"{job:<{job_width(width)}}  ", plain),
            Segment(f"{short_id(run.id):<{RUN_WIDTH}}  ", self.style("name")),
            Segment(f"{day_and_clock(run.created_at, self.time_mode, self.now):<{CREATED_WIDTH}}  ", plain),
            Segment(f"{took:>{TOOK_WIDTH}}  ", quiet),
            Segment(tags_text(run.tags.items()), quiet),
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
        titles = (
            f" {'STATUS':<{STATUS_WIDTH}}  {'JOB':<{job_width(self.rows.size.width)}}  {'RUN':<{RUN_WIDTH}}"
            f"  {'CREATED':<{CREATED_WIDTH}}  {'TOOK':>{TOOK_WIDTH}}  TAGS"
        )
        self.query_one("#titles", Static).update(titles)
