"""What a Hub Log run consists of: its phases' attempts, and how many events each of them has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from run_tui.model import MetadataEntry, RunStatus
from run_tui.sources._hub_log_places import Part, Place
from run_tui.sources._hub_log_wire import ENDED, LAST_PHASE_BEGINS, PHASES, STARTED, Phase, Row, WireRun


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a phase; `success` is None until it is known whether it has succeeded, or what follows it.

    `final` says that no further attempt follows; `message` is what the server says of the phase.
    """

    phase: str
    number: int
    logs: int
    errors: int = 0
    success: bool | None = None
    final: bool = True
    started: str | None = None
    ended: str | None = None
    message: str = ""
    metadata: tuple[MetadataEntry, ...] = ()

    @property
    def over(self) -> bool:
        """Whether it ends in an event of its own: no log line follows."""
        return self.success is not None

    @property
    def size(self) -> int:
        """How many events it has: its start, its log lines and, when it is over, its errors and its end."""
        return 1 + self.logs + (self.errors + 1 if self.over else 0)

    @property
    def order(self) -> tuple[int, int]:
        """Its place among the run's attempts."""
        return PHASES.index(self.phase), self.number

    def place(self, index: int, row: int) -> Place:
        """Where its event number `row` is, when `index` events of the run come before that one."""
        sizes = {Part.START: 1, Part.LOGS: self.logs, Part.ERRORS: self.errors}
        for part, size in sizes.items():
            if row < size or (part is Part.LOGS and not self.over):
                return Place(index, self.phase, self.number, part, row)
            row -= size
        return Place(index, self.phase, self.number, Part.END, row)


@dataclass(frozen=True)
class Layout:
    """A run's summary and all of its attempts that have begun, in their order."""

    summary: WireRun
    attempts: tuple[Attempt, ...] = ()

    @cached_property
    def total(self) -> int:
        """How many events there are."""
        return sum(attempt.size for attempt in self.attempts)

    def at(self, place: Place) -> Attempt | None:
        """The attempt whose events follow a place; None where all that have begun come before it."""
        passed = place.part is Part.END and place.row > 0
        here = place.segment[:2]
        return next((one for one in self.attempts if one.order > here or (one.order == here and not passed)), None)

    def place(self, index: int) -> Place:
        """The place after `index` events."""
        row = index
        for attempt in self.attempts:
            if row < attempt.size or attempt is self.attempts[-1]:
                return attempt.place(index, row)
            row -= attempt.size
        return Place(index)


def phases_of(summary: WireRun) -> Mapping[str, Phase]:
    """The phases that have begun, as far as the summary tells, in their order."""
    told = {"event": summary.get("event"), "extract": summary.get("extract")}
    told |= {"transform": summary.get("transform"), "load": summary.get("load")}
    return {name: phase for name, phase in told.items() if phase is not None}


def status_of(summary: WireRun, idle: float = 0.0) -> RunStatus:
    """A run has failed with one of its phases, succeeded with the last, and goes on in between.

    `idle` are the seconds since something is known to have happened: after long enough no other phase will begin.
    """
    phases = phases_of(summary)
    results = [phase.get("success") for phase in phases.values()]
    if False in results:
        return RunStatus.FAILURE
    if not results:
        return RunStatus.QUEUED
    last = PHASES[-1] in phases or idle > LAST_PHASE_BEGINS
    return RunStatus.SUCCESS if last and None not in results else RunStatus.STARTED


def open_phases(summary: WireRun) -> list[str]:
    """The phases to ask for attempts: those that have begun and, while the run goes on, the one that comes next."""
    begun = list(phases_of(summary))
    if status_of(summary).finished:
        return begun
    return list(PHASES[: 1 + max((PHASES.index(phase) + 1 for phase in begun), default=0)])


def attempt_of(phase: str, number: int, row: Row) -> Attempt:
    """An attempt by its metadata alone, which does not tell what follows it."""
    told = row.get("success")
    return Attempt(
        phase,
        number,
        _count(row.get("log_count")),
        _count(row.get("error_log_count")),
        told if isinstance(told, bool) else None,
        started=_first_text(row, STARTED),
        ended=_first_text(row, ENDED),
        metadata=tuple(MetadataEntry(label=str(key), value=str(value)) for key, value in row.items()),
    )


def decided(attempts: Sequence[Attempt], phase: Phase | None, later: bool) -> Iterator[Attempt]:
    """The attempts of a phase as its summary settles them; `later` says that a phase after it has begun.

    One that failed stays open until it is known whether another one follows.
    """
    result = phase.get("success") if phase is not None else None
    if result is None and later:
        result = True
    message = (phase.get("message") or "") if phase is not None else ""
    for attempt in attempts[:-1]:
        yield replace(attempt, success=attempt.success or False, final=False)
    for attempt in attempts[-1:]:
        success = attempt.success if attempt.success and result is not False else result
        yield replace(attempt, success=success, message=message)


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _first_text(row: Row, names: Sequence[str]) -> str | None:
    texts = (row.get(name) for name in names)
    return next((text for text in texts if isinstance(text, str) and text), None)
