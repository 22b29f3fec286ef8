"""What no two runs have in common is left out of an event, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.comparing.forms import Forms, form
from run_tui.model import RunEvent
from run_tui.store import EventStore
from tests.events import EVENTS, page_of

ALIKE = [
    ("Finished execution in 240ms.", "Finished execution in 4m 26s."),
    ("took 1.2s", "took 900ms"),
    ("at 2026-11-21T02:00:04.123+00:00: ok", "at 2026-11-22 02:00:04: ok"),
    ("process (pid: 1234)", "process (pid: 98)"),
    (
        "wrote /tmp/9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11/result",
        "wrote /tmp/f925cb5a-8724-4fd0-9276-9d81956960cf/result",
    ),
    ("object at 0x7f3a2b of job-77", "object at 0x7f99aa of job-8"),
    ("[1, 2, 3] rows, total=6", "[12] rows, total=1,000"),
    ("part-00017 of orders_2026_11_21", "part-00002 of orders_2026_11_22"),
]
UNLIKE = [
    ("KeyError: 'user'", "KeyError: 'order'"),
    ("3 rows read", "3 rows rejected"),
    ("a=1", "b=1"),
    ("read raw/users", "read raw/orders"),
    ("", "x"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_varies_makes_no_difference(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_words_make_a_difference(one: str, other: str) -> None:
    assert form(one) != form(other)


@given(st.text(), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_number_is_like_any_other(text: str, one: int, other: int) -> None:
    assert form(f"{text} {one} rows") == form(f"{text} {other} rows")


@given(st.text(st.characters(exclude_categories=["Nd", "Nl", "No"])))
def test_a_text_without_numbers_stays(text: str) -> None:
    assert form(text) == text


@given(st.lists(EVENTS, max_size=20), st.integers(0, 20))
def test_a_growing_run_has_the_same_forms_as_one_that_is_whole(events: list[RunEvent], first: int) -> None:
    whole, growing = EventStore("r1"), EventStore("r1")
    at_once, by_and_by = Forms(), Forms()
    whole.append(page_of(events))
    for part in (events[:first], events[first:]):
        growing.append(page_of(part))
        for _ in by_and_by.take(growing):
            pass
    for _ in at_once.take(whole):
        pass
    assert by_and_by.by_step == at_once.by_step
