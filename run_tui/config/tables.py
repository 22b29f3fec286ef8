"""Settings files as they are read: their tables give out values by type, and complain naming the place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from run_tui.errors import ConfigError

UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
"""Bytes, by what they are called."""
_SIZE = re.compile(rf"(\d{{1,9}}(?:\.\d{{1,3}})?)\s?({'|'.join(UNITS)})")


def read_bytes(path: Path) -> bytes | None:
    """What the file holds, None if there is none. Raises `ConfigError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None


def parsed_toml(path: Path, content: bytes) -> dict[str, object]:
    """The file's tables. Raises `ConfigError` naming line and column, never showing what stands there."""
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}.") from None


class Table:
    """One table of a file; `place` is its name and a dot, "" for the whole file. Methods raise `ConfigError`."""

    def __init__(self, path: Path, place: str, values: Mapping[str, object]) -> None:
        self.path, self.place, self.values = path, place, values

    def at(self, key: str) -> str:
        """The place of a setting, to point the user there."""
        return f"{self.path}: {self.place}{key}"

    def text(self, key: str) -> str | None:
        """A text, None where it is not set."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{self.at(key)}: a text in quotes is wanted here.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where it is not set."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            raise ConfigError(f"{self.at(key)}: a list of texts is wanted here, each in quotes.")
        return tuple(value)

    def flag(self, key: str) -> bool:
        """True or false, which it is where it is not set."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise ConfigError(f"{self.at(key)}: true or false is wanted here.")
        return value

    def size(self, key: str, usual: int) -> int:
        """A number of bytes, "2 GB" say: `usual` where it is not set or true, 0 where it is false."""
        value = self.values.get(key, True)
        if isinstance(value, bool):
            return usual if value else 0
        found = _SIZE.fullmatch(value.strip().upper()) if isinstance(value, str) else None
        if found is None:
            raise ConfigError(f'{self.at(key)}: a size such as "2 GB" is wanted here, or true or false.')
        return int(float(found[1]) * UNITS[found[2]])

    def seconds(self, key: str) -> float | None:
        """A time in seconds, more than none."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise ConfigError(f"{self.at(key)}: a number of seconds is wanted here.")
        return float(value)

    def file(self, key: str) -> Path | None:
        """A file that is there; `~` is the user's home, and other paths begin where the settings file is."""
        text = self.text(key)
        if text is None:
            return None
        path = self.path.parent / Path(text).expanduser()
        if not path.is_file():
            raise ConfigError(f"{self.at(key)}: there is no file {path}.")
        return path

    def table(self, key: str) -> Table:
        """A table in this one, empty where it is not set."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise ConfigError(f"{self.at(key)}: a table is wanted here.")
        return Table(self.path, f"{self.place}{key}.", value)

    def only(self, *known: str) -> None:
        """Complains of settings that are not known here, misspelt ones perhaps."""
        for key in self.values:
            if key not in known:
                raise ConfigError(f"{self.at(key)}: no such setting; known here: {', '.join(known)}.")
