"""Which events the options of a command let through."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from run_tui.cli.run_events import EventsRequest
from run_tui.model import Run, RunEvent, RunEventLevel, RunName, effective_rank, epoch_ms
from run_tui.query import Filter, TimeContext, filter_events_by_step, filter_events_by_type


class Selection:
    """Keeps the wanted ones of a run's events; is to see all of them once, in order, as attempts are counted.

    `run` is what the filter's times are relative to; only a request with a filter needs it. Of several runs together
    `names` tell them by their ids.
    """

    def __init__(
        self, request: EventsRequest, run: Run | None = None, names: Mapping[str, RunName] | None = None
    ) -> None:
        self._request = request
        self._times = None if run is None else _times(run)
        self._names = names or ({} if run is None else {run.id: run.name})
        self._attempts: dict[str, int] = {}

    def __call__(self, events: list[RunEvent]) -> list[RunEvent]:
        """The wanted ones of the next events: the very objects, in their order."""
        kept = events
        if self._request.filter is not None and self._times is not None:
            kept = list(self._filtered(kept, self._request.filter, self._times))
        kept = filter_events_by_type(kept, self._request.types)
        kept = filter_events_by_step(kept, self._request.step)
        if self._request.level is None:
            return kept
        least = RunEventLevel(self._request.level).rank
        return [event for event in kept if effective_rank(event.level, event.event_type) >= least]

    def _filtered(self, events: list[RunEvent], wanted: Filter, times: TimeContext) -> Iterable[RunEvent]:
        for event in events:
            attempt = event.attempt or self.attempt(event)
            if wanted.matches(event.model_copy(update={"attempt": attempt}), times, self._names.get(event.run_id)):
                yield event

    def attempt(self, event: RunEvent) -> int | None:
        """The attempt of its step that the next event belongs to: STEP_RESTARTED begins the next one."""
        if event.step_key is None:
            return None
        attempt = self._attempts.get(event.step_key, 1) + (event.event_type == "STEP_RESTARTED")
        self._attempts[event.step_key] = attempt
        return attempt


def _times(run: Run) -> TimeContext:
    start = epoch_ms(run.started_at or run.created_at)
    return TimeContext(start, epoch_ms(run.ended_at) if run.ended_at else None, int(time.time() * 1000))
