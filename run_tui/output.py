"""What the processes of a run wrote to stdout and stderr."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from run_tui.model import MetadataEntry

CAPTURED = "LOGS_CAPTURED"
"""The type of the events that tell where a process's output is kept."""

_KEY, _STEPS, _STDOUT, _STDERR = "output key", "output of", "stdout kept at", "stderr kept at"


class Stream(StrEnum):
    """One of the two things a process writes."""

    STDOUT = "stdout"
    STDERR = "stderr"

    @property
    def other(self) -> Stream:
        """The other one."""
        return Stream.STDERR if self is Stream.STDOUT else Stream.STDOUT


WIDTH = 262_144
"""Bytes of a stream read at once."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One process's output as its server keeps it: under `key`, or elsewhere, at the URLs.

    `steps` are those the process executed: one, or all of a run that executes in a single process.
    """

    key: str
    steps: tuple[str, ...] = ()
    stdout_url: str | None = None
    stderr_url: str | None = None

    def url(self, stream: Stream) -> str | None:
        """Where a stream is kept if not at the server."""
        return self.stdout_url if stream is Stream.STDOUT else self.stderr_url

    def as_metadata(self) -> Iterator[MetadataEntry]:
        """The capture as the entries of its event."""
        yield MetadataEntry(label=_KEY, value=self.key)
        if self.steps:
            yield MetadataEntry(label=_STEPS, value="\n".join(self.steps))
        for label, url in ((_STDOUT, self.stdout_url), (_STDERR, self.stderr_url)):
            if url:
                yield MetadataEntry(label=label, value=url)

    @classmethod
    def from_metadata(cls, entries: Iterable[MetadataEntry]) -> Capture | None:
        """The capture that an event's entries tell of, None for those of any other event."""
        values = {entry.label: entry.value for entry in entries}
        if _KEY not in values:
            return None
        steps = tuple(values[_STEPS].split("\n")) if _STEPS in values else ()
        return cls(values[_KEY], steps, values.get(_STDOUT), values.get(_STDERR))


@dataclass(frozen=True, slots=True)
class OutputChunk:
    """A piece of one stream, from byte `start` to before byte `end`; "" where nothing was written after `start`."""

    text: str
    start: int
    end: int

    def from_whole_line(self) -> OutputChunk:
        """The chunk from its first whole line on; all of it where that is not to be found out."""
        _, newline, rest = self.text.partition("\n")
        if not self.start or not newline or "\ufffd" in rest:
            return self
        return OutputChunk(rest, self.end - len(rest.encode(errors="replace")), self.end)


_LINE_END = re.compile(r"\r?\n|\r(?!\Z)")


class OutputLines:
    """The lines of one stream from some place on; the last one may still grow.

    A carriage return ends a line as well, so that every state of a progress bar is kept. A line over `LONGEST`
    characters is cut into several, so that no line is too long to paint. `prepended` counts the lines that came
    before those that were there already.
    """

    LONGEST = 4000

    def __init__(self) -> None:
        self.prepended = 0
        self._lines: list[str] = []
        self._open = ""

    def __len__(self) -> int:
        return len(self._lines) + bool(self._open)

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> str:
        """The line at `index`, without its end."""
        return self._lines[index] if index < len(self._lines) else self._open.removesuffix("\r")

    def append(self, text: str) -> None:
        """Adds what was written after all that is here."""
        *whole, self._open = _LINE_END.split(self._open + text)
        for line in whole:
            self._lines.extend(self._cut(line))
        *full, self._open = self._cut(self._open)
        self._lines.extend(full)

    def prepend(self, text: str) -> int:
        """Adds what was written before all that is here, to the end of a line; how many lines that are."""
        before = OutputLines()
        before.append(text if text.endswith("\n") else text + "\n")
        self._lines[:0] = before._lines
        self.prepended += len(before._lines)
        return len(before._lines)

    def _cut(self, line: str) -> list[str]:
        return [line[at : at + self.LONGEST] for at in range(0, len(line), self.LONGEST)] or [""]
