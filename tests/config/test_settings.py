"""The settings of connections: each kind, each setting, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from run_tui.config import KINDS, Connection, cache_path, load_settings, option_choice, resolve
from run_tui.config.settings import CACHE, CONNECTION
from run_tui.errors import ConfigError
from run_tui.reach import CONNECT_TIMEOUT, USUAL, Reach
from tests.config.test_resolve import written

ENV = {"DG_CLI_CONFIG": "/nonexistent/dg.toml", "DAGSTER_CLOUD_CLI_CONFIG": "/nonexistent/config"}


def connect(tmp_path: Path, text: str, **choice: str) -> Connection:
    environ = written(tmp_path, f"[connections.c]\n{text}") | ENV
    return resolve([option_choice(**{"connection": "c", **choice})], load_settings(environ), environ)


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("dagster", {"Dagster-Cloud-Api-Token": "t"}),
        ("hub_log", {"Authorization": "Bearer t"}),
        ("pyspur", {"Authorization": "Bearer t"}),
    ],
)
def test_each_kind_is_told_the_token_in_its_own_way(tmp_path: Path, kind: str, headers: dict[str, str]) -> None:
    connection = connect(tmp_path, f"kind = '{kind}'\nurl = 'https://h'\ntoken = 't'")
    assert connection.kind == kind
    assert connection.headers() == headers
    assert connect(tmp_path, f"kind = '{kind}'\nurl = 'https://h'").headers() == {}


def test_every_kind_is_tried() -> None:
    assert set(KINDS) == {"dagster", "hub_log", "pyspur"}


def test_only_dagster_has_organizations_whatever_the_address(tmp_path: Path) -> None:
    connection = connect(tmp_path, "kind = 'pyspur'\nurl = 'https://acme.dagster.cloud/prod'\ntoken = 't'")
    assert connection.headers() == {"Authorization": "Bearer t"}
    bent = connect(tmp_path, "kind = 'pyspur'\nurl = 'https://h'", url="https://acme.dagster.cloud/prod")
    assert bent.organization is None


def test_headers_of_a_connection_are_sent_with_it_and_shown_nowhere(tmp_path: Path) -> None:
    text = "url = 'https://h'\ntoken = 't'\nheaders = {X-Gate = 's3cret', authorization = 'Bearer s3cret'}"
    connection = connect(tmp_path, text)
    assert connection.headers() == {
        "Dagster-Cloud-Api-Token": "t", "X-Gate": "s3cret", "authorization": "Bearer s3cret"
    }  # fmt: skip
    assert "s3cret" not in f"{connection!r} {connection}"
    assert connect(tmp_path, text, url="https://elsewhere").headers() == {}
    assert (
        "the headers go to h unencrypted" in connect(tmp_path, "url = 'http://h'\nheaders = {X = 's3cret'}").warnings[0]
    )


def test_a_given_header_replaces_ours(tmp_path: Path) -> None:
    text = "kind = 'hub_log'\nurl = 'https://ann:pw@h'\ntoken = 't'\nheaders = {authorization = 'Basic x'}"
    assert connect(tmp_path, text).headers() == {"authorization": "Basic x"}


def test_a_file_with_headers_is_one_with_secrets(tmp_path: Path) -> None:
    environ = written(tmp_path, "[connections.c]\nurl = 'https://h'\nheaders = {X = 'y'}")
    Path(environ["RUN_TUI_CONFIG"]).chmod(0o644)
    assert "chmod 600" in load_settings(environ).warnings[0]


def test_how_a_server_is_reached(tmp_path: Path) -> None:
    for name in ("ca.pem", "mine.pem", "mine.key"):
        (tmp_path / name).touch()
    text = (
        "url = 'https://h'\nca_bundle = 'ca.pem'\nread_only = true\nread_timeout = 90\n"
        f"client_certificate = '{tmp_path}/mine.pem'\nclient_key = 'mine.key'"
    )
    connection = connect(tmp_path, text)
    ca, mine, key = (tmp_path / name for name in ("ca.pem", "mine.pem", "mine.key"))
    assert connection.reach == Reach(ca, mine, key, CONNECT_TIMEOUT, 90.0)
    assert connection.read_only
    elsewhere = connect(tmp_path, text, url="https://elsewhere")
    assert elsewhere.reach == USUAL, "another server is shown no certificate of ours"
    assert elsewhere.read_only


def test_the_certificates_home_may_be_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").touch()
    assert connect(tmp_path, "url = 'https://h'\nca_bundle = '~/ca.pem'").reach.ca_bundle == tmp_path / "ca.pem"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"connections\.c\.url: missing"),
        ("organization = 'acme'\nkind = 'pyspur'", "organization: only a connection to Dagster"),
        ("url = 'https://h'\ndeployment = 'prod'", "deployment: only a connection to Dagster"),
        ("url = 'https://acme.dagster.cloud'\norganization = 'x'", "organization: the URL is that of acme"),
        ("organization = 'a/b'", "organization: letters, digits"),
        ("url = 'h'\ntoken = ''", r"connections\.c\.token: empty"),
        (
            "url = 'h'\ntoken_env = 'X'\ntoken_command = 'op'",
            "token_command: give token_env or token_command, not both",
        ),
        ("url = 'h'\ntoken_keyring = 3", "token_keyring: a text"),
        ("url = 'h'\nheaders = 3", "headers: a table"),
        ("url = 'h'\nheaders = {X = 3}", r"headers\.X: a text"),
        ("url = 'h'\nheaders = {X = \"s3cret\\u0000\"}", r"headers\.X: empty or not plain"),
        ("url = 'h'\nca_bundle = 'none.pem'", r"ca_bundle: there is no file .*none\.pem"),
        ("url = 'h'\nclient_key = 'bad.toml'", "client_key: client_certificate is missing"),
        ("url = 'h'\nread_timeout = 0", "read_timeout: a number of seconds"),
        ("url = 'h'\nread_timeout = true", "read_timeout: a number of seconds"),
        ("url = 'h'\nconnect_timeout = inf", "connect_timeout: a number of seconds"),
        ("url = 'h'\nread_only = 'yes'", "read_only: true or false"),
    ],
)
def test_a_mistake_in_a_connection_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        connect(tmp_path, text)
    assert "s3cret" not in str(caught.value)
    assert str(tmp_path / "bad.toml") in str(caught.value)


def test_the_readme_tells_of_every_setting() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert all(f"`{word}`" in readme for word in (*CONNECTION, *KINDS))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", CACHE),
        ("cache = true", CACHE),
        ("cache = false", 0),
        ("cache = '2 GB'", 2 * 10**9),
        ("cache = '1.5mb'", 1_500_000),
    ],
)
def test_how_much_is_kept(tmp_path: Path, text: str, size: int) -> None:
    assert load_settings(written(tmp_path, text)).cache == size


@pytest.mark.parametrize("text", ["2", "'2'", "'-1 GB'", "'lots'", "'1e9 GB'", "[]", "1.5"])
def test_what_is_no_size_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="cache: a size"):
        load_settings(written(tmp_path, f"cache = {text}"))


def test_where_runs_are_kept() -> None:
    assert cache_path({"RUN_TUI_CACHE": "/somewhere"}) == Path("/somewhere")
    assert cache_path({}).name == "runs"
