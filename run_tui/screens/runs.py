"""The runs of a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from run_tui.actions import bindings
from run_tui.acts import Act
from run_tui.format import TimeMode, clean, plural, zone, zone_name
from run_tui.model import Run, RunFilter, RunKey, epoch_ms
from run_tui.query import Completion, complete_runs, parse_runs
from run_tui.reopening import Look
from run_tui.screens.base import AlertWanted, ViewScreen, WebPageWanted
from run_tui.widgets.detail import Detail, run_lines
from run_tui.widgets.filter_bar import FilterBar
from run_tui.widgets.keys import key_of
from run_tui.widgets.row_list import RowList
from run_tui.widgets.run_table import RunRows, RunTable
from run_tui.widgets.status_line import Fact, StatusLine

READ_AHEAD = 20
"""Rows left below the cursor when the next page is asked for."""

_OF_CURSOR = {"mark", "run_info", "web", "alert"}
"""Actions on the run under the cursor."""
_OF_CHOSEN = {"terminate", "reexecute", "delete_runs", "launch", "compare"}
"""Those on the runs marked, or else on the one under the cursor."""

SEARCH_UNASKED = 1000
"""Runs looked through for a filter that few fit, before the user asks for more by scrolling."""


@dataclass(frozen=True, slots=True)
class Server:
    """One of the connections whose runs are listed, by its `name`; `by_job` says that they can only be asked for so."""

    name: str
    where: str
    by_job: bool = False


class RunsScreen(ViewScreen):
    """The newest runs of all connections listed, kept current, under a filter of their own."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("runs")

    class Chosen(Message):
        """A run is to be opened."""

        def __init__(self, run: Run) -> None:
            super().__init__()
            self.run = run

    class SeveralChosen(Message):
        """Runs are to be opened together."""

        def __init__(self, runs: Sequence[Run]) -> None:
            super().__init__()
            self.runs = runs

    class OlderWanted(Message):
        """The cursor nears the oldest run known."""

    class FilterChanged(Message):
        """Servers are to be asked for other runs, each by its connection; those not among them for none."""

        def __init__(self, filters: Mapping[str, RunFilter]) -> None:
            super().__init__()
            self.filters = filters

    class ConnectWanted(Message):
        """Other connections are to be chosen."""

    class InfoWanted(Message):
        """A run's tags and configuration are to be shown."""

        def __init__(self, run: Run) -> None:
            super().__init__()
            self.run = run

    def __init__(self, listed: Sequence[Server], now: Callable[[], float]) -> None:
        super().__init__(now)
        self._connections = tuple(listed)
        self._states: Mapping[str, tuple[str, str]] = {}
        self._runs: tuple[Run, ...] = ()
        self._total: int | None = None
        self._has_more = False
        self._listed = False
        self._query = parse_runs("")
        self._first_look = Look()
        self._filters: Mapping[str, RunFilter] = {each.name: RunFilter() for each in listed}

    def show_look(self, look: Look) -> None:
        """Opens on a view that a command describes."""
        self._first_look = look

    def compose_body(self) -> ComposeResult:
        """Filter, table, detail."""
        yield FilterBar(
            self._complete, self._filter_by, "status:failure  job:nightly_*  tag:team=data  after:2d", id="filter"
        )
        yield RunTable(id="runs")
        yield Detail(id="detail")

    @property
    def rows(self) -> RunRows:
        """The table's rows."""
        return self.query_one(RunRows)

    def on_mount(self) -> None:
        """Says where the runs come from."""
        super().on_mount()
        self._show_connections()
        self.time_mode, self.filter_bar.text = self._first_look.time, self._first_look.filter

    def list_others(self, listed: Sequence[Server]) -> None:
        """Begins with the runs of other connections, under the same filter."""
        self._connections, self._states = tuple(listed), {}
        self._runs, self._total, self._has_more, self._listed = (), None, False, False
        self._filters = {each.name: RunFilter() for each in listed}
        self.rows.forget()
        self._show_connections()
        self._filter_by(self.filter_bar.text)

    def show_states(self, states: Mapping[str, tuple[str, str]]) -> None:
        """Takes a sign for each connection, with its style, where there are several."""
        self._states = states
        self._show_facts()

    def _show_connections(self) -> None:
        self.query_one(RunTable).show_connections([each.name for each in self._connections])
        self._show_facts()
        self.rows.show_notice(("quiet", f"Asking {self._where} …"))
        self._show_runs()

    def _show_facts(self) -> None:
        facts = [Fact("run-tui", "accent")]
        if len(self._connections) > 1:
            signs = ((each.name, *self._states.get(each.name, ("◌", "active"))) for each in self._connections)
            # What went wrong is the last that has to go where there is no room.
            facts += [
                Fact(f"{sign} {clean(name)}", style, 0 if style == "warning" else rank)
                for rank, (name, sign, style) in enumerate(signs, 1)
            ]
        else:
            (only,) = self._connections
            named = only.name not in only.where
            facts += [Fact(clean(only.name) if named else "", rank=1)]
            facts += [Fact(clean(only.where), "quiet" if named else "plain", 2 if named else 1)]
        facts += [Fact(self.command, "quiet", len(facts) + 3)]
        self.query_one(StatusLine).show(facts)

    @property
    def _where(self) -> str:
        """The servers, harmless."""
        return clean(", ".join(dict.fromkeys(each.where for each in self._connections)))

    def show_runs(self, runs: tuple[Run, ...], total: int | None, has_more: bool) -> None:
        """Takes the list as the server has it now."""
        self._runs, self._total, self._has_more, self._listed = runs, total, has_more, True
        self._show_runs()

    def show_failure(self, message: str, hint: str) -> None:
        """Says why there is no list; one that is there already stays."""
        if not self._listed:
            self.rows.show_notice(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def tick(self) -> None:
        """Runs in progress grow older."""
        super().tick()
        self.rows.now = self.now()

    def watch_time_mode(self, mode: TimeMode) -> None:
        """A list has clock times only: local or UTC."""
        if mode in (TimeMode.ELAPSED, TimeMode.DELTA):
            self.time_mode = TimeMode.LOCAL
        elif self.is_mounted:
            self.rows.time_mode = mode
            self._show_counts()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter opens a run."""
        if self.rows.current is not None:
            self.post_message(self.Chosen(self.rows.current))

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Scrolling down reads on."""
        self.weigh_keys()
        if self._has_more and event.index >= len(self.rows.runs) - READ_AHEAD:
            self.post_message(self.OlderWanted())

    def action_connect(self) -> None:
        """Goes to the connections."""
        self.post_message(self.ConnectWanted())

    def action_run_info(self) -> None:
        """Shows the run under the cursor in full."""
        if self.rows.current is not None:
            self.post_message(self.InfoWanted(self.rows.current))

    def action_web(self) -> None:
        """Opens the web page of the run under the cursor."""
        if self.rows.current is not None:
            self.post_message(WebPageWanted(self.rows.current))

    @property
    def chosen_runs(self) -> Sequence[Run]:
        """Those marked, else the one under the cursor."""
        marked = self.rows.marked
        if marked:
            known = {run.key: run for run in self._runs}
            return [known.get(key, run) for key, run in marked.items()]
        return [] if self.rows.current is None else [self.rows.current]

    def action_mark(self) -> None:
        """Marks the run under the cursor, or takes its mark away."""
        self.rows.mark()
        self._show_counts()
        self.refresh_bindings()

    def action_together(self) -> None:
        """Opens all that are marked as one log."""
        self.post_message(self.SeveralChosen(self.chosen_runs))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is done to a run where there is none; several are opened together once several are marked."""
        if action == "together":
            return self.rows.opens_together
        lost = (action in _OF_CURSOR and self.rows.current is None) or (action in _OF_CHOSEN and not self.chosen_runs)
        return not lost and super().check_action(action, parameters)

    def forget_marks(self) -> bool:
        """Takes all marks away; False where there were none."""
        there = bool(self.rows.marked)
        self.rows.forget_marks()
        self._show_counts()
        self.refresh_bindings()
        return there

    def action_back(self) -> None:
        """Takes the marks away first."""
        if self.detail.display or not self.forget_marks():
            super().action_back()

    def action_alert(self) -> None:
        """Tells when the run under the cursor ends, or no more."""
        if self.rows.current is not None:
            self.post_message(AlertWanted(self.rows.current))

    def show_watched(self, keys: frozenset[RunKey]) -> None:
        """Marks the runs whose end will be told."""
        self.rows.watched = keys

    def show_info(self, run: Run, where: str) -> None:
        """Opens the detail pane on a run of a server."""
        self.show_detail(run_lines(run, where, self.time_mode, self.now()))

    def show_family(self, run: Run, where: str, family: Sequence[Run]) -> None:
        """Lists the runs related to the one that was last shown, unless the pane was closed."""
        if self.detail.display:
            self.detail.show(run_lines(run, where, self.time_mode, self.now(), family), stay=True)

    def _complete(self, text: str, cursor: int) -> Completion | None:
        tags = sorted({f"{key}={value}" for run in self._runs for key, value in run.tags.items()})
        return complete_runs(text, cursor, jobs=self._jobs(), tags=tags, connections=self._names())

    def _filter_by(self, text: str) -> None:
        """Filters the runs known at once and asks the servers for more of the same kind."""
        query = parse_runs(text, jobs=self._jobs(), connections=self._names(), tz=zone(self.time_mode))
        self.filter_bar.show_problems(query.problems)
        if query.problems:
            return
        self._query = query
        self._show_facts()
        self._show_runs()
        now = self.now()
        wanted = {
            each.name: query.to_server(now, by_job=each.by_job) for each in self._connections if query.asks(each.name)
        }
        if wanted != self._filters:
            self._filters = wanted
            self.post_message(self.FilterChanged(wanted))

    def _names(self) -> list[str]:
        return [each.name for each in self._connections]

    def _jobs(self) -> list[str]:
        return sorted({run.pipeline_name for run in self._runs if run.pipeline_name})

    def _show_runs(self) -> None:
        now = self.now()
        self.rows.now = now
        shown = [run for run in self._runs if self._query.matches(run, int(now * 1000))]
        if self._listed:
            self.rows.show_notice(*self._notice())
        self.rows.show(shown)
        self.weigh_keys()
        self._show_counts()
        if self._has_more and len(shown) < self.size.height and len(self._runs) < SEARCH_UNASKED:
            self.post_message(self.OlderWanted())

    def offer(self, acts: Mapping[Act, bool]) -> None:
        """An empty list tells what can be done about it."""
        super().offer(acts)
        if self._listed:
            self.rows.show_notice(*self._notice())

    def _notice(self) -> list[tuple[str, str]]:
        if self.filter_bar.text:
            return [("plain", "No run fits this filter."), ("quiet", f"{key_of(self, 'view.back')} clears it.")]
        jobs = f"{key_of(self, 'act.jobs')} shows the jobs, to launch one; " if Act.LAUNCH in self._offered else ""
        return [
            ("plain", f"No runs yet on {self._where}."),
            ("quiet", "They appear here as soon as something is launched."),
            ("quiet", f"{jobs}{key_of(self, 'runs.connect')} shows other connections."),
        ]

    def _show_counts(self) -> None:
        shown, known = len(self.rows.runs), len(self._runs)
        of = "" if self._total is None or self._total == shown else f" of {self._total:,}"
        text = f"{shown:,}{of} runs" if of else plural(shown, "run")
        if shown < known and not of:
            text = f"{shown:,} of {known:,} runs"
        if self._total is None and self._has_more:
            text = text.replace(" run", "+ run")
        created = [epoch_ms(run.created_at) for run in (self.rows.runs[:1] + self.rows.runs[-1:])[::-1]]
        marked = f"◆ {len(self.rows.marked):,} marked · " if self.rows.marked else ""
        counted = f"{marked}{text} · " if self._listed else ""
        self.filter_bar.show_counts(f"{counted}{zone_name(self.time_mode, *created)}")
