"""The jobs of all connections listed, with the runs they had last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.acts import Job
from run_tui.format import TimeMode, clean, day_and_clock, plural, shorten, status_glyph, status_style
from run_tui.model import Run
from run_tui.screens.wishes import Wish
from run_tui.widgets.filter_bar import LineInput
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.keys import key_of
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import Activity, Fact, StatusLine

RECENT = 6
"""Runs of which the state is shown beside their job."""
NAME, PLACE, LAST = 28, 24, 15


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job of a connection, and its runs, the newest first."""

    connection: str
    job: Job
    runs: Sequence[Run] = ()


class JobRows(RowList):
    """One line a job: name, where its code is, the states of its last runs, when the last was, what it does."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.jobs: list[ListedJob] = []
        self.now = 0.0

    @property
    def current(self) -> ListedJob | None:
        """The job under the cursor."""
        return self.jobs[self.cursor] if self.jobs else None

    def show(self, jobs: list[ListedJob], now: float) -> None:
        """Replaces the jobs."""
        self.jobs, self.now = jobs, now
        self.rows_changed()

    def row_count(self) -> int:
        """One row a job."""
        return len(self.jobs)

    def row_segments(self, index: int, width: int) -> list[Segment]:
        """The columns of one job; a narrow list leaves out those behind."""
        job, runs = self.jobs[index].job, self.jobs[index].runs
        style = self.style("plain" if job.launchable else "quiet")
        last = day_and_clock(runs[0].created_at, TimeMode.LOCAL, self.now) if runs else ""
        states = [Segment(status_glyph(run.status), self.style(status_style(run.status))) for run in runs[:RECENT]]
        return [
            Segment(f" {shorten(clean(job.name), NAME):<{NAME}}  ", style),
            *states,
            Segment(f"{'':<{RECENT - len(states)}}  {last:<{LAST}}  ", self.style("plain")),
            Segment(f"{shorten(clean(job.location), PLACE):<{PLACE}}  ", self.style("name")),
            Segment(clean(job.description or "").strip(), self.style("quiet")),
        ]


class JobFilter(LineInput):
    """What the jobs shown have in their names."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "screen.rows", "Keep"),
        Binding("escape", "screen.back", "Clear"),
    ]


class JobsScreen(Screen[None]):
    """All jobs, under a filter by words of their names and places."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("jobs")
    TITLES = f" {'JOB':<{NAME}}  {'RUNS':<{RECENT}}  {'LAST':<{LAST}}  {'LOCATION':<{PLACE}}  DESCRIPTION"

    class Chosen(Wish):
        """A job is to be launched."""

        def __init__(self, chosen: ListedJob) -> None:
            super().__init__()
            self.chosen = chosen

    class RunsWanted(Wish):
        """The runs of a job are to be listed."""

        def __init__(self, chosen: ListedJob) -> None:
            super().__init__()
            self.chosen = chosen

    class Wanted(Wish):
        """The jobs are to be read now."""

    class Closed(Wish):
        """The user went back."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: list[ListedJob] = []
        self._broken: Mapping[str, str] = {}
        self._now = 0.0

    def compose(self) -> ComposeResult:
        """Facts, filter, table, keys."""
        yield StatusLine(id="status")
        with Horizontal(id="filter-line"):
            yield Static("/", id="filter-sign", markup=False)
            yield JobFilter(self._show, id="job-filter")
        yield Static(self.TITLES, id="titles", markup=False)
        yield JobRows(id="jobs")
        yield KeyBar()

    @property
    def rows(self) -> JobRows:
        """The jobs."""
        return self.query_one(JobRows)

    def on_mount(self) -> None:
        """Asks for the jobs."""
        self.rows.focus()
        self.rows.show_notice(("quiet", "Reading jobs …"))
        self.set_interval(1.0, lambda: self.query_one(StatusLine).tick())
        self._show()
        self.post_message(self.Wanted())

    def show_jobs(
        self, jobs: Sequence[ListedJob], broken: Mapping[str, str], now: float, *, has_assets: bool = False
    ) -> None:
        """Takes the jobs as the servers have them, and which locations of code could not be loaded, and why."""
        self._jobs, self._broken, self._now = list(jobs), broken, now
        if jobs:
            notice = [("plain", "No such job."), ("quiet", f"{key_of(self, 'jobs.back')} clears the filter.")]
        elif has_assets:
            notice = [
                ("plain", "There are assets here, but no jobs."),
                ("quiet", "The web page materializes assets; their runs are in the list of runs."),
            ]
        else:
            loaded = " that could be loaded" if broken else ""
            notice = [("plain", f"There are no jobs here{loaded}.")]
        self.rows.show_notice(*notice)
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a job has runs."""
        return action != "runs" or self.rows.current is not None

    def show_activity(self, activity: Activity) -> None:
        """Shows what the connection is doing."""
        self.query_one(StatusLine).show_activity(activity)

    def show_failure(self, message: str, hint: str) -> None:
        """Says why there are no jobs; those that are there already stay."""
        self.rows.show_notice(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter goes to the launch of a job."""
        event.stop()
        if self.rows.current is not None:
            self.post_message(self.Chosen(self.rows.current))

    def action_filter(self) -> None:
        """Goes to the filter."""
        self.query_one(JobFilter).focus()

    def action_rows(self) -> None:
        """Goes back to the jobs, the filter stays."""
        self.rows.focus()

    def action_runs(self) -> None:
        """Lists the job's runs."""
        if self.rows.current is not None:
            self.post_message(self.RunsWanted(self.rows.current))

    def action_refresh(self) -> None:
        """Asks the servers now."""
        self.post_message(self.Wanted())

    def action_back(self) -> None:
        """Clears the filter, then goes back."""
        text = self.query_one(JobFilter)
        self.rows.focus()
        if text.value:
            text.value = ""
        else:
            self.post_message(self.Closed())

    def _show(self) -> None:
        words = self.query_one(JobFilter).value.lower().split()
        shown = [each for each in self._jobs if all(word in _text(each) for word in words)]
        self.rows.show(shown, self._now)
        broken = "; ".join(f"{name}: {why}" for name, why in self._broken.items())
        self.query_one(StatusLine).show(
            [
                Fact("Jobs", "accent"),
                Fact(plural(len(shown), "job") + (f" of {len(self._jobs):,}" if words else "")),
                Fact(clean(f"not loaded: {broken}") if broken else "", "warning", 1),
            ]
        )


def _text(listed: ListedJob) -> str:
    return f"{listed.job.name} {listed.job.location} {listed.connection}".lower()
