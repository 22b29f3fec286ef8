"""The long run: a recorded backfill whose tables have many times the parts they had when it was recorded."""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from .retelling import Retelling
from .runs import Event, RecordedLog

_OF_A_PART = re.compile(r"part-\d{5}|^COPY INTO ")
_PART = re.compile(r"(?<=part-)\d{5}")
_VARYING = re.compile(
    r"((?<=part-)\d{5}|(?<![\w.,=-])\d+(?:,\d{3})*(?:\.\d+)?(?= (?:rows|ms|MB|micro-partitions|duplicates|values)\b))"
)


class MultipliedLog:
    """A log of exactly `total` events: what is told of a table's parts is repeated, everything else is there once.

    An event is kept as three numbers and written out when it is read: its recorded event, its repetition, its time.
    """

    def __init__(self, events: Sequence[Event], retelling: Retelling, total: int) -> None:
        self._recorded = RecordedLog(events, retelling).read(0, len(events))
        self._origins, self._repetitions, self._times = array("H"), array("H"), array("q")
        self._cycle = 1 + max(_parts(self._recorded))
        bodies = list(_bodies(self._recorded))
        once = len(events) - sum(map(len, bodies))
        counts = [(total - once + index) // len(bodies) for index in range(len(bodies))]
        told = 0
        for body, count in zip(bodies, counts, strict=True):
            self._tell(range(told, body.start))
            self._repeat(body, count)
            told = body.stop
        self._tell(range(told, len(events)))
        self._sum_up(bodies, counts)
        # Each message's text with what varies in it at the odd places.
        self._pieces = [_VARYING.split(event["message"]) for event in self._recorded]

    def __len__(self) -> int:
        return len(self._times)

    def read(self, start: int, stop: int) -> list[Event]:
        """See `Log`."""
        return [self._event(index) for index in range(start, min(stop, len(self)))]

    def known(self, now: int) -> int:
        """See `Log`."""
        return bisect_right(self._times, now)

    def _tell(self, origins: range) -> None:
        self._origins.extend(origins)
        self._repetitions.extend(bytes(len(origins)))
        self._times.extend(int(self._recorded[origin]["timestamp"]) for origin in origins)

    def _repeat(self, body: range, count: int) -> None:
        repetitions = -(-count // len(body))
        self._origins.extend((array("H", body) * repetitions)[:count])
        self._repetitions.extend([index // len(body) for index in range(count)])
        start, end = (int(self._recorded[origin]["timestamp"]) for origin in (body.start, body.stop))
        self._times.extend([start + int((end - start) * _uneven(index / count)) for index in range(count)])

    def _sum_up(self, bodies: Sequence[range], counts: Sequence[int]) -> None:
        """Corrects the messages before and after the bodies that say how many parts and rows there are."""
        parts = [self._parts_told(body, count) for body, count in zip(bodies, counts, strict=True)]
        for origin in range(bodies[0].start):
            self._correct(origin, r"of \d+ parts each", f"with {sum(parts):,} parts in all")
        for body, number in zip(bodies, parts, strict=True):
            self._correct(body.stop, r"\d+ of \d+ parts", f"{number} of {number} parts")
            analyzed = self._recorded[body.stop + 1]
            rows = re.search(r"[\d,]+(?= rows)", analyzed["message"])
            if rows:
                more = int(rows[0].replace(",", "")) * number // self._cycle
                self._correct(body.stop + 1, rows[0], f"{more:,}")

    def _parts_told(self, body: range, count: int) -> int:
        whole, rest = divmod(count, len(body))
        return whole * self._cycle + 1 + max(_parts(self._recorded[body.start : body.start + rest]), default=-1)

    def _correct(self, origin: int, wrong: str, right: str) -> None:
        event = self._recorded[origin]
        event["message"] = re.sub(wrong, right, event["message"])

    def _event(self, index: int) -> Event:
        origin, repetition = self._origins[index], self._repetitions[index]
        recorded = self._recorded[origin]
        message = self._varied(self._pieces[origin], repetition) if repetition else recorded["message"]
        return {**recorded, "message": message, "timestamp": str(self._times[index])}

    def _varied(self, pieces: Sequence[str], repetition: int) -> str:
        """A part's message as another part's; what was the same in two messages of a part still is."""
        varied = list(pieces)
        for place in range(1, len(varied), 2):
            if varied[place - 1].endswith("part-"):
                varied[place] = f"{int(varied[place]) + repetition * self._cycle:05}"
            else:
                varied[place] = _scaled(varied[place], repetition)
        return "".join(varied)


def _parts(events: Iterable[Event]) -> Iterator[int]:
    """The numbers of the parts that events tell of."""
    return (int(part) for event in events for part in _PART.findall(event["message"]))


def _bodies(events: Sequence[Event]) -> Iterator[range]:
    """Where the parts are told of, one table at a time."""
    tables = (event["stepKey"] if _OF_A_PART.search(event["message"]) else None for event in events)
    for table, group in groupby(enumerate(tables), lambda item: item[1]):
        if table is not None:
            indices = [index for index, _ in group]
            yield range(indices[0], indices[-1] + 1)


def _uneven(share: float) -> float:
    """The same way from 0 to 1, now faster, now slower, as work goes."""
    return share - 0.03 * math.sin(6 * math.pi * share)


def _scaled(quantity: str, repetition: int) -> str:
    """A quantity of the same order, written in the same way, always the same for the same repetition."""
    value = float(quantity.replace(",", ""))
    value *= (70 + (int(value) * 31 + repetition * 7919) % 61) / 100
    decimals = len(quantity.partition(".")[2])
    return f"{value if decimals else max(value, 1):{',' if ',' in quantity else ''}.{decimals}f}"
