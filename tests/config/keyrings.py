"""A keyring for the tests: entries in a file, or one that stays shut; chosen by PYTHON_KEYRING_BACKEND."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordSetError


class _ReadOnly(KeyringBackend):
    priority = 1

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError


class FileKeyring(_ReadOnly):
    """`{"SERVICE/USER": "TOKEN"}` in the file that TEST_KEYRING names."""

    def get_password(self, service: str, username: str) -> str | None:
        entries: dict[str, str] = json.loads(Path(os.environ["TEST_KEYRING"]).read_text())
        return entries.get(f"{service}/{username}")


class ShutKeyring(_ReadOnly):
    """It asks for a password that nobody gives."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"{service} {username}")
