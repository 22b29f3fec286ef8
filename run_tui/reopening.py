"""The command that opens a view again: what of a view options can say, and how a shell is told."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from run_tui.format import TimeMode

TIMES = MappingProxyType(
    {"local": TimeMode.LOCAL, "utc": TimeMode.UTC, "elapsed": TimeMode.ELAPSED, "delta": TimeMode.DELTA}
)
"""What `--time` calls the ways to show times."""
OPEN = "open"
"""The command that opens a file."""
BARS, HISTOGRAM, DETAIL = PARTS = ("bars", "histogram", "detail")
"""What `--show` can open beside the rows."""


@dataclass(frozen=True, slots=True)
class Look:
    """A view, as far as it can be opened again: `at` is an event's number, from 1, or a time; "" is where a run opens.

    `context` is how many rows are shown around each match of the filter, `shown` which of PARTS are open.
    """

    filter: str = ""
    at: str = ""
    time: TimeMode = TimeMode.LOCAL
    context: int = 0
    shown: tuple[str, ...] = ()

    def options(self) -> Iterator[str]:
        """The words that say it on a command line; none for what is so anyway."""
        if self.filter:
            yield from ("--filter", self.filter)
        if self.at:
            yield from ("--at", self.at)
        if self.time is not TimeMode.LOCAL:
            yield from ("--time", next(name for name, mode in TIMES.items() if mode is self.time))
        if self.context:
            yield from ("--context", str(self.context))
        for part in self.shown:
            yield from ("--show", part)


def command(connection: Sequence[str], run_id: str | None, look: Look, others: Sequence[str] = ()) -> str:
    """The command for a shell that opens a view of a run, of that and `others` together, or of a list.

    `connection` are the options that lead there, or OPEN and a file, which holds the run itself.
    """
    if run_id is None or OPEN in connection[:1]:
        return shlex.join(("run-tui", *connection, *look.options()))
    runs = (*_not_options([run_id]), *_not_options(others))
    if "--" in runs:
        return shlex.join(("run-tui", *connection, *look.options(), *runs))
    return shlex.join(("run-tui", *connection, *runs, *look.options()))


def _not_options(ids: Sequence[str]) -> Sequence[str]:
    """Ids as words that are not read as options."""
    return ("--", *ids) if any(each.startswith("-") for each in ids) else ids


def comparison(connection: Sequence[str], before: str, after: str) -> str:
    """The command for a shell that prints what differs between two runs of a connection."""
    return shlex.join(("run-tui", *connection, "run", "compare", *_not_options([before, after])))
