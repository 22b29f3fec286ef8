"""The rows of the list of steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from run_tui.model import StepState
from run_tui.step_tree import MANY, StepTree
from run_tui.steps import Attempt, StepProgress

DONE, BAD, GOING = StepState.SUCCESS, StepState.FAILURE, StepState.RUNNING


def dynamic(name: str, state: StepState = DONE, start: int = 0, end: int | None = 1000) -> StepProgress:
    return StepProgress(f"work[{name}]", state, (Attempt(state, start, end),), "work[?]")


def labels(steps: list[StepProgress], *turned: str) -> list[str]:
    return [f"{'  ' * row.depth}{row.label}" for row in StepTree(steps, turned)]


def test_plain_steps_are_rows_in_their_order() -> None:
    steps = [StepProgress("b"), StepProgress("a")]
    assert labels(steps) == ["b", "a"]
    assert all(row.folded is None for row in StepTree(steps))


def test_dynamic_steps_stand_under_what_they_came_from() -> None:
    steps = [StepProgress("list"), dynamic("a"), dynamic("b"), StepProgress("collect")]
    assert labels(steps) == ["list", "work[?]", "  work[a]", "  work[b]", "collect"]
    assert labels(steps, "work[?]") == ["list", "work[?]", "collect"]


def test_a_single_dynamic_step_needs_no_group() -> None:
    assert labels([dynamic("a")]) == ["work[a]"]


def test_of_many_dynamic_steps_only_the_failed_are_shown_until_unfolded() -> None:
    steps = [dynamic(str(n), BAD if n == 3 else DONE) for n in range(MANY + 1)]
    assert labels(steps) == ["work[?]", "  work[3]"]
    assert len(labels(steps, "work[?]")) == len(steps) + 1
    group = StepTree(steps)[0]
    assert (group.state, group.tally) == (BAD, [(DONE, MANY), (BAD, 1)])


def test_a_group_lasts_from_its_first_start_to_its_last_end() -> None:
    group = StepTree([dynamic("a", start=1000, end=4000), dynamic("b", start=2000, end=9000)])[0]
    assert group.seconds(0) == 8.0
    assert not group.ageing
    going = StepTree([dynamic("a", start=1000, end=4000), dynamic("b", GOING, 2000, None)])[0]
    assert (going.seconds(21), going.ageing) == (20.0, True)
    unborn = StepTree([StepProgress("work[a]", template="work[?]"), StepProgress("work[b]", template="work[?]")])
    assert unborn[0].seconds(5) is None


def test_the_attempts_of_a_retried_step_unfold() -> None:
    attempts = (Attempt(BAD, 0, 2000), Attempt(GOING, 5000))
    steps = [StepProgress("load", GOING, attempts, first_attempt=1)]
    assert labels(steps) == ["load"]
    rows = list(StepTree(steps, ["load"]))
    assert [(row.label, row.state, row.attempt) for row in rows] == [
        ("load", GOING, None),
        ("attempt 1", BAD, 1),
        ("attempt 2", GOING, 2),
    ]
    assert [row.seconds(6.0) for row in rows] == [6.0, 2.0, 1.0]
    assert [row.attempts for row in rows[1:]] == [(attempts[0],), (attempts[1],)]
    assert len({row.key for row in rows}) == 3


def test_it_waited_since_it_could_start_and_for_each_attempt() -> None:
    attempts = (Attempt(BAD, 1000, 2000), Attempt(DONE, 5000, 6000))
    row, *_ = StepTree([StepProgress("load", DONE, attempts)])
    assert row.waits(500) == [(500, 1000), (2000, 5000)]
    group, member, _ = StepTree([dynamic("a", start=700), dynamic("b", start=600)])
    assert group.waits(100) == [(100, 600)]
    assert member.waits(None) == []
    unborn, *_ = StepTree([StepProgress("load")])
    assert unborn.waits(100) == []


def test_a_group_executed_while_any_of_its_steps_did() -> None:
    steps = [
        dynamic("a", start=0, end=2000),
        dynamic("b", start=1000, end=3000),
        dynamic("c", BAD, start=8000, end=9000),
    ]
    group = StepTree(steps)[0]
    assert group.attempts == (Attempt(DONE, 0, 3000), Attempt(DONE, 8000, 9000), Attempt(BAD, 8000, 9000))
    going = StepTree([dynamic("a", start=0, end=2000), dynamic("b", GOING, 5000, None)])[0]
    assert going.attempts == (Attempt(GOING, 0, 2000), Attempt(GOING, 5000))


@given(st.data())
def test_a_change_touches_the_rows_that_differ_and_leads_where_a_new_tree_begins(data: st.DataObject) -> None:
    keys = data.draw(
        st.lists(st.sampled_from([f"{name}[{n}]" for name in "ab" for n in range(9)] + ["c"]), unique=True)
    )
    turned = data.draw(st.sets(st.sampled_from(["a[?]", "b[?]", "a[1]", "c"])))
    states = st.sampled_from([StepState.PENDING, DONE, BAD, GOING])
    attempts = st.lists(st.builds(Attempt, states, st.integers(0, 9), st.integers(10, 19)), max_size=3).map(tuple)

    def drawn(key: str) -> StepProgress:
        template = f"{key[0]}[?]" if key != "c" else None
        return StepProgress(key, data.draw(states), data.draw(attempts), template)

    steps = [drawn(key) for key in keys]
    tree = StepTree(steps, turned)
    before = told(tree)
    changed = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    later = [drawn(step.key) if step.key in changed else step for step in steps]
    touched = tree.show(later)
    after = told(tree)
    assert after == told(StepTree(later, turned))
    if touched is None:
        assert [row[0] for row in before] != [row[0] for row in after]
    else:
        assert len(before) == len(after)
        assert {index for index, row in enumerate(after) if row != before[index]} <= touched


def told(tree: StepTree) -> list[tuple[object, ...]]:
    """All that can be seen of each row."""
    return [(row.key, row.label, row.state, row.depth, row.folded, row.attempts, row.tally) for row in tree]


def test_a_row_is_found_where_it_came_to_be() -> None:
    steps = [dynamic("a"), dynamic("b"), StepProgress("load", GOING, (Attempt(BAD, 0, 1), Attempt(GOING, 2)))]
    tree = StepTree(steps, ["load"])
    rows = list(tree)
    assert tree.show([StepProgress("first"), *steps]) is None
    assert [tree.index_of(row) for row in rows] == [index + 1 for index in range(len(rows))]
    tree.turn(rows[0])
    assert [tree.index_of(row) for row in rows[:3]] == [1, None, None]
    assert [tree.parent(index) for index in range(len(tree))] == [None, None, None, 2, 2]
