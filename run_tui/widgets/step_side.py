"""The steps beside a run's log: what its plan and its events tell of them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from run_tui.model import Run, epoch_ms
from run_tui.steps import StepBoard
from run_tui.timeline import Timeline
from run_tui.widgets.step_list import StepAxis, StepList


class StepSide(Vertical):
    """The list of steps, and the axis above it while it shows bars; `board` holds what the beginning tells of them."""

    def __init__(self, timeline: Timeline, board: StepBoard, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.board = board
        self._end_board = StepBoard()
        self._timeline = timeline

    def compose(self) -> ComposeResult:
        """The axis, the list."""
        yield StepAxis(id="axis")
        yield StepList(id="steps")

    @property
    def steps(self) -> StepList:
        """The list."""
        return self.query_one(StepList)

    def take_events(self) -> bool:
        """Takes in the timeline's new events; True when some step changed."""
        changed = self.board.update(self._timeline.beginning.store)
        end = self._timeline.end
        if end is None:
            self._end_board = StepBoard()
            return changed
        return self._end_board.update(end.store) or changed

    def show(self, run: Run, *, all_read: bool) -> None:
        """Shows the steps as they are now, as far as the run has been read."""
        self.steps.show(self._whole_board.listed(run.status, all_read=all_read))
        self.show_span(run)

    def show_span(self, run: Run) -> None:
        """Bars lie within the time of the run."""
        if self.steps.bars:
            started = epoch_ms(run.started_at or run.created_at)
            ended = None if run.ended_at is None else epoch_ms(run.ended_at)
            self.steps.show_span(started, ended, self._whole_board.ready)
            self.on_step_list_window_changed()

    def on_step_list_window_changed(self) -> None:
        """The axis names other times."""
        self.query_one(StepAxis).show(self.steps.axis())

    @property
    def _whole_board(self) -> StepBoard:
        """What is known of the steps from the beginning and the end."""
        return self.board if self._timeline.end is None else self.board.followed_by(self._end_board)
