"""Fixtures every test may use."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.labs.dagster.lab import DagsterLab


@pytest.fixture(scope="session")
def dagster_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterLab]:
    """A real Dagster server with a finished run of every scenario."""
    if missing := [name for name in ("dagster", "dagster_webserver") if find_spec(name) is None]:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"no {' and no '.join(missing)} here for a real server: pip install -e '.[test]'")
    lab = DagsterLab(tmp_path_factory.mktemp("dagster"))
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()
