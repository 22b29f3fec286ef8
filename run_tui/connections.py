"""The connections that can be chosen, from every place that names one, and how each is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from run_tui import config
from run_tui.errors import ConfigError
from run_tui.sources import open_source
from run_tui.sources.base import Source

if TYPE_CHECKING:
    from run_tui.config.writing import Draft

PLUS = "Dagster+"
"""What a login is called that does not say of which organization it is."""
_OWN = ("token_command", "token_keyring")
_URLS = {names["url"] for names in (config.OPTIONS, config.VARIABLES, config.DAGSTER_VARIABLES)}
"""What may have named a server by its address."""


@dataclass(frozen=True, slots=True)
class Known:
    """A connection that can be chosen; `where` is its server as it may be shown, `origin` what names it.

    `asks` is whether its token comes from a program or from a keyring: those may ask the user, so nothing but the
    user's own wish is to open it.
    """

    name: str
    kind: str
    where: str
    origin: str
    asks: bool = False
    choice: config.Choice = field(default=config.Choice({}), repr=False, compare=False)


class Connections:
    """All connections of the settings, of Dagster's login, of this machine, the demo, and those `chosen` at the start.

    Tokens are looked for in the environment as it is now: later it may have been cleared of them.
    """

    def __init__(
        self,
        settings: config.Settings | None = None,
        chosen: Sequence[config.Connection] = (),
        environ: MutableMapping[str, str] = os.environ,
    ) -> None:
        self._shared, self._environ = environ, dict(environ)
        self._settings = settings or config.Settings(config.settings_path(environ))
        self._chosen = chosen

    @property
    def fell_back(self) -> bool:
        """Whether nobody has said which server to ask."""
        return len(self._chosen) == 1 and self._chosen[0].is_fallback

    def known(self) -> list[Known]:
        """Each by a name of its own."""
        found: dict[str, Known] = {}
        for known in (*self._of_settings(), *self._of_start(), *self._of_login(), *self._here(), _DEMO):
            found.setdefault(known.name, known)
        return list(found.values())

    def options(self, name: str) -> tuple[str, ...]:
        """The options that lead to a connection again, no secret among them; () where there are none."""
        chosen = next((each for each in self._chosen if each.name == name), None)
        if chosen is not None:
            return self._leading_to(chosen)
        if name in self._settings.profiles or name == config.DEMO:
            return "-c", name
        choice = next((known.choice for known in self.known() if known.name == name), config.Choice({}))
        if choice.organization not in (None, "-"):
            deployment = name.partition("/")[2]
            return "--organization", str(choice.organization), *(("--deployment", deployment) if deployment else ())
        return () if choice.url is None else ("--url", _shown(config.without_login(choice.url)))

    def _leading_to(self, chosen: config.Connection) -> tuple[str, ...]:
        """The same of one that the program was started with, where several things may have named it."""
        profiles, url = self._settings.profiles, _shown(chosen.url)
        if chosen.kind == config.DEMO:
            return "-c", chosen.name
        if chosen.name in profiles:
            profile = profiles[chosen.name]
            elsewhere = profile.place is None and profile.address.url != chosen.url
            return "-c", chosen.name, *(("--url", url) if elsewhere else ())
        if chosen.organization and chosen.deployment:
            profile_name = chosen.name.removesuffix(f"/{chosen.deployment}")
            if profile_name in profiles:
                return "-c", profile_name, "--deployment", chosen.deployment
            if chosen.page and chosen.origins.get("url") in _URLS:
                return "--url", chosen.page
            return "--organization", chosen.organization, "--deployment", chosen.deployment
        return "--url", url

    def open(self, name: str) -> Source:
        """The source that asks this connection's server. Raises `ConfigError`; the program for its token is run."""
        known = next((known for known in self.known() if known.name == name), None)
        if known is None:
            raise ConfigError(f"There is no connection {name!r}.")
        return self._open(known.choice, self._settings)

    def open_draft(self, draft: Draft) -> Source:
        """The source of a connection that is not in the settings yet. Raises `ConfigError`."""
        from run_tui.config.writing import drafted

        settings, _ = drafted(self._settings.path, draft)
        return self._open(_named(draft.name.strip()), settings)

    def add(self, draft: Draft) -> str:
        """Writes a connection into the settings; its name. Raises `ConfigError`."""
        from run_tui.config.writing import drafted, write_private

        settings, content = drafted(self._settings.path, draft)
        write_private(self._settings.path, content)
        config.forget_tokens(settings, self._shared)
        self._settings = settings
        return draft.name.strip()

    def _open(self, choice: config.Choice, settings: config.Settings) -> Source:
        # Our own variables are for the connection that the program was started with.
        _, dagsters = config.environment_choices(self._environ)
        return open_connection(config.resolve([choice, dagsters], settings, self._environ))

    def _of_settings(self) -> Iterator[Known]:
        for profile in self._settings.profiles.values():
            place = profile.place
            where = f"{place.organization}/{place.deployment}" if place else _shown(profile.address.url)
            asks = profile.token is not None and profile.token.way in _OWN
            yield Known(profile.name, profile.kind, where, "settings file", asks, _named(profile.name))

    def _of_start(self) -> Iterator[Known]:
        for chosen in self._chosen:
            if chosen.kind != config.DEMO:
                yield Known(chosen.name, chosen.kind, chosen.page or _shown(chosen.url), chosen.origins["name"])

    def _of_login(self) -> Iterator[Known]:
        try:
            login = config.find_login(self._environ)
        except ConfigError:
            yield Known(PLUS, "dagster", "", "its login", choice=config.Choice({}, organization="-"))
            return
        if login is not None and login.organization:
            name = f"{login.organization}/{login.deployment}" if login.deployment else login.organization
            names = {"organization": f"{login.keys}organization"}
            choice = config.Choice(names, organization=login.organization)
            yield Known(name, "dagster", login.base, "Dagster+ login", choice=choice)

    def _here(self) -> Iterator[Known]:
        """Where `dg dev` listens, unless the settings have a name for it."""
        address = config.parse_address(config.DEFAULT_URL, "default")
        if not any(profile.address.same_server(address) for profile in self._settings.profiles.values()):
            choice = config.Choice({"url": "default"}, url=address.url)
            yield Known(address.host, "dagster", address.url, "dg dev", choice=choice)


def open_connection(connection: config.Connection) -> Source:
    """The source that asks this connection's server."""
    if connection.kind == config.DEMO:
        from run_tui.demo import create_app

        demo = create_app()
        return open_source("dagster", connection.url, app=demo, name=connection.name, read_only=connection.read_only)
    return open_source(
        connection.kind,
        connection.url,
        headers=connection.headers(),
        page=connection.page,
        reach=connection.reach,
        dags=connection.dags,
        read_only=connection.read_only,
    )


def _named(name: str) -> config.Choice:
    return config.Choice({"connection": "connection"}, connection=name)


def _shown(url: str) -> str:
    """The URL without what may be secret in it."""
    return url.partition("?")[0]


_DEMO = Known(config.DEMO, config.DEMO, "no server, a run in progress", "built in", choice=_named(config.DEMO))
