"""Two runs of a job compared: what differs between them, from their facts down to the first event."""

from run_tui.comparing.comparison import Comparison, Side, compare
from run_tui.comparing.facts import Fact
from run_tui.comparing.forms import Slices
from run_tui.comparing.partings import Parting
from run_tui.comparing.steps import SECONDS, TIMES, Change, StepChange
from run_tui.comparing.telling import RULE, Pieces, Report, Row, place_of

__all__ = [
    "RULE",
    "SECONDS",
    "TIMES",
    "Change",
    "Comparison",
    "Fact",
    "Parting",
    "Pieces",
    "Report",
    "Row",
    "Side",
    "Slices",
    "StepChange",
    "compare",
    "place_of",
]
