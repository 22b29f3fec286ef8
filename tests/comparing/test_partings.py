"""Where the events of two runs part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.comparing import Comparison, Parting, forms, partings
from run_tui.model import RunEvent
from tests.comparing.sides import compared, event, side
from tests.events import EVENTS, page_of

RUNS = st.lists(EVENTS, max_size=25)


@pytest.fixture(autouse=True, scope="module")
def few_at_once() -> Iterator[None]:
    """Slices are passed from one to the next within few events."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forms, "AT_ONCE", 2)
        patch.setattr(partings, "AT_ONCE", 3)
        yield


@given(RUNS)
def test_a_run_and_itself_have_nothing_that_differs(events: list[RunEvent]) -> None:
    found = compared(side(events), side(events))
    assert (found.partings, found.first, found.config) == ([], None, ())
    assert all(fact.of_time for fact in found.facts)


@given(RUNS, RUNS)
def test_it_is_the_same_the_other_way_round(one: list[RunEvent], other: list[RunEvent]) -> None:
    there, back = compared(side(one), side(other)), compared(side(other), side(one))
    mirrored = {(each.step, each.after, each.before, each.moment, each.order) for each in back.partings}
    assert {(each.step, each.before, each.after, each.moment, each.order) for each in there.partings} == mirrored


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=20), st.data())
def test_how_steps_take_turns_makes_no_difference(told: list[tuple[str, str]], data: st.DataObject) -> None:
    by_step = {step: [message for other, message in told if other == step] for step in "abc"}
    turns = data.draw(st.permutations([step for step, _ in told]))
    left = {step: iter(messages) for step, messages in by_step.items()}
    shuffled = [(step, next(left[step])) for step in turns]
    found = compared(side(events_of(told)), side(events_of(shuffled)))
    assert found.partings == []


def events_of(told: Sequence[tuple[str, str]]) -> list[RunEvent]:
    return [event(message, step, at=number * 10) for number, (step, message) in enumerate(told)]


@given(RUNS.filter(bool), st.data())
def test_an_event_that_was_put_in_is_found(events: list[RunEvent], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events)))
    step = data.draw(st.sampled_from([each.step_key for each in events]))
    stranger = event("a word that no other has", step)
    found = compared(side(events), side([*events[:place], stranger, *events[place:]]))
    assert [(each.step, each.before, each.after, each.order) for each in found.partings] == [(step, None, place, False)]


@given(st.lists(st.sampled_from("xyz"), max_size=12), st.lists(st.sampled_from("xyz"), max_size=12))
def test_the_first_place_that_is_unlike_is_found(one: list[str], other: list[str]) -> None:
    found = compared(side([event(text, "a") for text in one]), side([event(text, "a") for text in other])).partings
    if not one or not other:
        expected = [Parting("a", 0 if one else None, 0 if other else None)] if one or other else []
        assert found == expected
    elif one == other:
        assert found == []
    elif set(one) == set(other):
        place = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
        place = min(len(one), len(other)) if place is None else place
        rows = (place if place < len(one) else None, place if place < len(other) else None)
        assert [(each.before, each.after, each.order) for each in found] == [(*rows, True)]
    else:
        rows = (first_without(one, other), first_without(other, one))
        assert [(each.before, each.after, each.order) for each in found] == [(*rows, False)]


def first_without(texts: list[str], others: list[str]) -> int | None:
    return next((place for place, text in enumerate(texts) if text not in others), None)


@given(RUNS, RUNS, st.data())
def test_a_run_that_is_read_anew_is_as_one_read_once(
    events: list[RunEvent], others: list[RunEvent], data: st.DataObject
) -> None:
    kept = data.draw(st.integers(0, len(events)))
    again = side([*events[:kept], *others])
    for _ in again.take_forms():
        pass
    again.go_back(kept)
    again.append(page_of(events[kept:]))
    found = compared(once := side(events), again)
    assert found.partings == []
    assert again.steps == once.steps


def told(found: Comparison, parting: Parting | None) -> tuple[str | None, str | None]:
    assert parting is not None
    return (
        None if parting.before is None else found.before.store.message(parting.before),
        None if parting.after is None else found.after.store.message(parting.after),
    )


GOOD = [
    event("begins", "load", "STEP_START", 0),
    event("read part 1", "load", at=10),
    event("read part 2", "load", at=20),
    event("done in 3s", "load", "STEP_SUCCESS", 30),
    event("published", "publish", "STEP_SUCCESS", 40),
]


def test_a_failure_stands_beside_what_came_in_its_place() -> None:
    bad = [*GOOD[:2], event("it failed", "load", "STEP_FAILURE", 20, "ERROR"), event("not run", "publish", None, 30)]
    found = compared(side(GOOD), side(bad))
    assert told(found, found.first) == ("done in 3s", "it failed")
    assert found.first is not None
    assert found.first.moment == 30


def test_more_of_the_same_is_only_another_number() -> None:
    more = [*GOOD[:3], event("read part 3", "load", at=25), *GOOD[3:]]
    found = compared(side(GOOD), side(more))
    assert found.first is not None
    assert (found.first.order, told(found, found.first)) == (True, ("done in 3s", "read part 3"))


def test_what_differs_comes_before_another_order() -> None:
    swapped = [event("y", "a", at=1), event("x", "a", at=2), event("z", "b", at=900)]
    found = compared(side([event("x", "a", at=1), event("y", "a", at=2), event("w", "b", at=900)]), side(swapped))
    assert {each.step: each.order for each in found.partings} == {"a": True, "b": False}
    assert found.first is not None
    assert found.first.step == "b"


def test_a_step_that_both_have_comes_before_one_that_only_one_has() -> None:
    found = compared(side([event("x", "a", at=1)]), side([event("z", "only"), event("y", "a", at=1)]))
    assert found.first is not None
    assert found.first.step == "a"
    assert found.partings[-1] == Parting("only", None, 0)


def test_a_level_makes_a_difference_and_its_time_does_not() -> None:
    assert compared(side([event("x", "a")]), side([event("x", "a", at=77)])).partings == []
    assert len(compared(side([event("x", "a")]), side([event("x", "a", level="ERROR")])).partings) == 1


def test_steps_that_are_named_by_their_day_are_compared() -> None:
    one, other = (
        [event("begins", f"load[2026_11_{day}]", "STEP_START", 0), event("x", f"load[2026_11_{day}]")]
        for day in (21, 22)
    )
    assert compared(side(one), side(other)).partings == []
