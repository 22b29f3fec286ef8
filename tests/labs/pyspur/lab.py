"""A real PySpur server for the tests: started, asked and stopped without any of the product's code."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.labs.pyspur.environment import python
from tests.labs.pyspur.workflows import Definition, gated

FINISHED = frozenset({"COMPLETED", "FAILED", "CANCELED"})
_SERVER = Path(__file__).with_name("server.py")


class PySpurLab:
    """A server with its own database in `folder`, in the time zone named."""

    def __init__(self, folder: Path, zone: str = "UTC") -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._zone = zone
        self._gates = 0

    def start(self) -> None:
        """Starts the server and returns when it answers. Raises `EnvironmentMissing`."""
        interpreter = python()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {
            "PROJECT_ROOT": str(self.folder),
            "SQLITE_OVERRIDE_DATABASE_URL": "sqlite:///./pyspur.db",
            "DISABLE_ANONYMOUS_TELEMETRY": "true",
            "TZ": self._zone,
        }
        log = self.folder / "server.log"
        with log.open("ab") as output:
            command = [str(interpreter), str(_SERVER), str(self._port)]
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PySpur does not answer; the end of its log:\n{log.read_text()[-4000:]}")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)

    def stop(self) -> None:
        """Stops the server the hard way: told to stop it would wait for its runs without limit."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def launch(self, name: str, definition: Definition, *, x: int | None = 20, parent: str | None = None) -> str:
        """Saves a workflow and starts a run of it, without any input where `x` is None. Returns the run's id."""
        saved = self.ask("POST", "/wf/", {"name": name, "description": "lab", "definition": definition})
        inputs = {} if x is None else {"input_node": {"x": x}}
        body = {"initial_inputs": inputs, "parent_run_id": parent}
        return str(self.ask("POST", f"/wf/{saved['id']}/start_run/", body)["id"])

    def run(self, name: str, definition: Definition, *, x: int | None = 20, parent: str | None = None) -> str:
        """Launches a run and waits until it has ended or paused. Returns its id."""
        return self.settle(self.launch(name, definition, x=x, parent=parent))

    def launch_gated(self, name: str, gates: int) -> tuple[str, list[Path]]:
        """Launches a run of nodes that wait for files; writing the n-th lets the n-th go on."""
        self._gates += 1
        paths = [self.folder / f"gate-{self._gates}-{number}" for number in range(gates)]
        return self.launch(name, gated(*map(str, paths))), paths

    def settle(self, run_id: str) -> str:
        """Waits until a run has ended or paused. Returns its id."""
        self.until(run_id, lambda run: run["status"] in FINISHED | {"PAUSED"})
        return run_id

    def until(self, run_id: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Asks for the run until the condition holds for it; fails after 30 s."""
        deadline = time.monotonic() + 30
        while not condition(run := dict(self.ask("GET", f"/run/{run_id}/"))):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{run_id} is {run['status']}: {run['tasks']}")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.02)
        return run

    def approve(self, run_id: str) -> None:
        """Lets a paused run go on, as the web page does."""
        body = {"inputs": {}, "user_id": "U1", "action": "APPROVE"}
        self.ask("POST", f"/wf/process_pause_action/{run_id}/", body)

    def cancel(self, run_id: str) -> None:
        """Cancels a run, as the web page does."""
        self.ask("POST", f"/wf/cancel_workflow/{run_id}/")

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api{path}", content, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def _answers(self) -> bool:
        try:
            return isinstance(self.ask("GET", "/run/"), list)
        except OSError:
            return False
