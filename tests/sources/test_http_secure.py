"""Whom connections trust, what they show, and the proxies on the way."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from socket import create_server

import pytest

from run_tui.errors import ConfigError, Unreachable
from run_tui.reach import Reach
from run_tui.sources._http_words import NO_AUTHORITIES, NO_PROXY, PROXY_HINT, TLS_HINT
from tests.sources.asking import GOOD, GOOD_BODY, SECRET, TOKEN, ask, failure
from tests.sources.servers import SELF_SIGNED, always, http_answer, read_request, served, talking
from tests.sources.test_http_connections import redirecting_to

OWN = Reach(ca_bundle=SELF_SIGNED)
WELL = always(GOOD_BODY)


@pytest.fixture
def apart(tmp_path: Path) -> tuple[Path, Path]:
    """The certificate and its key in files of their own."""
    certificate, mark, key = SELF_SIGNED.read_text().partition("-----BEGIN PRIVATE KEY-----")
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    for file, text in zip(files, (certificate, mark + key), strict=True):
        file.write_text(text)
    return files


async def test_an_authority_of_ones_own_is_trusted_by_this_server_alone() -> None:
    with served(WELL, tls=SELF_SIGNED) as other:
        assert await ask(other, reach=OWN) == GOOD
        with served(redirecting_to(f"{other}/graphql"), tls=SELF_SIGNED) as url:
            error = await failure(url, reach=OWN, headers=TOKEN)
    there = f"{other}/graphql, where {url} redirects,"
    assert str(error) == f"No secure connection to {there}: self-signed certificate"
    assert error.hint == TLS_HINT


async def test_a_certificate_is_shown(apart: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = apart
    with served(WELL, tls=SELF_SIGNED, clients=SELF_SIGNED) as url:
        assert await ask(url, reach=Reach(ca_bundle=SELF_SIGNED, client_certificate=SELF_SIGNED)) == GOOD
        assert await ask(url, reach=Reach(SELF_SIGNED, certificate, key)) == GOOD
        assert isinstance(await failure(url, reach=OWN), Unreachable)
        monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
        assert await ask(url, reach=Reach(client_certificate=SELF_SIGNED)) == GOOD


async def test_files_that_cannot_be_used(apart: tuple[Path, Path], tmp_path: Path) -> None:
    certificate, key = apart
    missing = tmp_path / "missing"
    in_no_shape = "no certificate and key in PEM, or encrypted"
    for reach, files, why in (
        (Reach(ca_bundle=missing), (missing,), "No such file or directory"),
        (Reach(client_certificate=certificate), (certificate,), in_no_shape),
        (Reach(client_certificate=certificate, client_key=certificate), (certificate, certificate), in_no_shape),
        (Reach(ca_bundle=key), (key,), in_no_shape),
    ):
        with pytest.raises(ConfigError) as caught:
            await ask("https://example.test", reach=reach)
        assert str(caught.value) == f"{', '.join(map(str, files))}: cannot be used: {why}"


async def test_authorities_that_the_environment_names_are_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    with served(WELL, tls=SELF_SIGNED) as url:
        assert await ask(url) == GOOD


async def test_authorities_that_cannot_be_read_matter_only_where_they_are_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/authorities")
    with served(WELL) as url:
        assert await ask(url) == GOOD
    with served(WELL, tls=SELF_SIGNED) as url:
        assert await ask(url, reach=OWN) == GOOD
        error = await failure(url)
    assert (type(error), str(error)) == (Unreachable, f"No secure connection to {url}: {NO_AUTHORITIES}")
    assert error.hint == TLS_HINT


async def test_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(create_server(("127.0.0.1", 0))) as listener:
        proxy = f"127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("HTTP_PROXY", f"http://ann:{SECRET}@{proxy}")
    with served(WELL) as url:
        assert await ask(url) == GOOD
        assert await ask(url.replace("127.0.0.1", "localhost")) == GOOD
    assert str(await failure(url)) == f"Nothing is listening at {url}"
    error = await failure("http://example.test")
    assert str(error) == f"The proxy {proxy} on the way to http://example.test does not answer"
    assert error.hint == PROXY_HINT


async def test_a_proxy_that_wants_a_login_answers_in_the_servers_place(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(http_answer(b"").replace(b"200 OK", b"407 Proxy Authentication Required"))

    async with talking(refuse) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        error = await failure("http://example.test", headers=TOKEN)
    assert type(error) is Unreachable
    assert str(error) == f"The proxy {proxy[7:]} on the way to http://example.test wants a login (HTTP 407)"


async def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"gopher://ann:{SECRET}@example.test")
    error = await failure("http://example.test")
    assert (str(error), error.hint) == (f"No connection to http://example.test: {NO_PROXY}", PROXY_HINT)
