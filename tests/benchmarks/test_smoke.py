"""That the benchmarks run and see what they are to measure; how fast anything is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from run_tui.query import parse
from tests.benchmarks.dataset import Dataset, Pages
from tests.benchmarks.generate import events, row_of
from tests.benchmarks.oracle import Oracle
from tests.benchmarks.processes import ROOT, environment

needs_terminal = pytest.mark.skipif(find_spec("pyte") is None, reason="no terminal emulator: pip install pyte")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where generated runs are kept."""
    monkeypatch.setenv("RUN_TUI_BENCHMARKS", str(tmp_path))
    return tmp_path


def figures_of(*arguments: str) -> dict[str, Any]:
    """What a benchmark prints last."""
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def test_a_generated_run_is_the_same_from_wherever_it_is_begun() -> None:
    whole = list(events(2500))
    assert list(events(2500, first=1300)) == whole[1300:]
    assert list(events(1700)) == whole[:1700]
    assert [row_of(event.time) for event in whole] == list(range(2500))


def test_pages_are_the_generated_events(folder: Path) -> None:
    pages = Pages(Dataset(30))
    read = json.loads(b"[" + pages.json(7, 30) + b"]")
    assert [event["message"] for event in read] == [event.message for event in events(30, first=7)]
    assert pages.json(30, 30) == b""


def test_the_oracle_finds_what_stands_in_the_events() -> None:
    found = set(Oracle(2000).rows(parse("step:load -partition RETRY").filter))
    assert found == {
        row
        for row, event in enumerate(events(2000))
        if "load" in (event.step or "")
        and not any("partition" in text.casefold() for text in event.texts())
        and any("retry" in text.casefold() for text in event.texts())
    }
    assert found


@needs_terminal
def test_keystrokes_are_seen_at_the_terminal(folder: Path) -> None:
    figures = figures_of("filter", "--events", "3000", "--kinds", "rare word", "--sizes", "1", "--no-yardsticks")
    assert figures["keystrokes"] == len("deadlock")
    assert 0 < figures["key_echo_ms_median"] <= figures["first_paint_ms_median"]
    assert figures["kinds"]["rare word"]["full_count_ms_median"] > 0
    assert figures["max_block_ms"] > 0


@needs_terminal
def test_matches_are_seen_at_the_terminal(folder: Path) -> None:
    figures = figures_of("find", "--events", "3000", "--words", "rare", "absent", "--no-yardsticks")
    assert figures["wrong"] == []
    assert 0 < figures["key_echo_ms_median"] <= figures["kinds"]["rare"]["count_ms_max"]
    assert all(figures[f"{name}_ms_median"] > 0 for name in ("first_match", "count", "next", "context"))


def test_keystrokes_are_taken_without_a_terminal(folder: Path) -> None:
    figures = figures_of("engine", "--events", "3000", "--kinds", "rare word", "--letters")
    assert {text: rows for text, rows, *_ in figures["letters"]}["deadlock"] == len(
        Oracle(3000).rows(parse("deadlock").filter)
    )
    assert figures["longest_slice_ms"] > 0


def test_an_event_that_only_one_of_two_runs_has_is_found(folder: Path) -> None:
    figures = figures_of("compare", "--events", "3000")
    assert figures["found"]
    assert figures["slice_ms_max"] > 0


@needs_terminal
def test_pages_are_seen_at_the_terminal(folder: Path) -> None:
    figures = figures_of("scroll", "--events", "1000", "--pages", "3")
    assert figures["page_down_ms_median"] > 0


@needs_terminal
def test_a_run_is_followed_while_its_gap_is_filled(folder: Path) -> None:
    figures = figures_of(
        "follow",
        "--written",
        "8000",
        "--rate",
        "2000",
        "--seconds",
        "1",
        "--quiet-seconds",
        "0.2",
        "--microseconds",
        "200",
    )
    assert figures["unread_when_writing_began"] > 0
    assert (figures["events"], figures["dropped"], figures["same_sequence"]) == (10_000, 0, True)


def test_the_largest_answers_are_opened() -> None:
    figures = figures_of("bounds", "--rounds", "1")
    assert figures["slowest_ms_median"] >= figures["plan_of_50000_steps_ms_median"] > 0


def test_thousands_of_steps_change() -> None:
    figures = figures_of("steps", "--steps", "500")
    assert all(figures[f"{what}_ms_median"] > 0 for what in ("unfolded_with_bars", "page_down", "zoom", "fold"))
