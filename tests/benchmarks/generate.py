"""A run of any length from a seed: the same events every time, without any of the product's code."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

SEED = 20261122
BLOCK = 1000
"""Events that share a random generator, so that a run can be begun anywhere."""

START_MS = 1_795_132_800_000
"""2026-11-20 00:00 UTC: the run's start."""
SPACING_MS = 50
"""Between events on average: a million of them stay within one day, so a time of day names its event."""

LAST_MESSAGE = "Process for run exited (pid: 4711)."
"""The last event of a run written in bulk, which no other event resembles."""

TABLES = (
    "users", "orders", "items", "carts", "refunds", "invoices", "payments", "sessions", "clicks", "views",
    "coupons", "stock", "prices", "returns", "suppliers", "shipments", "regions", "stores", "devices",
    "campaigns", "leads", "tickets", "agents", "calls", "emails", "surveys", "reviews", "ratings", "wishlists",
    "subscriptions", "plans", "credits", "ledgers", "budgets", "forecasts", "taxes", "currencies", "partners",
    "contracts", "events_daily",
)  # fmt: skip
STEPS = tuple(f"{verb}_{table}" for verb in ("extract", "load", "transform", "check", "publish") for table in TABLES)
"""Two hundred of them."""

TYPES: dict[str | None, float] = {
    None: 700, "STEP_OUTPUT": 45, "HANDLED_OUTPUT": 45, "LOADED_INPUT": 45, "STEP_INPUT": 45, "ENGINE_EVENT": 30,
    "ASSET_OBSERVATION": 20, "ASSET_MATERIALIZATION": 15, "LOGS_CAPTURED": 10, "STEP_WORKER_STARTING": 8,
    "STEP_WORKER_STARTED": 8, "RESOURCE_INIT_STARTED": 8, "RESOURCE_INIT_SUCCESS": 8, "STEP_EXPECTATION_RESULT": 4,
    "ASSET_CHECK_EVALUATION": 4, "STEP_START": 1.5, "STEP_SUCCESS": 1.2, "STEP_UP_FOR_RETRY": 0.3,
    "STEP_RESTARTED": 0.3, "STEP_FAILURE": 0.2, "HOOK_COMPLETED": 0.5, "HOOK_SKIPPED": 0.3, "STEP_SKIPPED": 0.2,
    "OBJECT_STORE_OPERATION": 2, "ASSET_MATERIALIZATION_PLANNED": 1,
}  # fmt: skip
"""Twenty-five types and how often each comes; None is a plain log message."""

FAILING = frozenset({"STEP_FAILURE", "STEP_UP_FOR_RETRY"})
"""Types whose events carry an error."""
DESCRIBED = frozenset(
    {"HANDLED_OUTPUT", "ASSET_OBSERVATION", "ASSET_MATERIALIZATION", "ENGINE_EVENT", "RESOURCE_INIT_SUCCESS"}
)
"""Types whose events carry metadata."""

LEVELS = {"DEBUG": 250, "INFO": 700, "WARNING": 40, "ERROR": 9, "CRITICAL": 1}
"""The levels of plain log messages and how often each comes; all other events but failures are DEBUG."""

MESSAGES = {
    "s3://acme-lake/%(table)s/part-%(n)05d.parquet: read %(rows)s rows of partition %(day)s in %(ms)d ms, "
    "%(m)d row groups, checksum %(hash)s, cache %(word)s, worker acme-%(m)d": 290,
    "partition %(day)s of %(table)s merged: %(rows)s rows inserted, %(m)d updated, staging table "
    "tmp_%(hash)s dropped after %(ms)d ms, vacuum due in %(m)d h": 230,
    "%(table)s@%(n)d: wrote batch of %(rows)s records to warehouse.%(table)s, offsets committed, lag %(m)d s, "
    "consumer %(word)s, request %(hash)s, compression zstd": 170,
    "GET https://api.acme.io/v2/%(table)s?page=%(n)d&size=%(m)d 200 in %(ms)d ms, etag %(hash)s, "
    "%(rows)s bytes, connection reused, next page %(n)d": 150,
    "validated %(rows)s rows of %(table)s against schema v%(m)d: 0 violations, column statistics "
    "%(hash)s%(hash)s written to the catalog of the %(word)s region": 100,
    "query %(hash)s finished: SELECT id, total FROM warehouse.%(table)s WHERE day = '%(day)s' LIMIT %(n)d; "
    "%(rows)s rows, %(ms)d ms, plan %(word)s": 50,
    "größe der Tabelle %(table)s: %(rows)s Zeilen, Prüfsumme %(hash)s, nächster Abgleich in %(m)d s → läuft": 20,
    "retry %(m)d of 20 for %(table)s: connection refused by db-%(n)d.acme.io:5432, next attempt in %(ms)d ms": 20,
    "request %(hash)s to https://api.acme.io/v2/%(table)s timed out after %(ms)d ms, %(m)d requests in flight": 12,
    "Timeout: lock on warehouse.%(table)s held by session %(n)d for %(ms)d ms, waiting transactions: %(m)d": 10,
    "connection to broker-%(m)d.acme.io:9092 reset by peer, %(rows)s records of %(table)s sent again": 10,
    "deadlock detected: process %(n)d waits for ShareLock on transaction %(m)d of %(table)s; rolled back": 1.5,
}
"""Messages of plain log events and how often each comes: "partition" is common, "deadlock" one event in a thousand."""

WORDS = ("warm", "cold", "stale", "primary", "replica", "shadow", "canary")


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception, its cause below it."""

    name: str
    message: str
    stack: tuple[str, ...]
    cause: Failure | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `time` is epoch milliseconds."""

    time: int
    level: str
    type: str | None
    step: str | None
    message: str
    failure: Failure | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    def texts(self) -> Iterator[str]:
        """All that a word of a filter may be found in, each text by itself."""
        yield from filter(None, (self.message, self.step, self.type))
        failure = self.failure
        while failure is not None:
            yield from (failure.name, failure.message, *failure.stack)
            failure = failure.cause
        for label, value in self.metadata:
            yield from (label, value)

    def wire(self) -> bytes:
        """The event as a Dagster server writes it for a client that asks for details."""
        fields: dict[str, Any] = {
            "message": self.message,
            "timestamp": str(self.time),
            "level": self.level,
            "stepKey": self.step,
            "eventType": self.type,
        }
        if self.failure is not None:
            fields["error"] = _error(self.failure)
        if self.metadata or self.type in DESCRIBED:
            fields["metadataEntries"] = [{"label": label, "text": value} for label, value in self.metadata]
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

    def line(self) -> str:
        """The event as a line of a text log."""
        time = datetime.fromtimestamp(self.time / 1000, UTC).isoformat(sep=" ", timespec="milliseconds")[:23]
        return f"{time} {self.level:<8} {self.step or '-'} {self.type or '-'} {self.message}"


def events(count: int, first: int = 0, seed: int = SEED) -> Iterator[Event]:
    """Events `first` to `count` of the run; the same prefix whatever the count."""
    block = first // BLOCK
    skip = first - block * BLOCK
    while block * BLOCK < count:
        rng = random.Random(f"{seed}:{block}")
        size = min(BLOCK, count - block * BLOCK)
        yield from islice(_block(rng, block * BLOCK), skip, size)
        block, skip = block + 1, 0


def row_of(time_ms: int) -> int:
    """Which event happened then: neighbours are swapped in time, as parallel steps write them."""
    return ((time_ms - START_MS) // SPACING_MS) ^ 1


def _block(rng: random.Random, first: int) -> Iterator[Event]:
    types = rng.choices(list(TYPES), list(TYPES.values()), k=BLOCK)
    levels = rng.choices(list(LEVELS), list(LEVELS.values()), k=BLOCK)
    templates = rng.choices(list(MESSAGES), list(MESSAGES.values()), k=BLOCK)
    for index, (kind, level, template) in enumerate(zip(types, levels, templates, strict=True), first):
        time = START_MS + (index ^ 1) * SPACING_MS + int(rng.random() * SPACING_MS)
        step = STEPS[int(rng.random() * len(STEPS))]
        if kind is None:
            yield Event(time, level, None, step, template % _fields(rng, step))
        else:
            yield _typed(rng, time, kind, step)


def _fields(rng: random.Random, step: str) -> dict[str, object]:
    number = rng.getrandbits(60)
    return {
        "table": step.partition("_")[2],
        "n": number % 99_991,
        "m": number % 19 + 1,
        "ms": number % 4_999 + 3,
        "rows": f"{number % 899_981 + 1000:,}",
        "day": f"2026-11-{number % 28 + 1:02}",
        "hash": f"{number:015x}"[:12],
        "word": WORDS[number % len(WORDS)],
    }


def _typed(rng: random.Random, time: int, kind: str, step: str) -> Event:
    fields = _fields(rng, step)
    if kind in FAILING:
        message = f'Execution of step "{step}" failed{" and has requested a retry" if kind.endswith("RETRY") else ""}.'
        return Event(time, "ERROR", kind, step, message, _failure(fields))
    metadata: tuple[tuple[str, str], ...] = ()
    if kind in DESCRIBED:
        metadata = (("rows", str(fields["rows"])), ("path", f"/warehouse/{fields['table']}/{fields['hash']}"))
    message = (
        f'{kind.replace("_", " ").capitalize()} of step "{step}" on {fields["table"]}, took {fields["ms"]} ms, '
        f"{fields['rows']} rows handed on through the io manager."
    )
    return Event(time, "DEBUG", kind, step, message, None, metadata)


def _failure(fields: dict[str, object]) -> Failure:
    place = f'  File "/app/{fields["table"]}.py", line %d, in load\n    rows = read(path)\n'
    cause = Failure("ValueError", f"bad config value: {fields['hash']!r}", tuple(place % line for line in (97, 41, 12)))
    stack = ('  File "/venv/dagster/_core/execute_step.py", line 512, in core_step\n    yield from steps\n',) * 4
    return Failure("DagsterExecutionStepExecutionError", "Error occurred while executing op", stack, cause)


def _error(failure: Failure) -> dict[str, Any]:
    return {
        "className": failure.name,
        "message": failure.message,
        "stack": failure.stack,
        "cause": None if failure.cause is None else _error(failure.cause),
    }
