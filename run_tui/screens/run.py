"""One run: its state, its steps and its events."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message

from run_tui.actions import bindings
from run_tui.failure import captures_of
from run_tui.format import TimeMode, clean
from run_tui.model import EventPage, Run, Step, epoch_ms
from run_tui.output import Capture
from run_tui.reopening import BARS, DETAIL, HISTOGRAM, Look, command
from run_tui.screens.base import AlertWanted, ViewScreen, WebPageWanted
from run_tui.screens.event_keys import EventKeys
from run_tui.screens.facts import run_facts, step_facts, step_filter
from run_tui.store import EventStore
from run_tui.widgets.detail import run_lines
from run_tui.widgets.event_pane import EventPane
from run_tui.widgets.later import call_after
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import Fact, StatusLine
from run_tui.widgets.step_list import StepList
from run_tui.widgets.step_side import StepSide

NO_LOOK = Look()
PAINT_GAP = 1 / 15
"""Seconds between repaints while events stream in."""


class RunScreen(EventKeys):
    """A run under the eyes of someone who wants to know what it does, or why it failed.

    `lacks` names the actions that make no sense for the run's system.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("run", "find")

    class Closed(Message):
        """The user went back."""

    class OtherWanted(Message):
        """The next run (1) or the one before (-1) is to be shown: of the same job, or of its relatives."""

        def __init__(self, screen: RunScreen, direction: int, *, relative: bool) -> None:
            super().__init__()
            self.screen, self.direction, self.relative = screen, direction, relative

    class OutputWanted(Message):
        """The output of a step is to be shown: `captures` are its processes, one an attempt."""

        def __init__(self, screen: RunScreen, step: str | None, captures: Sequence[Capture]) -> None:
            super().__init__()
            self.screen, self.step, self.captures = screen, step, captures

    class FamilyWanted(Message):
        """The runs that re-execute or start each other with this one are to be listed beside what is known of it."""

    class DataWanted(Message):
        """The data rows of a step's attempt are to be shown; `steps` are all that have begun, with their attempts."""

        def __init__(self, step: str, attempt: int, steps: Mapping[str, int]) -> None:
            super().__init__()
            self.step, self.attempt, self.steps = step, attempt, steps

    class SaveWanted(Message):
        """The events are to be saved to a file."""

    def __init__(
        self,
        run: Run,
        where: str,
        time_mode: TimeMode,
        now: Callable[[], float],
        look: Look = NO_LOOK,
        *,
        lacks: Collection[str] = (),
    ) -> None:
        super().__init__(now)
        self.lacks = lacks
        self._first_look = look
        self._aim = look.at
        self._facts: Sequence[Fact] = ()
        self._watched = False
        self._family: Sequence[Run] = ()
        self.run, self.where = run, where
        self.plan: list[Step] = []
        self.pane = EventPane(run.id, now, id="events")
        self.was_read = self.all_read = self._end_was_shown = False
        self._painted_at = 0.0
        self._paint_waits = False
        self.set_reactive(ViewScreen.time_mode, time_mode)

    def compose_body(self) -> ComposeResult:
        """Facts, then the steps beside the events."""
        yield StatusLine(id="facts")
        with Horizontal(id="body"):
            yield StepSide(self.pane.timeline, id="side")
            yield self.pane

    @property
    def side(self) -> StepSide:
        """The steps beside the log."""
        return self.query_one(StepSide)

    @property
    def steps(self) -> StepList:
        """The list of steps."""
        return self.side.steps

    @property
    def store(self) -> EventStore:
        """The events there are, of the beginning where there is a gap."""
        return self.pane.timeline.beginning.store

    def on_mount(self) -> None:
        """Shows what is known of the run before the server has said anything."""
        super().on_mount()
        self.pane.time_mode = self.time_mode
        self.pane.run_ended = self.run.status.finished
        self.rows.show_notice(("quiet", "Reading events …"))
        self.rows.follow = self.run.status.active and not self._aim
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
        self._show_facts()

    def show_family(self, family: Sequence[Run]) -> None:
        """Takes the runs related to this one, and lists them if the run itself is what the detail pane shows."""
        self._family = family
        if self.detail.display and self.pane.detail.shows_no_event:
            lines = run_lines(self.run, self.where, self.time_mode, self.now(), family)
            self.pane.detail.open_on(lines, stay=True)

    def show_plan(self, plan: list[Step]) -> None:
        """Takes the steps the run planned."""
        self.plan = plan
        self.side.board.set_plan(plan)
        self._show_facts()

    def show_failure(self, message: str, hint: str) -> None:
        """Says why the run cannot be read."""
        self.rows.show_notice(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def store_changed(self) -> None:
        """The store grew: paints it, at most every PAINT_GAP seconds."""
        wait = self._painted_at + PAINT_GAP - time.monotonic()
        if wait <= 0:
            self._paint_new_rows()
        elif not self._paint_waits:
            self._paint_waits = True
            call_after(wait, self, self._paint_new_rows)

    def show_end(self, page: EventPage) -> None:
        """Takes events of the end, which lies behind a gap: the log opens on the last of them."""
        self.pane.add_to_end(page)
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

    def leave(self) -> None:
        """Back to the runs."""
        self.post_message(self.Closed())

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter on a step filters by it."""
        self.pane.toggle_filter(step_filter(self.steps.chosen))
        self.remove_class("-steps", "-bars")
        self.steps.bars = False
        self.rows.focus()

    def watch_time_mode(self, mode: TimeMode) -> None:
        """Every time on the screen is written anew."""
        if self.is_mounted:
            self.pane.time_mode = mode
            self._show_facts()

    def action_find(self) -> None:
        """The log is there while something is looked for in it."""
        if self.steps.bars:
            self.action_bars()
        super().action_find()

    def action_back(self) -> None:
        """Finding ends first, then being among the steps."""
        if self.find_bar.close():
            return
        if self.steps.bars:
            self.action_bars()
        elif self.steps.has_focus:
            self.action_steps()
        else:
            super().action_back()

    def action_steps(self) -> None:
        """Goes to the steps and back; where there is no room for both they come and go."""
        self.set_class(not self.steps.has_focus, "-steps")
        (self.rows if self.steps.has_focus else self.steps).focus()

    def action_bars(self) -> None:
        """Shows the steps as bars over time, in place of the log, and back."""
        on = not self.steps.bars
        self.set_class(on, "-bars")
        self.steps.bars = on
        (self.steps if on else self.rows).focus()
        self.side.show_span(self.run)
        self._show_all_facts()

    def action_histogram(self) -> None:
        """Shows the events over time, above the log, and back."""
        super().action_histogram()
        self._show_all_facts()

    def action_run_info(self) -> None:
        """Shows the run itself in the detail pane."""
        self.pane.detail.open_on(run_lines(self.run, self.where, self.time_mode, self.now(), self._family))
        self.post_message(self.FamilyWanted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What the run's system cannot do is not offered."""
        if action == "mark":
            return True  # of events, here
        return action not in self.lacks and super().check_action(action, parameters)

    @property
    def chosen_runs(self) -> Sequence[Run]:
        """This one."""
        return [self.run]

    @property
    def chosen_steps(self) -> Sequence[str]:
        """Those marked; in the list of steps the one under the cursor."""
        rows = self.steps.chosen if self.steps.marked or self.steps.has_focus else []
        return [row.step.key for row in rows if row.step is not None]

    def action_data(self) -> None:
        """Shows the rows that the chosen step made, or the last step that has begun."""
        begun = {step.key: step.attempt for step in self.steps.steps if step.attempts}
        step = self._chosen_step()
        if step not in begun:
            step = next(reversed(begun), None)
        if step is None:
            self.notify("No step has begun yet.", timeout=2)
        else:
            self.post_message(self.DataWanted(step, self._chosen_attempt() or begun[step], begun))

    def action_output(self) -> None:
        """Shows what the chosen step wrote."""
        step = self._chosen_step()
        captures = captures_of(self.pane.timeline, step)
        if captures:
            self.post_message(self.OutputWanted(self, step, captures))
        else:
            yet = "" if self.run.status.finished else " yet"
            self.notify(f"No output of {clean(step) if step else 'the run'} has been captured{yet}.", markup=False)

    def action_save(self) -> None:
        """Asks where the events are to be saved."""
        self.post_message(self.SaveWanted())

    def action_web(self) -> None:
        """Opens the run's web page at the event under the cursor; from the steps, at its beginning."""
        self.post_message(WebPageWanted(self.run, None if self.steps.has_focus else self.pane.current))

    def action_neighbour(self, direction: int) -> None:
        """Goes to the next run of the same job, or to the one before."""
        self.post_message(self.OtherWanted(self, direction, relative=False))

    def action_relative(self, direction: int) -> None:
        """Goes to the next of the runs that re-execute or start each other, or to the one before."""
        self.post_message(self.OtherWanted(self, direction, relative=True))

    def action_alert(self) -> None:
        """Tells when the run ends, or no more."""
        self.post_message(AlertWanted(self.run))

    def has_ended(self, capture: Capture) -> bool:
        """Whether the process can write no more."""
        ended = {step.key for step in self.steps.steps if step.ended is not None}
        return self.run.status.finished or (bool(capture.steps) and ended.issuperset(capture.steps))

    def _chosen_step(self) -> str | None:
        """The step under the cursor, in the list that has the focus."""
        row = self.steps.current
        if self.steps.has_focus and row is not None:
            return row.step.key if row.step is not None else None
        event = self.pane.current
        return None if event is None else event.step_key

    def _chosen_attempt(self) -> int | None:
        """The attempt under the cursor, in the list that has the focus."""
        row, event = self.steps.current, self.pane.current
        if self.steps.has_focus:
            return None if row is None else row.attempt
        return None if event is None else event.attempt

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
        """The header says what opens the view as it is now."""
        event.stop()
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
        self.query_one("#status", StatusLine).show(run_facts(self.run, self.time_mode, now, self._watched))
        self.steps.now = now

    def _show_steps(self) -> None:
        self.side.show(self.run, all_read=self.all_read)
        self._show_event_facts()

    def _show_event_facts(self) -> None:
        self._facts = step_facts(self.run, self.steps.steps, self.pane.timeline)
        self._show_all_facts()

    def _show_all_facts(self) -> None:
        self.query_one("#facts", StatusLine).show([*self._facts, Fact(self.command, "quiet", 5)])
