"""What each place says about the server: a command's options, a pasted web page, the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from run_tui.config.addresses import parse_address
from run_tui.config.dagster_plus import Place, checked_name, place_of
from run_tui.config.secrets import Secret, secret
from run_tui.config.settings import Profile, Settings

OPTIONS = MappingProxyType(
    {
        "connection": "--connection",
        "url": "--url",
        "token": "--token",
        "organization": "--organization",
        "deployment": "--deployment",
    }
)
"""The settings that choose a server, by the options that set them."""
VARIABLES = MappingProxyType({"connection": "RUN_TUI_CONNECTION", "url": "RUN_TUI_URL", "token": "RUN_TUI_TOKEN"})
"""The same settings by the environment variables that set them."""
DAGSTER_VARIABLES = MappingProxyType(
    {
        "url": "DAGSTER_CLOUD_URL",
        "token": "DAGSTER_CLOUD_API_TOKEN",
        "organization": "DAGSTER_CLOUD_ORGANIZATION",
        "deployment": "DAGSTER_CLOUD_DEPLOYMENT",
    }
)
"""Those that Dagster's own command lines read, too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one place says about the server; None says nothing.

    `names` tells what the place calls each setting, to point the user there. A server of an untrusted choice is sent
    no token; a token of one that is `for_plus` goes to Dagster+ only, and to no other organization there.
    """

    names: Mapping[str, str]
    connection: str | None = None
    url: str | None = field(default=None, repr=False)  # as the user wrote it, perhaps with a password
    token: Secret | None = None
    organization: str | None = None
    deployment: str | None = None
    trusted: bool = True
    for_plus: bool = False

    @property
    def names_server(self) -> bool:
        """Whether this place says which server, not only which token or which deployment of it."""
        return self.connection is not None or self.url is not None or self.organization is not None

    def may_be_of(self, place: Place) -> bool:
        """Whether what is said here, of Dagster+, is not said of another organization than that one."""
        if self.organization is not None:
            return place.is_of(self.organization)
        named = place_of(self.url) if self.url is not None else None
        return named is None or named.is_of(place.organization)


def option_choice(
    connection: str | None = None,
    url: str | None = None,
    token: str | None = None,
    organization: str | None = None,
    deployment: str | None = None,
) -> Choice:
    """What a command's options say. Raises `ConfigError`."""
    return _choice(OPTIONS, locals())


def environment_choices(environ: Mapping[str, str] = os.environ) -> tuple[Choice, Choice]:
    """What the environment says, in our own variables and then in Dagster's; an empty variable says nothing."""
    ours, dagsters = (
        _choice(names, {key: environ.get(name) or None for key, name in names.items()}, for_plus)
        for names, for_plus in ((VARIABLES, False), (DAGSTER_VARIABLES, True))
    )
    return ours, dagsters


def page_choice(page: str, settings: Settings, others: Sequence[Choice] = ()) -> Choice:
    """The server of a run's web page: the settings' connection that the page is of, else the page's own.

    Nothing is said where one of the `others` names a server that the page is of.
    """
    names = dict.fromkeys(OPTIONS, "the page's URL")
    if any(other.url and parse_address(other.url, other.names["url"]).holds(page) for other in others):
        return Choice(names)
    base = page.partition("/runs/")[0]
    found = list(_connections_of(base, settings))
    if not found:
        return Choice(names, url=base, trusted=False)
    # Of several of an organization the one of the page's deployment, else any, bent to it.
    profile, place = next((each for each in found if each[0].place == each[1]), found[0])
    return Choice(names, connection=profile.name, deployment=place.deployment if place else None)


def _connections_of(base: str, settings: Settings) -> Iterator[tuple[Profile, Place | None]]:
    """The connections that a page is of, and its deployment."""
    for profile in settings.profiles.values():
        if profile.place is None:
            if profile.address.holds(f"{base}/"):
                yield profile, None
            continue
        place = place_of(base, profile.place)
        if place and place.is_of(profile.place.organization):
            yield profile, replace(profile.place, deployment=place.deployment)


def forget_tokens(settings: Settings, environ: MutableMapping[str, str] = os.environ) -> None:
    """Takes all that may be secret out of the environment, where programs started from here would find it."""
    for profile in settings.profiles.values():
        if profile.token is not None:
            environ.pop(profile.token.variable or "", None)
    for names in (VARIABLES, DAGSTER_VARIABLES):
        for key in ("token", "url"):
            environ.pop(names[key], None)


def _choice(names: Mapping[str, str], values: Mapping[str, str | None], for_plus: bool = False) -> Choice:
    token = values.get("token")
    organization, deployment = (
        None if (name := values.get(key)) is None else checked_name(name, names[key])
        for key in ("organization", "deployment")
    )
    return Choice(
        names,
        values.get("connection"),
        values.get("url"),
        None if token is None else secret(token, names["token"]),
        organization,
        deployment,
        for_plus=for_plus,
    )
