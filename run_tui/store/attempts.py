"""Which attempt of its step an event belongs to."""

from __future__ import annotations

from run_tui.model import EventPage


class Attempts:
    """Counts the attempts of the steps of one run, whose pages come in order: from 1, and 0 outside any step."""

    def __init__(self) -> None:
        self.latest: dict[str | None, int] = {None: 0}

    def of(self, page: EventPage) -> list[int]:
        """Those of the page's events: a step's next one begins with STEP_RESTARTED, where the page does not tell."""
        latest = self.latest
        if page.attempts:
            attempts = [0 if step is None else attempt for step, attempt in zip(page.steps, page.attempts, strict=True)]
            latest.update(zip(page.steps, attempts, strict=True))
            return attempts
        if "STEP_RESTARTED" not in page.types:
            return [latest.get(step, 1) for step in page.steps]
        attempts = []
        for step, event_type in zip(page.steps, page.types, strict=True):
            if event_type == "STEP_RESTARTED" and step is not None:
                latest[step] = latest.get(step, 1) + 1
            attempts.append(latest.get(step, 1))
        return attempts
