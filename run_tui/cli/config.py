"""`run-tui config …`: where the settings come from."""

from __future__ import annotations

from collections.abc import Iterator

import click

from run_tui import config
from run_tui.cli._choice import chosen_connection, server_options
from run_tui.cli._common import load_settings, telling, warn
from run_tui.cli.cache import size_text

Row = tuple[str, str, str]
HIDDEN = "********"


@click.group("config")
@server_options
def config_group() -> None:
    """Show where settings come from."""


@config_group.command("path")
@server_options
def show_path() -> None:
    """Print where the settings file is, or would be.

    \b
    Example:
      $EDITOR "$(run-tui config path)"
    """
    click.echo(config.settings_path())


@config_group.command("show")
@server_options
def show_settings() -> None:
    """Print the connection that would be used and where each setting of it comes from; tokens stay hidden.

    \b
    Examples:
      run-tui config show
      RUN_TUI_CONNECTION=staging run-tui config show
    """
    with telling():
        settings = load_settings()
        connection = chosen_connection(settings)
        for warning in connection.warnings:
            warn(warning)
        rows = [
            ("Settings file", str(settings.path), "read" if settings.exists else "not there"),
            *_connection_rows(connection),
            *_settings_rows(settings),
        ]
        width = max(len(value) for _, value, _ in rows)
        for label, value, origin in rows:
            click.echo(f"{label + ':':<15}{value:<{width}}  {origin}".rstrip())


def _connection_rows(connection: config.Connection) -> Iterator[Row]:
    """What is known of the connection; the origins of what only the settings file can say are in its own place."""
    origins, reach = connection.origins, connection.reach
    yield "Connection", connection.name, origins["name"]
    yield "Kind", connection.kind, ""
    yield "URL", _shown(connection.url), origins["url"]
    if connection.page:
        yield "Web pages", connection.page, ""
    if connection.organization:
        yield "Organization", connection.organization, origins["organization"]
    if connection.deployment:
        yield "Deployment", connection.deployment, origins["deployment"]
    if connection.login:
        yield "Login", HIDDEN, origins["url"]
    yield ("Token", HIDDEN, origins["token"]) if connection.token else ("Token", "none", "")
    for name in connection.extra_headers:
        yield "Header", f"{name}: {HIDDEN}", ""
    files = (reach.ca_bundle, "Authorities"), (reach.client_certificate, "Certificate"), (reach.client_key, "Key file")
    for path, label in files:
        if path:
            yield label, str(path), ""
    yield "Timeouts", f"{reach.connect_timeout:g} s to connect, {reach.read_timeout:g} s to answer", ""
    if connection.dags:
        yield "DAGs", ", ".join(connection.dags), ""
    if connection.read_only:
        yield "Read only", "yes", ""


def _settings_rows(settings: config.Settings) -> Iterator[Row]:
    yield "Theme", settings.theme, ""
    for profile in settings.profiles.values():
        place = profile.place
        yield (
            "Known",
            profile.name,
            f"{place.organization}/{place.deployment}" if place else _shown(profile.address.url),
        )
    for binding, keys in settings.keys.items():
        yield "Key", binding, keys
    if settings.alert:
        yield "Alert", "always", str(settings.path)
    yield (
        ("Kept runs", str(config.cache_path()), f"at most {size_text(settings.cache)}")
        if settings.cache
        else (
            "Kept runs",
            "none",
            str(settings.path),
        )
    )


def _shown(url: str) -> str:
    """The URL without what may be secret in it."""
    return url.partition("?")[0]
