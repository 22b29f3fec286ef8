"""What a benchmark prints: a small table, and its figures as one line of JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

Figures = dict[str, object]
"""A benchmark's result by name; a figure that could not be taken is None and `reasons` says why."""

Cell = str | float | int | None


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Columns as wide as they need, numbers to the right."""
    cells = [list(header), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def last_line(figures: Mapping[str, object]) -> str:
    """The figures and the machine they were taken on, as one line of JSON."""
    return json.dumps({**figures, "machine": machine()}, ensure_ascii=False)


def machine() -> str:
    """Processor, cores, Python."""
    model = platform.processor() or platform.machine()
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def middle(values: Sequence[float]) -> float | None:
    """The median, None of nothing."""
    return round(median(values), 2) if values else None


def p95(values: Sequence[float]) -> float | None:
    """What 95 of 100 values stay below, None of nothing."""
    if len(values) < 2:
        return middle(values)
    return round(quantiles(values, n=20, method="inclusive")[-1], 2)


def worst(values: Sequence[float]) -> float | None:
    """The largest, None of nothing."""
    return round(max(values), 2) if values else None


def _text(cell: Cell) -> str:
    if cell is None:
        return "–"
    return f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else cell
