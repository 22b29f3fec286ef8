"""From all that was said to one connection: option > environment > settings file > Dagster's own login > default.

The first place that names a server decides which: a connection, a URL or an organization. What it leaves open the
others fill in, in the same order, as far as they speak of that server. A token that a file holds never goes to
another server than the one it was written for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from run_tui.config.addresses import Address, parse_address
from run_tui.config.choices import Choice
from run_tui.config.connection import DEMO, KINDS, Connection
from run_tui.config.dagster_plus import (
    BASE_URL,
    NO_DEPLOYMENT,
    NO_ORGANIZATION,
    NO_TOKEN,
    Login,
    Place,
    checked_name,
    find_login,
    place_of,
)
from run_tui.config.secrets import Secret
from run_tui.config.settings import Profile, Settings
from run_tui.errors import ConfigError
from run_tui.reach import USUAL

DEFAULT_URL = "http://localhost:3000"
"""Where `dagster dev` and `dagster-webserver` listen unless told otherwise."""
NOT_SET = "none"
"""The origin of what is set nowhere."""

Found = tuple[Secret | None, str]


def resolve(choices: Sequence[Choice], settings: Settings, environ: Mapping[str, str] = os.environ) -> Connection:
    """The connection that `choices`, the most important first, and the settings lead to. Raises `ConfigError`."""
    named = next((choice for choice in choices if choice.names_server), None)
    server = named or _unnamed(choices, settings, environ)
    if server.connection == DEMO:
        return _demo(server)
    profile = None if server.connection is None else settings.profile(server.connection)
    target = _target(server, profile, settings, environ)
    before = choices[: choices.index(server) + 1] if named else choices
    if target.place is None:
        return _elsewhere(target, before, choices, environ)
    found = find_login(environ)
    login = found if found and target.place.is_of(found.organization) else None
    own = target.own if profile else next((each for each in settings.profiles.values() if target.is_of(each)), None)
    alike = [choice for choice in choices[len(before) :] if choice.may_be_of(target.place)]
    return _at_plus(target, target.place, _Said(before, alike, own, login), environ)


@dataclass(frozen=True, slots=True)
class _Target:
    """The server: what names it, its address and `origin`, and the connection of the settings, if it is one."""

    server: Choice
    address: Address
    origin: str
    place: Place | None
    profile: Profile | None

    def is_of(self, profile: Profile) -> bool:
        """Whether this is the server that a connection of the settings was written for: it may be told its secrets."""
        if self.place is None:
            return self.address.same_server(profile.address)
        other = profile.place
        return other is not None and self.place.is_of(other.organization) and self.place.at_server_of(other)

    @property
    def own(self) -> Profile | None:
        """The connection that was named, if this is still its server."""
        return self.profile if self.profile and self.is_of(self.profile) else None


def _unnamed(choices: Sequence[Choice], settings: Settings, environ: Mapping[str, str]) -> Choice:
    """Where to go if nobody says so: the settings' default, else where Dagster's login is, else to this machine."""
    if settings.default:
        return Choice({"connection": f"{settings.path}: default"}, settings.default)
    login = find_login(environ)
    if login and login.organization:
        return Choice({"organization": f"{login.keys}organization"}, organization=login.organization)
    if login or any(choice.deployment or (choice.for_plus and choice.token) for choice in choices):
        raise ConfigError(NO_ORGANIZATION)
    return Choice({"url": "default"}, url=DEFAULT_URL)


def _target(server: Choice, profile: Profile | None, settings: Settings, environ: Mapping[str, str]) -> _Target:
    if server.url is not None:
        origin = server.names["url"]
        address = parse_address(server.url, origin)
        place = place_of(address.url, _place_of_login(environ))
        if server.organization is not None:
            place = place or Place(address.url.rstrip("/"), server.organization)
            if not place.is_of(server.organization):
                raise ConfigError(f"{server.names['organization']}: {origin} is that of {place.organization}.")
        is_dagster = profile is None or profile.kind == "dagster"
        return _Target(server, address, origin, place if is_dagster else None, profile)
    if profile is not None:
        return _Target(server, profile.address, f"{settings.path}: connections.{profile.name}", profile.place, profile)
    assert server.organization is not None
    login = find_login(environ)
    base, origin = (login.base, f"{login.keys}url") if login and login.base != BASE_URL else (BASE_URL, "default")
    return _Target(server, Address(base), origin, Place(base, server.organization), None)


def _place_of_login(environ: Mapping[str, str]) -> Place | None:
    """Where Dagster's login is, if its file can be read: for a server that is named by its URL it need not be."""
    try:
        login = find_login(environ)
    except ConfigError:
        return None
    return login.place if login else None


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said of a deployment: `before` it was named or with it, `after`, by the settings, by Dagster's login."""

    before: Sequence[Choice]
    after: Sequence[Choice]
    own: Profile | None
    login: Login | None

    def deployment(self, place: Place, origin: str) -> tuple[str, str]:
        """The deployment of a place that was named in `origin`, and where it was set."""
        own, login = self.own, self.login
        found = [(choice.deployment, choice.names.get("deployment", "")) for choice in self.before]
        found += [(place.deployment, origin)]
        found += [(choice.deployment, choice.names.get("deployment", "")) for choice in self.after]
        found += [(own.place.deployment, f"connection {own.name}")] if own and own.place else []
        found += [(login.deployment, f"{login.keys}default_deployment")] if login else []
        for deployment, where in found:
            if deployment:
                return deployment, where
        raise ConfigError(NO_DEPLOYMENT)

    def token(self, place: Place, environ: Mapping[str, str]) -> Found:
        """The token, and where it was set."""
        for choice in (*self.before, *self.after):
            if choice.token and (not choice.for_plus or choice.may_be_of(place)):
                return choice.token, choice.names["token"]
        if self.own and self.own.token:
            return _read(self.own, environ)
        login = self.login
        if login and login.token and login.place and place.at_server_of(login.place):
            return login.token, f"{login.keys}user_token"
        return None, NOT_SET

    def notes(self, *origins: str) -> tuple[str, ...]:
        """What there is to say of the login, if anything comes from it."""
        login = self.login
        return login.notes if login and any(origin.startswith(login.keys) for origin in origins) else ()


def _at_plus(target: _Target, place: Place, said: _Said, environ: Mapping[str, str]) -> Connection:
    """A connection to Dagster+."""
    profile, own = target.profile, said.own
    organization_origin = target.origin if profile else target.server.names.get("organization", target.origin)
    organization = checked_name(place.organization, organization_origin)
    deployment, deployment_origin = said.deployment(place, target.origin)
    token, token_origin = said.token(place, environ)
    if token is None and target.address.login is None and not (own and own.headers):
        raise ConfigError(NO_TOKEN)
    unbent = profile is not None and profile.place is not None and profile.place.deployment == deployment
    return Connection(
        profile.name if profile and unbent else f"{profile.name if profile else organization}/{deployment}",
        "dagster",
        place.url(deployment),
        token,
        target.address.login,
        organization,
        checked_name(deployment, deployment_origin),
        place.page(deployment),
        own.headers if own else {},
        own.reach if own else USUAL,
        any(each is not None and each.read_only for each in (profile, own)),
        {
            "name": target.server.names["connection"] if profile else organization_origin,
            "url": target.origin,
            "organization": organization_origin,
            "deployment": deployment_origin,
            "token": token_origin,
        },
        said.notes(organization_origin, deployment_origin, token_origin),
    )


def _elsewhere(
    target: _Target, before: Iterable[Choice], choices: Iterable[Choice], environ: Mapping[str, str]
) -> Connection:
    """A connection to any server but Dagster+'s."""
    server, profile, own = target.server, target.profile, target.own
    for choice in before:
        if choice.deployment and not choice.for_plus:
            place = choice.names["deployment"]
            raise ConfigError(f"{place}: {target.address.host} is not Dagster+; name an --organization of it, too.")
    token, token_origin = _token(target, choices, environ) if server.trusted else (None, NOT_SET)
    return Connection(
        profile.name if profile else target.address.host,
        profile.kind if profile else next(iter(KINDS)),
        target.address.url,
        token,
        target.address.login,
        extra_headers=own.headers if own else {},
        reach=own.reach if own else USUAL,
        read_only=bool(profile and profile.read_only),
        dags=profile.dags if profile else (),
        origins={
            "name": server.names["connection"] if profile else target.origin,
            "url": target.origin,
            "token": token_origin,
        },
    )


def _token(target: _Target, choices: Iterable[Choice], environ: Mapping[str, str]) -> Found:
    """The token to send, and where it was set."""
    for choice in choices:
        if choice.token and (choice is target.server or not choice.for_plus):
            return choice.token, choice.names["token"]
    return _read(target.own, environ) if target.own else (None, NOT_SET)


def _read(profile: Profile, environ: Mapping[str, str]) -> Found:
    source = profile.token
    return (source.read(environ), source.variable or source.place) if source else (None, NOT_SET)


def _demo(server: Choice) -> Connection:
    if server.url is not None:
        raise ConfigError(
            f"The demo connection has no URL: give {server.names['connection']} or {server.names['url']}."
        )
    origin = server.names["connection"]
    return Connection(DEMO, DEMO, "http://demo", origins={"name": origin, "url": "built in", "token": NOT_SET})
