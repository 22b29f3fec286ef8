"""The README's table of figures, from what `--save` kept of each benchmark."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

SAVED = Path(__file__).with_name("figures.jsonl")
"""One line of JSON for each benchmark: what it printed last."""

Figures = Mapping[str, Any]
Text = Callable[[Figures], str]


class Row(NamedTuple):
    """One figure: what it is of, the benchmark that takes it, its value, what it is to be, and what others need."""

    what: str
    name: str
    ours: Text
    target: str
    beside: Text


def saved(path: Path = SAVED) -> dict[str, Figures]:
    """What was saved, by benchmark; nothing where nothing was."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {line["benchmark"]: line for line in lines}


def save(last_line: str, path: Path) -> None:
    """Keeps what a benchmark printed last, in the place of what it printed before."""
    figures = json.loads(last_line)
    kept = saved(path) | {figures["benchmark"]: figures}
    lines = [json.dumps(kept[name], ensure_ascii=False) for name in sorted(kept)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def readme_table(kept: Mapping[str, Figures]) -> str:
    """The table, and where its figures were taken; "–" for one that is missing."""
    lines = ["| what | NAME | run-tui | target | beside |", "|---|---|---|---|---|"]
    for row in ROWS:
        figures = kept.get(row.name, {})
        ours, beside = _text(row.ours, figures) or "–", _text(row.beside, figures)
        lines.append(f"| {row.what} | `{row.name}` | {ours} | {row.target} | {beside} |")
    machines = sorted({figures["machine"] for figures in kept.values()})
    return "\n".join([*lines, "", f"Taken on {'; '.join(machines)}."])


def _text(text: Text, figures: Figures) -> str:
    """ "" where a figure is missing or None."""
    try:
        return text(figures)
    except (KeyError, TypeError):
        return ""


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"


def _lnav(what: str) -> Text:
    """From the quickest to the slowest of the words that lnav filtered by."""

    def text(figures: Figures) -> str:
        taken = [word[what] for word in figures["yardsticks"]["lnav"].values() if word[what] is not None]
        return f"lnav {min(taken)} to {max(taken)} ms" if taken else ""

    return text


def _memory_beside(figures: Figures) -> str:
    others = {name: seen for name, seen in figures.get("yardsticks", {}).items() if seen and "peak_bytes" in seen}
    texts = [f"{name} {_megabytes(seen['peak_bytes'])} for the lines alone" for name, seen in others.items()]
    return ", ".join([f"{_megabytes(figures['json_bytes'])} of JSON received", *texts])


def _nothing(figures: Figures) -> str:
    return ""


ROWS = (
    Row(
        "a whole run read from a real server, by the time of a bare loop",
        "load",
        lambda figures: f"{figures['ratio_to_bare_loop']:.2f} ×",
        "1.05 ×",
        lambda figures: f"{figures['bare_seconds']:.1f} s for {figures['events']:,} events, thrown away",
    ),
    Row(
        "last events on screen, from the shell's prompt",
        "jump",
        lambda figures: f"{figures['seconds_to_last_events']:.2f} s",
        "1.5 s",
        lambda figures: f"{figures['bare_paging_seconds']:.0f} s to page through the run",
    ),
    Row(
        "memory at its peak, interpreter included",
        "memory",
        lambda figures: _megabytes(figures["peak_bytes"]),
        "below the JSON",
        _memory_beside,
    ),
    Row(
        "key echoed while filtering",
        "filter",
        lambda figures: f"{figures['key_echo_ms_median']:.0f} ms",
        "16 ms",
        _nothing,
    ),
    Row(
        "first filtered rows on screen",
        "filter",
        lambda figures: f"{figures['first_paint_ms_median']:.0f} ms (p95 {figures['first_paint_ms_p95']:.0f})",
        "33 ms (p95 66)",
        _lnav("first_paint_ms"),
    ),
    Row(
        "whole count of a filter",
        "filter",
        lambda figures: f"{figures['full_count_ms_median']:.0f} ms",
        "100 ms",
        _lnav("full_count_ms"),
    ),
    Row(
        "the same over many runs opened together",
        "across",
        lambda figures: f"{figures['full_count_ms_median']:.0f} ms",
        "100 ms",
        lambda figures: f"{figures['across_runs']} runs, {figures['events']:,} events altogether",
    ),
    Row(
        "whole count of a regular expression",
        "filter",
        lambda figures: f"{figures['full_count_regex_ms_median']:.0f} ms",
        "500 ms",
        _nothing,
    ),
    Row(
        "longest wait of the event loop while typing fast",
        "filter",
        lambda figures: f"{figures['max_block_ms']:.0f} ms",
        "10 ms",
        _nothing,
    ),
    Row(
        "first match found, while all rows stay",
        "find",
        lambda figures: f"{figures['first_match_ms_median']:.0f} ms",
        "33 ms",
        _nothing,
    ),
    Row(
        "all matches counted",
        "find",
        lambda figures: f"{figures['count_ms_median']:.0f} ms",
        "100 ms",
        _lnav("count_ms"),
    ),
    Row(
        "next match",
        "find",
        lambda figures: f"{figures['next_ms_median']:.0f} ms",
        "16 ms",
        _nothing,
    ),
    Row(
        "more or fewer rows around matches",
        "find",
        lambda figures: f"{figures['context_ms_median']:.0f} ms",
        "33 ms",
        _nothing,
    ),
    Row("page down", "scroll", lambda figures: f"{figures['page_down_ms_median']:.0f} ms", "16 ms", _nothing),
    Row(
        "5,000 dynamic steps: a change taken in and painted, with bars",
        "steps",
        lambda figures: f"{figures['unfolded_with_bars_ms_median']:.0f} ms",
        "16 ms",
        _nothing,
    ),
    Row(
        "an event of a megabyte, 10,000 attempts, 50,000 steps: opened, the slowest",
        "bounds",
        lambda figures: f"{figures['slowest_ms_median']:.0f} ms",
        "33 ms",
        _nothing,
    ),
    Row(
        "events lost while following",
        "follow",
        lambda figures: f"{figures['dropped']} of {figures['events']:,}",
        "0",
        lambda figures: f"{figures['rate']:,.0f} events a second for {figures['seconds']:.0f} s",
    ),
    Row(
        "longest frame meanwhile",
        "follow",
        lambda figures: f"{figures['frame_ms_max']:.0f} ms",
        "50 ms",
        _nothing,
    ),
    Row(
        "a quiet minute, of one core",
        "follow",
        lambda figures: f"{figures['idle_cpu_percent']:.1f} %",
        "1 %",
        _nothing,
    ),
    Row(
        "a Hub Log phase of 1,000,000 lines, by the time of a bare loop",
        "hub",
        lambda figures: f"{figures['ratio_to_bare_loop']:.2f} ×",
        "1.05 ×",
        lambda figures: f"{figures['lines_seconds']:.1f} s for its lines, thrown away",
    ),
    Row(
        "a debug export of 100,000 events: first frame",
        "open",
        lambda figures: f"{figures['open_debug_first_frame_s']:.2f} s",
        "1 s",
        _nothing,
    ),
    Row(
        "a debug export of 100,000 events: all read",
        "open",
        lambda figures: f"{figures['open_debug_all_read_s']:.2f} s",
        "2 s",
        lambda figures: f"gzip and json.loads alone: {figures['bare_debug_s']:.2f} s",
    ),
    Row(
        "a saved run of 1,000,000: first frame",
        "open",
        lambda figures: f"{figures['open_saved_first_frame_s']:.2f} s",
        "1 s",
        _nothing,
    ),
    Row(
        "a saved run of 1,000,000: its last events",
        "open",
        lambda figures: f"{figures['open_saved_last_events_s']:.2f} s",
        "1 s",
        _nothing,
    ),
    Row(
        "a saved run of 1,000,000: all read",
        "open",
        lambda figures: f"{figures['open_saved_all_read_s']:.2f} s",
        "–",
        lambda figures: f"json.loads alone: {figures['bare_saved_s']:.1f} s",
    ),
    Row(
        "two runs of 1,000,000 events compared",
        "compare",
        lambda figures: f"{figures['seconds']:.1f} s (slice {figures['slice_ms_max']:.0f} ms)",
        "(10 ms)",
        _nothing,
    ),
    Row(
        "last events of a run of 1,000,000 that was kept",
        "open",
        lambda figures: f"{figures['reopen_first_frame_s']:.2f} s",
        "1 s",
        lambda figures: f"all of it after {figures['reopen_all_s']:.1f} s, {_megabytes(figures['reopen_file_bytes'])}",
    ),
    Row(
        "first frame of the demo",
        "startup",
        lambda figures: f"{figures['first_frame_s']:.2f} s",
        "0.5 s",
        _nothing,
    ),
    Row(
        "`run get`, by the time of `dg api run get`",
        "startup",
        lambda figures: f"{figures['run_get_to_dg']:.2f} × ({figures['run_get_s']:.2f} s)",
        "0.33 ×",
        lambda figures: f"`dg api run get` {figures['dg_run_get_s']:.2f} s",
    ),
    Row(
        "events lost or shown twice in broken connections",
        "faults",
        lambda figures: f"{figures['lost'] + figures['twice']} of {figures['events']:,}",
        "0",
        lambda figures: f"{figures['faults']:,} faults of {len(figures['kinds'])} kinds",
    ),
)
"""The table's rows, in its order."""
