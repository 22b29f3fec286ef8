"""Tells a recorded run anew: as another run, at another time, faster or slower."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

_DURATION = re.compile(r"\bin (\d+(?:\.\d+)?)(ms|s)\b")
_LOG_TIME = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= \+0000 )", re.MULTILINE)
_DATA_DAY = "2026-11-21"
"""The day whose data the recorded runs say they work on: the day before they start."""


class Retelling:
    """What a run recorded under `old_id` becomes as the run `new_id`.

    Times between the recorded start and end are stretched by `stretch`, those before and after only moved.
    All times are epoch milliseconds. Call it with any part of a recording to get that part retold.
    """

    def __init__(self, run: dict[str, Any], new_id: str, started: int, stretch: float = 1.0) -> None:
        self._old_id, self._new_id = run["id"], new_id
        self._start, self._new_start, self._stretch = began(run), started, stretch
        self._end = milliseconds(run["endTime"]) if run["endTime"] else self._start
        day = datetime.fromtimestamp(started / 1000, UTC) - timedelta(days=1)
        self._data_day = f"{day:%Y-%m-%d}"

    @property
    def ended(self) -> int:
        """When the run ends; where it never started, when it was created."""
        return self.time(self._end)

    def time(self, recorded: int) -> int:
        """When something recorded at that time happens."""
        inside = min(max(recorded, self._start), self._end) - self._start
        return self._new_start + round(inside * self._stretch) + (recorded - self._start - inside)

    def text(self, text: str) -> str:
        """A message with the new run's id, data and durations."""
        text = text.replace(self._old_id, self._new_id).replace(_DATA_DAY, self._data_day)
        return text if self._stretch == 1 else _DURATION.sub(self._duration, text)

    def output(self, text: str) -> str:
        """What a process wrote, whose lines may begin with the time."""
        return _LOG_TIME.sub(self._log_time, self.text(text))

    def __call__(self, value: Any, key: str = "") -> Any:
        """The value of a recorded object's field `key`, retold with all that is in it."""
        if isinstance(value, dict):
            return {name: self(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self(item, key) for item in value]
        if isinstance(value, str):
            return str(self.time(int(value))) if key == "timestamp" else self.text(value)
        if isinstance(value, float) and key.endswith("Time"):
            return self._seconds(value)
        return value

    def _seconds(self, recorded: float) -> float:
        # A fraction well inside its millisecond survives the way to seconds and back, as the events' times need it.
        rest = min(max(recorded * 1000 % 1, 0.1), 0.9)
        return (self.time(milliseconds(recorded)) + rest) / 1000

    def _duration(self, match: re.Match[str]) -> str:
        seconds = float(match[1]) * self._stretch / (1000 if match[2] == "ms" else 1)
        if seconds < 1:
            return f"in {int(seconds * 1000)}ms"
        return f"in {round(seconds, 2)}s" if seconds < 60 else f"in {int(seconds // 60)}m{int(seconds % 60)}s"

    def _log_time(self, match: re.Match[str]) -> str:
        recorded = datetime.fromisoformat(match[0]).replace(tzinfo=UTC)
        told = datetime.fromtimestamp(self.time(milliseconds(recorded.timestamp())) // 1000, UTC)
        return f"{told:%Y-%m-%d %H:%M:%S}"


def milliseconds(seconds: float) -> int:
    """Epoch seconds as the whole milliseconds a server tells them in."""
    return int(seconds * 1000)


def began(run: dict[str, Any]) -> int:
    """When a run started, or was created if it never did, in epoch milliseconds."""
    return milliseconds(run["startTime"] or run["creationTime"])
