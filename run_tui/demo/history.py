"""Which runs the demo knows at a moment: what ran over the last days, what waits, what is running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import blake2b
from typing import Any
from uuid import UUID

from .backfill import MultipliedLog
from .recordings import Recording, Waiting, recording
from .retelling import began, milliseconds
from .runs import DemoRun, MakeLog, RecordedLog

LONG_RUN_EVENTS = 50_000
"""How many events the long run has."""

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_QUIET = 20 * _MINUTE
"""For so long before the demo starts no routine has begun."""
_LAUNCH = 4_000
"""How long after a schedule's tick its run has started."""


@dataclass(frozen=True)
class _Routine:
    """A job that runs every `every` milliseconds, `at` so many after midnight UTC, and takes `took` (0: as recorded).

    The last `count` runs are known; those in `instead`, counted back from the newest, went as another recording.
    """

    recording: str
    every: int
    at: int
    took: int
    count: int
    instead: dict[int, str] = field(default_factory=dict)


_ROUTINES = (
    _Routine("nightly_etl", _DAY, 2 * _HOUR, 262_000, 8, {3: "nightly_etl_failure"}),
    _Routine("sales_assets", _DAY, 4 * _HOUR + 15 * _MINUTE, 77_000, 6),
    _Routine("ingest_uploads", _DAY, 6 * _HOUR + 30 * _MINUTE, 214_000, 6),
    _Routine("sync_crm", 4 * _HOUR, 25 * _MINUTE, 96_000, 8),
    _Routine("clickstream_ingest", 2 * _HOUR, 5 * _MINUTE, 0, 6),
    _Routine("rebuild_search_index", 3 * _DAY, 11 * _HOUR, 641_000, 2),
)

_TROUBLED = (
    ("train_ranker", 33 * _MINUTE, 31_000),
    ("notify_partners", 58 * _MINUTE, 9_000),
    ("score_churn", 2 * _HOUR + 12 * _MINUTE, 17_000),
    ("import_catalog", 3 * _HOUR + 41 * _MINUTE, 24_000),
    ("sync_billing", 5 * _HOUR + 20 * _MINUTE, 46_000),
    ("nightly_features", 9 * _HOUR + 3 * _MINUTE, 6_000),
)
"""Runs that went wrong, each in its own way: when they ended, before the start, and how long they took."""

_LIVE = "clickstream_ingest"
_LIVE_LEAD = 20_000
"""How long the first live run has been going when the demo starts."""
_LIVE_PAUSE = 8_000
_LIVE_KEPT = 5


_LAUNCHABLE = (
    "nightly_etl", "sales_assets", "ingest_uploads", "sync_crm", "clickstream_ingest", "rebuild_search_index",
    "train_ranker", "notify_partners", "score_churn", "import_catalog", "sync_billing", "nightly_features",
    "warehouse_backfill",
)  # fmt: skip
_TAKES = 45_000
"""How long a run takes that was launched here."""


class History:
    """All runs there ever are in a demo that starts at `start`; moments are epoch milliseconds."""

    def __init__(self, start: int) -> None:
        self._start = start
        # The first live run has its recording's own id.
        self._numbers = Counter({_LIVE: 1})
        self._live: dict[int, DemoRun] = {}
        self._launched: list[DemoRun] = []
        self._deleted: set[str] = set()

    def runs(self, now: int) -> list[DemoRun]:
        """The runs known at that moment, newest first."""
        runs = [*self._past, self._queued, *self._going(now), *self._launched]
        known = (run for run in runs if run.created <= now and run.id not in self._deleted)
        return sorted(known, key=lambda run: run.created, reverse=True)

    def find(self, run_id: str, now: int) -> DemoRun | None:
        """The run of that id, if it is known at that moment."""
        return next((run for run in self.runs(now) if run.id == run_id), None)

    def launch(
        self, job: str, now: int, tags: list[dict[str, str]], parent: dict[str, Any] | None = None
    ) -> DemoRun | None:
        """A run of that job which begins now, of a `parent` if it is executed again; None if there is no such job."""
        name = next((name for name in _LAUNCHABLE if name == job), None)
        if name is None:
            return None
        run_id, source = _made_up(f"launched {len(self._launched)} at {self._start}"), recording(name)
        kin = {"parentRunId": None, "rootRunId": None}
        if parent is not None:
            kin = {"parentRunId": parent["id"], "rootRunId": parent["rootRunId"] or parent["id"]}
        before = began(source.run) - milliseconds(source.run["creationTime"])
        changes = {"tags": [{"__typename": "PipelineTag", **tag} for tag in tags], **kin}
        run = DemoRun(source, run_id, now + before, _TAKES / _took(source.run), changes=changes)
        self._launched.append(run)
        return run

    def delete(self, run_id: str, now: int) -> bool:
        """Forgets a run; False where there is none of that id."""
        there = self.find(run_id, now) is not None
        self._deleted.add(run_id)
        return there

    @cached_property
    def _past(self) -> list[DemoRun]:
        # Who comes first gets the recorded id: the newest of each kind.
        failure, backfill = recording("nightly_etl_failure"), recording("warehouse_backfill")
        return [
            self._ended(failure, self._start - 4 * _MINUTE, 266_000),
            self._ended(backfill, self._start - 95 * _MINUTE, _HOUR, partial(MultipliedLog, total=LONG_RUN_EVENTS)),
            self._ended(backfill, self._start - 3 * _DAY - 5 * _HOUR, 151_000),
            *(self._ended(recording(name), self._start - ago, took) for name, ago, took in _TROUBLED),
            *(run for routine in _ROUTINES for run in self._repeated(routine)),
        ]

    def _repeated(self, routine: _Routine) -> Iterator[DemoRun]:
        latest = self._start - _QUIET - (self._start - _QUIET - routine.at) % routine.every
        for back in range(routine.count):
            source = recording(routine.instead.get(back, routine.recording))
            took = routine.took or _took(source.run)
            # No two nights take the same time.
            took += took * ((back * 37) % 40 - 15) // 100
            yield self._ended(source, latest - back * routine.every + _LAUNCH + took, took)

    @cached_property
    def _queued(self) -> DemoRun:
        return DemoRun(Waiting(recording("rebuild_search_index")), _made_up("queued"), self._start - 70_000)

    def _going(self, now: int) -> list[DemoRun]:
        """The live run and those of its kind that went before it; a next one starts soon after each has ended."""
        source = recording(_LIVE)
        first = self._start - _LIVE_LEAD
        every = _took(source.run) + _LIVE_PAUSE
        newest = (now + began(source.run) - milliseconds(source.run["creationTime"]) - first) // every
        wanted = range(max(newest - _LIVE_KEPT + 1, 0), newest + 1)
        self._live = {
            number: self._live.get(number) or DemoRun(source, _live_id(source, number), first + number * every)
            for number in wanted
        }
        return list(self._live.values())

    def _ended(self, source: Recording, ended: int, took: int, log: MakeLog = RecordedLog) -> DemoRun:
        number = self._numbers[source.name]
        self._numbers[source.name] += 1
        return DemoRun(source, _past_id(source, number), ended - took, took / _took(source.run), log)


def _took(run: dict[str, Any]) -> int:
    return milliseconds(run["endTime"]) - milliseconds(run["startTime"])


def _past_id(source: Recording, number: int) -> str:
    """The recorded id for the first run told from a recording, then others, always the same."""
    return _made_up(f"{source.name} {number}") if number else source.run["id"]


def _live_id(source: Recording, number: int) -> str:
    return _made_up(f"live {source.name} {number}") if number else source.run["id"]


def _made_up(seed: str) -> str:
    return str(UUID(bytes=blake2b(seed.encode(), digest_size=16).digest(), version=4))
