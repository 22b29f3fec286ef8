"""The colours that messages bring along, read from their sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.ansi import AnsiDecoder
from rich.color import Color
from rich.style import Style

from run_tui.format import PLAIN, Colour, Look, coloured, coloured_lines, cut

NUMBERS = st.integers(0, 255)
COLOURS = st.builds("5;{}".format, NUMBERS) | st.builds("2;{};{};{}".format, NUMBERS, NUMBERS, NUMBERS)
SIMPLE = sorted({*range(120)} - {21, 38, 48, 58})
"""Codes of one number, all that Rich takes for what terminals do."""
CODES = st.sampled_from(SIMPLE).map(str) | st.builds("{};{}".format, st.sampled_from(["38", "48", "038"]), COLOURS)


@given(st.lists(CODES, max_size=3).map(";".join))
def test_looks_are_what_another_reader_of_sequences_makes_of_them(codes: str) -> None:
    text = f"\x1b[{codes}mx"
    spans = AnsiDecoder().decode_line(text).spans
    style = spans[0].style if spans else Style.null()
    assert isinstance(style, Style)
    assert coloured(text, 100).pieces == (("x", as_look(style)),)


def as_look(style: Style) -> Look:
    flags = (style.bold, style.dim, style.italic, style.underline, style.reverse)
    return Look(as_colour(style.color), as_colour(style.bgcolor), *map(bool, flags))


def as_colour(colour: Color | None) -> Colour | None:
    if colour is None or colour.triplet is None:
        return None if colour is None else colour.number
    red, green, blue = colour.triplet
    return red, green, blue


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", [("plain", PLAIN)]),
        ("\x1b[1;31mred\x1b[0m not", [("red", Look(1, bold=True)), (" not", PLAIN)]),
        ("\x1b[38;5;208;48;2;1;2;3my", [("y", Look(208, (1, 2, 3)))]),
        ("\x1b[38:2::9:8:7;4:3mz", [("z", Look((9, 8, 7), underline=True))]),
        ("\x1b[48:2:9:8:7;38:5:255mz", [("z", Look(255, (9, 8, 7)))]),
        ("\x1b[4ma\x1b[4:0mb\x1b[21mc", [("a", Look(underline=True)), ("b", PLAIN), ("c", Look(underline=True))]),
        ("\x1b[58;5;1;8;5mseen", [("seen", PLAIN)]),
        ("\x1b[58:2::1:2:3;3mseen", [("seen", Look(italic=True))]),
        ("\x1b[31;38;5;256mno such colour", [("no such colour", Look(1))]),
        ("\x1b[31;38;9;3;48:7:1mno such kind", [("no such kind", Look(1, italic=True))]),
        ("\x1b[31;38;2;4;;5;48;5;;38mnumbers left out", [("numbers left out", Look((4, 0, 5), 0))]),
        ("\x1b[31;38:5;48:2:1mtoo few", [("too few", Look(1))]),
        ("\x1b[31mtwo\r\nlines", [("two↵lines", Look(1))]),
        ("\x1b[31m\x1b[2Jx", [("␛[2Jx", Look(1))]),
    ],
)
def test_looks(text: str, pieces: list[tuple[str, Look]]) -> None:
    assert list(coloured(text, 100).pieces) == pieces


def test_a_cut_leaves_no_part_of_a_sequence_and_counts_what_is_seen() -> None:
    rainbow = "".join(f"\x1b[38;5;{n}m{n % 10}" for n in range(200))
    assert str(coloured(rainbow, 30)) == "0123456789" * 3
    assert coloured("\x1b[31mab\x1b[32mc", 2).pieces == (("ab", Look(1)),)
    assert [cut("ab\x1b[31mc", limit) for limit in range(2, 9)] == ["ab"] * 5 + ["ab\x1b[31m", "ab\x1b[31mc"]
    assert cut(f"\x1b[{'1' * 64}mc", 66) == ""
    assert str(coloured("\x1b[31m" * 1000 + "x", 2)) == ""


def test_colours_go_on_from_line_to_line() -> None:
    assert [line.pieces for line in coloured_lines("a\x1b[31mb\r\nc\n\x1b[32md")] == [
        (("a", PLAIN), ("b", Look(1))),
        (("c", Look(1)),),
        (("", Look(1)), ("d", Look(2))),
    ]
    assert coloured_lines("a\n\tb") == [coloured("a", 9), coloured("  b", 9)]


def test_plain_text_before_and_after_stays_plain() -> None:
    line = "  " + coloured("\x1b[31mred", 100) + "!"
    assert line.pieces == (("  ", PLAIN), ("red", Look(1)), ("!", PLAIN))
    assert str(line) == "  red!"
