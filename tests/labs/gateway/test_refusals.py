"""What refuses, on the way to Dagster+ or there, is told in a sentence of its own with what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from run_tui.cli import cli
from run_tui.cli._choice import chosen_connection
from run_tui.config import load_settings
from run_tui.connections import open_connection
from run_tui.errors import Busy, SourceError
from run_tui.model import RunFilter
from run_tui.sources import open_source
from tests.labs.gateway.gateway import (
    BRANCH,
    EXPIRED,
    FOREIGN,
    LIMIT_SECONDS,
    TOKEN,
    Authority,
    Gateway,
    Proxy,
    proxying,
)
from tests.sources.servers import SELF_SIGNED, served

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def gateway() -> Gateway:
    """A gateway before nothing: what it lets through ends there."""
    return Gateway(NOWHERE)


@pytest.fixture
def url(gateway: Gateway, certificate: Path, authority: Authority, clean: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the gateway is; its authority is trusted."""
    clean.setenv("SSL_CERT_FILE", str(authority.file))
    with served(gateway.app, certificate) as url:
        yield url


def ask(url: str, *, token: str = TOKEN, organization: str = "acme", deployment: str = "prod") -> Result:
    where = ("--url", url, "--organization", organization, "--deployment", deployment, "--token", token)
    result = CliRunner().invoke(cli, ["run", "list", *where], catch_exceptions=False)
    assert result.stdout == ""
    assert token not in result.stderr
    return result


async def failure(url: str, **choice: str) -> SourceError:
    """The error that the screens show: with what to do."""
    wanted = {"token": TOKEN, "organization": "acme", "deployment": "prod", **choice}
    words = [word for name, value in wanted.items() for word in (f"--{name}", value)]
    with cli.make_context("run-tui", ["--url", url, *words, "run"]):
        source = open_connection(chosen_connection(load_settings()))
    try:
        with pytest.raises(SourceError) as caught:
            await source.runs(RunFilter())
    finally:
        await source.aclose()
    assert TOKEN not in f"{caught.value} {caught.value.hint}"
    return caught.value


@pytest.mark.parametrize(
    ("choice", "code", "sentence", "step"),
    [
        ({"token": "user:wrong-1234"}, 3,
         "did not accept the token (HTTP 401 Unauthorized: invalid token ********)", "dg plus login"),
        ({"token": EXPIRED}, 3,
         "no longer accepts the token, which has expired (HTTP 401 Unauthorized: API token expired)", "another one"),
        ({"token": FOREIGN}, 3,
         "does not let this token into prod of the organization acme (HTTP 403 Forbidden: this token belongs to "
         "another organization)", "organization is right"),
        ({"organization": "acmee"}, 4,
         "knows no deployment prod of an organization acmee (HTTP 404 Not Found: organization not found)",
         "--organization"),
        ({"deployment": "staging"}, 4,
         "knows no deployment staging of an organization acme (HTTP 404 Not Found: deployment not found)",
         "--deployment"),
    ],
)  # fmt: skip
async def test_the_service_refuses(url: str, choice: dict[str, str], code: int, sentence: str, step: str) -> None:
    error = await failure(url, **choice)
    assert str(error) == f"{url}/{choice.get('organization', 'acme')} {sentence}"
    assert step in error.hint
    assert (error.exit_code, error.transient) == (code, False)


def test_commands_tell_refusals_by_exit_code_too(url: str) -> None:
    assert ask(url, token="user:wrong-1234").exit_code == 3
    result = ask(url, deployment="staging")
    assert result.exit_code == 4
    assert result.stderr.startswith("Error querying Dagster Plus API: https://127.0.0.1:")


async def test_a_limited_rate(gateway: Gateway, url: str) -> None:
    gateway.busy = 1
    error = await failure(url)
    assert isinstance(error, Busy)
    assert error.retry_after == LIMIT_SECONDS
    assert str(error) == f"{url}/acme is too busy (HTTP 429 Too Many Requests)"
    assert error.hint == "Ask again in 7 s: it asks for that."


async def test_a_login_page_in_place_of_an_answer(gateway: Gateway, url: str) -> None:
    gateway.login = True
    source = open_source("dagster", f"{url}/acme")
    with pytest.raises(SourceError) as caught:
        await source.runs(RunFilter())
    await source.aclose()
    assert str(caught.value) == f"{url}/acme answered with a login page (HTTP 200 OK)"
    assert "connections.NAME.headers" in caught.value.hint
    assert caught.value.exit_code == 3


async def test_nobody_the_machine_trusts(url: str, clean: pytest.MonkeyPatch) -> None:
    clean.delenv("SSL_CERT_FILE")
    error = await failure(url)
    assert str(error) == f"No secure connection to {url}/acme: unable to get local issuer certificate"
    assert "ca_bundle" in error.hint


async def test_a_certificate_that_signs_itself(gateway: Gateway, clean: pytest.MonkeyPatch) -> None:
    with served(gateway.app, SELF_SIGNED) as url:
        error = await failure(url)
    assert str(error) == f"No secure connection to {url}/acme: self-signed certificate"
    assert "SSL_CERT_FILE" in error.hint


async def test_an_expired_certificate(gateway: Gateway, authority: Authority, clean: pytest.MonkeyPatch) -> None:
    clean.setenv("SSL_CERT_FILE", str(authority.file))
    with served(gateway.app, authority.certificate(until=datetime.now(UTC) - timedelta(hours=1))) as url:
        error = await failure(url)
    assert str(error) == f"No secure connection to {url}/acme: certificate has expired"
    assert "clock" in error.hint


async def test_a_certificate_for_another_name(
    gateway: Gateway, authority: Authority, clean: pytest.MonkeyPatch
) -> None:
    clean.setenv("SSL_CERT_FILE", str(authority.file))
    with served(gateway.app, authority.certificate("dagster.example")) as url:
        error = await failure(url)
    assert "certificate is not valid for '127.0.0.1'" in str(error)
    assert "check the URL" in error.hint


async def test_plain_http_where_https_is_asked_for(gateway: Gateway, clean: pytest.MonkeyPatch) -> None:
    with served(gateway.app) as plain:
        url = plain.replace("http:", "https:")
        error = await failure(url)
    assert str(error) == f"No secure connection to {url}/acme: wrong version number"
    assert "plain http" in error.hint


def test_authorities_and_certificates_of_a_connection(
    gateway: Gateway, authority: Authority, certificate: Path, tmp_path: Path, clean: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.toml"
    mine = authority.certificate("somebody@acme.example")
    with served(gateway.app, certificate, clients=authority.file) as url:
        connection = f"[connections.c]\nurl = '{url}'\ntoken = '{FOREIGN}'\nca_bundle = '{authority.file}'\n"
        connection += "organization = 'acme'\ndeployment = 'prod'\n"
        settings.write_text(connection)
        settings.chmod(0o600)
        without = CliRunner().invoke(cli, ["-c", "c", "run", "list"], catch_exceptions=False)
        settings.write_text(f"{connection}client_certificate = '{mine}'\n")
        with_it = CliRunner().invoke(cli, ["-c", "c", "run", "list"], catch_exceptions=False)
    assert without.exit_code == 5, "nobody without a certificate is let in"
    assert with_it.exit_code == 3, "let in, and told of the token"
    assert len(gateway.seen) == 1


async def test_a_proxy_that_wants_a_login(url: str, clean: pytest.MonkeyPatch) -> None:
    host, _, port = url.partition("//")[2].partition(":")
    with proxying(Proxy((host, int(port)), login="YW5uOnBhNTV3MHJk")) as proxy:
        clean.setenv("HTTPS_PROXY", proxy)
        error = await failure("https://dagster.cloud")
        assert str(error) == f"The proxy {proxy[7:]} on the way to https://dagster.cloud/acme wants a login (HTTP 407)"
        assert "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT" in error.hint
        clean.setenv("HTTPS_PROXY", proxy.replace("//", "//ann:pa55w0rd@"))
        assert "knows no deployment" in str(await failure("https://dagster.cloud", deployment="x"))


async def test_a_proxy_that_refuses(url: str, clean: pytest.MonkeyPatch) -> None:
    with proxying(Proxy(("127.0.0.1", 9), login="nobody", status="403 Forbidden")) as proxy:
        clean.setenv("HTTPS_PROXY", proxy.replace("//", "//ann:pa55w0rd@"))
        error = await failure("https://dagster.cloud")
    assert str(error) == (
        f"The proxy {proxy[7:]} on the way to https://dagster.cloud/acme did not let the request pass (HTTP 403)"
    )
    assert "NO_PROXY" in error.hint


async def test_a_proxy_that_is_down(clean: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        proxy = f"127.0.0.1:{listener.getsockname()[1]}"
    clean.setenv("HTTPS_PROXY", f"http://ann:pa55w0rd@{proxy}")
    error = await failure("https://dagster.cloud")
    assert str(error) == f"The proxy {proxy} on the way to https://dagster.cloud/acme does not answer"
    assert "HTTPS_PROXY" in error.hint


@pytest.mark.parametrize("proxy", ["socks5://ann:pa55w0rd@h:1", "ftp://ann:pa55w0rd@h", "http://ann:pa55w0rd@h:x"])
async def test_a_proxy_that_is_none(clean: pytest.MonkeyPatch, proxy: str) -> None:
    clean.setenv("HTTPS_PROXY", proxy)
    error = await failure("https://dagster.cloud")
    assert str(error).startswith("No connection to https://dagster.cloud/acme: the proxy that the environment names")
    assert "pa55w0rd" not in f"{error} {error.hint}"
    assert "HTTPS_PROXY" in error.hint


@pytest.mark.parametrize("file", ["/nonexistent/ca.pem", __file__])
async def test_authorities_that_cannot_be_read(clean: pytest.MonkeyPatch, file: str) -> None:
    clean.setenv("SSL_CERT_FILE", file)
    error = await failure("https://127.0.0.1:9")
    assert str(error) == (
        "No secure connection to https://127.0.0.1:9/acme: the certificates that SSL_CERT_FILE or SSL_CERT_DIR names "
        "cannot be read"
    )


def test_certificates_of_a_connection_that_cannot_be_read(tmp_path: Path, clean: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "settings.toml"
    for key in ("ca_bundle", "client_certificate"):
        settings.write_text(f"[connections.c]\nurl = 'https://127.0.0.1:9'\n{key} = '{__file__}'\n")
        result = CliRunner().invoke(cli, ["-c", "c", "run", "list"], catch_exceptions=False)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {__file__}: cannot be used: no certificate")


async def test_this_machine_is_asked_without_a_proxy(url: str, clean: pytest.MonkeyPatch) -> None:
    proxy = Proxy(("127.0.0.1", 9))
    with proxying(proxy) as through:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            clean.setenv(name, through)
        for host in (url, url.replace("127.0.0.1", "localhost")):
            assert "knows no deployment" in str(await failure(host, deployment=BRANCH[:-1]))
    assert proxy.asked == []


async def test_servers_to_be_asked_without_a_proxy(url: str, clean: pytest.MonkeyPatch) -> None:
    clean.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    clean.setenv("NO_PROXY", "dagster.invalid")
    error = await failure("https://dagster.invalid")
    assert str(error) == "The host name in https://dagster.invalid/acme cannot be found"
