"""The gateway's authority, and environments in which nothing but what a test gives leads anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.labs.gateway.gateway import Authority

_LEADING = ("RUN_TUI_", "DAGSTER_CLOUD_", "DG_CLI_", "SSL_CERT_", "XDG_", "TEXTUAL")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom nobody trusts yet."""
    return Authority.below(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Path:
    """A good certificate for the names of the service, and for this machine."""
    return authority.certificate()


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment of somebody new: a home without settings, and no proxies."""
    for name in list(os.environ):
        if name.startswith(_LEADING) or name.upper() in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("RUN_TUI_CONFIG", str(tmp_path / "settings.toml"))
    return monkeypatch
