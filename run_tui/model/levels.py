"""How severe events are."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """An enum that accepts values it does not know: a newer server may have more of them."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member


class RunEventLevel(OpenEnum):
    """How severe an event is; an unknown level keeps its text and counts as INFO."""

    CRITICAL = "CRITICAL"
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"
    DEBUG = "DEBUG"

    @property
    def rank(self) -> int:
        """1 for DEBUG up to 5 for CRITICAL."""
        return _RANKS.get(self.value, 2)


_RANKS = {"DEBUG": 1, "INFO": 2, "WARNING": 3, "ERROR": 4, "CRITICAL": 5}

STRUCTURE_TYPES = frozenset(
    f"{prefix}_{suffix}"
    for prefix in ("RUN", "PIPELINE")
    for suffix in ("ENQUEUED", "DEQUEUED", "STARTING", "START", "SUCCESS", "FAILURE", "CANCELING", "CANCELED")
) | frozenset(
    {
        "STEP_START", "STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED", "STEP_UP_FOR_RETRY", "STEP_RESTARTED",
        "ASSET_MATERIALIZATION", "ASSET_FAILED_TO_MATERIALIZE", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION",
        "STEP_EXPECTATION_RESULT", "RESOURCE_INIT_FAILURE", "HOOK_ERRORED",
    }
)  # fmt: skip
"""Types that show a run's structure: servers file most of them under DEBUG, a level filter must not lose them."""


def effective_rank(level: str, event_type: str | None) -> int:
    """The rank a level filter works with: the level's own, but at least INFO's for the run's structure."""
    rank = _RANKS.get(level, 2)
    return 2 if rank < 2 and event_type in STRUCTURE_TYPES else rank
