"""A server's URL as users write it: read, completed, and told from the secrets in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from run_tui.config.secrets import Secret, secret
from run_tui.errors import ConfigError


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

    def holds(self, page: str) -> bool:
        """Whether a web page is one of this server's, below this URL."""
        return page.startswith(self.url.removesuffix("/graphql").rstrip("/") + "/")


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


def is_here(host: str) -> bool:
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


def _scheme(text: str) -> str:
    parts = urlsplit(f"//{text}")
    return "http" if parts.port is not None or is_here(parts.hostname or "") else "https"
