"""Which server to ask and with which token: option > environment > settings file > Dagster's login > default."""

from run_tui.config.addresses import Address, parse_address, without_login
from run_tui.config.choices import (
    DAGSTER_VARIABLES,
    OPTIONS,
    VARIABLES,
    Choice,
    environment_choices,
    forget_tokens,
    option_choice,
    page_choice,
)
from run_tui.config.connection import DEMO, KINDS, Connection, Kind
from run_tui.config.dagster_plus import Login, find_login
from run_tui.config.resolve import DEFAULT_URL, resolve
from run_tui.config.secrets import Secret, TokenSource, secret
from run_tui.config.settings import THEMES, Profile, Settings, cache_path, load_settings, settings_path

__all__ = [
    "DAGSTER_VARIABLES",
    "DEFAULT_URL",
    "DEMO",
    "KINDS",
    "OPTIONS",
    "THEMES",
    "VARIABLES",
    "Address",
    "Choice",
    "Connection",
    "Kind",
    "Login",
    "Profile",
    "Secret",
    "Settings",
    "TokenSource",
    "cache_path",
    "environment_choices",
    "find_login",
    "forget_tokens",
    "load_settings",
    "option_choice",
    "page_choice",
    "parse_address",
    "resolve",
    "secret",
    "settings_path",
    "without_login",
]
