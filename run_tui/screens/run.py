"""One run: its state, its steps and its events."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from textual.app import ComposeResult

from run_tui.format import TimeMode, clean
from run_tui.model import Run, Step, epoch_ms
from run_tui.output import Capture
from run_tui.reopening import BARS, DETAIL, HISTOGRAM, Look, command
from run_tui.screens.base import ViewScreen
from run_tui.screens.facts import held_facts, run_facts, step_facts
from run_tui.screens.run_keys import RunKeys
from run_tui.steps import StepBoard
from run_tui.store import EventStore
from run_tui.widgets.covered import CoveredRow
from run_tui.widgets.event_pane import EventPane
from run_tui.widgets.later import call_after
from run_tui.widgets.status_line import Fact, StatusLine
from run_tui.widgets.step_side import StepSide

NO_LOOK = Look()
PAINT_GAP = 1 / 15
"""Seconds between repaints while events stream in."""
LOADING_GAP = 1 / 5
"""Seconds between them while there is much to read: painting takes time from it."""


class RunScreen(RunKeys):
    """A run under the eyes of someone who wants to know what it does, or why it failed.

    `lacks` names the actions that make no sense for the run's system.
    """

    def __init__(
        self,
        run: Run,
        where: str,
        time_mode: TimeMode,
        now: Callable[[], float],
        look: Look = NO_LOOK,
        *,
        lacks: Collection[str] = (),
        board: StepBoard | None = None,
    ) -> None:
        super().__init__(now)
        self._board = board or StepBoard()
        self.lacks = lacks
        self._first_look = look
        self._aim = look.at
        self._facts: Sequence[Fact] = ()
        self._watched = False
        self.family: Sequence[Run] = ()
        self.run, self.where = run, where
        self.plan: list[Step] = []
        self.pane = EventPane(run.name, now, id="events")
        self.was_read = self.all_read = self._end_was_shown = False
        self._painted_at = 0.0
        self._paint_waits = False
        self.set_reactive(ViewScreen.time_mode, time_mode)

    def compose_body(self) -> ComposeResult:
        """Facts, then the steps beside the events."""
        yield StatusLine(id="facts")
        with CoveredRow(id="body"):
            yield StepSide(self.pane.timeline, self._board, id="side")
            yield self.pane

    @property
    def several(self) -> Sequence[Run]:
        """The runs that are shown together; () where it is one."""
        return ()

    @property
    def store(self) -> EventStore:
        """The events there are, of the beginning where there is a gap."""
        return self.pane.timeline.beginning.store

    def on_mount(self) -> None:
        """Shows what is known of the run before the server has said anything."""
        super().on_mount()
        self.pane.time_mode = self.time_mode
        self.pane.run_ended = self.run.status.finished
        self.show_reading()
        self.rows.follow = not self.run.status.finished and not self._aim
        self.filter_bar.text = self._first_look.filter
        self.pane.timeline.context = self._first_look.context
        if BARS in self._first_look.shown:
            self.action_bars()
        self._show_facts()

    def show_watched(self, watched: bool) -> None:
        """Says whether the run's end will be told."""
        self._watched = watched
        self._show_facts()

    def show_run(self, run: Run) -> None:
        """Takes the run's metadata as it is now."""
        self.run = self.run.updated(run)
        self.pane.run_ended = self.run.status.finished
        self.weigh_keys()
        self._show_facts()

    def show_family(self, family: Sequence[Run]) -> None:
        """Takes the runs related to this one, and lists them if the run itself is what the detail pane shows."""
        self.family = family
        if self.detail.display and self.pane.detail.shows_no_event:
            self.pane.detail.open_on(self.about_run(), stay=True)

    def show_plan(self, plan: list[Step]) -> None:
        """Takes the steps the run planned."""
        self.plan = plan
        self.side.board.set_plan(plan)
        self._show_facts()

    def show_reading(self) -> None:
        """Says that there will be events, where there are none yet."""
        self._show_in_place_of_events(("quiet", "Reading events …"))

    def show_failure(self, message: str, hint: str) -> None:
        """Says why the run cannot be read, where nothing of it has been."""
        self._show_in_place_of_events(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def _show_in_place_of_events(self, *lines: tuple[str, str]) -> None:
        if self.pane.timeline.held:
            self.pane.show_no_match()
        else:
            self.rows.show_notice(*lines)

    def store_changed(self) -> None:
        """The store grew: paints it, but not all the time."""
        wait = self._painted_at + (PAINT_GAP if self.was_read else LOADING_GAP) - time.monotonic()
        if wait <= 0:
            self._paint_new_rows()
        elif not self._paint_waits:
            self._paint_waits = True
            call_after(wait, self, self._paint_new_rows)

    @property
    def end_store(self) -> EventStore:
        """The events of the end, which lies behind a gap; there is an end from now on."""
        return self.pane.end_store

    def end_changed(self) -> None:
        """The end grew: the log opens on the last of its events."""
        if self._end_was_shown:
            self.store_changed()
            return
        self._end_was_shown = True
        self._paint_new_rows()
        if not self._first_look.at and not self._opens_on_failure():
            self.rows.move_to(self.rows.row_count() - 1)

    def show_joined(self) -> None:
        """The gap is closed."""
        self.pane.join()
        self._paint_new_rows()

    def show_store(self, store: EventStore) -> None:
        """The run was read anew: the same view of the whole of it."""
        self.side.board.forget_events()
        self.pane.show_store(store)
        self._paint_new_rows()

    def show_read(self, all_read: bool) -> None:
        """All events there are have arrived (`all_read`: and no more will); a failed run opens on its failure."""
        changed, self.all_read = all_read != self.all_read, all_read
        self._paint_new_rows()
        if changed:
            self._show_steps()
        if not self.pane.timeline.held:
            self.rows.show_notice(("plain", "This run has no events."))
        else:
            self.pane.show_no_match()
        if not self.was_read:
            self.was_read = True
            self.rows.count_unseen()
            self._open_parts()
            self._take_aim()

    def tick(self) -> None:
        """What is still running grows older."""
        super().tick()
        self.pane.histogram.count_events()
        self._show_all_facts()
        if not self.run.status.finished:
            self._show_times()

    def watch_time_mode(self, mode: TimeMode) -> None:
        """Every time on the screen is written anew."""
        if self.is_mounted:
            self.pane.time_mode = mode
            self._show_facts()

    def has_ended(self, capture: Capture) -> bool:
        """Whether the process can write no more."""
        ended = {step.key for step in self.steps.steps if step.ended is not None}
        return self.run.status.finished or (bool(capture.steps) and ended.issuperset(capture.steps))

    def head_facts(self) -> list[Fact]:
        """What the first line says."""
        return run_facts(self.run, self.time_mode, self.now(), self._watched)

    def event_facts(self) -> list[Fact]:
        """What the second line says."""
        return [*step_facts(self.steps.steps), *held_facts(self.run, self.pane.timeline)]

    def _opens_on_failure(self) -> bool:
        """While it is being read, a run shows its failure, unless the user already looks for something else."""
        elsewhere = self.was_read or self.pane.touched or self.filter_bar.text or self._first_look.at
        return not elsewhere and self.pane.open_failure(self.run.status)

    def _take_aim(self) -> None:
        """Goes where the command that opened this view says, unless the user has gone elsewhere meanwhile."""
        if self._aim and (self.pane.touched or self.pane.go_to(self._aim, all_read=self.was_read)):
            self._aim = ""

    def _open_parts(self) -> None:
        """Opens what the command says beside the rows."""
        shown = self._first_look.shown
        if HISTOGRAM in shown and not self.pane.histogram.display:
            self.action_histogram()
        if DETAIL in shown and not self.detail.display:
            self.pane.detail.show_event()

    @property
    def look(self) -> Look:
        """The view, as it can be opened again."""
        look = self.pane.look
        return replace(look, shown=(BARS, *look.shown) if self.steps.bars else look.shown)

    @property
    def command(self) -> str:
        """The command that opens this view again, harmless to paste."""
        return clean(command(self.leading_to, self.run.id, self.look))

    def on_event_pane_view_changed(self, event: EventPane.ViewChanged) -> None:
        """The pane shows other events, or shows them another way."""
        event.stop()
        self.view_changed()

    def view_changed(self) -> None:
        """The header says what opens the view as it is now."""
        if self.is_mounted:
            self._show_all_facts()

    def _paint_new_rows(self) -> None:
        self._paint_waits = False
        self._painted_at = time.monotonic()
        self.pane.show_new_rows()
        self._take_aim()
        self._opens_on_failure()
        if self.side.take_events():
            self._show_steps()
        else:
            self._show_event_facts()

    def _show_facts(self) -> None:
        if self.is_mounted:
            self._show_times()
            self._show_steps()

    def _show_times(self) -> None:
        now = self.now()
        self.rows.started = epoch_ms(self.run.started_at or self.run.created_at)
        self.query_one("#status", StatusLine).show(self.head_facts())
        self.steps.now = now

    def _show_steps(self) -> None:
        self.side.show(self.run, all_read=self.all_read)
        self._show_event_facts()

    def _show_event_facts(self) -> None:
        self._facts = self.event_facts()
        self._show_all_facts()

    def _show_all_facts(self) -> None:
        self.query_one("#facts", StatusLine).show([*self._facts, Fact(self.command, "quiet", 5)])
