"""What a filter bar says of the rows: how many there are, and how many are hidden."""

from __future__ import annotations

from run_tui.format import plural
from run_tui.timeline import Timeline


def counts_text(timeline: Timeline, follow: bool, unseen: int, zone: str) -> str:
    """What the filter shows and hides, whether new events are in view, and the time zone."""
    shown, held = timeline.fitting, timeline.held
    if not held:
        return zone
    parts = [plural(held, "event")] if timeline.filter is None else [f"{shown:,} of {held:,}"]
    if timeline.end is not None:
        parts[0] += " read so far"
    if not timeline.complete:
        parts[0] += f" · {timeline.scanned * 100 // max(1, held)}% searched"
    if timeline.filter is not None and timeline.context:
        parts.append(f"±{timeline.context}")
    hidden = timeline.hidden_by_level()
    if hidden is not None:
        parts.append(f"{hidden[0]:,} below {hidden[1]}")
    parts.append(zone)
    if follow:
        parts.append("following")
    elif unseen:
        parts.append(f"▼ {unseen:,} new")
    return " · ".join(parts)
