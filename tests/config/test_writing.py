"""A connection is added to the settings file, and all that was there stays."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_tui.config import load_settings
from run_tui.config.writing import Draft, drafted, write_private
from run_tui.errors import ConfigError

WRITTEN = """# my settings
default = "prod"   # the usual one

[connections.prod]
url   =   'https://dagster.acme.io'
[keys]
"run.follow" = "F5"
"""


def add(path: Path, draft: Draft) -> None:
    _, content = drafted(path, draft)
    write_private(path, content)


def test_the_first_connection_makes_the_file_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    add(path, Draft("desk", "pyspur", "localhost:6080", token_command='op read "op://a b/c"'))
    profile = load_settings({"RUN_TUI_CONFIG": str(path)}).profile("desk")
    assert (profile.kind, profile.address.url) == ("pyspur", "http://localhost:6080")
    assert profile.token is not None
    assert (profile.token.way, profile.token.value.reveal()) == ("token_command", 'op read "op://a b/c"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_comments_and_layout_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(WRITTEN.rstrip("\n"))
    path.chmod(0o644)
    add(path, Draft("staging", url="https://staging.acme.io", token_env="STAGING_TOKEN"))
    assert path.read_text() == (
        f'{WRITTEN}\n[connections.staging]\nurl = "https://staging.acme.io"\ntoken_env = "STAGING_TOKEN"\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]
    settings = load_settings({"RUN_TUI_CONFIG": str(path)})
    assert list(settings.profiles) == ["prod", "staging"]
    assert settings.keys == {"run.follow": "F5"}


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    target.write_text(WRITTEN)
    link.symlink_to(target)
    add(link, Draft("staging", url="staging.acme.io"))
    assert link.is_symlink()
    assert "staging.acme.io" in target.read_text()


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (Draft("", url="a.io"), "needs a name"),
        (Draft("prod", url="a.io"), "'prod' already"),
        (Draft("demo", url="a.io"), "belongs to the built-in connection"),
        (Draft("new"), "connections.new.url: missing"),
        (Draft("new", url="no host here"), "not the URL of a server"),
        (Draft("new", "airflow", "a.io"), "known: dagster, hub_log, pyspur"),
        (Draft("new", url="a.io", token_env="A", token_command="b"), "not both"),
        (Draft("new", url="a.io", token_command="a\nb"), "token_command: not plain text"),
    ],
)
def test_what_cannot_be_a_connection_is_told_and_nothing_is_written(tmp_path: Path, draft: Draft, told: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(WRITTEN)
    with pytest.raises(ConfigError, match=told):
        drafted(path, draft)
    assert path.read_text() == WRITTEN


def test_a_file_that_takes_no_further_table_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('connections = {prod = {url = "a.io"}}\n')
    with pytest.raises(ConfigError, match=r"config\.toml"):
        drafted(path, Draft("new", url="b.io"))


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write_private(tmp_path, b"")
    assert not list(tmp_path.parent.glob(f".{tmp_path.name}.*"))


printable = st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() and bool(text.strip()))


@given(printable, printable)
def test_any_name_and_any_command_reads_back(tmp_path_factory: pytest.TempPathFactory, name: str, command: str) -> None:
    path = tmp_path_factory.getbasetemp() / "none.toml"
    if name.strip() == "demo":
        return
    settings, _ = drafted(path, Draft(name, url="a.io", token_command=command))
    token = settings.profile(name.strip()).token
    assert token is not None
    assert token.value.reveal() == command.strip()
