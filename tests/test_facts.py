"""What the lines above a run's log say of it."""

from __future__ import annotations

import pytest

from run_tui.model import StepState
from run_tui.screens.facts import step_facts
from run_tui.steps import StepProgress


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((StepState.SUCCESS, StepState.FAILURE, StepState.RUNNING), "s1"),
        ((StepState.RUNNING, StepState.RETRYING, StepState.SUCCESS), "s0 +1"),
        ((StepState.SUCCESS, StepState.PENDING), None),
    ],
)
def test_the_steps_that_failed_or_else_run_are_named(states: tuple[StepState, ...], told: str | None) -> None:
    steps = [StepProgress(f"s{number}", state) for number, state in enumerate(states)]
    facts = [fact.text for fact in step_facts(steps) if fact.text]
    assert [text for text in facts if text.startswith("s") and text not in ("step", "steps")] == (
        [told] if told else []
    )
