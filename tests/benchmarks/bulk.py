"""Writes a finished run of any length straight into a Dagster storage, by that storage's own means.

`python -m tests.benchmarks.bulk EVENTS` with DAGSTER_HOME set prints `{"run_id": …}`; a run already there stays.
Plain log messages are the generated ones, other events are real ones of a few short jobs, again and again.
"""

from __future__ import annotations

import json
import logging
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

from dagster import DagsterInstance
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.events import DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.dagster_run import DagsterRunStatus
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable

from tests.benchmarks.dataset import recipe
from tests.benchmarks.generate import LAST_MESSAGE, SEED, Event, events
from tests.labs.dagster.lab import CODE_FOLDER, LOCATION
from tests.labs.dagster.scenarios import SCENARIOS
from tests.labs.dagster.seed import run as run_scenario

BATCH = 2000
_TEMPLATES = ("nightly_etl_strict", "sync_crm", "sales_assets")
_JOB = "nightly_etl"


def main(count: int) -> None:
    """Writes the run unless it is there."""
    run_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"run-tui {count} {recipe(SEED)}"))
    repository = ReconstructableRepository.for_module(LOCATION, "defs", str(CODE_FOLDER))
    with DagsterInstance.get() as instance:
        there = instance.get_run_by_id(run_id)
        if there is None or there.status is not DagsterRunStatus.SUCCESS:
            if there is not None:
                instance.delete_run(run_id)
            jobs = {name: repository.get_reconstructable_job(SCENARIOS[name].job) for name in _TEMPLATES}
            short = [run_scenario(instance, job, SCENARIOS[name]) for name, job in jobs.items()]
            entries = [entry for short_id in short for entry in instance.all_logs(short_id)]
            definition = repository.get_reconstructable_job(_JOB).get_definition()
            instance.create_run_for_job(job_def=definition, run_id=run_id, tags={"events": str(count)})
            _write(instance, run_id, _Writer(run_id, entries).entries(count))
            _finish(instance, run_id, entries, count)
    print(json.dumps({"run_id": run_id}))


class _Writer:
    """Makes storage entries of one run out of generated events and the entries of others."""

    def __init__(self, run_id: str, entries: Iterable[Any]) -> None:
        self._run_id = run_id
        by_type: dict[str | None, list[Any]] = defaultdict(list)
        for entry in entries:
            by_type[entry.dagster_event_type.value if entry.is_dagster_event else None].append(entry)
        self._by_type = {kind: cycle(some) for kind, some in by_type.items() if kind is not None}
        self._engine = by_type["ENGINE_EVENT"][0]

    def entries(self, count: int) -> Iterator[Any]:
        """The whole run; its last entry is LAST_MESSAGE."""
        for number, event in enumerate(events(count), 1):
            yield self._last(event) if number == count else self._entry(event)

    def _entry(self, event: Event) -> Any:
        template = next(self._by_type[event.type]) if event.type in self._by_type else None
        if template is not None:
            return template._replace(run_id=self._run_id, timestamp=event.time / 1000)
        return EventLogEntry(
            error_info=None,
            level=getattr(logging, event.level),
            user_message=event.message,
            run_id=self._run_id,
            timestamp=event.time / 1000,
            step_key=event.step,
            job_name=_JOB,
        )

    def _last(self, event: Event) -> Any:
        told = self._engine.dagster_event._replace(message=LAST_MESSAGE)
        return self._engine._replace(run_id=self._run_id, timestamp=event.time / 1000, dagster_event=told)


def _write(instance: Any, run_id: str, entries: Iterator[Any]) -> None:
    storage = instance.event_log_storage
    with storage.run_connection(run_id) as connection:
        while batch := list(islice(entries, BATCH)):
            connection.execute(SqlEventLogStorageTable.insert(), [storage._event_to_row(entry) for entry in batch])


def _finish(instance: Any, run_id: str, entries: Iterable[Any], count: int) -> None:
    """Lets the run storage know of the run's start and its end, in that order."""
    first, *_, last = (event.time / 1000 for event in (*events(1), *events(count, max(0, count - 1))))
    for kind, at in ((DagsterEventType.PIPELINE_START, first), (DagsterEventType.PIPELINE_SUCCESS, last)):
        event = next(entry.dagster_event for entry in entries if entry.dagster_event_type is kind)
        instance.run_storage.handle_run_event(run_id, event, datetime.fromtimestamp(at, UTC))


if __name__ == "__main__":
    main(int(sys.argv[1]))
