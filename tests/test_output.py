"""What processes wrote: how captures are told, and how pieces become lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from run_tui.model import MetadataEntry
from run_tui.output import Capture, OutputChunk, OutputLines, Stream


def test_a_capture_comes_back_from_its_entries() -> None:
    for capture in (
        Capture("bwpejorb", ("load", "work[a,b]")),
        Capture("x", (), "https://logs.acme.io/out", None),
        Capture("x", ("load",), None, "https://logs.acme.io/err"),
    ):
        assert Capture.from_metadata(capture.as_metadata()) == capture


def test_other_events_tell_of_no_capture() -> None:
    assert Capture.from_metadata([MetadataEntry(label="rows", value="3")]) is None


def test_urls_are_told_by_stream() -> None:
    capture = Capture("x", (), "out", "err")
    assert (capture.url(Stream.STDOUT), capture.url(Stream.STDERR)) == ("out", "err")
    assert Stream.STDOUT.other is Stream.STDERR
    assert Stream.STDERR.other is Stream.STDOUT


@given(some.lists(some.text(alphabet="ab\n", max_size=20)))
def test_lines_are_those_of_the_whole_text_however_it_comes(pieces: list[str]) -> None:
    lines = OutputLines()
    for piece in pieces:
        lines.append(piece)
    assert list(lines) == "".join(pieces).removesuffix("\n").split("\n")[: len(lines)]
    assert len(lines) == len("".join(pieces).splitlines())


@given(some.lists(some.text(alphabet="ab", max_size=5)), some.text(alphabet="ab\n", max_size=20))
def test_what_came_before_stands_before(earlier: list[str], later: str) -> None:
    lines, whole = OutputLines(), OutputLines()
    before = "".join(f"{line}\n" for line in earlier)
    lines.append(later)
    added = lines.prepend(before) if before else 0
    whole.append(before + later)
    assert added == len(earlier)
    assert list(lines) == list(whole)


def test_a_carriage_return_at_a_line_end_is_dropped_even_when_cut_from_it() -> None:
    lines = OutputLines()
    lines.append("one\r")
    lines.append("\ntwo\r\n")
    assert list(lines) == ["one", "two"]


def test_an_endless_line_is_cut() -> None:
    lines = OutputLines()
    lines.append("x" * (2 * OutputLines.LONGEST + 1))
    lines.append("y")
    assert [len(line) for line in lines] == [OutputLines.LONGEST, OutputLines.LONGEST, 2]


def test_a_chunk_from_the_middle_begins_with_a_whole_line() -> None:
    text = "größe\nzwei\ndrei\n"
    size = len(text.encode())
    assert OutputChunk("öße\nzwei\ndrei\n", 2, size).from_whole_line() == OutputChunk("zwei\ndrei\n", 8, size)
    assert OutputChunk(text, 0, size).from_whole_line().text == text
    assert OutputChunk("no end of line", 5, 19).from_whole_line().start == 5
    assert OutputChunk("a\n\ufffd", 5, 8).from_whole_line().start == 5


def test_every_state_of_a_progress_bar_is_a_line() -> None:
    lines = OutputLines()
    lines.append("10%\r20%\r")
    assert list(lines) == ["10%", "20%"]
    lines.append("30%\n")
    assert list(lines) == ["10%", "20%", "30%"]
