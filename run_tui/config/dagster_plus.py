"""Dagster+: what its addresses say, and the login that its own command lines keep in a file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import quote, unquote, urlsplit

from run_tui.config.addresses import Address, parse_address
from run_tui.config.secrets import Secret, secret
from run_tui.config.tables import parsed_toml, read_bytes
from run_tui.errors import ConfigError

SERVICE = "dagster.cloud"
BASE_URL = f"https://{SERVICE}"
"""Where organizations are unless their login says otherwise."""

NO_ORGANIZATION = (
    "A Dagster+ organization must be specified: by --organization, by DAGSTER_CLOUD_ORGANIZATION or in a connection."
)
NO_DEPLOYMENT = (
    "A Dagster+ deployment must be specified: by --deployment, by DAGSTER_CLOUD_DEPLOYMENT or in a connection."
)
# The first two sentences are those of the documented usage error.
NO_TOKEN = (
    "`dg plus` commands require authentication with Dagster Plus. Run `dg plus login` to authenticate. "
    "Or give a token: by --token, by DAGSTER_CLOUD_API_TOKEN or in a connection."
)

_BASES = (SERVICE, f"eu.{SERVICE}")
_NAME = re.compile(r"[\w.-]+", re.ASCII)
_KEYS = ("url", "organization", "default_deployment", "user_token")


@dataclass(frozen=True, slots=True)
class Place:
    """An organization of Dagster+ below `base`, and the deployment, where an address says which.

    Its endpoint is `BASE/ORGANIZATION`, or that of an `own_host`, which is its name before the service's:
    `https://ORGANIZATION.dagster.cloud/DEPLOYMENT`.
    """

    base: str
    organization: str
    deployment: str | None = None
    own_host: bool = False

    def url(self, deployment: str) -> str:
        """Where questions about a deployment go, without `/graphql`."""
        return self.page(deployment) if self.own_host else f"{self.base}/{quote(self.organization, safe='')}"

    def page(self, deployment: str) -> str:
        """Where a deployment's web pages begin."""
        host = self.base.removeprefix("https://")
        organization, last = quote(self.organization, safe=""), quote(deployment, safe="")
        return f"https://{organization}.{host}/{last}" if host in _BASES else f"{self.base}/{organization}/{last}"

    def is_of(self, organization: str | None) -> bool:
        """Whether this is that organization's."""
        return organization is not None and self.organization.casefold() == organization.casefold()

    def at_server_of(self, other: Place) -> bool:
        """Whether what may be told to the one may be told to the other: the service's hosts are one server."""
        return Address(self.base).same_server(Address(other.base))


def place_of(url: str, known: Place | None = None) -> Place | None:
    """What the address of a deployment, or of a page of it, means; None for what is no address of Dagster+.

    A `known` organization may be elsewhere than at the service: below its base its name and a deployment's follow.
    """
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path.removesuffix("/graphql")
    own, _, base = host.partition(".")
    if parts.port not in (None, 443):
        host = base = ""
    if host in _BASES:
        organization, deployment = _segments(path, 2)
        return Place(f"https://{host}", organization, deployment) if organization else None
    if base in _BASES:
        (deployment,) = _segments(path, 1)
        return Place(f"https://{base}", own, deployment, own_host=True)
    if known is None or not url.startswith(f"{known.base}/"):
        return None
    organization, deployment = _segments(url.removeprefix(known.base), 2)
    return Place(known.base, organization, deployment) if organization == known.organization else None


def _segments(path: str, count: int) -> list[str | None]:
    found: list[str | None] = [unquote(segment) for segment in path.split("/") if segment]
    return (found + [None] * count)[:count]


def checked_name(text: str, place: str) -> str:
    """The name of an organization or of a deployment. Raises `ConfigError` naming `place`."""
    if not _NAME.fullmatch(text):
        raise ConfigError(f"{place}: letters, digits, - and _ are wanted here.")
    return text


@dataclass(frozen=True, slots=True)
class Login:
    """What `dg plus login` or `dagster-cloud config setup` has written; `keys` is where in the file, for the user."""

    keys: str
    base: str = BASE_URL
    organization: str | None = None
    deployment: str | None = None
    token: Secret | None = None
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> Place | None:
        """The organization that was logged in to."""
        return Place(self.base, self.organization, self.deployment) if self.organization else None


def find_login(environ: Mapping[str, str] = os.environ) -> Login | None:
    """The login of Dagster's command lines: that of `dg`, else that of the older `dagster-cloud`.

    Raises `ConfigError` for a file that cannot be read.
    """
    newer, older = dg_path(environ), dagster_cloud_path(environ)
    login = _login(f"{newer}: cli.plus.", _plus_table(newer))
    other = _login(f"{older}: ", _flat_yaml(older))
    if login and other:
        note = f"both {newer} and {older} hold a Dagster+ login: that of {newer.name} is used. Best delete the other."
        return Login(login.keys, login.base, login.organization, login.deployment, login.token, (note,))
    return login or other


def dg_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where `dg` keeps what users have set."""
    if named := environ.get("DG_CLI_CONFIG"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path.home() / "AppData" / "dg" / "dg.toml"
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "dg.toml"


def dagster_cloud_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the older `dagster-cloud` does."""
    named = environ.get("DAGSTER_CLOUD_CLI_CONFIG")
    return Path(named).expanduser() if named else Path.home() / ".dagster_cloud_cli" / "config"


def _login(keys: str, values: Mapping[str, object]) -> Login | None:
    for key in _KEYS:
        if not isinstance(values.get(key), str | None):
            raise ConfigError(f"{keys}{key}: a text is wanted here.")
    url, organization, deployment, token = (cast("str | None", values.get(key)) or None for key in _KEYS)
    if not (organization or token):
        return None
    return Login(
        keys,
        parse_address(url, f"{keys}url").url.rstrip("/") if url else BASE_URL,
        checked_name(organization, f"{keys}organization") if organization else None,
        checked_name(deployment, f"{keys}default_deployment") if deployment else None,
        secret(token, f"{keys}user_token") if token else None,
    )


def _plus_table(path: Path) -> Mapping[str, object]:
    content = read_bytes(path)
    table: object = {} if content is None else parsed_toml(path, content)
    for key in ("cli", "plus"):
        table = table.get(key, {}) if isinstance(table, dict) else {}
    return table if isinstance(table, dict) else {}


def _flat_yaml(path: Path) -> Mapping[str, object]:
    """A file of `key: value` lines, which is all of YAML that the older command line writes."""
    content = read_bytes(path) or b""
    values: dict[str, object] = {}
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        if line.strip() in ("", "---", "{}") or line.lstrip().startswith("#"):
            continue
        found = re.fullmatch(r"(\w+):(?:\s+(.*))?", line)
        if found is None:
            raise ConfigError(f"{path}: line {number}: only lines of the form `key: value` are read here.")
        values[found[1]] = _scalar(found[2] or "")
    return values


def _scalar(text: str) -> str | None:
    """A text of YAML in one line: in quotes, or plain and before a comment."""
    if quoted := re.match(r"'((?:[^']|'')*)'", text):
        return quoted[1].replace("''", "'")
    if quoted := re.match(r'"((?:[^"\\]|\\.)*)"', text):
        return re.sub(r"\\(.)", r"\1", quoted[1])
    plain = re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
    return None if plain in ("", "~", "null") else plain
