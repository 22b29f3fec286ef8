"""How a Hub Log run, and a place among its events, are written as one text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Self
from urllib.parse import quote, unquote

from run_tui.errors import BadAnswer
from run_tui.sources._hub_log_wire import PHASES

_KEY = re.compile(r"(?P<dag>[^/\s]+)/(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<run>\S+)")
_URL = re.compile(r"/dags/(?P<dag>[^/?#\s]+)/runs/(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<run>[^/?#\s]+)")
_PLACE = re.compile(r"([0-9]{1,15}):([a-z]+):([0-9]{1,6}):([a-z]+):([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class RunKey:
    """The three parts that name a run, written `DAG/DATE/RUN`: a DAG's name has no slash, so nothing else fits."""

    dag: str
    date: str
    run: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The run that a text names, as its id or as the address of the API; None where it names none."""
        found = _URL.search(text) if "://" in text else _KEY.fullmatch(text)
        if found is None or not _is_day(found["date"]):
            return None
        dag, run = (unquote(found[part]) if "://" in text else found[part] for part in ("dag", "run"))
        return cls(dag, found["date"], run)

    def __str__(self) -> str:
        return f"{self.dag}/{self.date}/{self.run}"

    @property
    def path(self) -> str:
        """Where the run lies below the endpoint."""
        return f"{dag_path(self.dag)}/{self.date}/{encoded(self.run)}"


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def dag_path(dag: str) -> str:
    """Where a DAG's runs lie below the endpoint."""
    return f"/dags/{encoded(dag)}/runs"


def encoded(text: str) -> str:
    """The text as one segment of an address, the + and : of Airflow's ids included."""
    return quote(text, safe="", errors="replace")


class Part(Enum):
    """What an attempt's events are made of, in this order."""

    START = "start"
    LOGS = "logs"
    ERRORS = "errors"
    END = "end"


_PARTS = list(Part)


@dataclass(frozen=True, slots=True)
class Place:
    """A place among a run's events: `index` of them come before it, `row` of its part's; what a cursor says."""

    index: int = 0
    phase: str = PHASES[0]
    attempt: int = 1
    part: Part = Part.START
    row: int = 0

    @classmethod
    def parse(cls, cursor: str | None) -> Self:
        """The place a cursor stands for. Raises `BadAnswer` for one that no place was written as."""
        if cursor is None:
            return cls()
        found = _PLACE.fullmatch(cursor)
        if found is None or found[2] not in PHASES or found[4] not in {part.value for part in Part}:
            raise BadAnswer(f"{cursor!r} is not a cursor of a Hub Log run.")
        return cls(int(found[1]), found[2], int(found[3]), Part(found[4]), int(found[5]))

    def __str__(self) -> str:
        return f"{self.index}:{self.phase}:{self.attempt}:{self.part.value}:{self.row}"

    @property
    def segment(self) -> tuple[int, int, int]:
        """What orders places of different parts."""
        return PHASES.index(self.phase), self.attempt, _PARTS.index(self.part)

    def moved(self, rows: int) -> Place:
        """The place so many rows later in the same part."""
        return Place(self.index + rows, self.phase, self.attempt, self.part, self.row + rows)

    def at(self, part: Part) -> Place:
        """The beginning of a later part of the same attempt."""
        return Place(self.index, self.phase, self.attempt, part)


def events_between(cursor: str | None, later: str | None) -> int:
    """How many events lie between two cursors; negative where `later` comes first."""
    first, second = Place.parse(cursor), Place.parse(later)
    return second.row - first.row if first.segment == second.segment else second.index - first.index
