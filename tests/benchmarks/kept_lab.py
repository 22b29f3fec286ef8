"""The lab's real Dagster server, over a storage that is kept between benchmarks, with runs written in bulk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.dataset import folder
from tests.benchmarks.processes import environment, module, result_of
from tests.labs.dagster.lab import _INSTANCE, DagsterLab

WRITING = 1800.0
"""Seconds that writing a run may take: a million events need about two minutes."""


class KeptLab(DagsterLab):
    """A webserver over a DAGSTER_HOME that outlives it; `bulk_run` is to come before `start`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "dagster.yaml").write_text(_INSTANCE)

    def start(self, *, seed: bool = False) -> None:
        """Starts the server; the storage is as the last one left it."""
        assert not seed
        self._serve()

    def bulk_run(self, events: int) -> str:
        """A finished run of so many events, written when it is first asked for; its id."""
        print(f"Making sure of a run of {events:,} events …", file=sys.stderr)
        env = environment(DAGSTER_HOME=str(self.home), DAGSTER_DISABLE_TELEMETRY="1")
        return str(result_of(module("bulk", events), WRITING, env)["run_id"])


@contextmanager
def lab_with_run(events: int) -> Iterator[tuple[KeptLab, str]]:
    """A running server and the id of its run of so many events. Raises `SystemExit` where Dagster is not installed."""
    if missing := [name for name in ("dagster", "dagster_webserver") if find_spec(name) is None]:
        raise SystemExit(f"no {' and no '.join(missing)} here for a real server: pip install -e '.[test]'")
    lab = KeptLab(folder() / "dagster")
    run_id = lab.bulk_run(events)
    try:
        lab.start()
        yield lab, run_id
    finally:
        lab.stop()
