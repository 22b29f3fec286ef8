"""Places in what a process wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from run_tui.errors import BadAnswer
from run_tui.output import Stream
from run_tui.sources._dagster_output import BEYOND, chunk_of, cursor_at, near_end


@given(some.integers(0, 10**11), some.integers(2, 10**6))
async def test_the_place_near_the_end_is_near_it(size: int, width: int) -> None:
    asked = 0

    async def reaches(start: int) -> bool:
        nonlocal asked
        asked += 1
        return start < size

    place = await near_end(reaches, width)
    assert place == 0 if size <= width else size - width <= place + width // 2 + 1
    assert size - place <= width + 1
    assert asked < 90


def test_a_cursor_brings_one_stream() -> None:
    assert cursor_at(Stream.STDOUT, 5) == f"5:{BEYOND}"
    assert cursor_at(Stream.STDERR, 5) == f"{BEYOND}:5"


@given(some.text(alphabet="aö€😀\n", min_size=1), some.data())
def test_no_character_is_cut_in_two(text: str, data: some.DataObject) -> None:
    whole, at, found = text.encode(), 0, ""
    while at < len(whole):
        size = data.draw(some.integers(4, 9))
        part = whole[at : at + size]
        chunk = chunk_of(Stream.STDOUT, at, part.decode(errors="replace"), cursor_at(Stream.STDOUT, at + len(part)))
        assert chunk.end > at
        found, at = found + chunk.text, chunk.end
    assert found == text


def test_rubbish_is_passed_on_with_its_marks() -> None:
    part = b"\xff\xfe ok \xff"
    chunk = chunk_of(Stream.STDERR, 0, part.decode(errors="replace"), "0:7")
    assert (chunk.text, chunk.end) == ("\ufffd\ufffd ok \ufffd", 7)


def test_nothing_new_leaves_the_place() -> None:
    assert chunk_of(Stream.STDERR, 9, None, "0:9").end == 9
    assert chunk_of(Stream.STDERR, 9, None, None).end == 9


@pytest.mark.parametrize("cursor", ["", "5", "a:b", "-1:-1", "1:2:3", "9" * 30 + ":1"])
def test_a_place_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(BadAnswer):
        chunk_of(Stream.STDOUT, 0, "x", cursor)
