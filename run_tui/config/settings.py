"""The settings file: named connections, and how the screens look and answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from run_tui.config.addresses import Address, parse_address
from run_tui.config.connection import DEMO, KINDS
from run_tui.config.dagster_plus import BASE_URL, Place, checked_name, place_of
from run_tui.config.secrets import WAYS, Secret, TokenSource, secret
from run_tui.config.tables import Table, parsed_toml
from run_tui.errors import ConfigError
from run_tui.reach import CONNECT_TIMEOUT, READ_TIMEOUT, USUAL, Reach

THEMES = ("dark", "light", "contrast", "terminal")
"""What the screens can look like; the first one is the default."""

CONNECTION = (
    "kind", "url", "organization", "deployment", *WAYS, "headers", "ca_bundle", "client_certificate", "client_key",
    "connect_timeout", "read_timeout", "read_only", "dags",
)  # fmt: skip
"""The settings of a connection."""

CACHE = 10**9
"""Bytes of finished runs that are kept, unless the settings say otherwise: some twenty of a million events."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One `[connections.NAME]` table of the settings file; `place` is its deployment, if it is one of Dagster+.

    `dags` are those whose runs a Hub Log server lists unless told otherwise.
    """

    name: str
    kind: str
    address: Address
    place: Place | None = None
    token: TokenSource | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)
    reach: Reach = USUAL
    read_only: bool = False
    dags: tuple[str, ...] = ()

    @property
    def is_telling(self) -> bool:
        """Whether a secret stands in the file itself."""
        return bool(self.address.login or self.headers or (self.token and self.token.way == "token"))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings file as read; `keys` maps binding ids to keys, `warnings` are sentences for the user.

    `alert` is whether the end of every run opened is told; `cache` how many bytes of finished runs are kept.
    """

    path: Path
    exists: bool = False
    default: str | None = None
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    alert: bool = False
    theme: str = THEMES[0]
    cache: int = CACHE
    warnings: tuple[str, ...] = ()

    def profile(self, name: str) -> Profile:
        """The connection of that name. Raises `ConfigError`."""
        if profile := self.profiles.get(name):
            return profile
        known = ", ".join(sorted({DEMO, *self.profiles}))
        raise ConfigError(f"There is no connection {name!r}; known: {known} ({self.path}).")


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the settings file is or would be: RUN_TUI_CONFIG, else the system's place for it."""
    if named := environ.get("RUN_TUI_CONFIG"):
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_config_path("run-tui", appauthor=False) / "config.toml"


def cache_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of finished runs that are kept: RUN_TUI_CACHE, else the system's place for it."""
    if named := environ.get("RUN_TUI_CACHE"):
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("run-tui", appauthor=False) / "runs"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Reads the settings file; none at all is as good as an empty one. Raises `ConfigError`."""
    path = settings_path(environ)
    try:
        with path.open("rb") as file:
            shared = os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o044 != 0
            content = file.read()
    except FileNotFoundError:
        return Settings(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None
    return read_settings(path, content, shared=shared)


def read_settings(path: Path, content: bytes, *, shared: bool = False) -> Settings:
    """What a settings file of this content says; `shared` is whether others can read it. Raises `ConfigError`."""
    return _settings(Table(path, "", parsed_toml(path, content)), shared)


def _settings(table: Table, shared: bool) -> Settings:
    table.only("default", "theme", "alert", "cache", "connections", "keys")
    path, connections, keys = table.path, table.table("connections"), table.table("keys")
    profiles = {name: _profile(name, connections) for name in connections.values}
    exposed = shared and any(profile.is_telling for profile in profiles.values())
    warning = f"{path} holds a token and other users can read it: chmod 600, or use token_env."
    return Settings(
        path,
        exists=True,
        default=table.text("default"),
        profiles=profiles,
        keys={binding: keys.text(binding) or "" for binding in keys.values},
        alert=table.flag("alert"),
        theme=_theme(table),
        cache=table.size("cache", CACHE),
        warnings=(warning,) if exposed else (),
    )


def _theme(table: Table) -> str:
    theme = table.text("theme") or THEMES[0]
    if theme not in THEMES:
        raise ConfigError(f"{table.at('theme')}: unknown; known: {', '.join(THEMES)}.")
    return theme


def _profile(name: str, connections: Table) -> Profile:
    table = connections.table(name)
    table.only(*CONNECTION)
    if name == DEMO:
        raise ConfigError(f"{connections.at(name)}: this name belongs to the built-in connection.")
    kind = table.text("kind") or next(iter(KINDS))
    if kind not in KINDS:
        raise ConfigError(f"{table.at('kind')}: unknown; known: {', '.join(KINDS)}.")
    address, place = _server(table, kind)
    return Profile(
        name,
        kind,
        address,
        place,
        _token(table),
        _headers(table.table("headers")),
        _reach(table),
        table.flag("read_only"),
        _dags(table, kind),
    )


def _dags(table: Table, kind: str) -> tuple[str, ...]:
    if kind != "hub_log" and "dags" in table.values:
        raise ConfigError(f"{table.at('dags')}: only a connection of kind hub_log has them.")
    return table.texts("dags")


def _server(table: Table, kind: str) -> tuple[Address, Place | None]:
    url, organization, deployment = table.text("url"), _name(table, "organization"), _name(table, "deployment")
    if url is None and organization is None:
        raise ConfigError(f"{table.at('url')}: missing.")
    address = parse_address(url or BASE_URL, table.at("url"))
    place = place_of(address.url)
    if organization is not None:
        place = place or Place(address.url.rstrip("/"), organization)
        if not place.is_of(organization):
            raise ConfigError(f"{table.at('organization')}: the URL is that of {place.organization}.")
    if kind != "dagster" or place is None:
        for key in ("organization", "deployment"):
            if key in table.values:
                raise ConfigError(f"{table.at(key)}: only a connection to Dagster+ has one.")
        return address, None
    return address, replace(place, deployment=deployment or place.deployment)


def _name(table: Table, key: str) -> str | None:
    text = table.text(key)
    return None if text is None else checked_name(text, table.at(key))


def _token(table: Table) -> TokenSource | None:
    given = [way for way in WAYS if table.text(way) is not None]
    if len(given) > 1:
        raise ConfigError(f"{table.at(given[1])}: give {given[0]} or {given[1]}, not both.")
    if not given:
        return None
    way, place = given[0], table.at(given[0])
    text = table.text(way) or ""
    return TokenSource(way, secret(text, place) if way == "token" else Secret(text), place)


def _headers(table: Table) -> dict[str, Secret]:
    return {name: secret(table.text(name) or "", table.at(name)) for name in table.values}


def _reach(table: Table) -> Reach:
    reach = Reach(
        table.file("ca_bundle"),
        table.file("client_certificate"),
        table.file("client_key"),
        table.seconds("connect_timeout") or CONNECT_TIMEOUT,
        table.seconds("read_timeout") or READ_TIMEOUT,
    )
    if reach.client_key and not reach.client_certificate:
        raise ConfigError(f"{table.at('client_key')}: client_certificate is missing, to which it belongs.")
    return reach
