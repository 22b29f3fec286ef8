"""Which server and which token: precedence, the settings file, and what must never be shown."""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path

import pytest

from run_tui.config import (
    Choice,
    Connection,
    Secret,
    environment_choices,
    load_settings,
    option_choice,
    page_choice,
    parse_address,
    resolve,
    settings_path,
)
from run_tui.errors import ConfigError

FILE = """
default = "prod"

[connections.prod]
kind = "dagster"
url = "https://dagster.acme.io/prod"
token = "file-token"

[connections.lab]
url = "localhost:3333"
token_env = "LAB_TOKEN"

[keys]
follow = "F"
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose settings file is FILE, readable by its owner only."""
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    path.chmod(0o600)
    return {"RUN_TUI_CONFIG": str(path)}


def connect(environ: dict[str, str], *choices: Choice) -> Connection:
    return resolve([*choices, *environment_choices(environ)], load_settings(environ), environ)


option = option_choice


def written(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    return {"RUN_TUI_CONFIG": str(path)}


def test_without_any_setting_the_local_server_is_asked(tmp_path: Path) -> None:
    connection = connect({"RUN_TUI_CONFIG": str(tmp_path / "none.toml")})
    assert (connection.name, connection.kind, connection.url) == ("localhost:3000", "dagster", "http://localhost:3000")
    assert connection.headers() == {}
    assert connection.origins["url"] == "default"


def test_the_settings_file_names_the_default(environ: dict[str, str]) -> None:
    connection = connect(environ)
    assert (connection.name, connection.url) == ("prod", "https://dagster.acme.io/prod")
    assert connection.headers() == {"Dagster-Cloud-Api-Token": "file-token"}
    assert connection.origins["token"] == f"{environ['RUN_TUI_CONFIG']}: connections.prod.token"


def test_the_environment_comes_before_the_file_and_options_before_both(environ: dict[str, str]) -> None:
    environ |= {"RUN_TUI_URL": "env:1", "RUN_TUI_TOKEN": "env-token"}
    from_environment = connect(environ)
    assert (from_environment.url, from_environment.token) == ("http://env:1", Secret("env-token"))
    assert from_environment.origins["url"] == "RUN_TUI_URL"
    from_option = connect(environ, option(url="option:2", token="option-token"))
    assert (from_option.url, from_option.token) == ("http://option:2", Secret("option-token"))
    assert from_option.origins == {"name": "--url", "url": "--url", "token": "--token"}


def test_each_setting_is_taken_from_its_own_best_place(environ: dict[str, str]) -> None:
    connection = connect(environ | {"RUN_TUI_TOKEN": "env-token"}, option(connection="prod"))
    assert (connection.url, connection.token) == ("https://dagster.acme.io/prod", Secret("env-token"))


def test_a_connection_named_by_an_option_is_not_bent_by_the_environments_url(environ: dict[str, str]) -> None:
    connection = connect(environ | {"RUN_TUI_URL": "elsewhere:1"}, option(connection="prod"))
    assert connection.url == "https://dagster.acme.io/prod"


def test_the_files_token_is_not_sent_to_another_server(environ: dict[str, str]) -> None:
    assert connect(environ, option(url="https://elsewhere.io")).headers() == {}
    assert connect(environ, option(connection="prod", url="https://elsewhere.io")).headers() == {}
    plain = connect(environ, option(connection="prod", url="http://dagster.acme.io/prod"))
    assert plain.headers() == {}, "nor over a line that others can read"
    same = connect(environ, option(connection="prod", url="https://dagster.acme.io/staging"))
    assert same.headers() == {"Dagster-Cloud-Api-Token": "file-token"}


def test_a_token_can_come_from_a_variable_named_in_the_file(environ: dict[str, str]) -> None:
    assert connect(environ | {"LAB_TOKEN": "lab-token"}, option(connection="lab")).token == Secret("lab-token")
    with pytest.raises(ConfigError, match=r"connections\.lab\.token_env.*LAB_TOKEN is not set"):
        connect(environ, option(connection="lab"))
    assert connect(environ, option(connection="lab", token="given")).token == Secret("given")


def test_an_unknown_connection_lists_the_known_ones(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"'nope'; known: demo, lab, prod"):
        connect(environ, option(connection="nope"))


def test_the_demo_needs_nothing_and_takes_no_url(environ: dict[str, str]) -> None:
    demo = connect(environ | {"RUN_TUI_URL": "elsewhere:1"}, option(connection="demo"))
    assert (demo.name, demo.kind) == ("demo", "demo")
    with pytest.raises(ConfigError, match="demo connection has no URL"):
        connect(environ, option(connection="demo", url="localhost"))


def test_a_web_page_leads_to_the_connection_it_is_under(environ: dict[str, str]) -> None:
    settings = load_settings(environ)
    known = resolve([page_choice("https://dagster.acme.io/prod/runs/9d38c7ea", settings)], settings, environ)
    assert (known.name, known.token) == ("prod", Secret("file-token"))
    other = resolve([page_choice("http://10.0.0.7:3000/x/runs/9d38c7ea?tab=1", settings)], settings, environ)
    assert (other.name, other.url) == ("10.0.0.7:3000", "http://10.0.0.7:3000/x")


def test_a_server_known_only_from_a_pasted_page_gets_no_token(environ: dict[str, str]) -> None:
    settings = load_settings(environ)
    page = page_choice("https://evil.example/runs/9d38c7ea", settings)
    assert resolve([option(token="given"), page], settings, environ).headers() == {}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("localhost", "http://localhost"),
        ("LOCALHOST:3000", "http://LOCALHOST:3000"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("127.8.0.1/path", "http://127.8.0.1/path"),
        ("[::1]:3000", "http://[::1]:3000"),
        ("[::1]", "http://[::1]"),
        ("dagster.acme.io", "https://dagster.acme.io"),
        ("10.0.0.7", "https://10.0.0.7"),
        ("dagster.acme.io:3000", "http://dagster.acme.io:3000"),
        ("  https://dagster.acme.io/prod/graphql ", "https://dagster.acme.io/prod/graphql"),
        ("HTTP://host/#runs", "http://host/"),
    ],
)
def test_a_url_may_be_written_short(text: str, url: str) -> None:
    assert parse_address(text, "--url").url == url


@pytest.mark.parametrize(
    "text", ["", "http://", "ftp://host", "host:port", "host:99999", "http://a b", "a\x1bb", "http://[::1", "host:0"]
)
def test_what_is_no_url_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^--url: not "):
        parse_address(text, "--url")


def test_a_login_in_the_url_becomes_a_header_and_is_not_shown() -> None:
    settings = load_settings({"RUN_TUI_CONFIG": "/nonexistent/config.toml"})
    connection = resolve([option(url="https://ann:p%40ss@dagster.acme.io/x")], settings, {})
    assert connection.url == "https://dagster.acme.io/x"
    assert connection.headers() == {"Authorization": "Basic " + base64.b64encode(b"ann:p@ss").decode()}
    assert "p@ss" not in repr(connection)
    assert "p%40ss" not in repr(connection)


def test_a_token_is_never_in_a_text_of_the_connection(environ: dict[str, str]) -> None:
    connection = connect(environ)
    settings = load_settings(environ)
    for shown in (repr(connection), str(connection), f"{connection}", str(asdict(connection)), repr(settings)):
        assert "file-token" not in shown
    assert str(connection.token) == "********"


@pytest.mark.parametrize("token", ["line\nbreak", "tök", "\x1b[31m"])
def test_a_token_that_no_header_can_carry_is_refused_unshown(environ: dict[str, str], token: str) -> None:
    with pytest.raises(ConfigError, match=r"^RUN_TUI_TOKEN: ") as caught:
        connect(environ | {"RUN_TUI_TOKEN": token})
    assert token not in str(caught.value)


def test_an_empty_variable_says_nothing(environ: dict[str, str]) -> None:
    empty = dict.fromkeys(("RUN_TUI_CONNECTION", "RUN_TUI_URL", "RUN_TUI_TOKEN"), "")
    assert connect(environ | empty) == connect(environ)


def test_keys_are_read_for_the_app(environ: dict[str, str]) -> None:
    assert load_settings(environ).keys == {"follow": "F"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('default = "x"\nurl = \n', "at line 2, column 7"),
        ("defaults = 1", "defaults: no such setting; known here: default, theme, alert, cache, connections, keys"),
        ('theme = "nord"', "theme: unknown; known: dark, light, contrast, terminal"),
        ("theme = 1", "theme: a text in quotes is wanted here"),
        ("alert = 1", "alert: true or false is wanted here"),
        ("default = 3", "default: a text"),
        ("connections = 3", "connections: a table"),
        ("connections.prod = 3", r"connections\.prod: a table"),
        ("[connections.prod]", r"connections\.prod\.url: missing"),
        ("[connections.prod]\nurl = 'http://'", r"connections\.prod\.url: not the URL"),
        ("[connections.prod]\nurl = 'a'\ntokn = 's3cret'", r"connections\.prod\.tokn: no such setting"),
        ("[connections.prod]\nurl = 'a'\ntoken = 7353", r"connections\.prod\.token: a text"),
        ("[connections.prod]\nurl = 'a'\nkind = 'airflow'", r"connections\.prod\.kind: unknown; known: dagster"),
        ("[connections.prod]\nurl = 'a'\ntoken = 's3cret'\ntoken_env = 'X'", r"token_env: give token or token_env"),
        ("[connections.demo]\nurl = 'a'", r"connections\.demo: this name belongs"),
        ("[keys]\nfollow = 3", r"keys\.follow: a text"),
        ("x = '\udcff'", "not a UTF-8 text"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_settings({"RUN_TUI_CONFIG": str(path)})
    assert str(path) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "7353" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings({"RUN_TUI_CONFIG": str(tmp_path)})


def test_a_token_others_can_read_is_warned_about(environ: dict[str, str]) -> None:
    assert load_settings(environ).warnings == ()
    Path(environ["RUN_TUI_CONFIG"]).chmod(0o644)
    (warning,) = load_settings(environ).warnings
    assert "chmod 600" in warning
    assert "file-token" not in warning


def test_a_readable_file_without_a_token_is_fine(tmp_path: Path) -> None:
    environ = written(tmp_path, "[connections.lab]\nurl = 'localhost'\ntoken_env = 'LAB'")
    Path(environ["RUN_TUI_CONFIG"]).chmod(0o644)
    assert load_settings(environ).warnings == ()


def test_the_file_is_in_the_users_settings_unless_named() -> None:
    assert settings_path({}).parts[-2:] == ("run-tui", "config.toml")
    assert settings_path({"RUN_TUI_CONFIG": "~/mine.toml"}) == Path.home() / "mine.toml"
