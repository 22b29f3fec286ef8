"""How a file divides into events, whichever its form: one event a line, or the elements of an array in an object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from run_tui.errors import BadAnswer
from run_tui.model import EventPage, Run, Step
from run_tui.sources._archive_content import Content

_ROOM = 1 << 16
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event begins: how many lines or elements are before it, and how many bytes."""

    number: int
    offset: int

    @classmethod
    def parse(cls, cursor: str) -> Place:
        """The place that a cursor stands for. Raises `BadAnswer`."""
        number, _, offset = cursor.partition(":")
        if not (number.isdecimal() and offset.isdecimal()):
            raise BadAnswer(f"{cursor!r} is no cursor of a file")
        return cls(int(number), int(offset))

    def __str__(self) -> str:
        return f"{self.number}:{self.offset}"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a file tells where it begins: `start` is its first event, the rest of the run, as far as it stands there.

    `runs` are those whose events were saved together, if it is not one. `origin` is where the run
    comes from and which of its events these are, `count` how many there should be.
    """

    start: Place
    run_id: str
    job: str | None = None
    run: Run | None = None
    steps: Sequence[Step] = ()
    runs: Sequence[Run] = ()
    count: int | None = None
    origin: str = ""
    saved_at: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a file tells where it ends: the byte after its last event, and what stands behind that of the run.

    `whole` says whether the file ends as one of its form does.
    """

    end: int
    whole: bool = True
    run: Run | None = None
    steps: Sequence[Step] = ()


class Form(Protocol):
    """The form of a file: `noun` is what it calls the text of an event, which begins or ends with the `separator`."""

    @property
    def noun(self) -> str: ...

    @property
    def separator(self) -> bytes: ...

    @property
    def beginning(self) -> Beginning: ...

    def pieces(self, text: bytes, limit: int, *, whole: bool) -> Sequence[bytes]:
        """The texts of at most `limit` events from the beginning on; of one cut off only if it is the `whole` rest."""

    def events(self, pieces: Sequence[bytes]) -> Sequence[Any]:
        """The events that some pieces are. Raises `ValueError` where one is none, and `RecursionError`."""

    def page(self, events: Sequence[Any]) -> EventPage:
        """Events as columns."""

    def first_from(self, text: bytes) -> int:
        """Where in a text the first event begins that begins there; -1 where none does."""

    def ending(self, content: Content) -> Ending:
        """What the end of the file tells, which has come."""


def first_found(content: Content, find: Callable[[bytes], T | None]) -> T | None:
    """What is found in the first bytes of a file, as soon as enough of them have come; None where it is not there."""
    room = _ROOM
    while True:
        ended, size = content.ended, content.size
        if (found := find(content.read(0, min(room, size)))) is not None:
            return found
        if room < size:
            room *= 2
        elif ended:
            return None
        else:
            content.wait(size)
