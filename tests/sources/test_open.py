"""Sources are opened by the name of their system, and nothing heavy is imported before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from run_tui.errors import ConfigError
from run_tui.sources import SYSTEMS, open_source
from tests.sources.servers import always


@pytest.mark.parametrize(("kind", "endpoint"), [("dagster", "/graphql"), ("hub_log", "/api/v1"), ("pyspur", "/api")])
async def test_every_known_system_opens(kind: str, endpoint: str) -> None:
    source = open_source(kind, f"http://127.0.0.1:1{endpoint}", headers={"Dagster-Cloud-Api-Token": "x"})
    assert type(source).__module__ == f"run_tui.sources.{kind}"
    assert source.where == "http://127.0.0.1:1"
    await source.aclose()
    assert open_source(kind, "http://demo", app=always(b""), name="demo").where == "demo"
    assert kind in SYSTEMS


def test_an_unknown_system() -> None:
    with pytest.raises(ConfigError, match="there is no system 'airflow'") as caught:
        open_source("airflow", "http://h")
    assert caught.value.hint == f"Known: {', '.join(SYSTEMS)}."


def test_a_wrong_url() -> None:
    with pytest.raises(ConfigError):
        open_source("dagster", "localhost:3000")


def test_http_is_imported_with_the_first_source_only() -> None:
    code = "import sys, run_tui.sources; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
