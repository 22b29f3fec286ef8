"""What thousands of dynamic steps cost the list of steps and its bars: as some of them change, and at a key."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterable
from itertools import cycle
from time import perf_counter

from textual.app import App, ComposeResult

from run_tui.actions import bindings
from run_tui.model import EventPage, RunStatus, Step
from run_tui.steps import StepBoard
from run_tui.store import EventStore
from run_tui.widgets.step_list import StepList
from tests.benchmarks.report import Cell, Figures, middle, table, worst

HELP = "thousands of dynamic steps: changes taken in, listed and painted; pages, folds, bars zoomed"
START = 1_795_307_802_000
SIZE = (160, 50)
ROUNDS = 20

Event = tuple[str, str]


class _Shown(App[None]):
    """Nothing but the list."""

    CSS = "StepList { height: 1fr; }"
    BINDINGS = bindings("app")

    def compose(self) -> ComposeResult:
        yield StepList()


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--steps", type=int, default=5000)


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    figures = asyncio.run(_measured(args.steps))
    rows: list[list[Cell]] = [[what.replace("_", " "), middle(took), worst(took)] for what, took in figures.items()]
    return table((f"ms, {args.steps:,} steps", "median", "max"), rows), {
        "steps": args.steps,
        **{f"{what}_ms_median": middle(took) for what, took in figures.items()},
        **{f"{what}_ms_max": worst(took) for what, took in figures.items()},
    }


async def _measured(count: int) -> dict[str, list[float]]:
    store, board = EventStore("r1"), StepBoard()
    board.set_plan([Step("list"), Step("work[?]", kind="UNRESOLVED_MAPPED", depends_on=("list",))])
    names = [f"work[part_{number}]" for number in range(count)]
    _append(store, [("STEP_START", "list"), ("STEP_SUCCESS", "list"), *(("STEP_START", name) for name in names)])
    ending = iter(names)
    async with _Shown().run_test(size=SIZE) as pilot:
        steps = pilot.app.query_one(StepList)

        def paint() -> None:
            for line in range(steps.size.height):
                steps.render_line(line)

        def change() -> None:
            _append(store, [("STEP_SUCCESS", next(ending)) for _ in range(5)])
            board.update(store)
            steps.show(board.listed(RunStatus.STARTED))
            paint()

        def keys(*actions: Callable[[], None]) -> Callable[[], None]:
            """One after the other, over and over."""
            following = cycle(actions)

            def press() -> None:
                next(following)()
                paint()

            return press

        steps.now = START / 1000 + 60
        change()
        figures = {"folded": _timed(change)}
        steps.action_fold(False)
        steps.move_to(1)
        steps.action_fold(False)
        figures["unfolded"] = _timed(change)
        steps.bars = True
        steps.show_span(START, None, board.ready)
        await pilot.pause()
        figures["unfolded_with_bars"] = _timed(change)
        figures["page_down"] = _timed(keys(lambda: steps.action_page(1)))
        figures["zoom"] = _timed(keys(lambda: steps.action_zoom(1), lambda: steps.action_zoom(-1)))
        steps.move_to(1)
        figures["fold"] = _timed(keys(lambda: steps.action_fold(True), lambda: steps.action_fold(False)))
        steps.action_fold(True)
        figures["folded_with_bars"] = _timed(change)
    return figures


def _append(store: EventStore, events: Iterable[Event]) -> None:
    found = list(events)
    store.append(
        EventPage(
            run_id="r1",
            timestamps=[str(START + len(store) + number) for number in range(len(found))],
            levels=["DEBUG"] * len(found),
            types=[event_type for event_type, _ in found],
            steps=[step for _, step in found],
            messages=[""] * len(found),
        )
    )


def _timed(change: Callable[[], None]) -> list[float]:
    """Milliseconds of each of some changes."""
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        change()
        taken.append((perf_counter() - began) * 1000)
    return taken
