"""Which server to ask and with which token: option > environment > settings file > default."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit, urlunsplit

from run_tui.errors import ConfigError

DEFAULT_URL = "http://localhost:3000"
"""Where `dagster dev` and `dagster-webserver` listen unless told otherwise."""
DEMO = "demo"
"""The name and the kind of the built-in connection that needs no server."""
KINDS = ("dagster",)
"""The systems a connection of the settings file can be of."""
THEMES = ("dark", "light", "contrast", "terminal")
"""What the screens can look like; the first one is the default."""
OPTIONS = MappingProxyType({"connection": "--connection", "url": "--url", "token": "--token"})
"""The settings that choose a server, by the options that set them."""
VARIABLES = MappingProxyType({"connection": "RUN_TUI_CONNECTION", "url": "RUN_TUI_URL", "token": "RUN_TUI_TOKEN"})
"""The same settings by the environment variables that set them."""

NO_TOKEN = (None, "none")


class Secret:
    """A text that only `reveal` shows: its `str` and `repr` are stars."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the request that needs it and for nothing else."""
        return self._text

    def __repr__(self) -> str:
        return "********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Address:
    """A server's URL without secrets, and the `user:password` that was written in it."""

    url: str
    login: Secret | None = None

    @property
    def host(self) -> str:
        """Host and port as written: `dagster.acme.io`, `localhost:3000`."""
        return urlsplit(self.url).netloc

    def same_server(self, other: Address) -> bool:
        """Whether both lead to one server, so that what may be told to the one may be told to the other."""
        ours, theirs = urlsplit(self.url), urlsplit(other.url)
        return (ours.scheme, ours.hostname, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)


@dataclass(frozen=True, slots=True)
class Connection:
    """One server as it will be asked; `origins` tells where `name`, `url` and `token` were set."""

    name: str
    kind: str
    url: str
    token: Secret | None = None
    login: Secret | None = None
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def warning(self) -> str:
        """A sentence, where secrets can be read on their way because they go to another machine over http; else ""."""
        parts = urlsplit(self.url)
        if parts.scheme == "https" or _is_here(parts.hostname or "") or not (self.token or self.login):
            return ""
        what = "token" if self.token else "login"
        return f"the {what} goes to {parts.netloc} unencrypted: anyone on the way can read it. Use https if you can."

    def headers(self) -> dict[str, str]:
        """What to send with every request so that the server lets us in; the secrets are in clear."""
        headers = {}
        if self.token is not None:
            headers["Dagster-Cloud-Api-Token"] = self.token.reveal()
        if self.login is not None:
            headers["Authorization"] = f"Basic {base64.b64encode(self.login.reveal().encode()).decode()}"
        return headers


@dataclass(frozen=True, slots=True)
class Profile:
    """One `[connections.NAME]` table of the settings file; `token_env` is the variable that holds the token."""

    name: str
    kind: str
    address: Address
    token: Secret | None = None
    token_env: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings file as read; `keys` maps binding ids to keys, `warnings` are sentences for the user.

    `alert` is whether the end of every run opened is told.
    """

    path: Path
    exists: bool = False
    default: str | None = None
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    alert: bool = False
    theme: str = THEMES[0]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What one place (a command's options, the environment) says about the server; None says nothing.

    `names` tells what the place calls each setting, to point the user there; a server of an untrusted choice is sent
    no token.
    """

    names: Mapping[str, str]
    connection: str | None = None
    url: str | None = field(default=None, repr=False)  # as the user wrote it, perhaps with a password
    token: Secret | None = None
    trusted: bool = True

    @property
    def names_server(self) -> bool:
        """Whether this place says which server, not only which token."""
        return self.connection is not None or self.url is not None


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the settings file is or would be: RUN_TUI_CONFIG, else the system's place for it."""
    if named := environ.get("RUN_TUI_CONFIG"):
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_config_path("run-tui", appauthor=False) / "config.toml"


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
    return _settings(path, _Table(path, "", _parsed(path, content)), shared)


def _parsed(path: Path, content: bytes) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}.") from None


def environment_choice(environ: Mapping[str, str] = os.environ) -> Choice:
    """What the environment says about the server; an empty variable says nothing."""
    connection, url, token = (environ.get(VARIABLES[key]) or None for key in ("connection", "url", "token"))
    return Choice(VARIABLES, connection, url, secret(token, VARIABLES["token"]) if token else None)


def page_choice(page: str, settings: Settings) -> Choice:
    """The server of a run's web page: the settings' connection that the page is under, else the page's own."""
    names = {"connection": "the page's URL", "url": "the page's URL"}
    for profile in settings.profiles.values():
        if page.startswith(profile.address.url.removesuffix("/graphql").rstrip("/") + "/"):
            return Choice(names, connection=profile.name)
    return Choice(names, url=page.partition("/runs/")[0], trusted=False)


def resolve(choices: Sequence[Choice], settings: Settings, environ: Mapping[str, str] = os.environ) -> Connection:
    """The connection that `choices`, the most important first, and the settings lead to. Raises `ConfigError`.

    The first choice that names a server decides which, the first with a token decides that. A token of the settings
    file never goes to another server than the one it was written for.
    """
    in_file = {"connection": f"{settings.path}: default"}
    last = Choice(in_file, settings.default) if settings.default else Choice({"url": "default"}, url=DEFAULT_URL)
    server = next(choice for choice in (*choices, last) if choice.names_server)
    if server.connection == DEMO:
        return _demo(server)
    profile = None if server.connection is None else _profile(server.connection, settings)
    if server.url is not None:
        address, url_origin = parse_address(server.url, server.names["url"]), server.names["url"]
    else:
        assert profile is not None
        address, url_origin = profile.address, f"{settings.path}: connections.{profile.name}.url"
    token, token_origin = _token(choices, profile, address, settings, environ) if server.trusted else NO_TOKEN
    name, kind = (profile.name, profile.kind) if profile else (address.host, KINDS[0])
    name_origin = server.names["connection"] if profile else url_origin
    origins = {"name": name_origin, "url": url_origin, "token": token_origin}
    return Connection(name, kind, address.url, token, address.login, origins)


def parse_address(text: str, place: str) -> Address:
    """A server's URL as a user may write it, with or without a scheme. Raises `ConfigError` naming `place`.

    What has no scheme is http on this machine or where a port is given, else https.
    """
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"{_scheme(text)}://{text}")
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        # An @ after the host is that of a login with a / in its password, which is then no host either.
        valid = named and text.isprintable() and " " not in text and "@" not in parts.path
    except ValueError:  # whose text quotes from the URL, a password perhaps
        valid = False
    if not valid:
        raise ConfigError(f"{place}: not the URL of a server, such as https://dagster.acme.io or localhost:3000.")
    login, _, host = parts.netloc.rpartition("@")
    url = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    return Address(url, secret(unquote(login), place) if login else None)


def _scheme(text: str) -> str:
    parts = urlsplit(f"//{text}")
    return "http" if parts.port is not None or _is_here(parts.hostname or "") else "https"


def _is_here(host: str) -> bool:
    """Whether a host's name or address means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_login(text: str) -> str:
    """The text as it may be shown: where it is a URL, without the `user:password` in it."""
    return re.sub(r"^([A-Za-z]+://)[^/?#]*@", r"\1", text)


def forget_tokens(settings: Settings, environ: MutableMapping[str, str] = os.environ) -> None:
    """Takes all that may be secret out of the environment, where programs started from here would find it."""
    for profile in settings.profiles.values():
        environ.pop(profile.token_env or "", None)
    for key in ("token", "url"):
        environ.pop(VARIABLES[key], None)


def secret(text: str, place: str) -> Secret:
    """The text as a secret that can go into a header. Raises `ConfigError` naming `place`, never showing the text."""
    text = text.strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ConfigError(f"{place}: empty or not plain text, so it cannot be sent.")
    return Secret(text)


def _demo(server: Choice) -> Connection:
    if server.url is not None:
        raise ConfigError(
            f"The demo connection has no URL: give {server.names['connection']} or {server.names['url']}."
        )
    origin = server.names["connection"]
    return Connection(DEMO, DEMO, "http://demo", origins={"name": origin, "url": "built in", "token": NO_TOKEN[1]})


def _profile(name: str, settings: Settings) -> Profile:
    if profile := settings.profiles.get(name):
        return profile
    known = ", ".join(sorted({DEMO, *settings.profiles}))
    raise ConfigError(f"There is no connection {name!r}; known: {known} ({settings.path}).")


def _token(
    choices: Sequence[Choice],
    profile: Profile | None,
    address: Address,
    settings: Settings,
    environ: Mapping[str, str],
) -> tuple[Secret | None, str]:
    """The token to send to `address`, and where it was set."""
    for choice in choices:
        if choice.token is not None:
            return choice.token, choice.names["token"]
    if profile is None or not address.same_server(profile.address):
        return NO_TOKEN
    place = f"{settings.path}: connections.{profile.name}"
    if profile.token_env is None:
        return (profile.token, f"{place}.token") if profile.token else NO_TOKEN
    token = environ.get(profile.token_env)
    if not token:
        raise ConfigError(f"{place}.token_env: the environment variable {profile.token_env} is not set.")
    return secret(token, profile.token_env), profile.token_env


class _Table:
    """A table of the settings file that gives out its values by type, and complains naming their place."""

    def __init__(self, path: Path, place: str, values: Mapping[str, object]) -> None:
        self.path, self.place, self.values = path, place, values

    def at(self, key: str) -> str:
        return f"{self.path}: {self.place}{key}"

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{self.at(key)}: a text in quotes is wanted here.")
        return value

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise ConfigError(f"{self.at(key)}: true or false is wanted here.")
        return value

    def table(self, key: str) -> _Table:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise ConfigError(f"{self.at(key)}: a table is wanted here.")
        return _Table(self.path, f"{self.place}{key}.", value)

    def only(self, *known: str) -> None:
        for key in self.values:
            if key not in known:
                raise ConfigError(f"{self.at(key)}: no such setting; known here: {', '.join(known)}.")


def _settings(path: Path, table: _Table, shared: bool) -> Settings:
    table.only("default", "theme", "alert", "connections", "keys")
    connections, keys = table.table("connections"), table.table("keys")
    profiles = {name: _read_profile(name, connections) for name in connections.values}
    exposed = shared and any(profile.token or profile.address.login for profile in profiles.values())
    return Settings(
        path,
        exists=True,
        default=table.text("default"),
        profiles=profiles,
        keys={binding: keys.text(binding) or "" for binding in keys.values},
        alert=table.flag("alert"),
        theme=_read_theme(table),
        warnings=(f"{path} holds a token and other users can read it: chmod 600, or use token_env.",)
        if exposed
        else (),
    )


def _read_theme(table: _Table) -> str:
    theme = table.text("theme") or THEMES[0]
    if theme not in THEMES:
        raise ConfigError(f"{table.at('theme')}: unknown; known: {', '.join(THEMES)}.")
    return theme


def _read_profile(name: str, connections: _Table) -> Profile:
    table = connections.table(name)
    table.only("kind", "url", "token", "token_env")
    if name == DEMO:
        raise ConfigError(f"{connections.at(name)}: this name belongs to the built-in connection.")
    kind, url, token, token_env = (table.text(key) for key in ("kind", "url", "token", "token_env"))
    if kind is not None and kind not in KINDS:
        raise ConfigError(f"{table.at('kind')}: unknown; known: {', '.join(KINDS)}.")
    if url is None:
        raise ConfigError(f"{table.at('url')}: missing.")
    if token is not None and token_env is not None:
        raise ConfigError(f"{table.at('token_env')}: give token or token_env, not both.")
    address = parse_address(url, table.at("url"))
    return Profile(name, kind or KINDS[0], address, secret(token, table.at("token")) if token else None, token_env)
