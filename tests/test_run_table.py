"""The columns of the runs list: as wide as what stands in them."""

from __future__ import annotations

from run_tui.widgets.run_table import SHORTEST, TITLES, column_widths
from tests.scripted import a_run


def widths(columns: int, *ids: str, created: str = "12:00:00") -> dict[str, int]:
    longest = SHORTEST
    for run_id in ids:
        longest = longest.with_run(a_run(run_id=run_id), created)
    return dict(zip(TITLES, column_widths(columns, longest), strict=True))


def test_columns_are_as_wide_as_their_longest_text() -> None:
    today = widths(120, "9d38c7ea-8b2a")
    assert (today["RUN"], today["CREATED"], today["JOB"]) == (8, 8, 10)
    older = widths(120, "9d38c7ea-8b2a", created="yesterday 12:30")
    assert older["CREATED"] == 15
    assert sum(today.values()) == sum(older.values())
    assert widths(120, "R1", "nightly/2026-05-01/manual")["RUN"] == 10


def test_what_is_left_out_first_is_what_the_run_itself_tells() -> None:
    shown = {
        columns: {title for title, width in widths(columns, "9d38c7ea").items() if width} for columns in (78, 98, 118)
    }
    assert shown[118] - shown[98] == {"RUN"}
    assert shown[98] - shown[78] == {"TOOK"}


def test_only_several_connections_have_a_column() -> None:
    assert not widths(118, "9d38c7ea")["ON"]
