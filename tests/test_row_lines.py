"""The lines that lists are painted with."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import Monochrome

from run_tui.widgets.row_lines import Line, fitted, under_cursor

RED = Style(color="red", bgcolor="black")


@pytest.fixture
def no_collections() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def lines_held() -> int:
    return sum(isinstance(held, Line) for held in gc.get_objects())


@pytest.mark.usefixtures("no_collections")
def test_a_painted_line_goes_with_the_last_who_holds_it() -> None:
    before = lines_held()
    line = fitted([Segment("load_orders")], 20, 1, RED)
    lines = [line, under_cursor(line, Style(bold=True), RED), line.apply_filter(Monochrome(), Color(0, 0, 0))]
    for each in lines:
        assert each.divide([each.cell_length]) == [each]
        assert [part.text for part in each.divide([4, each.cell_length])] == ["load", f"{'_orders':<17}"]
    assert lines_held() == before + 3
    del line, lines, each
    assert lines_held() == before


def test_a_line_is_filtered_once() -> None:
    line = fitted([Segment("load_orders")], 20, 0, RED)
    monochrome, ground = Monochrome(), Color(0, 0, 0)
    filtered = line.apply_filter(monochrome, ground)
    assert filtered.text == line.text
    assert filtered != line
    assert line.apply_filter(monochrome, ground) is filtered
