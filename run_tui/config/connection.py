"""One server as it will be asked: what every kind needs to know, and how each is told the token."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from run_tui.config.addresses import is_here
from run_tui.config.secrets import Secret
from run_tui.reach import USUAL, Reach

DEMO = "demo"
"""The name and the kind of the built-in connection that needs no server."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A system that a connection may be of: `header` carries its token, behind `scheme`."""

    header: str
    scheme: str = ""

    def letting_in(self, token: Secret) -> dict[str, str]:
        """The header that lets us in, in clear."""
        return {self.header: f"{self.scheme} {token.reveal()}".lstrip()}


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "dagster": Kind("Dagster-Cloud-Api-Token"),
        "hub_log": Kind("Authorization", "Bearer"),
        # It asks for no token itself; one is for the proxy before it.
        "pyspur": Kind("Authorization", "Bearer"),
    }
)
"""The systems a connection of the settings file can be of; the first is the one of a plain URL."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One server as it will be asked; `origins` tells where `name`, `url`, `token` and others were set.

    `page` is where the web pages of runs begin, if not at `url`; `organization` and `deployment` are Dagster+'s.
    `notes` are sentences for the user about how it was chosen; `read_only` forbids what changes anything;
    `dags` are those whose runs a Hub Log server lists unless told otherwise.
    """

    name: str
    kind: str
    url: str
    token: Secret | None = None
    login: Secret | None = None
    organization: str | None = None
    deployment: str | None = None
    page: str | None = None
    extra_headers: Mapping[str, Secret] = field(default_factory=dict)
    reach: Reach = USUAL
    read_only: bool = False
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    dags: tuple[str, ...] = ()

    @property
    def is_fallback(self) -> bool:
        """Whether nothing names the server: it is where one would be on this machine."""
        return self.organization is None and self.origins.get("url") == "default"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user, also where secrets can be read on their way to another machine because of http."""
        parts = urlsplit(self.url)
        secrets = [("token", self.token), ("login", self.login), ("headers", self.extra_headers)]
        what = next((name for name, secret in secrets if secret), None)
        if parts.scheme == "https" or is_here(parts.hostname or "") or what is None:
            return self.notes
        goes = "go" if what == "headers" else "goes"
        told = f"the {what} {goes} to {parts.netloc} unencrypted: anyone on the way can read it. Use https if you can."
        return (*self.notes, told)

    def headers(self) -> dict[str, str]:
        """What to send with every request so that the server lets us in; the secrets are in clear."""
        headers = {}
        if self.login is not None:
            headers["Authorization"] = f"Basic {base64.b64encode(self.login.reveal().encode()).decode()}"
        if self.token is not None:
            headers |= KINDS[self.kind].letting_in(self.token)
        if self.organization and self.deployment:
            headers["Dagster-Cloud-Organization"] = self.organization
            headers["Dagster-Cloud-Deployment"] = self.deployment
        written = {name.lower() for name in self.extra_headers}
        kept = {name: value for name, value in headers.items() if name.lower() not in written}
        return kept | {name: value.reveal() for name, value in self.extra_headers.items()}
