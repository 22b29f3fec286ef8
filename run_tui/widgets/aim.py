"""Goes to the place that a command names, as soon as it has been read."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta

from run_tui.query import TimeContext, resolve_time
from run_tui.timeline import Place, Timeline

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def spot_of(timeline: Timeline, place: Place) -> str:
    """What names a place for later: the event's number, from 1; while those before it are not read, its time."""
    if not place.in_end:
        return str(place.row + 1)
    moment = _EPOCH + timedelta(milliseconds=timeline.time_of(place))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def place_named(timeline: Timeline, spot: str, times: TimeContext, *, all_read: bool) -> Place | None:
    """Where the event of a number is, or the first from a time on; None while it is not known.

    After the last event, once `all_read`, is at the last one.
    """
    if not timeline.held:
        return None
    number = int(spot) if spot.isdecimal() else None
    moment = 0 if number is not None else resolve_time(spot, times)
    for part in timeline.parts:
        events = part.store.times
        row = bisect_left(events, moment) if number is None else max(number, 1) - 1
        inside = row < len(events) and (number is None or part is timeline.beginning)
        # What lies before the end's first event may lie in the gap.
        if inside and (row or part is timeline.beginning or events[0] == moment):
            return Place(part is timeline.end, row)
    last = timeline.parts[-1]
    return Place(last is timeline.end, len(last.store) - 1) if all_read and timeline.end is None else None
