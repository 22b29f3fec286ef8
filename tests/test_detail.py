"""The detail pane holds up neither the screen nor itself, however much there is to show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from run_tui.format import TimeMode, coloured
from run_tui.model import ErrorInfo, Run, RunEvent, RunEventLevel, RunStatus
from run_tui.widgets.detail import (
    CUT,
    LONGEST_TEXT,
    MOST_CHARACTERS,
    MOST_LINES,
    Detail,
    Line,
    event_head,
    event_lines,
    run_lines,
)
from run_tui.widgets.wrapping import line_starts
from tests.waiting import until


class DetailApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Detail()

    def text(self) -> str:
        return self.query_one(Detail).text


def an_event(message: str = "", error: ErrorInfo | None = None, step: str | None = None) -> RunEvent:
    time = "2026-11-22T00:36:51.079Z"
    return RunEvent(run_id="r", message=message, timestamp=time, level=RunEventLevel.INFO, error=error, step_key=step)


def chain(length: int) -> ErrorInfo | None:
    error = None
    for number in range(length, 0, -1):
        error = ErrorInfo(class_name="ValueError", message=f"cause {number}", cause=error)
    return error


FRAME = '  File "/a/b.py", line 1, in f\n    x()\n'
RUN = Run(id="r", status=RunStatus.SUCCESS, created_at="2026-11-22T00:36:51.079Z")
HUGE = {
    "lines": lambda: event_lines(an_event("one\n" * 50_000), (), True),
    "frames": lambda: event_lines(an_event(error=ErrorInfo(message="m", stack=(FRAME,) * 50_000)), (), True),
    "causes": lambda: event_lines(an_event(error=chain(10_000)), (), True),
    "tags": lambda: run_lines(
        RUN.model_copy(update={"tags": {f"tag {n}": "v" for n in range(20_000)}}), "s", TimeMode.UTC, 0
    ),
}


@pytest.mark.parametrize("what", HUGE)
async def test_what_is_too_much_is_cut_and_that_is_said(what: str) -> None:
    async with DetailApp().run_test() as pilot:
        assert isinstance(pilot.app, DetailApp)
        pilot.app.query_one(Detail).show(HUGE[what]())
        text = pilot.app.text()
        assert text.endswith(CUT)
        assert len(text) <= MOST_CHARACTERS + len(CUT) + MOST_LINES
        assert text.count("\n") <= MOST_LINES + 1


async def test_no_more_is_made_than_there_is_room_for() -> None:
    made: list[int] = []

    def lines() -> Iterator[Line]:
        for number in range(10**6):
            made.append(number)
            yield "plain", coloured("\x1b[31mred\x1b[0m and not", 100)

    async with DetailApp().run_test() as pilot:
        detail = pilot.app.query_one(Detail)
        detail.show(lines())
        assert len(made) < MOST_LINES
        assert "red and not" in detail.render_line(0).text
        await until(lambda: detail.virtual_size.height == MOST_LINES + 1)
    assert len(made) == MOST_LINES + 1


async def test_a_huge_line_is_shown_from_its_first_rows_on() -> None:
    async with DetailApp().run_test() as pilot:
        detail = pilot.app.query_one(Detail)
        detail.show(event_lines(an_event("one two " * 50_000), (), True))
        assert detail.render_line(0).text.startswith("one two one")
        assert detail.virtual_size.height < LONGEST_TEXT // detail.size.width
        detail.focus()
        await pilot.press("G")
        await until(
            lambda: "300,000 further characters are not shown" in detail.render_line(detail.size.height - 1).text
        )


async def test_lines_are_folded_where_words_end_and_the_end_is_there_after_a_resize() -> None:
    async with DetailApp().run_test(size=(26, 10)) as pilot:
        detail = pilot.app.query_one(Detail)
        assert detail.row_width == 24  # the scrollbar has its columns
        detail.show([("plain", "alpha beta gamma delta epsilon"), ("bad", "x" * 50)])
        assert shown(detail)[:5] == ["alpha beta gamma delta", "epsilon", "x" * 24, "x" * 24, "xx"]
        await pilot.resize_terminal(42, 10)
        await until(lambda: shown(detail)[:3] == ["alpha beta gamma delta epsilon", "x" * 40, "x" * 10])


async def test_the_mouse_selects_lines_whole_however_they_are_folded() -> None:
    async with DetailApp().run_test(size=(26, 10)) as pilot:
        detail = pilot.app.query_one(Detail)
        detail.show([("plain", "alpha beta gamma delta epsilon"), ("bad", "end")])
        await pilot.pause()
        await pilot.mouse_down(detail, offset=(6, 0))
        await pilot.hover(detail, offset=(3, 1))
        await pilot.mouse_up(detail, offset=(3, 1))
        await until(lambda: pilot.app.screen.get_selected_text() == "beta gamma delta epsi")


def shown(detail: Detail) -> list[str]:
    return [detail.render_line(y).text.rstrip() for y in range(detail.size.height)]


@given(st.text(st.sampled_from("ab  漢é\u0301"), max_size=60), st.integers(2, 12))
def test_rows_fit_and_leave_nothing_out(text: str, width: int) -> None:
    starts = list(line_starts(text, width))
    rows = [text[start:end] for start, end in pairwise([*starts, len(text)])]
    assert "".join(rows) == text
    assert all(rows[1:])
    assert all(cell_len(row.strip()) <= width for row in rows)


async def test_what_fits_is_shown_whole() -> None:
    async with DetailApp().run_test() as pilot:
        assert isinstance(pilot.app, DetailApp)
        pilot.app.query_one(Detail).show([("plain", "x" * 80)] * MOST_LINES)
        assert pilot.app.text() == "\n".join(["x" * 80] * MOST_LINES)


def test_a_head_says_as_much_of_the_place_as_there_is_room_for() -> None:
    event = an_event("hello")
    places = "2026-11-22 12:00 UTC   3 of 9", "12:00   3 of 9", "3 of 9"
    (whole,) = event_head(event, *places)
    kind = whole.removesuffix(f"   {places[0]}")
    assert whole.endswith(places[0])
    for more, less in pairwise(places):
        assert event_head(event, *places, room=len(f"{kind}   {more}")) == (f"{kind}   {more}",)
        assert event_head(event, *places, room=len(f"{kind}   {more}") - 1) == (f"{kind}   {less}",)


@pytest.mark.parametrize("step", ["extract", "s" * 500, "長い" * 90, "many words" * 40])
def test_a_place_is_seen_in_full_above_whatever_leaves_no_room_for_it(step: str) -> None:
    event = an_event("hello", step=step)
    places = "2026-11-22 12:00 UTC   3 of 9", "12:00   3 of 9", "3 of 9"
    for room in range(1, 600):
        first, *rest = event_head(event, *places, room=room)
        assert first.endswith("3 of 9")
        assert cell_len(first) <= max(room, len("3 of 9"))
        assert step in (rest or [first])[0]
