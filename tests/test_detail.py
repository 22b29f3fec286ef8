"""The detail pane holds up neither the screen nor itself, however much there is to show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from run_tui.format import coloured
from run_tui.model import ErrorInfo, Run, RunEvent, RunEventLevel, RunStatus
from run_tui.widgets.detail import CUT, MOST_CHARACTERS, MOST_LINES, Detail, Line, event_lines, run_lines


class DetailApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Detail()

    def text(self) -> str:
        return str(self.query_one("#text", Static).visual)


def an_event(message: str = "", error: ErrorInfo | None = None) -> RunEvent:
    time = "2026-11-22T00:36:51.079Z"
    return RunEvent(run_id="r", message=message, timestamp=time, level=RunEventLevel.INFO, error=error)


def chain(length: int) -> ErrorInfo | None:
    error = None
    for number in range(length, 0, -1):
        error = ErrorInfo(class_name="ValueError", message=f"cause {number}", cause=error)
    return error


FRAME = '  File "/a/b.py", line 1, in f\n    x()\n'
RUN = Run(id="r", status=RunStatus.SUCCESS, created_at="2026-11-22T00:36:51.079Z")
HUGE = {
    "lines": lambda: event_lines(an_event("one\n" * 50_000), "", True),
    "line": lambda: event_lines(an_event("one " * 50_000), "", True),
    "frames": lambda: event_lines(an_event(error=ErrorInfo(message="m", stack=(FRAME,) * 50_000)), "", True),
    "causes": lambda: event_lines(an_event(error=chain(10_000)), "", True),
    "tags": lambda: run_lines(RUN.model_copy(update={"tags": {f"tag {n}": "v" for n in range(20_000)}}), "s"),
    "job": lambda: run_lines(RUN.model_copy(update={"pipeline_name": "j" * 50_000}), "s"),
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
        pilot.app.query_one(Detail).show(lines())
    assert len(made) == MOST_LINES + 1


async def test_what_fits_is_shown_whole() -> None:
    async with DetailApp().run_test() as pilot:
        assert isinstance(pilot.app, DetailApp)
        pilot.app.query_one(Detail).show([("plain", "x" * 18)] * MOST_LINES)
        assert pilot.app.text() == ("x" * 18 + "\n") * MOST_LINES
