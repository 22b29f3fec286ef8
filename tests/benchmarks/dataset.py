"""A generated run on disk, kept between benchmarks: JSON for the server, lines for other log viewers."""

from __future__ import annotations

import hashlib
import mmap
import os
import sys
from array import array
from contextlib import ExitStack
from pathlib import Path

from platformdirs import user_cache_path

from tests.benchmarks import generate

TIME_WIDTH = 23
"""Of the time at the beginning of a line: `2026-11-20 00:00:00.083`."""


def folder() -> Path:
    """Where generated runs are kept: RUN_TUI_BENCHMARKS, else the user's cache."""
    chosen = os.environ.get("RUN_TUI_BENCHMARKS")
    path = Path(chosen) if chosen else user_cache_path("run-tui-benchmarks")
    path.mkdir(parents=True, exist_ok=True)
    return path


def recipe(seed: int) -> str:
    """What the generator and its seed are known by: another generator makes another run."""
    source = Path(generate.__file__).read_bytes()
    return hashlib.sha256(source + str(seed).encode()).hexdigest()[:10]


class Dataset:
    """The first `count` generated events; written when first wanted, 10 s for a million."""

    def __init__(self, count: int, seed: int = generate.SEED) -> None:
        self.count = count
        stem = f"{count}-{recipe(seed)}"
        self._json = folder() / f"{stem}.json"
        self._ends = folder() / f"{stem}.ends"
        self.lines = folder() / f"{stem}.log"
        if not all(path.exists() for path in (self._json, self._ends, self.lines)):
            self._write(seed)

    def last_time(self) -> str:
        """When the last line was written, as it stands there."""
        with self.lines.open("rb") as file:
            file.seek(max(-2000, -self.lines.stat().st_size), os.SEEK_END)
            return file.read().splitlines()[-1][:TIME_WIDTH].decode()

    def times_with(self, word: str) -> set[str]:
        """When the lines were written that hold a word, in any case; no two lines have one time."""
        with self.lines.open("rb") as lines:
            return {line[:TIME_WIDTH].decode() for line in lines if word.encode() in line.lower()}

    def _write(self, seed: int) -> None:
        print(f"Generating {self.count:,} events …", file=sys.stderr)
        targets = (self._json, self._ends, self.lines)
        unfinished = [path.with_name(f"{path.name}.{os.getpid()}") for path in targets]
        ends, end = array("Q"), 0
        with ExitStack() as files:
            json, index, lines = (files.enter_context(path.open("wb")) for path in unfinished)
            for event in generate.events(self.count, seed=seed):
                wire = event.wire() + b","
                end += len(wire)
                ends.append(end)
                json.write(wire)
                lines.write(event.line().encode() + b"\n")
            ends.tofile(index)
        for written, path in zip(unfinished, targets, strict=True):
            written.replace(path)


class Pages:
    """Slices of a dataset's JSON, read where they are wanted."""

    def __init__(self, data: Dataset) -> None:
        self._ends = array("Q", data._ends.read_bytes())
        with data._json.open("rb") as file:
            self._json = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def json(self, first: int, end: int) -> bytes:
        """Events `first` to before `end`, comma separated."""
        start = self._ends[first - 1] if first else 0
        return self._json[start : self._ends[end - 1] - 1] if end > first else b""
