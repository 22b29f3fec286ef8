"""The detail pane: one event or one run in full."""

from run_tui.widgets.detail.lines import LONGEST_TEXT, Line, event_head, event_lines, run_lines
from run_tui.widgets.detail.pane import CUT, MOST_CHARACTERS, MOST_LINES, Detail

__all__ = [
    "CUT", "LONGEST_TEXT", "MOST_CHARACTERS", "MOST_LINES", "Detail", "Line", "event_head", "event_lines", "run_lines",
]  # fmt: skip
