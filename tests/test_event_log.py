"""What a log counts as new."""

from __future__ import annotations

from textual.app import App, ComposeResult

from run_tui.timeline import Timeline
from run_tui.widgets.event_log import EventLog
from tests.scripted import a_page


class OneLog(App[None]):
    """A log of a run of which three events are there."""

    def compose(self) -> ComposeResult:
        self.timeline = Timeline("r1")
        self.timeline.add(a_page(["one", "two", "three"]))
        self.log_rows = EventLog(self.timeline)
        yield self.log_rows


async def test_only_what_comes_after_the_first_reading_is_new() -> None:
    app = OneLog()
    async with app.run_test():
        rows = app.log_rows
        app.timeline.add(a_page(["four", "five"]))
        rows.rows_grew()
        assert rows.unseen == 0
        rows.count_unseen()
        app.timeline.add(a_page(["six"]))
        rows.rows_grew()
        assert rows.unseen == 1
        rows.follow = True
        assert rows.unseen == 0
