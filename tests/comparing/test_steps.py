"""Which steps went otherwise, and what else differs between two runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.comparing import Change, Report, Side
from run_tui.comparing.steps import much_slower, pace, paired
from run_tui.model import RunEvent, RunStatus
from tests.comparing.sides import compared, event, side
from tests.events import EVENTS

MIRRORED = {
    Change.SLOWER: Change.FASTER,
    Change.FASTER: Change.SLOWER,
    Change.ONLY_AFTER: Change.ONLY_BEFORE,
    Change.ONLY_BEFORE: Change.ONLY_AFTER,
}


def lasting(**seconds: float) -> list[RunEvent]:
    """Steps that succeeded, each after so many seconds."""
    return [
        made
        for step, took in seconds.items()
        for made in (
            event("", step, "STEP_START"),
            event("", step, "STEP_SUCCESS", int(took * 1000)),
        )
    ]


def changes(before: Side, after: Side) -> dict[str, Change]:
    return {each.key: each.change for each in compared(before, after).steps}


@pytest.mark.parametrize(
    ("before", "after", "is_much"),
    [(1, 2, True), (1, 1.9, False), (10, 19, False), (10, 20, True), (0.1, 1.0, False), (0, 1, True), (2, 1, False)],
)
def test_much_slower_is_twice_as_long_and_more_than_a_moment(before: float, after: float, *, is_much: bool) -> None:
    assert much_slower(before, after) is is_much


@given(st.lists(EVENTS, max_size=25), st.lists(EVENTS, max_size=25))
def test_steps_change_back_the_other_way_round(one: list[RunEvent], other: list[RunEvent]) -> None:
    there = changes(side(one, ["load_users"]), side(other, ["publish"]))
    back = changes(side(other, ["publish"]), side(one, ["load_users"]))
    assert there == {key: MIRRORED.get(change, change) for key, change in back.items()}


def test_the_worst_comes_first() -> None:
    before = [*lasting(slow=3, slower=3, quick=30, quicker=60, same=5, bad=1), event("", "gone", "STEP_START")]
    after = [
        *lasting(slow=9, slower=10, quick=3, quicker=3, same=6),
        event("", "bad", "STEP_START"),
        event("", "bad", "STEP_FAILURE", 500),
        event("", "new", "STEP_START"),
    ]
    found = compared(side(before, ["planned"]), side(after, ["planned"], RunStatus.FAILURE))
    assert [(each.key, each.change) for each in found.steps] == [
        ("bad", Change.FAILED),
        ("new", Change.ONLY_AFTER),
        ("gone", Change.ONLY_BEFORE),
        ("slower", Change.SLOWER),
        ("slow", Change.SLOWER),
        ("quicker", Change.FASTER),
        ("quick", Change.FASTER),
        ("planned", Change.NONE),
        ("same", Change.NONE),
    ]


def test_a_step_that_was_tried_again_is_told_of() -> None:
    again = [
        event("", "a", "STEP_START"),
        event("", "a", "STEP_UP_FOR_RETRY", 100),
        event("", "a", "STEP_RESTARTED", 200),
        event("", "a", "STEP_SUCCESS", 900),
    ]
    found = compared(side(lasting(a=0.8)), side(again))
    assert [each.change for each in found.steps] == [Change.ATTEMPTS]
    assert "attempts 1 → 2" in text_of(found_rows := Report(found)), found_rows


def text_of(report: Report) -> str:
    return "\n".join("".join(text for _, text in report.pieces(row)) for row in (*report.rows, *report.alike))


def test_steps_are_paired_by_key_then_by_what_stays_of_it() -> None:
    assert paired(["a", "load[2026_11_21]"], ["load[2026_11_22]", "a"]) == {
        "a": "a",
        "load[2026_11_21]": "load[2026_11_22]",
    }
    assert paired(["part[1]", "part[2]"], ["part[2]", "part[3]", "part[4]"]) == {"part[2]": "part[2]"}


def test_the_pace_is_that_of_the_middle_step() -> None:
    found = compared(side(lasting(a=1, b=1, c=1)), side(lasting(a=1, b=1.5, c=90)))
    assert found.pace == 1.5
    assert pace(found.steps[:2]) is None


def test_facts_that_are_alike_are_not_told() -> None:
    own = [
        ".dagster/x",
        "run_tui/x",
        *(f"dagster/{key}" for key in ("failure_reason", "run_key", "scheduled_execution_time")),
    ]
    before = side(
        [], tags={"team": "data", "same": "1", **dict.fromkeys(own, "x")}, config_yaml="a: 1\nb: 2\nc: 3\nd: 4\n"
    )
    after = side(
        [],
        status=RunStatus.FAILURE,
        tags={"team": "ops", "same": "1", "new": "1"},
        config_yaml="a: 1\nb: 5\nc: 3\nd: 4\n",
    )
    found = compared(before, after)
    assert [(fact.name, fact.before, fact.after) for fact in found.facts if not fact.of_time] == [
        ("Status", "SUCCESS", "FAILURE"),
        ("Tag new", None, "1"),
        ("Tag team", "data", "ops"),
    ]
    assert found.config == (" a: 1", "-b: 2", "+b: 5", " c: 3")


def test_a_report_of_runs_that_are_alike_says_so() -> None:
    report = Report(compared(side(lasting(a=1)), side(lasting(a=1.2))))
    assert report.nothing_differs
    assert "Nothing differs" in text_of(report)
    assert "1 of 1 step alike" in text_of(report)


def test_nothing_of_a_server_acts_on_the_terminal() -> None:
    evil = "\x1b]0;title\x07\x9b31m"
    before = side([], tags={evil: evil}, config_yaml=evil)
    after = side(lasting(**{evil: 1}), tags={}, config_yaml="", pipeline_name=evil, mode=evil)
    assert not set(text_of(Report(compared(before, after)))) & set("\x1b\x07\x9b")
