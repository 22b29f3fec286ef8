"""The events of a run: filter bar, log and detail pane over one view of the store."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from run_tui.failure import failure_of, follows_from_others
from run_tui.finding import EventFinder
from run_tui.format import TimeMode, clean, clock_mode, headline, short_id, zone, zone_name
from run_tui.model import RunEvent, RunName, RunStatus
from run_tui.query import Completion, Filter, Problem, SlowPattern, TimeContext, complete, parse
from run_tui.query.editing import set_operator
from run_tui.reopening import DETAIL, HISTOGRAM, Look
from run_tui.store import EventStore
from run_tui.timeline import Timeline
from run_tui.widgets.aim import place_named, spot_of
from run_tui.widgets.counts import counts_text
from run_tui.widgets.detail import event_head, event_lines
from run_tui.widgets.event_detail import EventDetail
from run_tui.widgets.event_log import EventLog
from run_tui.widgets.filter_bar import FilterBar
from run_tui.widgets.find_bar import FindBar
from run_tui.widgets.histogram import HistogramBar
from run_tui.widgets.keys import key_of
from run_tui.widgets.row_list import RowList

FIRST_SLICE = 0.003
"""Seconds of filtering done at once, so that the first rows are in the very next frame."""
COUNT_GAP = 1 / 15
"""Seconds between two frames that only say how far the filter has come."""
IDLE_SLICE = 0.002
"""Seconds of getting ready at once while nothing is filtered; the last block of a slice takes up to 3 ms more."""
LEVELS = ("", "debug", "info", "warning", "error", "critical")
CONTEXTS = (0, 1, 2, 3, 5, 10, 20, 50)
"""How many rows around each match there can be."""
HINT = "words  step:load_*  type:STEP_FAILURE  level:warning  -step:check  /regex/"


class EventPane(Vertical):
    """Shows a store's events under a filter that is typed above them, the chosen one in full below.

    Where they are of several runs `labels` says what each is called.
    """

    BLANK = True

    time_mode: reactive[TimeMode] = reactive(TimeMode.LOCAL)

    class ViewUnfinished(Message):
        """The filter has rows left to look at: somebody is to call `continue_filter` between frames."""

        def __init__(self, pane: EventPane) -> None:
            super().__init__()
            self.pane = pane

    class ViewChanged(Message):
        """What is shown of the run is another part, or under another filter."""

    def __init__(self, run: RunName, now: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timeline = Timeline(run.id, run.job)
        self.labels: Mapping[RunName, str] = {}
        self.run_ended = self.touched = False
        self._now = now
        self._good = Filter()
        self._asking = False
        self._told_at = 0.0
        self._failure_opened = False

    def compose(self) -> ComposeResult:
        """The filter, the log, the detail pane."""
        yield FilterBar(self._complete, self._filter_by, HINT, id="filter")
        log = EventLog(self.timeline, self.labels, id="log")
        yield HistogramBar(log, id="histogram")
        yield log
        yield FindBar(log, self._look_for, id="find")
        yield EventDetail(log, lambda: self.run_ended, id="detail")

    @property
    def log_rows(self) -> EventLog:
        """The rows."""
        return self.query_one(EventLog)

    @property
    def filter_bar(self) -> FilterBar:
        """The filter's text."""
        return self.query_one(FilterBar)

    @property
    def find_bar(self) -> FindBar:
        """What is looked for in the rows."""
        return self.query_one(FindBar)

    @property
    def histogram(self) -> HistogramBar:
        """The events over time."""
        return self.query_one(HistogramBar)

    @property
    def detail(self) -> EventDetail:
        """The event in full."""
        return self.query_one(EventDetail)

    @property
    def current(self) -> RunEvent | None:
        """The event under the cursor."""
        place = self.log_rows.place
        return None if place is None else self.timeline.event(place)

    @property
    def end_store(self) -> EventStore:
        """The events of the end, which lies behind a gap; there is an end from now on."""
        return self.timeline.end_store(self._times())

    def join(self) -> None:
        """Closes the gap between the beginning and the end."""
        log = self.log_rows
        log.chosen = self.timeline.join(log.chosen)
        self._advance(FIRST_SLICE)
        log.rows_replaced()
        self.find_bar.rows_changed()

    def show_new_rows(self) -> None:
        """The events grew."""
        done = self._advance(FIRST_SLICE)
        self.log_rows.rows_grew()
        self.find_bar.rows_changed()
        self.show_counts()
        if not done:
            self.post_message(self.ViewUnfinished(self))

    def show_store(self, store: EventStore) -> None:
        """Shows another store under the same filter, cursor and marks on the same events."""
        log = self.log_rows
        log.chosen = self.timeline.replace(store, self._times(), log.chosen)
        self._show_filtered(keep_strips=False)

    def continue_filter(self, seconds: float) -> bool:
        """Filters on for about `seconds`, and says now and then how far it is; True when done, or to be asked anew."""
        if self._asking:
            return True
        unfiltered = self.timeline.filter is None
        done = self._advance(IDLE_SLICE if unfiltered else seconds)
        if unfiltered and not done:
            return False  # the rows are all there: the view prepares itself for words to come
        self.log_rows.rows_grew()
        if done or time.monotonic() - self._told_at >= COUNT_GAP:
            self._filtered(done)
        return done

    def open_failure(self, status: RunStatus) -> bool:
        """Goes to the failure of a run that has ended so, and shows it in full; False when there is none."""
        place = failure_of(self.timeline, status)
        if place is not None and (place != self.log_rows.place or not self._failure_opened):
            self._failure_opened, self.log_rows.follow = True, False
            self.log_rows.move_to(self.timeline.index_at(place))
            self.detail.show_event()
            self.call_after_refresh(self.log_rows.center_cursor)
        return place is not None

    @property
    def look(self) -> Look:
        """The view, as it can be opened again."""
        log, place = self.log_rows, self.log_rows.place
        at = "" if place is None or log.follow else spot_of(self.timeline, place)
        opened = {HISTOGRAM: self.histogram.display, DETAIL: self.detail.display and not self.detail.shows_no_event}
        parts = tuple(part for part, is_open in opened.items() if is_open)
        return Look(self.filter_bar.text, at, self.time_mode, self.timeline.context, parts)

    def go_to(self, at: str, *, all_read: bool) -> bool:
        """Goes to an event by its number, or to the first from a time on; False while it has not been read."""
        place = place_named(self.timeline, at, self._times(), all_read=all_read)
        if place is not None:
            self.log_rows.go_to(place)
        return place is not None

    def set_level(self, rank: int) -> None:
        """Sets the minimum level, in the filter's own text."""
        self.filter_bar.text = set_operator(self.filter_bar.text, "level", LEVELS[rank])

    def toggle_filter(self, values: Mapping[str, str]) -> None:
        """Makes operators say these values; takes them out again if that is what they say already."""
        before = text = self.filter_bar.text
        for key in values:
            text = set_operator(text, key, "")
        bare = text
        for key, value in values.items():
            text = set_operator(text, key, value)
        self.filter_bar.text = bare if text == before else text

    def seek(self, rank: int, direction: int) -> bool:
        """Goes to the next (1) or previous (-1) event of at least this level; False when there is none.

        What only follows from other errors is passed over.
        """
        index = self.timeline.seek(self.log_rows.cursor, rank, direction)
        while index is not None and follows_from_others(self.timeline, self.timeline[index]):
            index = self.timeline.seek(index, rank, direction)
        if index is not None:
            self.log_rows.move_to(index, by_user=True, center=True)
        return index is not None

    def seek_mark(self, direction: int) -> bool:
        """Goes to the next (1) or previous (-1) marked event; False when none is shown there."""
        place = self.log_rows.place
        index = None if place is None else self.timeline.next_marked(place, direction)
        if index is not None:
            self.log_rows.move_to(index, by_user=True, center=True)
        return index is not None

    def text_of_current(self, whole: bool) -> str | None:
        """The row under the cursor as one line, or its event in full; None when there is none."""
        event = self.current
        if event is None:
            return None
        run = self.log_rows.run_label
        if whole:
            head = event_head(event, clean(event.timestamp), run=run)
            return "\n".join(str(line) for _, line in event_lines(event, head, True))
        place = clean(f"{event.timestamp} {event.level} {event.step_key or '-'}")
        return f"{run} {place} {headline(event, 10_000)}".lstrip()

    def show_counts(self) -> None:
        """Says what is shown and what is hidden."""
        log = self.log_rows
        zone = zone_name(self.time_mode, *self.timeline.span or ())
        self.filter_bar.show_counts(counts_text(self.timeline, log.follow, log.unseen, zone))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter shows an event in full."""
        event.stop()
        self.post_message(self.ViewChanged())
        self.detail.show_event()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """An open detail pane follows the cursor."""
        event.stop()
        self.touched |= event.by_user
        self.find_bar.show_position()
        self.histogram.follow_log()
        self.detail.follow_log()
        self.post_message(self.ViewChanged())

    def on_event_log_follow_changed(self) -> None:
        """The badge says whether new events are in view."""
        self.show_counts()

    def watch_time_mode(self, mode: TimeMode) -> None:
        """Every time is written anew."""
        if self.is_mounted:
            self.log_rows.time_mode = mode
            self.show_counts()

    def _filter_by(self, text: str) -> None:
        """Filters at each keystroke; while the text is wrong the rows stay as they were."""
        query = parse(text)
        self.filter_bar.show_problems(query.problems)
        self.post_message(self.ViewChanged())
        if not query.problems:
            self.timeline.apply(query.filter, self._times(), self.log_rows.chosen)
            self._show_filtered(keep_strips=True)

    def show_no_match(self) -> None:
        """What is said where the filter leaves no event."""
        clears = f"{key_of(self, 'view.back')} clears it."
        self.log_rows.show_notice(("plain", "No event fits this filter."), ("quiet", clears))

    def _show_filtered(self, *, keep_strips: bool) -> None:
        done = self._advance(FIRST_SLICE)
        self.log_rows.rows_replaced(keep_strips=keep_strips)
        self.show_no_match()
        self._filtered(done)
        if not done and not self._asking:
            # The rows found so far are painted before anybody looks for more.
            self._asking = True
            self.call_after_refresh(self._ask_for_more)

    def _ask_for_more(self) -> None:
        self._asking = False
        self.post_message(self.ViewUnfinished(self))

    def _filtered(self, done: bool) -> None:
        """Shows how far the filter has come."""
        self._told_at = time.monotonic()
        self.find_bar.rows_changed()
        if done:
            self._good = self.timeline.filter or Filter()
        self.detail.follow_log()
        self.show_counts()

    def _advance(self, seconds: float) -> bool:
        """Filters; a pattern that turns out to take too long gives way to the filter before it."""
        try:
            return self.timeline.advance(seconds)
        except SlowPattern as error:
            self.filter_bar.show_problems((Problem(0, len(self.filter_bar.text), f"{error}. {error.hint}"),))
            self.timeline.apply(self._good, self._times(), self.log_rows.chosen)
            return self.timeline.advance(seconds)

    def widen_context(self, step: int) -> bool:
        """Shows more or fewer rows around each match of the filter; False where there is none to have matches."""
        self.post_message(self.ViewChanged())
        if self.timeline.filter is None:
            return False
        context = self.timeline.context
        at = bisect_right(CONTEXTS, context) if step > 0 else bisect_left(CONTEXTS, context) - 1
        self.timeline.context = CONTEXTS[min(max(at, 0), len(CONTEXTS) - 1)]
        self.log_rows.rows_replaced(keep_strips=True)
        self.find_bar.rows_changed()
        self.show_counts()
        return True

    def _look_for(self, text: str) -> EventFinder | Problem | None:
        query, log = parse(text), self.log_rows
        log.finder = None
        if query.problems:
            return query.problems[0]
        if query.filter != Filter():
            log.finder = EventFinder(self.timeline, query.filter, self._times(), log.chosen)
        return log.finder

    def _complete(self, text: str, cursor: int) -> Completion | None:
        stores = [part.store for part in self.timeline.parts]
        steps = dict.fromkeys(step for store in stores for step in store.steps.values if step)
        types = dict.fromkeys(name for store in stores for name in store.types.values if name)
        names = dict.fromkeys(name for store in stores for name in store.runs.values)
        runs = [*(short_id(name.id) for name in names), *(name.job for name in names if name.job)]
        return complete(text, cursor, steps=steps, types=types, runs=runs)

    def _times(self) -> TimeContext:
        now = int(self._now() * 1000)
        first, last = self.timeline.beginning.store.times, self.timeline.parts[-1].store.times
        ended = last[-1] if last and self.run_ended else None
        started = self.log_rows.started
        if started is None:
            started = first[0] if first else now
        return TimeContext(started, ended, now, zone(clock_mode(self.time_mode)))
