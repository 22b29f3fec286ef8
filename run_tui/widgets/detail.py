"""The detail pane: one event or one run in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from run_tui.format import clean, clean_lines, error_line, is_wrapper, root_error
from run_tui.model import ErrorInfo, MetadataEntry, Run, RunEvent

Line = tuple[str, str]
"""A style name of `row_list.STYLES` and a harmless text."""

LONGEST_TEXT = 100_000
"""Characters of one text shown; more would hold the screen up."""


class Detail(VerticalScroll):
    """A scrolling pane of lines; what it shows is handed to it as (style, text) pairs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False),
        Binding("k,up", "scroll_up", "Up", show=False),
        Binding("g,home", "scroll_home", "Top", show=False),
        Binding("G,end", "scroll_end", "Bottom", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"row--{name}" for name in ("plain", "quiet", "good", "bad", "warning", "active", "accent")
    }

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="text", markup=False)

    def show(self, lines: Sequence[Line]) -> None:
        """Replaces what is shown and goes to its top."""
        text = Text(no_wrap=False, overflow="fold")
        for style, line in lines:
            text.append(line + "\n", self.get_component_rich_style(f"row--{style}", partial=True))
        self.query_one("#text", Static).update(text)
        self.scroll_home(animate=False)


def event_lines(event: RunEvent, place: str) -> Iterator[Line]:
    """All there is to say of an event; `place` tells its time and number."""
    parts = [event.event_type or "LOG", event.level.value, event.step_key or "run"]
    if event.attempt and event.attempt > 1:
        parts.append(f"attempt {event.attempt}")
    yield "accent", f"{'  '.join(map(clean, parts))}   {place}"
    yield from (("plain", line) for line in _cut(event.message))
    if event.error is not None:
        yield "plain", ""
        yield from error_lines(event.error)
    if event.metadata:
        yield "plain", ""
        for entry in event.metadata:
            yield from metadata_lines(entry)


def error_lines(error: ErrorInfo) -> Iterator[Line]:
    """The user's exception with its frames, then each cause, and last the framework's wrapper."""
    first = root_error(error)
    for number, link in enumerate(first.chain):
        yield "bad", f"{'caused by ' if number else ''}{error_line(link)}"
        yield from (("plain", line) for line in _more_lines(link.message))
        yield from _frames(link.stack)
    if first is not error and is_wrapper(error):
        yield "quiet", f"reported by {error_line(error)}"
        yield from (("quiet", line) for _, line in _frames(error.stack))


def _more_lines(message: str) -> list[str]:
    return [f"  {line}" for line in _cut(message.strip())[1:]]


def _frames(stack: Sequence[str]) -> Iterator[Line]:
    for frame in stack:
        style = "quiet" if "/site-packages/" in frame else "plain"
        for line in clean_lines(frame.rstrip()):
            yield style, f"  {line}"


def metadata_lines(entry: MetadataEntry) -> Iterator[Line]:
    """A label and its value: on one line, or the value indented below."""
    value = _cut(entry.value)
    label = clean(entry.label)
    if len(value) == 1:
        yield "plain", f"{label}: {value[0]}"
    else:
        yield "accent", f"{label}:"
        yield from (("plain", f"  {line}") for line in value)
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
        yield from (("plain", f"  {line}") for line in _cut(run.config_yaml.rstrip()))


def _cut(text: str) -> list[str]:
    lines = clean_lines(text[:LONGEST_TEXT])
    if len(text) > LONGEST_TEXT:
        lines.append(f"… {len(text) - LONGEST_TEXT:,} further characters are not shown")
    return lines
