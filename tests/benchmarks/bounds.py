"""What the largest answers cost that a server may give: each is opened, and then is on screen."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.app import App, ComposeResult
from textual.containers import Horizontal

from run_tui.actions import bindings
from run_tui.model import ErrorInfo, EventDetails, EventPage, MetadataEntry, RunName, RunStatus, Step
from run_tui.steps import StepBoard
from run_tui.store import EventStore
from run_tui.widgets.event_pane import EventPane
from run_tui.widgets.step_list import StepList
from tests.benchmarks.report import Cell, Figures, middle, table, worst

HELP = "a stack, metadata or message of a megabyte, deep JSON, 10,000 attempts, a plan of 50,000 steps: opened"
START = 1_795_307_802_000
SIZE = (160, 50)
FRAME = '  File "/app/load.py", line {}, in load_{}\n    raise RuntimeError("could not load part {} of the table")\n'


def _deep(levels: int) -> str:
    """JSON as an orchestrator's metadata shows it: an object in an object in an object."""
    return "\n".join("  " * at + '{"inner":' for at in range(levels)) + "null" + "}" * levels


def _metadata(*values: str) -> EventDetails:
    return EventDetails(metadata=tuple(MetadataEntry(label=f"part {n}", value=value) for n, value in enumerate(values)))


EVENTS: dict[str, tuple[str, EventDetails]] = {
    "small": ("loaded", EventDetails()),
    "stack_of_1_mb": (
        "",
        EventDetails(
            error=ErrorInfo(
                class_name="RuntimeError",
                message="could not load",
                stack=tuple(FRAME.format(number, number, number) for number in range(9_000)),
            )
        ),
    ),
    "metadata_of_1_mb": ("", _metadata(*["value " * 1700] * 100)),
    "line_of_1_mb": ("word " * 200_000, EventDetails()),
    "message_of_10000_lines": (
        "\n".join(f"line {number} of a long message" for number in range(10_000)),
        EventDetails(),
    ),
    "json_500_deep": ("", EventDetails(metadata=(MetadataEntry(label="config", value=_deep(500)),))),
    "json_in_one_line": (
        "",
        EventDetails(metadata=(MetadataEntry(label="config", value=json.dumps(list(range(99_999)))),)),
    ),
}
"""What each event says; the small one is what is left, and gone back to."""


@dataclass
class Opened:
    """Milliseconds from asking for something until it is painted, and those of the longest single wait meanwhile."""

    painted: list[float] = field(default_factory=list)
    longest: list[float] = field(default_factory=list)


class _Shown(App[None]):
    """The steps beside the events, as on a run's screen."""

    CSS = "StepList { width: 40; } EventPane { width: 1fr; } Detail { height: 45%; padding: 0 1; }"
    BINDINGS = bindings("app")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield StepList()
            yield EventPane(RunName("r1"), time.time)


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--rounds", type=int, default=5)


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    opened = asyncio.run(_opened(args.rounds))
    rows: list[list[Cell]] = [
        [what.replace("_", " "), middle(one.painted), worst(one.painted), middle(one.longest)]
        for what, one in opened.items()
    ]
    return table(("ms to open", "median", "max", "longest wait"), rows), {
        **{f"{what}_ms_median": middle(one.painted) for what, one in opened.items()},
        **{f"{what}_wait_ms_median": middle(one.longest) for what, one in opened.items()},
        "slowest_ms_median": worst([middle(one.painted) or 0.0 for what, one in opened.items() if what != "small"]),
        "opened_ms_max": worst([value for one in opened.values() for value in one.painted]),
        "wait_ms_max": worst([value for one in opened.values() for value in one.longest]),
    }


async def _opened(rounds: int) -> dict[str, Opened]:
    opened = {what: Opened() for what in (*EVENTS, "attempts_10000", "plan_of_50000_steps")}
    app = _Shown()
    async with app.run_test(size=SIZE) as pilot:
        pane, steps = app.query_one(EventPane), app.query_one(StepList)
        pane.timeline.add(_page([message for message, _ in EVENTS.values()], [one for _, one in EVENTS.values()]))
        pane.show_new_rows()
        for _ in range(rounds):
            for row, what in enumerate(EVENTS):
                await _open(app, opened[what], lambda row=row: _show_event(pane, row))  # type: ignore[misc]
                await pilot.pause()
            boards = {"attempts_10000": _retried(10_000), "plan_of_50000_steps": _planned(50_000)}
            for what, board in boards.items():
                steps.show([])
                await pilot.pause()
                await _open(app, opened[what], lambda board=board: _show_steps(steps, board))  # type: ignore[misc]
    return opened


def _show_event(pane: EventPane, row: int) -> None:
    pane.log_rows.move_to(row)
    pane.detail.show_event()


def _show_steps(steps: StepList, board: StepBoard) -> None:
    steps.show(board.listed(RunStatus.STARTED))
    steps.action_fold(False)


async def _open(app: App[None], opened: Opened, act: Callable[[], None]) -> None:
    """Asks for something and turns with the event loop until it is painted."""
    painted = asyncio.Event()
    began = last = time.perf_counter()
    longest = 0.0
    act()
    app.call_after_refresh(painted.set)
    while not painted.is_set():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    opened.painted.append((time.perf_counter() - began) * 1000)
    opened.longest.append(longest * 1000)


def _page(messages: list[str], details: list[EventDetails]) -> EventPage:
    return EventPage(
        run_id="r1",
        timestamps=[str(START + number) for number in range(len(messages))],
        levels=["ERROR"] * len(messages),
        types=[None] * len(messages),
        steps=["load"] * len(messages),
        messages=messages,
        details=dict(enumerate(details)),
    )


def _retried(attempts: int) -> StepBoard:
    """One step that is tried again and again."""
    types = ["STEP_START", *["STEP_UP_FOR_RETRY", "STEP_RESTARTED"] * (attempts - 1)]
    store, board = EventStore("r1"), StepBoard()
    store.append(
        EventPage(
            run_id="r1",
            timestamps=[str(START + number) for number in range(len(types))],
            levels=["DEBUG"] * len(types),
            types=types,
            steps=["load"] * len(types),
            messages=[""] * len(types),
        )
    )
    board.update(store)
    return board


def _planned(steps: int) -> StepBoard:
    """Steps of which none has begun."""
    board = StepBoard()
    board.set_plan([Step(f"step_{number}") for number in range(steps)])
    return board
