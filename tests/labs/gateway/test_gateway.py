"""Dagster+ with nothing but what its own command lines leave behind: all is real but the service itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dagster_shared.plus.config import DagsterPlusCliConfig
from dagster_shared.utils.config import write_config

from tests.labs.dagster.lab import DagsterLab
from tests.labs.gateway.gateway import (
    BRANCH,
    DEPLOYMENT,
    ORGANIZATION,
    TOKEN,
    Authority,
    Gateway,
    Proxy,
    proxying,
)
from tests.sources.servers import served
from tests.terminal import Terminal

PROGRAM = (sys.executable, "-m", "run_tui")
WAYS = ("dg.toml", "older file", "environment", "options", "settings")


@dataclass(frozen=True)
class Service:
    """Dagster+ as it is seen from here: behind a proxy, in front of a lab with one finished run."""

    gateway: Gateway
    run_id: str

    def run(self, *command: str, program: tuple[str, ...] = PROGRAM) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        done = subprocess.run([*program, *command], capture_output=True, text=True, timeout=90, check=False)
        assert TOKEN not in done.stdout + done.stderr
        return done

    def was_asked(self, host: str = "dagster.cloud", path: str = ORGANIZATION, deployment: str = DEPLOYMENT) -> bool:
        """Whether each request went there, with all three headers."""
        asked = {(seen["url"], *(seen.get(f"dagster-cloud-{name}") for name in _HEADERS)) for seen in self.gateway.seen}
        return asked == {(f"https://{host}/{path}/graphql", TOKEN, ORGANIZATION, deployment)}


_HEADERS = ("api-token", "organization", "deployment")


@pytest.fixture
def service(
    dagster_lab: DagsterLab, authority: Authority, certificate: Path, clean: pytest.MonkeyPatch
) -> Iterator[Service]:
    gateway = Gateway(dagster_lab.url)
    with served(gateway.app, certificate) as url, proxying(Proxy(("127.0.0.1", int(url.rpartition(":")[2])))) as proxy:
        clean.setenv("HTTPS_PROXY", proxy)
        clean.setenv("SSL_CERT_FILE", str(authority.file))
        yield Service(gateway, dagster_lab.finished("nightly_etl"))


def log_in(url: str | None = None) -> None:
    """What `dg plus login` does in the end."""
    path = Path(os.environ["XDG_CONFIG_HOME"])
    path.mkdir(exist_ok=True)
    DagsterPlusCliConfig(url, ORGANIZATION, DEPLOYMENT, TOKEN).write()


def prepared(way: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Gives organization, deployment and token in one way; the options to add."""
    home = Path(os.environ["HOME"])
    match way:
        case "dg.toml":
            log_in()
        case "older file":
            (home / ".dagster_cloud_cli").mkdir()
            values = {"organization": ORGANIZATION, "default_deployment": DEPLOYMENT, "user_token": TOKEN}
            write_config(home / ".dagster_cloud_cli" / "config", values)
        case "environment":
            monkeypatch.setenv("DAGSTER_CLOUD_ORGANIZATION", ORGANIZATION)
            monkeypatch.setenv("DAGSTER_CLOUD_DEPLOYMENT", DEPLOYMENT)
            monkeypatch.setenv("DAGSTER_CLOUD_API_TOKEN", TOKEN)
        case "options":
            return ("--organization", ORGANIZATION, "--deployment", DEPLOYMENT, "--token", TOKEN)
        case "settings":
            monkeypatch.setenv("THE_TOKEN", TOKEN)
            (home / "settings.toml").write_text(
                'default = "plus"\n[connections.plus]\norganization = "acme"\ndeployment = "prod"\n'
                "token_command = \"sh -c 'echo $THE_TOKEN'\"\n"
            )
    return ()


@pytest.mark.parametrize("way", WAYS)
def test_commands_need_nothing_but_what_is_there(service: Service, way: str, clean: pytest.MonkeyPatch) -> None:
    options = prepared(way, clean)
    got = service.run("run", "get", service.run_id, *options)
    assert got.stdout.startswith(f"Run ID: {service.run_id}\nStatus: SUCCESS"), got.stderr
    events = service.run("run-events", "get", service.run_id, "--json", "--limit", "1000", *options)
    assert json.loads(events.stdout)["count"] > 10
    assert events.stderr == ""
    assert service.was_asked()


@pytest.mark.parametrize("way", ["dg.toml", "older file", "environment"])
def test_the_explorer_needs_nothing_but_what_is_there(service: Service, way: str, clean: pytest.MonkeyPatch) -> None:
    prepared(way, clean)
    with Terminal(PROGRAM, (120, 40), os.environ) as terminal:
        assert terminal.settle(lambda: "nightly_etl" in terminal.drained().text, 0.05, 30), terminal.screen.text
        assert "acme/prod" in terminal.screen.text
    assert service.was_asked()


def test_the_official_command_line_and_ours_through_one_gateway(service: Service) -> None:
    log_in()
    dg = (str(Path(sys.executable).with_name("dg")), "api")
    theirs = service.run("run", "get", service.run_id, "--json", program=dg)
    assert theirs.returncode == 0, theirs.stderr
    assert service.was_asked()
    ours = service.run("run", "get", service.run_id, "--json")
    assert ours.returncode == 0, ours.stderr
    assert service.was_asked()
    assert json.loads(theirs.stdout)["id"] == json.loads(ours.stdout)["id"] == service.run_id


def test_a_login_in_europe(service: Service) -> None:
    log_in("https://eu.dagster.cloud")
    assert service.run("run", "get", service.run_id).returncode == 0
    assert service.was_asked("eu.dagster.cloud")


@pytest.mark.parametrize("deployment", [DEPLOYMENT, BRANCH])
def test_the_address_of_a_runs_page_is_enough(service: Service, deployment: str) -> None:
    log_in()
    page = f"https://acme.dagster.cloud/{deployment}/runs/{service.run_id}?focusedTime=1"
    got = service.run("run", "get", page)
    assert got.stdout.startswith(f"Run ID: {service.run_id}"), got.stderr
    assert service.was_asked("acme.dagster.cloud", deployment, deployment)
    with Terminal([*PROGRAM, page], (120, 40), os.environ) as terminal:
        assert terminal.settle(lambda: "SUCCESS" in terminal.drained().text.upper(), 0.05, 30), terminal.screen.text


def test_a_branch_deployment_is_named_by_an_option(service: Service) -> None:
    log_in()
    assert service.run("run", "get", service.run_id, "--deployment", BRANCH).returncode == 0
    assert service.was_asked(deployment=BRANCH)


def test_two_logins_are_told_of_and_one_is_used(service: Service, clean: pytest.MonkeyPatch) -> None:
    prepared("older file", clean)
    config = Path(os.environ["XDG_CONFIG_HOME"])
    config.mkdir()
    write_config(
        config / "dg.toml",
        {"cli": {"plus": {"organization": ORGANIZATION, "default_deployment": BRANCH, "user_token": TOKEN}}},
    )
    got = service.run("run", "get", service.run_id)
    assert got.returncode == 0
    assert got.stderr.startswith(f"Warning: both {config / 'dg.toml'} and ")
    assert service.was_asked(deployment=BRANCH)


def test_without_a_token_the_documented_error_says_what_to_do(service: Service) -> None:
    got = service.run("run", "get", service.run_id, "--organization", ORGANIZATION, "--deployment", DEPLOYMENT)
    assert (got.returncode, got.stdout) == (2, "")
    assert got.stderr.startswith(
        "Error: `dg plus` commands require authentication with Dagster Plus. Run `dg plus login` to authenticate. "
    )
    assert service.gateway.seen == []
