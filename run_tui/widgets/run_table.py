"""The table of runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from run_tui.format import (
    BELL,
    TimeMode,
    clean,
    day_and_clock,
    day_or_clock,
    duration,
    run_seconds,
    short_id,
    shorten,
    status_style,
    status_text,
    tags_text,
)
from run_tui.model import Run, RunKey, RunStatus
from run_tui.widgets.row_list import RowList

TITLES = ("STATUS", "ON", "JOB", "RUN", "CREATED", "TOOK", "WHY, OR TAGS")
STATUS, TOOK = 13, 8
NARROW_STATUS, NARROW_CREATED = 11, 7
ON, NARROW_ON = 16, 8
SHORTEST_JOB, LONGEST_JOB = 10, 28
NARROW, NARROWER, NARROWEST = 100, 90, 72
"""Columns below which ids, then durations make room for the reasons of failures, and below which dates are short."""


@dataclass(frozen=True, slots=True)
class Longest:
    """How many cells the longest text of a column takes, of those columns that are no wider than that.

    `on` is 0 where only one connection is listed.
    """

    on: int = 0
    job: int = 0
    run: int = 0
    created: int = 0

    def with_run(self, run: Run, created: str) -> Longest:
        """The longest once this run, `created` when, is among them."""
        texts = clean(run.target or ""), short_id(run.id), created
        widest = (
            max(known, cell_len(text)) for known, text in zip((self.job, self.run, self.created), texts, strict=True)
        )
        return Longest(self.on, *widest)


SHORTEST = Longest(job=SHORTEST_JOB, run=len("RUN"), created=len("CREATED"))
"""No column is narrower than its title, so that nothing moves when the first run comes."""

SHORTEST_REST = 8
"""Columns behind the reason of a failure below which nothing follows it."""

MIDNIGHT_FALLS_ON = 900
"""Seconds since the epoch of which every zone's midnight is a multiple."""


def column_widths(width: int, longest: Longest) -> tuple[int, ...]:
    """The widths of the columns of TITLES, two blanks between them; 0 leaves one out."""
    status, run = (STATUS, longest.run) if width >= NARROW else (NARROW_STATUS, 0)
    took = TOOK if width >= NARROWER else 0
    created = longest.created if width >= NARROWEST else NARROW_CREATED
    on = min(longest.on, ON if width >= NARROW else NARROW_ON)
    fixed = [room for room in (status, on, run, created, took) if room]
    rest = width - 1 - sum(fixed) - 2 * len(fixed)
    job = max(SHORTEST_JOB, min(longest.job, LONGEST_JOB, rest * 2 // 5))
    return status, on, job, run, created, took, max(0, rest - job - 2)


class RunRows(RowList):
    """One line a run: status, job, id, created, duration, and why it failed, or its tags."""

    class ReasonsWanted(Message):
        """These failed runs are in view, and why they failed is not known yet."""

        def __init__(self, runs: list[Run]) -> None:
            super().__init__()
            self.runs = runs

    class Widened(Message):
        """A longer job than any before has come: the columns stand elsewhere."""

    now: reactive[float] = reactive(0.0, repaint=False)
    time_mode: reactive[TimeMode] = reactive(TimeMode.LOCAL)
    watched: reactive[frozenset[RunKey]] = reactive(frozenset(), repaint=False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: list[Run] = []
        self.reasons: dict[RunKey, str] = {}
        self.marked: dict[RunKey, Run] = {}
        self._longest = SHORTEST

    @property
    def columns(self) -> tuple[int, ...]:
        """The widths of the columns of TITLES."""
        return column_widths(self.row_width, self._longest)

    @property
    def current(self) -> Run | None:
        """The run under the cursor."""
        return self.runs[self.cursor] if self.runs else None

    @property
    def opens_together(self) -> bool:
        """Whether the key that opens a run opens all that are marked."""
        return len(self.marked) > 1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The screen opens several."""
        return super().check_action(action, parameters) and not (action == "open" and self.opens_together)

    def show(self, runs: list[Run]) -> None:
        """Replaces the runs; the cursor stays on its run, and on the top row if it was there."""
        at = self.current.key if self.current is not None and self.cursor else None
        before, self.runs = self.runs, runs
        self._ask_reasons()
        self._make_room()
        if [run.key for run in before] == [run.key for run in runs]:
            self.rows_touched(row for row, run in enumerate(runs) if run != before[row])
            return
        self.rows_changed()
        index = next((i for i, run in enumerate(runs) if run.key == at), None)
        if index is not None and index != self.cursor:
            self.move_to(index)

    def forget(self) -> None:
        """Begins anew, with the runs of other connections."""
        self.runs, self.reasons, self.marked = [], {}, {}
        self.cursor = 0
        self.rows_changed()

    def show_connections(self, width: int) -> None:
        """Makes a column of that width for the connections of the runs, none for 0."""
        self._longest = replace(self._longest, on=width)
        self.rows_changed()

    def _make_room(self) -> None:
        """For the longest texts; no filter makes columns narrower again, so that they stand still while it is typed."""
        longest = self._longest
        for run in self.runs:
            longest = longest.with_run(run, day_and_clock(run.created_at, self.time_mode, self.now))
        if longest != self._longest:
            self._longest = longest
            self.rows_changed()
            self.post_message(self.Widened())

    def mark(self) -> None:
        """Marks the run under the cursor, or takes its mark away, and goes on to the next."""
        run = self.current
        if run is not None:
            if self.marked.pop(run.key, None) is None:
                self.marked[run.key] = run
            self.rows_touched([self.cursor])
            self.move_to(self.cursor + 1, by_user=True)

    def forget_marks(self) -> None:
        """Takes all marks away."""
        marked, self.marked = self.marked, {}
        self.rows_touched(row for row, run in enumerate(self.runs) if run.key in marked)

    def show_reason(self, key: RunKey, reason: str) -> None:
        """Takes why a run failed, harmless already."""
        self.reasons[key] = reason
        self.rows_touched(row for row, run in enumerate(self.runs) if run.key == key)

    def watch_scroll_y(self, before: float, now: float) -> None:
        """Other runs come into view."""
        super().watch_scroll_y(before, now)
        self._ask_reasons()

    def on_resize(self) -> None:
        """More runs may be in view."""
        super().on_resize()
        self._ask_reasons()

    def _ask_reasons(self) -> None:
        top = self.scroll_offset.y
        failed = (run for run in self.runs[top : top + self.size.height] if run.status is RunStatus.FAILURE)
        wanted = [run for run in failed if run.key not in self.reasons]
        if wanted:
            self.post_message(self.ReasonsWanted(wanted))

    def watch_now(self, before: float, now: float) -> None:
        """Runs in progress grow older; at midnight today becomes yesterday."""
        if before // MIDNIGHT_FALLS_ON != now // MIDNIGHT_FALLS_ON:
            self._make_room()
            self.rows_changed()
            return
        self.rows_touched(row for row, run in enumerate(self.runs) if run.status.active)

    def watch_watched(self) -> None:
        """Their rows look different."""
        self.rows_changed()

    def watch_time_mode(self) -> None:
        """Every time is written anew."""
        self._make_room()
        self.rows_changed()

    def row_count(self) -> int:
        """One row a run."""
        return len(self.runs)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """The columns of one run."""
        run = self.runs[index]
        widths = self.columns
        seconds = run_seconds(run, self.now)
        took = duration(seconds) if seconds is not None else ""
        cells = (
            (status_text(run.status), status_style(run.status)),
            (clean(run.connection or ""), "name"),
            (clean(run.target or ""), "plain"),
            (short_id(run.id), "name"),
            (self._created(run), "plain"),
            (f"{took:>{TOOK}}", "quiet"),
        )
        *rooms, why = widths
        sign = "◆" if run.key in self.marked else BELL if run.key in self.watched else " "
        columns = [
            Segment(f"{shorten(text, room):<{room}}  ", self.style(style))
            for (text, style), room in zip(cells, rooms, strict=True)
            if room
        ]
        return [Segment(sign, self.style("accent")), *columns, *self._why(run, why, "" if rooms[-1] else took)]

    def _created(self, run: Run) -> str:
        when = day_and_clock if self.row_width >= NARROWEST else day_or_clock
        return when(run.created_at, self.time_mode, self.now)

    def _why(self, run: Run, room: int, took: str) -> Iterator[Segment]:
        """Why a run failed, and where there is `room` for more, as of any other run, what else there is to tell."""
        if reason := shorten(self.reasons.get(run.key, ""), room):
            yield Segment(f"{reason}  ", self.style("plain"))
            room -= cell_len(reason) + 2
        rest = "  ".join(filter(None, (took, tags_text(run.tags.items()))))
        if room >= SHORTEST_REST:
            yield Segment(shorten(rest, room), self.style("quiet"))


class RunTable(Vertical):
    """The rows under their column titles."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = RunRows(id="rows")

    def compose(self) -> ComposeResult:
        """Titles, then rows."""
        yield Static(id="titles", markup=False)
        yield self.rows

    def show_connections(self, names: Sequence[str]) -> None:
        """Where there are several, each run tells its own."""
        self.rows.show_connections(max(2, *(cell_len(clean(name)) for name in names)) if len(names) > 1 else 0)
        self.show_titles()

    def on_resize(self) -> None:
        """The titles stand over their columns."""
        self.show_titles()

    def on_run_rows_widened(self) -> None:
        """The titles move with their columns."""
        self.show_titles()

    def show_titles(self) -> None:
        """Writes the titles for the columns there are."""
        titles = [
            f"{title:>{room}}" if title == "TOOK" else f"{shorten(title, room):<{room}}"
            for title, room in zip(TITLES, self.rows.columns, strict=True)
            if room
        ]
        self.query_one("#titles", Static).update(" " + "  ".join(titles))
