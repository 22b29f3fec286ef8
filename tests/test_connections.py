"""The connections that can be chosen, and what opening each means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from run_tui.config import Choice, load_settings, resolve
from run_tui.config.writing import Draft
from run_tui.connections import Connections
from run_tui.errors import ConfigError

SETTINGS = """
[connections.prod]
url = "https://dagster.acme.io"
token_env = "PROD_TOKEN"
[connections.vault]
organization = "acme"
deployment = "staging"
token_command = "op read op://dagster/token"
[connections.hub]
kind = "hub_log"
url = "https://ann:s3cret@hub.acme.io/api/v1?key=s3cret"
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(SETTINGS)
    path.chmod(0o600)
    return {"RUN_TUI_CONFIG": str(path), "DG_CLI_CONFIG": str(tmp_path / "dg.toml"), "HOME": str(tmp_path)}


def test_connections_come_from_every_place_that_names_one(environ: dict[str, str]) -> None:
    login = '[cli.plus]\norganization = "acme"\ndefault_deployment = "prod"\nuser_token = "s3cret"\n'
    Path(environ["DG_CLI_CONFIG"]).write_text(login)
    settings = load_settings(environ)
    chosen = resolve([Choice({"url": "--url"}, url="box.acme.io")], settings, environ)
    known = Connections(settings, [chosen], environ).known()
    assert [(each.name, each.kind, each.where, each.origin, each.asks) for each in known] == [
        ("prod", "dagster", "https://dagster.acme.io", "settings file", False),
        ("vault", "dagster", "acme/staging", "settings file", True),
        ("hub", "hub_log", "https://hub.acme.io/api/v1", "settings file", False),
        ("box.acme.io", "dagster", "https://box.acme.io", "--url", False),
        ("acme/prod", "dagster", "https://dagster.cloud", "Dagster+ login", False),
        ("localhost:3000", "dagster", "http://localhost:3000", "dg dev", False),
        ("demo", "demo", "no server, a run in progress", "built in", False),
    ]
    assert "s3cret" not in repr(known)


def test_this_machine_is_listed_once(environ: dict[str, str]) -> None:
    with Path(environ["RUN_TUI_CONFIG"]).open("a") as file:
        file.write('[connections.mine]\nurl = "localhost:3000"\n')
    names = [each.name for each in Connections(load_settings(environ), environ=environ).known()]
    assert names == ["prod", "vault", "hub", "mine", "demo"]


async def test_each_is_opened_with_its_own_token_and_no_other(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {**environ, "PROD_TOKEN": "of-prod", "RUN_TUI_TOKEN": "of-the-start"})
    connections = Connections(load_settings(environ), environ=os.environ)
    os.environ.clear()
    prod, here = connections.open("prod"), connections.open("localhost:3000")
    assert prod._client._headers["dagster-cloud-api-token"] == "of-prod"  # type: ignore[attr-defined]
    assert "dagster-cloud-api-token" not in here._client._headers  # type: ignore[attr-defined]
    await prod.aclose()
    await here.aclose()
    with pytest.raises(ConfigError, match="vault"):
        connections.open("nowhere-vault")


def test_a_connection_that_cannot_be_opened_says_why(environ: dict[str, str]) -> None:
    connections = Connections(load_settings(environ), environ=environ)
    with pytest.raises(ConfigError, match="PROD_TOKEN is not set"):
        connections.open("prod")
    Path(environ["DG_CLI_CONFIG"]).write_text("[cli.plus\n")
    assert "Dagster+" in [each.name for each in connections.known()]
    with pytest.raises(ConfigError, match=r"dg\.toml"):
        connections.open("Dagster+")


async def test_what_is_added_is_there_at_once(environ: dict[str, str]) -> None:
    environ["BOX_TOKEN"] = "s3cret"
    connections = Connections(load_settings(environ), environ=environ)
    draft = Draft("box", url="http://127.0.0.1:9", token_env="BOX_TOKEN")
    tried = connections.open_draft(draft)
    assert tried.where == "http://127.0.0.1:9"
    assert "box" not in load_settings(environ).profiles
    await tried.aclose()
    assert connections.add(draft) == "box"
    assert "box" in load_settings(environ).profiles
    assert "BOX_TOKEN" not in environ
    added = connections.open("box")
    await added.aclose()


async def test_the_demo_answers_a_ping() -> None:
    demo = Connections(environ={"RUN_TUI_CONFIG": "/nonexistent/config.toml"}).open("demo")
    assert (await demo.ping()).startswith("Dagster 1.")
    await demo.aclose()
