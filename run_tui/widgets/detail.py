"""The detail pane: one event or one run in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice, pairwise
from time import perf_counter
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip

from run_tui.format import (
    PLAIN,
    Coloured,
    TimeMode,
    clean,
    coloured_lines,
    cut,
    duration,
    error_line,
    full_time,
    is_wrapper,
    plural,
    root_error,
    run_seconds,
    short_id,
    status_style,
    status_text,
)
from run_tui.model import ErrorInfo, MetadataEntry, Run, RunEvent, epoch_ms
from run_tui.widgets.later import call_after
from run_tui.widgets.log_list import with_spans
from run_tui.widgets.long_view import LongView
from run_tui.widgets.styles import COMPONENTS, look_style
from run_tui.widgets.wrapping import line_starts

Line = tuple[str, str | Coloured]
"""A style name of `styles.STYLES` and a harmless text, perhaps in colours of its own."""

_FRAME = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<function>.+)(?:\n\s*(?P<code>.*))?')

FEW_LINES = 3
"""Lines of stderr shown beside an exception that tells the reason itself."""
LONGEST_TEXT = 100_000
"""Characters of one text that are looked at."""
MOST_LINES, MOST_CHARACTERS = 10_000, 1_000_000
"""What is shown at most."""
CUT = f"… more follows: {MOST_LINES:,} lines or {MOST_CHARACTERS:,} characters are shown here"
AT_ONCE = 64
"""Rows laid out between two looks at the clock."""
SLICE = 0.004
"""Seconds of laying out between two chances for keys and frames."""

Row = tuple[int, int, int]
"""Which line, and from which of its characters to before which."""


class Detail(LongView, can_focus=True):
    """A scrolling pane of lines; what it shows is handed to it as (style, text) pairs.

    Lines are taken, and laid out in rows, as far as they can be seen; the rest follows between frames.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.back", "Close"),
        Binding("j,down", "scroll_down", "Down", show=False),
        Binding("k,up", "scroll_up", "Up", show=False),
        Binding("g,home", "scroll_home", "Top", show=False),
        Binding("G,end", "scroll_end", "Bottom", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._further: Iterator[Line] = iter(())
        self._rows: list[Row] = []
        self._coming: Iterator[Row] = iter(())
        self._width = 0
        self._waits = False

    @property
    def text(self) -> str:
        """All that is shown, each line whole."""
        self._lines.extend(self._further)
        return "\n".join(str(line) for _, line in self._lines)

    def open_on(self, lines: Iterable[Line], *, stay: bool = False) -> None:
        """Comes into view with something to show."""
        self.display = True
        self.show(lines, stay=stay)

    def show(self, lines: Iterable[Line], *, stay: bool = False) -> None:
        """Replaces what is shown and goes to its top, unless it is to stay scrolled as it was.

        Lines are taken only as far as there is room for them; where more follow, that is said.
        """
        self._lines, self._further = [], _bounded(lines)
        self._lay_out(self.scroll_offset.y if stay else 0)

    def show_scrolled(self) -> None:
        """Other rows are in view."""
        self.refresh()

    def on_resize(self) -> None:
        """Rows are laid out for the width there is."""
        if self.row_width != self._width:
            self._lay_out(self.scroll_offset.y)

    def render_line(self, y: int) -> Strip:
        """One visible row, counted from the top of the widget."""
        at, width = self.scroll_offset.y + y, self.row_width
        if at >= len(self._rows):
            return Strip.blank(width, self.ground)
        number, start, end = self._rows[at]
        strip = Strip(self._segments(number, start, end)).adjust_cell_length(width).apply_style(self.ground)
        return strip.apply_offsets(start, number)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """What the mouse has selected, lines whole however many rows they take."""
        return selection.extract("\n".join(str(line) for _, line in self._lines)), "\n"

    def action_scroll_end(self) -> None:
        """Goes to the very last row, which may have to be laid out first."""
        self._rows.extend(self._coming)
        self._rows_came()
        super().action_scroll_end()

    def _lay_out(self, top: int) -> None:
        """Begins anew: the rows down to those in view from row `top` on first."""
        self._width = self.row_width
        # Before there is any room, rows would be a character wide, and painted so before others take their place.
        self._rows, self._coming = [], self._laid_out(self._width) if self._width > 0 else iter(())
        self._rows.extend(islice(self._coming, top + self.size.height))
        self._go_on()
        self.scroll_to(y=top, animate=False, immediate=True, force=True)
        self.refresh()

    def _laid_out(self, width: int) -> Iterator[Row]:
        for number in count():
            if number == len(self._lines):
                self._lines.extend(islice(self._further, 1))
            if number == len(self._lines):
                return
            text = str(self._lines[number][1])
            for start, end in pairwise(chain(line_starts(text, width), (len(text),))):
                yield number, start, end

    def _go_on(self) -> None:
        """Lays out further rows for a while."""
        self._waits, deadline, done = False, perf_counter() + SLICE, False
        while not done and perf_counter() < deadline:
            rows = list(islice(self._coming, AT_ONCE))
            self._rows += rows
            done = not rows
        self._rows_came()
        if not done:
            self._wait()

    def _wait(self) -> None:
        if not self._waits:
            self._waits = True
            call_after(2 * SLICE, self, self._go_on)

    def _rows_came(self) -> None:
        self.virtual_size = Size(self._width, len(self._rows))

    def _segments(self, number: int, start: int, end: int) -> list[Segment]:
        """Some characters of a line, in its own colours and as they are selected."""
        style, line = self._lines[number]
        segments, at, base = [], 0, self.style(style)
        for text, look in line.pieces if isinstance(line, Coloured) else ((line, PLAIN),):
            if at < end and start < at + len(text):
                segments.append(Segment(text[max(0, start - at) : end - at], base + look_style(self, look)))
            at += len(text)
        selection = self.text_selection
        span = None if selection is None else selection.get_span(number)
        if span is None:
            return segments
        first, last = max(span[0] - start, 0), (end if span[1] < 0 else min(span[1], end)) - start
        selected = self.screen.get_component_rich_style("screen--selection")
        return with_spans(segments, [(first, last)] if first < last else [], selected)


def _bounded(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines there is room for, and that more follow where they do."""
    room = MOST_CHARACTERS
    for number, (style, line) in enumerate(lines):
        if number == MOST_LINES or room <= 0:
            yield "warning", CUT
            return
        room -= len(str(line))
        yield style, line


def event_head(event: RunEvent, *places: str, room: int | None = None) -> str:
    """What kind of event it is, and the first of `places` for which there is room: where it stands, less and less."""
    parts = [event.event_type or "LOG", event.level.value, event.step_key or "run"]
    if event.attempt and event.attempt > 1:
        parts.append(f"attempt {event.attempt}")
    kind = "  ".join(map(clean, parts))
    heads = [f"{kind}   {place}" for place in places]
    return next((head for head in heads if room is None or cell_len(head) <= room), kind)


def event_lines(event: RunEvent, head: str, all_frames: bool, stderr: Sequence[str] = ()) -> Iterator[Line]:
    """All there is to say of an event below its `head`; `all_frames` shows the framework's too.

    `stderr` is what its process wrote last: a few lines beside an exception of the user's, all where there is none.
    """
    yield "accent", head
    told = event.error is not None and not is_wrapper(root_error(event.error))
    if not told or event.event_type != "STEP_FAILURE":
        yield from (("plain", line) for line in _cut(event.message))
    if event.error is not None:
        yield "plain", ""
        yield from error_lines(event.error, all_frames)
    if stderr:
        yield from stderr_lines(stderr[-FEW_LINES:] if told else stderr)
    if event.error is not None:
        yield from wrapper_lines(event.error, all_frames)
    if event.metadata:
        yield "plain", ""
        for entry in event.metadata:
            yield from metadata_lines(entry)


def error_lines(error: ErrorInfo, all_frames: bool) -> Iterator[Line]:
    """The user's exception with its frames, then each cause."""
    for number, link in enumerate(root_error(error).chain):
        yield "bad", f"{'caused by ' if number else ''}{error_line(link)}"
        yield from (("plain", "  " + line) for line in _cut(link.message.strip())[1:])
        yield from frame_lines(link.stack, all_frames)


def wrapper_lines(error: ErrorInfo, all_frames: bool) -> Iterator[Line]:
    """What the framework made of the user's exception."""
    if root_error(error) is not error:
        yield "quiet", f"reported as {error_line(error)}"
        yield from frame_lines(error.stack, all_frames)


def stderr_lines(lines: Sequence[str]) -> Iterator[Line]:
    """What a process wrote last."""
    yield "accent", f"stderr, last {plural(len(lines), 'line')}   l shows all"
    yield from (("plain", f"  {clean(line)}") for line in lines)


def frame_lines(stack: Sequence[str], all_frames: bool) -> Iterator[Line]:
    """A line a frame, place then code; runs of frames inside libraries are counted unless `all_frames`."""
    hidden = 0
    for frame in stack:
        if not all_frames and "/site-packages/" in frame:
            hidden += 1
            continue
        if hidden:
            yield "quiet", _hidden_text(hidden)
            hidden = 0
        yield from _frame(frame, "quiet" if "/site-packages/" in frame else "plain")
    if hidden:
        yield "quiet", _hidden_text(hidden)


def _frame(frame: str, style: str) -> Iterator[Line]:
    found = _FRAME.match(frame)
    if found is None:
        yield style, f"  {clean(frame.strip())}"
        return
    path = found["path"].rpartition("/site-packages/")[2]
    yield style, f"  {clean(path)}:{found['line']} in {clean(found['function'])}"
    if found["code"]:
        yield "quiet", f"      {clean(found['code'])}"


def _hidden_text(hidden: int) -> str:
    return f"  {plural(hidden, 'library frame')} hidden, F shows them"


def metadata_lines(entry: MetadataEntry) -> Iterator[Line]:
    """A label and its value: on one line, or the value indented below."""
    value = _cut(entry.value)
    label = clean(entry.label)
    if len(value) == 1:
        yield "plain", f"{label}: " + value[0]
    else:
        yield "accent", f"{label}:"
        yield from (("plain", "  " + line) for line in value)
    if entry.description:
        yield "quiet", f"  {clean(entry.description)}"


def run_lines(run: Run, server: str, mode: TimeMode, now: float, family: Sequence[Run] = ()) -> Iterator[Line]:
    """A run's metadata, its times as `mode` has them, its tags and its configuration.

    `family` are the runs that re-execute or start each other with it.
    """
    yield "accent", f"Run {clean(run.id)}"
    seconds = run_seconds(run, now)
    facts = {
        "Job": run.pipeline_name,
        "Status": status_text(run.status),
        "Took" if run.status.finished else "So far": None if seconds is None else duration(seconds),
        "Created": _time(run.created_at, mode),
        "Started": _time(run.started_at, mode),
        "Ended": _time(run.ended_at, mode),
        "Mode": run.mode if run.mode != "default" else None,
        "Parent run": run.parent_run_id,
        "First run": run.root_run_id,
        "Server": server,
    }
    yield from (("plain", f"{label + ':':<13}{clean(value)}") for label, value in facts.items() if value)
    if run.tags:
        yield "accent", "Tags"
        yield from (("plain", f"  {clean(key)}: {clean(value)}") for key, value in sorted(run.tags.items()))
    if run.config_yaml is not None:
        yield "accent", "Configuration"
        yield from (("plain", "  " + line) for line in _cut(run.config_yaml.rstrip()))
    if len(family) > 1:
        yield "accent", "Related runs"
        yield from ((status_style(other.status), _relative_line(other, run, mode)) for other in family)


def _relative_line(other: Run, run: Run, mode: TimeMode) -> str:
    this = "   this run" if other.id == run.id else ""
    return f"  {short_id(other.id)}  {status_text(other.status):<12}  {_time(other.created_at, mode) or ''}{this}"


def _time(text: str | None, mode: TimeMode) -> str | None:
    return full_time(epoch_ms(text), mode) if text else None


def _cut(text: str) -> list[Coloured]:
    lines = coloured_lines(cut(text, LONGEST_TEXT))
    if len(text) > LONGEST_TEXT:
        lines.append(Coloured() + f"… {len(text) - LONGEST_TEXT:,} further characters are not shown")
    return lines
