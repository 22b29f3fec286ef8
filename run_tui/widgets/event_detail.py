"""The chosen event of a log in full, a failure with what its process wrote last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from textual.message import Message

from run_tui.failure import capture_at, is_failure
from run_tui.format import clock, clock_mode, full_time
from run_tui.output import Capture
from run_tui.timeline import Place
from run_tui.widgets.detail import Detail, Line, event_head, event_lines
from run_tui.widgets.event_log import EventLog

StderrKey = tuple[str, Place | None]
"""A process, by the key of its `Capture`, and which event its last lines stand beside while it goes on."""

ROOMY = 6
"""Rows below which none is left empty."""


class EventDetail(Detail):
    """Shows the event under the cursor of a log; `run_ended` says whether processes of the run can go on."""

    class StderrWanted(Message):
        """The last lines that a process wrote are to be shown beside its failure."""

        def __init__(self, detail: EventDetail, run_id: str, key: StderrKey) -> None:
            super().__init__()
            self.detail, self.run_id, self.key = detail, run_id, key

    def __init__(self, log: EventLog, run_ended: Callable[[], bool], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._log_rows, self._timeline, self._run_ended = log, log.timeline, run_ended
        self._all_frames = False
        self._shown: Place | None = None
        self._stderr: dict[StderrKey, Sequence[str]] = {}

    @property
    def shows_no_event(self) -> bool:
        """Whether it shows something else."""
        return self._shown is None

    def show_event(self) -> None:
        """Opens on the event under the cursor."""
        place = self._log_rows.place
        if place is None:
            return
        event = self._timeline.event(place)
        # Steps of several runs may have one name.
        alone = not self._timeline.store_of(place).runs.low
        capture = capture_at(self._timeline, place) if alone and is_failure(event) else None
        stderr = () if capture is None else self._last_lines(capture, place)
        head = event_head(event, *self._place_texts(place), room=self.row_width, run=self._log_rows.run_label)
        lines = event_lines(event, head, self._all_frames, stderr)
        if self.size.height < ROOMY:
            lines = (line for line in lines if line[1])
        self.open_on(lines, stay=place == self._shown)
        self._shown = place

    def follow_log(self) -> None:
        """The cursor may be on another event, which an open pane shows."""
        if self.display:
            self.show_event()

    def open_on(self, lines: Iterable[Line], *, stay: bool = False) -> None:
        """Opens on anything; it stays scrolled as it was where that has only changed."""
        self._shown = None
        super().open_on(lines, stay=stay)

    def show_stderr(self, key: StderrKey, lines: Sequence[str] | None) -> None:
        """Takes the last lines that a process wrote; None where they could not be read, which may be tried again."""
        if lines is None:
            del self._stderr[key]
            return
        self._stderr[key] = lines
        if lines and self._shown is not None and self._shown == self._log_rows.place:
            self.follow_log()

    def toggle_frames(self) -> None:
        """Shows or hides stack frames inside libraries."""
        self._all_frames = not self._all_frames
        self.show_event()

    def _last_lines(self, capture: Capture, place: Place) -> Sequence[str]:
        """What a process wrote last; while it may go on, as far as it had come when this event was first shown."""
        key = capture.key, None if self._run_ended() else place
        if key not in self._stderr:
            self._stderr[key] = ()
            self.post_message(self.StderrWanted(self, self._timeline.beginning.store.run.id, key))
        return self._stderr[key]

    def on_resize(self) -> None:
        """There is room for another head."""
        super().on_resize()
        if self._shown is not None and self._shown == self._log_rows.place:
            self.show_event()

    def _place_texts(self, place: Place) -> Iterator[str]:
        """When the event was and which it is, in full and ever shorter; which it is says each of them."""
        timeline, mode = self._timeline, clock_mode(self._log_rows.time_mode)
        at = timeline.time_of(place)
        if place.in_end and timeline.end is not None:
            number = f"{len(timeline.end.store) - place.row:,} from the end"
        else:
            number = f"{place.row + 1:,} of {timeline.held:,}{'' if timeline.end is None else ' read so far'}"
        yield f"{full_time(at, mode)}   {number}"
        yield f"{clock(at, mode)}   {number}"
        yield number
