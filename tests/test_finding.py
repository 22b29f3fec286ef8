"""Finding with all rows kept: the engine over lines of output, and what the user sees of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot
from textual.widgets import Static

from run_tui import finding
from run_tui.finding import LineFinder
from run_tui.output import OutputLines
from run_tui.query import TimeContext, parse, parse_words
from run_tui.screens.output import OutputScreen
from run_tui.screens.run import RunScreen
from run_tui.widgets import find_bar
from run_tui.widgets.find_bar import FindBar
from run_tui.widgets.log_list import LogList, text_of, with_spans
from tests.screens import demo_app, open_long_run, open_run
from tests.waiting import until

PLAIN, MARKED = Style(dim=True), Style(bold=True)


def finder_of(lines: OutputLines, text: str, near: int = 0) -> LineFinder:
    return LineFinder(lines, parse_words(text).filter, near)


def check(finder: LineFinder, lines: OutputLines, word: str) -> None:
    wanted = [index for index, line in enumerate(lines) if word in line]
    assert [index for index in range(len(lines)) if finder.has(index)] == wanted
    assert [finder.position(index) for index in wanted] == list(range(1, len(wanted) + 1))
    for index in range(-1, len(lines) + 1):
        assert finder.next(index, 1) == next((other for other in wanted if other > index), None)
        assert finder.next(index, -1) == next((other for other in wanted[::-1] if other < index), None)


PIECES = st.lists(st.sampled_from(["a\n", "b\n", "ab", "\n", "x"]), max_size=8).map("".join)


@given(PIECES, st.lists(st.tuples(st.booleans(), PIECES), max_size=4), st.integers(0, 8))
def test_lines_are_found_whichever_side_they_come_from(text: str, later: list[tuple[bool, str]], near: int) -> None:
    lines = OutputLines()
    lines.append(text)
    finder = finder_of(lines, "a", near)
    assert finder.advance(60)
    check(finder, lines, "a")
    for before, piece in later:
        if before and piece:
            lines.prepend(piece)
        else:
            lines.append(piece)
        assert finder.advance(60)
        check(finder, lines, "a")


def test_many_lines_are_looked_at_from_the_nearest_on() -> None:
    lines = OutputLines()
    lines.append("".join(f"line {n}\n" for n in range(1000)))
    finder = finder_of(lines, "line", 500)
    assert not finder.advance(0)
    assert finder.has(500)
    assert not finder.has(0)
    assert finder.next(0, 1) is None
    assert 0 < finder.searched < 1
    while not finder.advance(0):
        pass
    check(finder, lines, "line")


@given(
    st.lists(st.text("ab世\u0301", max_size=4), max_size=5), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)))
)
def test_marks_change_no_text_and_cover_their_spans(pieces: list[str], steps: list[tuple[int, int]]) -> None:
    spans: list[tuple[int, int]] = []
    at = 0
    for skip, length in steps:
        start = at + skip + bool(spans)
        at = start + length
        spans.append((start, at))
    segments = [Segment(piece, PLAIN) for piece in pieces]
    marked = with_spans(segments, spans, MARKED)
    assert text_of(marked) == text_of(segments)
    bold = [bool(segment.style and segment.style.bold) for segment in marked for _ in segment.text]
    assert bold == [any(start <= n < end for start, end in spans) for n in range(len(bold))]
    assert all(segment.style in (PLAIN, MARKED) for segment in marked)


def count_of(screen: RunScreen | OutputScreen) -> str:
    return str(screen.query_one("#find-count", Static).render())


def marked(rows: LogList[Any]) -> list[str]:
    """What is painted in the style of what was found, a row after the other."""
    ground = rows.style("found").bgcolor
    texts = []
    for y in range(rows.size.height):
        texts += [text for text, style, _ in rows.render_line(y) if style and style.bgcolor == ground]
    return texts


async def failed(pilot: Pilot[None]) -> RunScreen:
    screen = await open_run(pilot, "FAILURE", "nightly_etl")
    await pilot.press("escape")
    return screen


async def test_what_is_typed_is_marked_in_rows_that_all_stay() -> None:
    async with demo_app() as pilot:
        screen = await failed(pilot)
        rows = screen.rows.row_count()
        await pilot.press("ctrl+f", *"copy into")
        await until(lambda: " of " in count_of(screen))
        assert screen.rows.row_count() == rows
        assert any(text.lower() == "copy" for text in marked(screen.rows))
        assert all(any(word.startswith(text.lower()) for word in ("copy", "into")) for text in marked(screen.rows))
        first, total = count_of(screen).split(" of ")
        await pilot.press("enter")
        assert screen.rows.has_focus
        await pilot.press("N")
        assert count_of(screen) == f"{int(first) - 1} of {total}"
        await pilot.press("n", "n")
        assert count_of(screen) == f"{int(first) + 1} of {total}"
        at = screen.rows.cursor
        await pilot.press("escape")
        assert not screen.query_one(FindBar).display
        assert marked(screen.rows) == []
        assert screen.rows.cursor == at


async def test_a_match_that_is_not_in_sight_marks_the_time() -> None:
    async with demo_app() as pilot:
        screen = await failed(pilot)
        await pilot.press("ctrl+f", *"level:error", "enter")
        await until(lambda: " of 5" in count_of(screen))
        assert all(text.count(":") == 2 for text in marked(screen.rows))
        assert len(marked(screen.rows)) >= 2


async def test_the_filter_says_which_rows_there_are_to_find_in() -> None:
    async with demo_app() as pilot:
        screen = await failed(pilot)
        timeline = screen.pane.timeline
        wanted = parse("users").filter

        def to_find() -> list[int]:
            events = [index for index in range(len(timeline)) if timeline.gap_at(index) is None]
            return [n for n in events if wanted.matches(timeline.event(timeline[n]), TimeContext(0, None, 0))]

        await pilot.press("4", "ctrl+f", *"users", "enter")
        alone = len(to_find())
        await until(lambda: count_of(screen).endswith(f" of {alone}"))
        await pilot.press("plus", "plus", "g")
        assert len(to_find()) > alone
        await until(lambda: count_of(screen).endswith((f" of {len(to_find())}", f"{len(to_find())} found")))
        assert {timeline.fits(timeline[index]) for index in to_find()} == {True, False}
        for index in [index for index in to_find() if index > screen.rows.cursor]:
            await pilot.press("n")
            assert screen.rows.cursor == index
        assert count_of(screen) == f"{len(to_find())} of {len(to_find())}"


async def test_marks_stay_on_their_letters_when_messages_scroll_or_wrap() -> None:
    async with demo_app((80, 24)) as pilot:
        screen = await failed(pilot)
        await pilot.press("ctrl+f", *"warehouseerror:", "enter")
        await until(lambda: " of " in count_of(screen))
        assert "WarehouseError:" in marked(screen.rows)
        await pilot.press("right")
        assert any(text and "WarehouseError:".endswith(text) for text in marked(screen.rows))
        await pilot.press("left", "ctrl+w")
        assert "WarehouseError:" in "".join(marked(screen.rows))


async def test_a_wrong_pattern_is_told_and_nothing_is_marked() -> None:
    async with demo_app() as pilot:
        screen = await failed(pilot)
        await pilot.press("ctrl+f", *"/(a/")
        await until(lambda: "not a regular expression" in count_of(screen))
        assert marked(screen.rows) == []
        await pilot.press("escape")
        assert screen.rows.has_focus


async def open_output(pilot: Pilot[None]) -> OutputScreen:
    """The output of a failed step, some lines of which are there."""
    await open_run(pilot, "FAILURE", "nightly_etl")
    await pilot.press("l")
    await until(lambda: isinstance(pilot.app.screen, OutputScreen) and pilot.app.screen.rows.row_count() > 0)
    assert isinstance(pilot.app.screen, OutputScreen)
    return pilot.app.screen


async def test_output_is_searched_the_same_way() -> None:
    async with demo_app() as pilot:
        screen = await open_output(pilot)
        await pilot.press("ctrl+f", *"USER_ID", "enter")
        total = sum("user_id" in line for line in screen.rows.lines)
        await until(lambda: count_of(screen) == f"{total} of {total}")
        assert set(marked(screen.rows)) == {"user_id"}
        await pilot.press("N")
        assert count_of(screen) == f"{total - 1} of {total}"
        await pilot.press("tab")
        await until(lambda: count_of(screen) == "nothing found")
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, OutputScreen)
        assert not screen.query_one(FindBar).display


async def test_steps_wanted_while_the_search_goes_on_are_all_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LINES_AT_ONCE", 1)
    monkeypatch.setattr(find_bar, "FIRST_SLICE", -1.0)
    monkeypatch.setattr(find_bar, "SLICE", -1.0)
    async with demo_app() as pilot:
        screen = await open_output(pilot)
        matches = [index for index, line in enumerate(screen.rows.lines) if "load_users" in line]
        assert len(matches) > 3
        await pilot.press("g", "ctrl+f")
        screen.find_bar.input.value = "load_users"
        await pilot.pause()
        for direction in (1, 1, 1, -1):
            screen.find_bar.step(direction)
        await until(lambda: count_of(screen) == f"3 of {len(matches)}")
        assert screen.rows.cursor == matches[2]


async def test_a_line_tells_what_is_still_being_read_and_is_no_event() -> None:
    gate = asyncio.Event()
    async with demo_app(gate=gate) as pilot:
        screen = await open_long_run(pilot)
        timeline = screen.pane.timeline
        await until(lambda: len(timeline.beginning) > 0)
        at = len(timeline.beginning)
        await pilot.press("g")
        screen.rows.move_to(at - 1, by_user=True, center=True)
        await pilot.pause()
        y = at - screen.rows.scroll_offset.y
        assert f"reading the events between · {at:,} so far" in screen.rows.render_line(y).text
        await pilot.press("j")
        assert screen.rows.cursor == at + 1
        assert screen.rows.place is not None
        assert screen.rows.place.in_end
        await pilot.press("k")
        assert screen.rows.cursor == at - 1
        gate.set()
        await until(lambda: timeline.end is None)
        assert all(timeline.gap_at(index) is None for index in range(at - 1, at + 2))


async def test_the_key_that_finds_selects_what_was_typed_instead_of_leaving_it() -> None:
    async with demo_app() as pilot:
        screen = await open_run(pilot, "FAILURE", "nightly_etl")
        await pilot.press("ctrl+f", *"copy", "ctrl+f", *"quick")
        assert pilot.app.is_running
        assert screen.find_bar.input.has_focus
        assert screen.find_bar.text == "quick"
