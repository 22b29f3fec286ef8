"""The detail pane: one event or one run in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from run_tui.format import PLAIN, Coloured, clean, coloured_lines, cut, error_line, is_wrapper, plural, root_error
from run_tui.model import ErrorInfo, MetadataEntry, Run, RunEvent
from run_tui.widgets.styles import COMPONENTS, look_style, named_style

Line = tuple[str, str | Coloured]
"""A style name of `styles.STYLES` and a harmless text, perhaps in colours of its own."""

_FRAME = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<function>.+)(?:\n\s*(?P<code>.*))?')

FEW_LINES = 3
"""Lines of stderr shown beside an exception that tells the reason itself."""
LONGEST_TEXT = 100_000
"""Characters of one text that are looked at."""
MOST_LINES, MOST_CHARACTERS = 1_000, 20_000
"""What the pane has room for: laying out this much takes a tenth of a second, and nothing else goes on meanwhile."""
CUT = f"… more follows: {MOST_LINES:,} lines or {MOST_CHARACTERS:,} characters are shown here"


class Detail(VerticalScroll):
    """A scrolling pane of lines; what it shows is handed to it as (style, text) pairs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.back", "Close"),
        Binding("j,down", "scroll_down", "Down", show=False),
        Binding("k,up", "scroll_up", "Up", show=False),
        Binding("g,home", "scroll_home", "Top", show=False),
        Binding("G,end", "scroll_end", "Bottom", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="text", markup=False)

    def open_on(self, lines: Iterable[Line], *, stay: bool = False) -> None:
        """Comes into view with something to show."""
        self.display = True
        self.show(lines, stay=stay)

    def show(self, lines: Iterable[Line], *, stay: bool = False) -> None:
        """Replaces what is shown and goes to its top, unless it is to stay scrolled as it was.

        Lines are taken only as far as there is room for them; where more follow, that is said.
        """
        text = Text(no_wrap=False, overflow="fold")
        style_of = cache(partial(look_style, self))
        for number, (style, line) in enumerate(lines):
            base = named_style(self, style)
            room = MOST_CHARACTERS - len(text) if number < MOST_LINES else 0
            for piece, look in line.pieces if isinstance(line, Coloured) else ((line, PLAIN),):
                text.append(piece[: max(0, room)], base + style_of(look))
                room -= len(piece)
            text.append("\n")
            if room < 0 or number == MOST_LINES:
                text.append(CUT, named_style(self, "warning"))
                break
        self.query_one("#text", Static).update(text)
        if not stay:
            self.scroll_home(animate=False)


def event_lines(event: RunEvent, place: str, all_frames: bool, stderr: Sequence[str] = ()) -> Iterator[Line]:
    """All there is to say of an event; `place` tells its time and number, `all_frames` shows the framework's too.

    `stderr` is what its process wrote last: a few lines beside an exception of the user's, all where there is none.
    """
    parts = [event.event_type or "LOG", event.level.value, event.step_key or "run"]
    if event.attempt and event.attempt > 1:
        parts.append(f"attempt {event.attempt}")
    yield "accent", f"{'  '.join(map(clean, parts))}   {place}"
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


def run_lines(run: Run, server: str) -> Iterator[Line]:
    """A run's metadata, tags and configuration."""
    yield "accent", f"Run {clean(run.id)}"
    facts = {
        "Job": run.pipeline_name,
        "Status": run.status.value,
        "Created": run.created_at,
        "Started": run.started_at,
        "Ended": run.ended_at,
        "Mode": run.mode,
        "Re-execution of": run.parent_run_id,
        "First run": run.root_run_id,
        "Server": server,
    }
    yield from (("plain", f"{label + ':':<17}{clean(value)}") for label, value in facts.items() if value)
    if run.tags:
        yield "accent", "Tags"
        yield from (("plain", f"  {clean(key)}: {clean(value)}") for key, value in sorted(run.tags.items()))
    if run.config_yaml is not None:
        yield "accent", "Configuration"
        yield from (("plain", "  " + line) for line in _cut(run.config_yaml.rstrip()))


def _cut(text: str) -> list[Coloured]:
    lines = coloured_lines(cut(text, LONGEST_TEXT))
    if len(text) > LONGEST_TEXT:
        lines.append(Coloured() + f"… {len(text) - LONGEST_TEXT:,} further characters are not shown")
    return lines
