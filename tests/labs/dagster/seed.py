"""Runs every scenario once, in this one process: a process per run takes many times longer.

Run as `python -m tests.labs.dagster.seed FILE` with DAGSTER_HOME set. FILE gets one line of JSON `{name: run id}` per
finished run; its first line, `{}`, says that the storage is ready for the server to open.
"""

import json
import sys
from pathlib import Path

from dagster import DagsterInstance
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from tests.labs.dagster.lab import CODE_FOLDER, LOCATION, REPOSITORY
from tests.labs.dagster.scenarios import SCENARIOS, Scenario

IN_PROCESS: dict[str, object] = {"execution": {"config": {"in_process": {}}}}


def run(instance: DagsterInstance, job: ReconstructableJob, scenario: Scenario) -> str:
    """Creates a run as the server's launch would, and executes it here; returns its id."""
    definition = job.get_definition()
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), REPOSITORY)
    created = instance.create_run_for_job(
        job_def=definition,
        run_config={**scenario.config, **IN_PROCESS},
        tags={**definition.tags, **scenario.tags},
        remote_job_origin=RemoteJobOrigin(repository, scenario.job),
        job_code_origin=job.get_python_origin(),
    )
    execute_run(job, created, instance)
    return str(created.run_id)


def main(path: Path) -> None:
    """Runs them all and notes each in the file at `path`."""
    repository = ReconstructableRepository.for_module(LOCATION, "defs", str(CODE_FOLDER))
    with DagsterInstance.get() as instance, path.open("a") as notes:
        print(json.dumps({}), file=notes, flush=True)
        for name, scenario in SCENARIOS.items():
            job = repository.get_reconstructable_job(scenario.job)
            print(json.dumps({name: run(instance, job, scenario)}), file=notes, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
