"""One run: its state, its steps and its events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from run_tui.actions import bindings
from run_tui.format import TimeMode, clean, headline, zone
from run_tui.model import Run, RunStatus, Step
from run_tui.query import Completion, Filter, TimeContext, complete, parse
from run_tui.query.editing import set_operator
from run_tui.screens.base import ViewScreen, WebPageWanted
from run_tui.screens.facts import counts_text, event_place, run_facts, step_facts
from run_tui.steps import StepBoard
from run_tui.store import EventStore
from run_tui.view import EventView
from run_tui.widgets.detail import Detail, event_lines, run_lines
from run_tui.widgets.event_log import EventLog
from run_tui.widgets.filter_bar import FilterBar
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import StatusLine
from run_tui.widgets.step_list import StepList

FIRST_SLICE = 0.003
"""Seconds of filtering done at once, so that the first rows are in the very next frame."""
PAINT_GAP = 1 / 15
"""Seconds between repaints while events stream in."""
LEVELS = ("", "debug", "info", "warning", "error", "critical")
HINT = "words  step:load_*  type:STEP_FAILURE  level:warning  -step:check  /regex/"


class RunScreen(ViewScreen):
    """A run under the eyes of someone who wants to know what it does, or why it failed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("run")

    class ViewUnfinished(Message):
        """The filter has rows left to look at."""

        def __init__(self, screen: RunScreen) -> None:
            super().__init__()
            self.screen = screen

    class Closed(Message):
        """The user went back."""

    def __init__(self, run: Run, where: str, time_mode: TimeMode, now: Callable[[], float]) -> None:
        super().__init__(now)
        self.run, self.where = run, where
        self.view = EventView(EventStore(run.id))
        self.board = StepBoard()
        self.all_read = False
        self.all_frames = False
        self._anchor: int | None = None
        self.was_read = False
        self._painted_at = 0.0
        self._paint_waits = False
        self.set_reactive(ViewScreen.time_mode, time_mode)

    def compose_body(self) -> ComposeResult:
        """Facts, then the steps beside filter, log and detail."""
        yield StatusLine(id="facts")
        with Horizontal(id="body"):
            yield StepList(id="steps")
            with Vertical(id="events"):
                yield FilterBar(self._complete, HINT, id="filter")
                yield EventLog(self.view, id="log")
                yield Detail(id="detail")

    @property
    def store(self) -> EventStore:
        """The events there are."""
        return self.view.store

    @property
    def rows(self) -> EventLog:
        """The log."""
        return self.query_one(EventLog)

    @property
    def steps(self) -> StepList:
        """The list of steps."""
        return self.query_one(StepList)

    def on_mount(self) -> None:
        """Shows what is known of the run before the server has said anything."""
        super().on_mount()
        self.rows.time_mode = self.time_mode
        self.rows.show_notice(("quiet", "Reading events …"))
        self.rows.follow = self.run.status.active
        self._show_facts()

    # What the app hands in

    def show_run(self, run: Run) -> None:
        """Takes the run's metadata as it is now; fields that this answer did not hold keep their values."""
        self.run = self.run.updated(run)
        self._show_facts()

    def show_plan(self, plan: list[Step]) -> None:
        """Takes the steps the run planned."""
        self.board.set_plan(plan)
        self._show_facts()

    def show_info(self, run: Run) -> None:
        """Opens the detail pane on the run itself."""
        self.show_run(run)
        self.show_detail(list(run_lines(self.run, self.where)))

    def store_changed(self) -> None:
        """The store grew: paints it, at most every PAINT_GAP seconds."""
        wait = self._painted_at + PAINT_GAP - time.monotonic()
        if wait <= 0:
            self._paint_new_rows()
        elif not self._paint_waits:
            self._paint_waits = True
            self.set_timer(wait, self._paint_new_rows)

    def replace_store(self, store: EventStore) -> None:
        """The run was read anew: the same view of the whole of it."""
        row = self.rows.current_row
        self.board.forget_events()
        self.view.replace_store(store, self._times())
        self.view.advance(FIRST_SLICE)
        self.rows.rows_replaced(row)
        self._paint_new_rows()

    def show_read(self, all_read: bool) -> None:
        """All events there are have arrived (`all_read`: and no more will); a failed run opens on its failure."""
        self.all_read = all_read
        self._paint_new_rows()
        if not len(self.store):
            self.rows.show_notice(("plain", "This run has no events."))
        if not self.was_read:
            self.was_read = True
            self.rows.forget_unseen()
            if self.run.status is RunStatus.FAILURE and self.rows.cursor == 0 and self.view.filter is None:
                self._open_failure()

    def show_failure(self, message: str, hint: str) -> None:
        """Says why the run cannot be read."""
        self.rows.show_notice(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def continue_filter(self, seconds: float) -> bool:
        """Filters on for about `seconds`; True when done. The app's worker calls this between frames."""
        done = self.view.advance(seconds)
        if self._anchor is not None:
            self.rows.rows_replaced(self._anchor)
        else:
            self.rows.rows_added()
        if done:
            self._anchor = None
        self._show_counts()
        return done

    # What the user does

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Filters at each keystroke; while the text is wrong the rows stay as they were."""
        query = parse(event.text)
        self.filter_bar.show_problems(query.problems)
        if not query.problems:
            self._apply(query.filter)

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter opens an event, or filters by a step."""
        if isinstance(event.row_list, StepList):
            self._filter_by_step(self.steps.steps[event.index].key)
        else:
            self._show_event()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """An open detail pane follows the cursor."""
        if isinstance(event.row_list, EventLog):
            self._anchor = None
            if self.detail.display:
                self._show_event()

    def on_event_log_follow_changed(self) -> None:
        """The badge says whether new events are in view."""
        self._show_counts()

    def watch_time_mode(self, mode: TimeMode) -> None:
        """Every time on the screen is written anew."""
        if self.is_mounted:
            self.rows.time_mode = mode
            self._show_facts()

    def tick(self) -> None:
        """What is still running grows older."""
        super().tick()
        if not self.run.status.finished:
            self._show_facts()

    def leave(self) -> None:
        """Back to the runs."""
        self.post_message(self.Closed())

    def action_follow(self) -> None:
        """Switches following on or off."""
        self.rows.action_follow()

    def action_scroll_text(self, steps: int) -> None:
        """Scrolls messages sideways."""
        self.rows.action_scroll_text(steps)

    def action_level(self, rank: int) -> None:
        """Sets the minimum level, in the filter's own text."""
        self.filter_bar.text = set_operator(self.filter_bar.text, "level", LEVELS[rank])

    def action_seek(self, rank: int, direction: int) -> None:
        """Goes to the next or previous event of at least this level."""
        index = self.view.seek(self.rows.cursor, rank, direction)
        if index is None:
            what = "error" if rank > 3 else "warning"
            self.notify(f"No {what} {'after' if direction > 0 else 'before'} this one.", timeout=2)
        else:
            self.rows.move_to(index, by_user=True, center=True)

    def action_steps(self) -> None:
        """Goes to the steps and back; where there is no room for both they come and go."""
        self.set_class(not self.steps.has_focus, "-steps")
        (self.rows if self.steps.has_focus else self.steps).focus()

    def action_run_info(self) -> None:
        """Shows the run itself in the detail pane."""
        self.show_detail(list(run_lines(self.run, self.where)))

    def action_frames(self) -> None:
        """Shows or hides the frames inside libraries."""
        self.all_frames = not self.all_frames
        self._show_event()

    def action_web(self) -> None:
        """Opens the run's web page."""
        self.post_message(WebPageWanted(self.run.id))

    def action_copy(self, whole: bool) -> None:
        """Copies the row, or the whole event."""
        row = self.rows.current_row
        if row is None:
            return
        event = self.store.event(row)
        lines = [line for _, line in event_lines(event, event.timestamp, True)] if whole else [headline(event, 10_000)]
        self.app.copy_to_clipboard("\n".join(lines))
        self.notify("Copied the event." if whole else "Copied the row.", timeout=2)

    # How it is done

    def _apply(self, filter: Filter) -> None:
        self._anchor = self.rows.current_row
        self.view.apply(filter, self._times())
        done = self.view.advance(FIRST_SLICE)
        self.rows.rows_replaced(self._anchor)
        self.rows.show_notice(("plain", "No event fits this filter."), ("quiet", "esc clears it."))
        self._show_counts()
        if done:
            self._anchor = None
        else:
            self.post_message(self.ViewUnfinished(self))

    def _paint_new_rows(self) -> None:
        self._paint_waits = False
        self._painted_at = time.monotonic()
        done = self.view.advance(FIRST_SLICE)
        self.rows.rows_added()
        if self.board.update(self.store):
            self._show_facts()
        self._show_counts()
        if not done:
            self.post_message(self.ViewUnfinished(self))

    def _show_facts(self) -> None:
        if not self.is_mounted:
            return
        now = self.now()
        steps = self.board.listed(self.run.status)
        self.query_one("#status", StatusLine).show(run_facts(self.run, self.time_mode, now))
        self.query_one("#facts", StatusLine).show(step_facts(self.run, steps, self.store, self.all_read))
        self.steps.now = now
        self.steps.show(steps)
        self._show_counts()

    def _show_counts(self) -> None:
        self.filter_bar.show_counts(counts_text(self.view, self.rows.follow, self.rows.unseen, self.zone))

    def _show_event(self) -> None:
        row = self.rows.current_row
        if row is not None:
            event = self.store.event(row)
            self.show_detail(list(event_lines(event, event_place(self.store, row, self.time_mode), self.all_frames)))

    def _open_failure(self) -> None:
        index = self.view.first_of_type("STEP_FAILURE")
        if index is None:
            index = self.view.seek(-1, 4, 1)
        if index is not None:
            self.rows.move_to(index, center=True)
            self._show_event()

    def _filter_by_step(self, key: str) -> None:
        text = self.filter_bar.text
        chosen = set_operator(text, "step", key)
        self.filter_bar.text = set_operator(text, "step", "") if chosen == text else chosen
        self.remove_class("-steps")
        self.rows.focus()

    def _complete(self, text: str, cursor: int) -> Completion | None:
        steps = [step for step in self.store.steps.values if step]
        types = [event_type for event_type in self.store.types.values if event_type]
        return complete(text, cursor, steps=steps, types=types)

    def _times(self) -> TimeContext:
        times = self.store.times
        start = times[0] if times else int(self.now() * 1000)
        return TimeContext(start, times[-1] if times else start, int(self.now() * 1000), zone(self.time_mode))
