"""What a feed delivers anew after it went back is told from what comes for the first time."""

from __future__ import annotations

from collections import Counter
from itertools import compress

from hypothesis import given
from hypothesis import strategies as st

from run_tui.once import Once

EVENTS = st.lists(st.sampled_from("abc"), max_size=8)


def new(once: Once, events: list[str]) -> Counter[str]:
    return Counter(compress(events, once.are_new((event,) for event in events)))


@given(EVENTS, EVENTS, st.data())
def test_of_each_event_as_many_are_new_as_had_not_come(told: list[str], late: list[str], data: st.DataObject) -> None:
    once = Once()
    assert new(once, told) == Counter(told)
    kept = data.draw(st.integers(0, len(told)))
    again = data.draw(st.permutations([*told[kept:], *late]))
    # It may go back another time before all has come again.
    cut = data.draw(st.integers(0, len(again)))
    once.went_back(kept)
    found = new(once, again[:cut])
    once.went_back(kept)
    assert found + new(once, again) == Counter(late)
    assert new(once, told) == Counter(told)
