"""The README's table of figures: what was saved is what it shows."""

from __future__ import annotations

import json
from pathlib import Path

from tests.benchmarks.figures import ROWS, readme_table, save, saved

JUMP = {"benchmark": "jump", "machine": "a machine", "seconds_to_last_events": 1.234, "bare_paging_seconds": 88.7}
FILTER = {
    "benchmark": "filter",
    "machine": "a machine",
    "first_paint_ms_median": 30.2,
    "first_paint_ms_p95": 61.0,
    "full_count_ms_median": None,
    "yardsticks": {"lnav": {"a": {"first_paint_ms": 270}, "b": {"first_paint_ms": 400}, "c": {"first_paint_ms": None}}},
}


def test_a_figure_taken_again_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "figures.jsonl"
    assert saved(path) == {}
    for line in (JUMP, FILTER, JUMP | {"seconds_to_last_events": 1.0}):
        save(json.dumps(line), path)
    assert saved(path) == {"filter": FILTER, "jump": JUMP | {"seconds_to_last_events": 1.0}}


def test_figures_stand_beside_their_yardsticks() -> None:
    lines = readme_table({"jump": JUMP, "filter": FILTER}).splitlines()
    assert "| 1.23 s | 1.5 s | 89 s to page through the run |" in next(line for line in lines if "`jump`" in line)
    assert "| 30 ms (p95 61) | 33 ms (p95 66) | lnav 270 to 400 ms |" in next(line for line in lines if "rows" in line)
    assert lines[-1] == "Taken on a machine."


def test_a_missing_figure_is_said_to_be_missing() -> None:
    lines = readme_table({"filter": FILTER}).splitlines()[2:]
    assert "| `filter` | – | 100 ms |  |" in next(line for line in lines if "count of a filter" in line)
    assert sum(" | – | " in line for line in lines) == len(ROWS) - 1
