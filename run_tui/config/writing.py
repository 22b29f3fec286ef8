"""Adds a connection to the settings file: at its end, so that all that is there stays as the user wrote it."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from run_tui.config.settings import Settings, read_settings
from run_tui.config.tables import parsed_toml, read_bytes
from run_tui.errors import ConfigError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A connection as it is typed in; what is empty is not set. There is no token here: files are no place for one."""

    name: str
    kind: str = "dagster"
    url: str = ""
    token_env: str = ""
    token_command: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """Its settings as the file has them."""
        texts = {
            "kind": "" if self.kind == "dagster" else self.kind,
            "url": self.url,
            "token_env": self.token_env,
            "token_command": self.token_command,
        }
        return {key: text.strip() for key, text in texts.items() if text.strip()}


def drafted(path: Path, draft: Draft) -> tuple[Settings, bytes]:
    """The settings with one connection more, and the file's content then. Raises `ConfigError`, also for a taken name.

    Nothing is written.
    """
    name = draft.name.strip()
    if not name or not name.isprintable():
        raise ConfigError("The connection needs a name.")
    before = read_bytes(path) or b""
    known = parsed_toml(path, before)
    connections = known.get("connections", {})
    if isinstance(connections, dict) and name in connections:
        raise ConfigError(f"There is a connection {name!r} already in {path}.")
    end = b"" if not before or before.endswith(b"\n") else b"\n"
    content = before + end + (b"\n" if before else b"") + "".join(_lines(name, draft)).encode()
    settings = read_settings(path, content)
    others = {key: profile for key, profile in settings.profiles.items() if key != name}
    if name not in settings.profiles or others != read_settings(path, before).profiles:
        raise ConfigError(f"{path}: connections are written there in a way that none can be added to by itself.")
    return settings, content


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file at once, by one that only its owner can read; a link stays one. Raises `ConfigError`."""
    try:
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}.") from None


def _lines(name: str, draft: Draft) -> Iterator[str]:
    yield f"[connections.{name if _BARE_KEY.fullmatch(name) else _text(name)}]\n"
    for key, text in draft.settings.items():
        if not text.isprintable():
            raise ConfigError(f"{key}: not plain text.")
        yield f"{key} = {_text(text)}\n"


def _text(text: str) -> str:
    """The text in quotes: of what can be printed JSON escapes the same as TOML."""
    return json.dumps(text, ensure_ascii=False)
