"""`run-tui config …`: where the settings come from."""

from __future__ import annotations

import click

from run_tui import config
from run_tui.cli._common import chosen_connection, load_settings, server_options, telling, warn


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
        secret = "********" if connection.token else "none"
        login = [("Login", "********", connection.origins["url"])] if connection.login else []
        rows = [
            ("Settings file", str(settings.path), "read" if settings.exists else "not there"),
            ("Connection", connection.name, connection.origins["name"]),
            ("URL", _shown(connection.url), connection.origins["url"]),
            *login,
            ("Token", secret, connection.origins["token"]),
        ]
        rows += [("Theme", settings.theme, "")]
        rows += [("Known", profile.name, _shown(profile.address.url)) for profile in settings.profiles.values()]
        rows += [("Key", binding, keys) for binding, keys in settings.keys.items()]
        rows += [("Alert", "always", str(settings.path))] if settings.alert else []
        if connection.warning:
            warn(connection.warning)
        width = max(len(value) for _, value, _ in rows)
        for label, value, origin in rows:
            click.echo(f"{label + ':':<15}{value:<{width}}  {origin}")


def _shown(url: str) -> str:
    """The URL without what may be secret in it."""
    return url.partition("?")[0]
