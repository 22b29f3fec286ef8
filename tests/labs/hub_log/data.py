"""The stand-in's runs, made from a moment alone: every test sees the same. Log lines are made when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

PHASES = ("event", "extract", "transform", "load")
TRACEBACK = """Traceback (most recent call last):
  File "/opt/etl/runner.py", line 88, in run_phase
    rows = phase.apply(frame)
  File "/opt/etl/sales/transform.py", line 41, in apply
    frame["total"] = frame["amount"] * rate_of(frame["currency"])
  File "/opt/etl/sales/rates.py", line 17, in rate_of
    return RATES[currency]
KeyError: 'CLF'"""
SALES, STREAM, RELOAD, UUID_DAG = (
    "nightly-sales",
    "orders-stream",
    "warehouse-reload",
    "7c9e6679-7425-40de-944b-e07fc1f90ae7",
)

Row = dict[str, Any]


@dataclass
class Attempt:
    """One attempt of a phase; `success` is None while it goes on, and `seconds` then how long it has."""

    started: datetime
    logs: int
    success: bool | None = True
    errors: list[Row] = field(default_factory=list)
    rows: int = 0
    seconds: float = 60.0

    @property
    def over(self) -> bool:
        return self.success is not None

    def metadata(self, phase: str, number: int) -> Row:
        ended = self.started + timedelta(seconds=self.seconds)
        return {
            "phase": phase,
            "attempt": number,
            "started_at": _iso(self.started),
            "finished_at": _iso(ended) if self.over else None,
            "success": self.success,
            "row_count": self.rows,
            "log_count": self.logs,
            "error_log_count": len(self.errors),
        }

    def log(self, row: int) -> Row:
        """The line at `row`; every line tells its own number."""
        moment = self.started + timedelta(seconds=self.seconds * (row + 1) / (self.logs + 1))
        level, message = _line(row)
        if self.errors and row == self.logs - 1:
            level, message = "ERROR", f"line {row}: {self.errors[-1]['error_detail']}"
        return {"timestamp": _iso(moment), "level": level, "logger": "etl.runner", "message": message}

    def data(self, row: int) -> Row:
        """The data row at `row`."""
        return {
            "order_id": 100_000 + row,
            "customer": f"customer-{row % 977:03}",
            "amount": round((row * 7919 % 100_000) / 100, 2),
            "currency": ("EUR", "USD", "CLP", "GBP")[row % 4],
            "country": ("ES", "US", "CL", "GB")[row % 4],
            "note": None if row % 5 else f"gift wrap, row {row}",
        }


@dataclass
class HubRun:
    """A run: the attempts of each phase it has come to."""

    dag: str
    date: str
    run_id: str
    phases: dict[str, list[Attempt]]
    done: bool = True

    def summary(self) -> Row:
        """An item of the search: status and path of each phase, null for one that has not begun."""
        return {
            "dag_id": self.dag,
            "date": self.date,
            "run_id": self.run_id,
            **{phase: self._phase(phase) for phase in PHASES},
        }

    def _phase(self, phase: str) -> Row | None:
        attempts = self.phases.get(phase)
        if not attempts:
            return None
        last = attempts[-1]
        # Of an attempt that failed, whether another one follows is open until the run has gone on or ended.
        success = None if last.success is False and not self.done else last.success
        return {
            "success": success,
            "message": last.errors[-1]["error_title"] if last.errors and not last.success else f"{phase} finished",
            "total": last.rows,
            "s3_data_path": f"s3://hub-log/{self.dag}/{self.date}/{phase}/data_000.parquet",
        }

    def searched(self, phase: str) -> str:
        """The text that the search's keyword for a phase looks through: status, path and the first 100 rows."""
        attempts = self.phases.get(phase)
        if not attempts:
            return ""
        last = attempts[-1]
        return f"{self._phase(phase)} {[last.data(row) for row in range(min(100, last.rows))]}"

    def payload(self) -> Row:
        """The trigger as it came and as it was understood."""
        return {
            "queue_data": {"source": "s3", "bucket": "acme-sales", "key": f"in/{self.date}.parquet", "retries": 0},
            "event": {"dag": self.dag, "date": self.date, "conf": {"full_refresh": False, "region": ["ES", "CL"]}},
        }


@dataclass
class World:
    """All runs of one company, by DAG, the newest first; `now` is the moment they are made for."""

    now: datetime
    dags: dict[str, list[HubRun]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dags = {
            SALES: list(_sales(self.now)),
            STREAM: [self._live()],
            RELOAD: [self._big(1_000_000)],
            UUID_DAG: [_run(UUID_DAG, self.now - timedelta(days=2), "scheduled", lines=3)],
        }

    @property
    def live(self) -> HubRun:
        """The run in progress, whose last attempt grows as a test tells it to."""
        return self.dags[STREAM][0]

    @property
    def big(self) -> HubRun:
        """The run with a million log lines in one phase."""
        return self.dags[RELOAD][0]

    def find(self, dag: str, date: str, run_id: str) -> HubRun | None:
        fits = (run for run in self.dags.get(dag, ()) if (run.date, run.run_id) == (date, run_id))
        return next(fits, None)

    def _live(self) -> HubRun:
        run = _run(STREAM, self.now - timedelta(minutes=3), "manual", lines=8)
        del run.phases["load"]
        run.phases["transform"] = [Attempt(self.now - timedelta(minutes=1), logs=5, success=None)]
        run.done = False
        return run

    def _big(self, lines: int) -> HubRun:
        run = _run(RELOAD, self.now - timedelta(hours=3), "manual", lines=20)
        run.phases["transform"] = [
            Attempt(self.now - timedelta(hours=2), logs=lines, rows=lines, seconds=3600.0),
        ]
        return run


def error(title: str, detail: str, *, kind: str = "etl/transform-failed", traceback: str | None = TRACEBACK) -> Row:
    """A row of a phase's errors."""
    return {
        "error_type": kind,
        "error_title": title,
        "error_status": 500,
        "error_detail": detail,
        "traceback": traceback,
    }


def _sales(now: datetime) -> Iterator[HubRun]:
    """Forty nights: the newest failed for good after three attempts, the one before needed a second one to extract."""
    for night in range(40):
        moment = (now - timedelta(days=night)).replace(hour=2, minute=0, second=0, microsecond=0)
        run = _run(SALES, moment, "scheduled", lines=40)
        if night == 0:
            first = moment + timedelta(minutes=4)
            run.phases["transform"] = [
                Attempt(
                    first + timedelta(minutes=3 * n),
                    logs=60,
                    success=False,
                    errors=[
                        error("Bad row", f"row {n + 7}: amount missing", kind="etl/bad-row", traceback=None),
                        error("No exchange rate", "KeyError: 'CLF'"),
                    ],
                    rows=0,
                )
                for n in range(3)
            ]
            del run.phases["load"]
        elif night == 1:
            extract = run.phases["extract"][0]
            run.phases["extract"] = [
                Attempt(
                    extract.started - timedelta(minutes=1),
                    logs=9,
                    success=False,
                    errors=[error("Source timed out", "ReadTimeout: 30 s", kind="etl/timeout", traceback=None)],
                    seconds=30.0,
                ),
                extract,
            ]
        yield run


def _run(dag: str, moment: datetime, kind: str, lines: int) -> HubRun:
    attempts = {
        phase: [
            Attempt(
                moment + timedelta(minutes=1 + number),
                logs=3 if phase == "event" else lines,
                rows=1 if phase == "event" else 40 * lines,
                seconds=1.0 if phase == "event" else 55.0,
            )
        ]
        for number, phase in enumerate(PHASES)
    }
    return HubRun(dag, moment.date().isoformat(), f"{kind}__{moment.isoformat()}", attempts)


def _line(row: int) -> tuple[str, str]:
    if row % 97 == 96:
        return "WARNING", f"line {row}: customer-{row % 977:03} has no country, taken from the address"
    if row % 10 == 9:
        return "DEBUG", f"line {row}: cache miss for rates of day {row % 31 + 1}"
    return "INFO", f"line {row}: batch {row // 10} of orders, {row * 37 % 500} rows, {row * 13 % 90} ms"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
