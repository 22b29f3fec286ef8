"""A real Dagster server for the tests: started, asked and stopped without any of the product's code."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

CODE_FOLDER = Path(__file__).parent
LOCATION = "acme.definitions"
REPOSITORY = "__repository__"
FINISHED = frozenset({"SUCCESS", "FAILURE", "CANCELED"})

_INSTANCE = """\
run_coordinator:
  module: dagster._core.run_coordinator
  class: DefaultRunCoordinator
telemetry:
  enabled: false
"""
QUERIES = (CODE_FOLDER / "lab.graphql").read_text()
_LAST_EVENTS = "Process for run exited", "This run has been marked as failed from outside"

T = TypeVar("T")


class LabError(Exception):
    """The server did not start, or did not answer as the lab needs it to."""


@dataclass(frozen=True)
class Answer:
    """What the server answered to one request, whatever its status."""

    status: int
    content_type: str
    body: str

    @property
    def data(self) -> dict[str, Any]:
        """The answer's data. Raises `LabError` with the body when there is none."""
        if self.status != 200:
            raise LabError(f"HTTP {self.status}: {self.body[:2000]}")
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data


class DagsterLab:
    """A webserver with its own DAGSTER_HOME below `folder`, and the runs that were seeded into it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.settings = _INSTANCE
        self.url = f"http://127.0.0.1:{_free_port()}"
        self._notes = folder / "seeded.jsonl"
        self._log = folder / "server.log"
        self._environment = os.environ | {"DAGSTER_HOME": str(self.home), "DAGSTER_DISABLE_TELEMETRY": "1"}
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *, seed: bool = True) -> None:
        """Starts the server, and beside it the runs of `finished`; returns when the server answers."""
        self.home.mkdir(parents=True)
        (self.home / "dagster.yaml").write_text(self.settings)
        self._notes.touch()
        if seed:
            # The first to open the storage creates its tables: the server must come second.
            self._seeding = self._spawn("tests.labs.dagster.seed", str(self._notes))
            _until(self._notes.read_text, 60, self._seeding, self._log)
        self._serve()

    def restart(self) -> None:
        """Stops the web server the hard way and starts it again on the same port; runs go on meanwhile."""
        self._server.kill()
        self._server.wait()
        self._serve()

    @contextmanager
    def beside(self, *options: str) -> Iterator[str]:
        """A second server of the same runs, started with further options; yields its URL."""
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        server = self._webserver(str(port), *options)
        try:
            _until(lambda: _answers(url), 120, server, self._log)
            yield url
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            self._started.remove(server)

    def stop(self) -> None:
        """Stops what was started here and all that these processes started, code server and running runs included."""
        for process in self._started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._started.clear()

    def launch(
        self,
        job: str,
        config: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        wait: bool = False,
    ) -> str:
        """Launches a job as the web page does, in processes of its own; `wait` settles it. Returns the run's id."""
        selector = {"jobName": job, "repositoryName": REPOSITORY, "repositoryLocationName": LOCATION}
        pairs = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        params = {"selector": selector, "runConfigData": config or {}, "executionMetadata": {"tags": pairs}}
        result = self.ask("LabLaunch", executionParams=params)["launchRun"]
        if result["__typename"] != "LaunchRunSuccess":
            raise LabError(f"{job} was not launched: {result}")
        run_id: str = result["run"]["runId"]
        if wait:
            self.settle(run_id)
        return run_id

    def reexecute(self, run_id: str) -> str:
        """Launches all of a finished run again and waits for its end. Returns the new run's id."""
        params = {"parentRunId": run_id, "strategy": "ALL_STEPS"}
        run = str(self.ask("LabReexecute", reexecutionParams=params)["launchRunReexecution"]["run"]["id"])
        self.wait(run, "SUCCESS", "FAILURE")
        return run

    def finished(self, name: str, timeout: float = 120) -> str:
        """The id of the session's finished run of a scenario; waits for it where it has yet to be run."""
        return _until(lambda: self._seeded().get(name), timeout, self._seeding, self._log)

    def status(self, run_id: str) -> str:
        """A run's status, e.g. "STARTED"."""
        return str(self.ask("LabStatus", runId=run_id)["runOrError"]["status"])

    def wait(self, run_id: str, *statuses: str, timeout: float = 120) -> str:
        """Waits until the run has one of the statuses and returns which."""

        def reached() -> str | None:
            status = self.status(run_id)
            if status in FINISHED and status not in statuses:
                raise LabError(f"run {run_id} ended as {status}, waiting for {statuses}")
            return status if status in statuses else None

        return _until(reached, timeout, self._server, self._log)

    def settle(self, run_id: str, timeout: float = 120) -> str:
        """Waits until a launched run has ended and its log has its last event, which is later; returns its status."""
        _until(lambda: self._log_is_closed(run_id), timeout, self._server, self._log)
        return self.status(run_id)

    def until_events(self, run_id: str, count: int, timeout: float = 120) -> None:
        """Waits until a run has at least `count` events."""
        _until(lambda: len(self.events(run_id)) >= count, timeout, self._server, self._log)

    def terminate(self, run_id: str) -> None:
        """Asks for a run's end as the web page does."""
        result = self.ask("LabTerminate", runId=run_id)["terminateRun"]
        if result["__typename"] != "TerminateRunSuccess":
            raise LabError(f"{run_id} was not terminated: {result}")

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """All events of a run, read afresh from the first page to the last with the documented query."""
        events: list[dict[str, Any]] = []
        cursor, more = None, True
        while more:
            page = self.ask("CliRunEventsQuery", runId=run_id, limit=1000, afterCursor=cursor)["logsForRun"]
            events += page["events"]
            cursor, more = page["cursor"], page["hasMore"]
        return events

    def exported(self, run_id: str) -> list[dict[str, Any]]:
        """All events of a run as `dagster debug export` has them: readable where the server's pages are not."""
        events: list[dict[str, Any]] = json.loads(self.export(run_id))["event_list"]
        return events

    def export(self, run_id: str) -> bytes:
        """What `dagster debug export` writes of a run, unpacked."""
        with urllib.request.urlopen(f"{self.url}/download_debug/{run_id}", timeout=60) as response:
            return gzip.decompress(response.read())

    def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        """The data that answers one operation of `lab.graphql`. Raises `LabError`."""
        return self.post(QUERIES, variables, operation).data

    def post(self, query: str, variables: Mapping[str, Any] | None = None, operation: str | None = None) -> Answer:
        """Sends one GraphQL request and returns the answer as it came, errors included."""
        body = json.dumps({"query": query, "variables": variables or {}, "operationName": operation}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, response.headers["Content-Type"], response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers["Content-Type"], error.read().decode())

    def _serve(self) -> None:
        self._server = self._webserver(self.url.rpartition(":")[2])
        _until(lambda: _answers(self.url), 120, self._server, self._log)

    def _webserver(self, port: str, *options: str) -> subprocess.Popen[bytes]:
        address = ("-h", "127.0.0.1", "-p", port)
        return self._spawn("dagster_webserver", *address, "-m", LOCATION, "-d", str(CODE_FOLDER), *options)

    def _spawn(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=CODE_FOLDER.parents[2],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def _seeded(self) -> dict[str, str]:
        ids: dict[str, str] = {}
        for line in self._notes.read_text().splitlines():
            ids.update(json.loads(line))
        return ids

    def _log_is_closed(self, run_id: str) -> bool:
        return any(event["message"].startswith(_LAST_EVENTS) for event in self.events(run_id)[-3:])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/server_info", timeout=10) as response:
            return "dagster_version" in json.load(response)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _until(condition: Callable[[], T | None], timeout: float, process: subprocess.Popen[bytes], log: Path) -> T:
    """Asks until `condition` gives something true; gives up when time is over or `process` has died meanwhile."""
    deadline = time.monotonic() + timeout
    while True:
        ended = process.poll() is not None
        if value := condition():
            return value
        if ended or time.monotonic() > deadline:
            why = f"process {process.pid} ended with {process.returncode}" if ended else f"not within {timeout} s"
            raise LabError(f"{why}; the end of its log:\n{log.read_text(errors='replace')[-4000:]}")
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
