"""What is said of one event, or of one run, in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from run_tui.format import (
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

Line = tuple[str, str | Coloured]
"""A style name of `styles.STYLES` and a harmless text, perhaps in colours of its own."""

_FRAME = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<function>.+)(?:\n\s*(?P<code>.*))?')

FEW_LINES = 3
"""Lines of stderr shown beside an exception that tells the reason itself."""
LONGEST_TEXT = 100_000
"""Characters of one text that are looked at."""


def event_head(event: RunEvent, *places: str, room: int | None = None, run: str = "") -> Sequence[str]:
    """What kind of event it is, then the first of `places` for which there is room: where it stands, less and less.

    Where none has room beside the kind, a place has a line of its own above it: however long the kind is, it is seen.
    Of several runs the kind begins with the event's own.
    """
    parts = [event.event_type or "LOG", event.level.value, event.step_key or "run"]
    if event.attempt and event.attempt > 1:
        parts.append(f"attempt {event.attempt}")
    kind = "  ".join(filter(None, (run, *map(clean, parts))))
    for head in (f"{kind}   {place}" for place in places):
        if room is None or cell_len(head) <= room:
            return (head,)
    return next((place for place in places if room is None or cell_len(place) <= room), places[-1]), kind


def event_lines(event: RunEvent, head: Sequence[str], all_frames: bool, stderr: Sequence[str] = ()) -> Iterator[Line]:
    """All there is to say of an event below its `head`; `all_frames` shows the framework's too.

    `stderr` is what its process wrote last: a few lines beside an exception of the user's, all where there is none.
    """
    yield from (("accent", line) for line in head)
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
        "Assets": ", ".join(run.assets),
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
