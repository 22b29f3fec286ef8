"""What keys do with the events of a run."""

from __future__ import annotations

from collections.abc import Sequence

from run_tui.query.tokens import typable
from run_tui.screens.base import ViewScreen
from run_tui.screens.log_keys import LogKeys
from run_tui.screens.types import TypesScreen
from run_tui.widgets.event_log import EventLog
from run_tui.widgets.event_pane import EventPane
from run_tui.widgets.find_bar import FindBar


class EventKeys(LogKeys, ViewScreen):
    """The actions of a screen with an event pane."""

    pane: EventPane

    @property
    def rows(self) -> EventLog:
        """The log."""
        return self.pane.log_rows

    @property
    def find_bar(self) -> FindBar:
        """What is looked for in the log."""
        return self.pane.find_bar

    def action_level(self, rank: int) -> None:
        """Sets the minimum level."""
        self.pane.set_level(rank)

    def action_seek(self, rank: int, direction: int) -> None:
        """Goes to the next or previous event of at least this level."""
        if not self.pane.seek(rank, direction):
            what = "error" if rank > 3 else "warning"
            self.notify(f"No {what} of its own {'after' if direction > 0 else 'before'} this one.", timeout=2)

    def action_mark(self) -> None:
        """Marks the event under the cursor, or takes its mark away."""
        self.rows.toggle_mark()

    def action_seek_mark(self, direction: int) -> None:
        """Goes to the next or previous marked event."""
        if not self.pane.seek_mark(direction):
            side = "after" if direction > 0 else "before"
            some = self.pane.timeline.marked
            self.notify(f"No mark is shown {side} this event." if some else "Nothing is marked yet.", timeout=2)

    def action_context(self, step: int) -> None:
        """Shows more or fewer rows around each match of the filter."""
        if not self.pane.widen_context(step):
            self.notify("Filter with / first: + then shows rows around each match.", timeout=2)

    def action_types(self) -> None:
        """Lets the user pick event types to filter by."""
        self.app.push_screen(TypesScreen(self.pane.timeline.type_counts()), self._filter_by_types)

    def _filter_by_types(self, types: Sequence[str] | None) -> None:
        if types:
            self.pane.toggle_filter({"type": ",".join(typable(name, exact=False) for name in types)})

    def action_histogram(self) -> None:
        """Shows the events over time, above the log, and back."""
        self.pane.histogram.toggle()

    def action_frames(self) -> None:
        """Shows or hides the frames inside libraries."""
        self.pane.detail.toggle_frames()

    def action_copy(self, whole: bool) -> None:
        """Copies the row, or the whole event."""
        text = self.pane.text_of_current(whole)
        if text is not None:
            self.app.copy_to_clipboard(text)
            self.notify("Copied the event." if whole else "Copied the row.", timeout=2)
