"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Self

from run_tui.errors import FileInTheWay, OutputError

_NAME = 100
"""Characters of a file's name that its unfinished form keeps: with more around them they have to fit too."""


class SafeFile:
    """Text that is written beside the place where it is to be, and goes there in one step when it is whole.

    What was there before stays until then, and for good unless `replace`. As a context manager it leaves nothing
    behind where `commit` was not reached. Every method raises `OutputError` where the system refuses.
    """

    def __init__(self, path: Path, *, replace: bool) -> None:
        self.path = Path(os.path.realpath(path.expanduser()))
        self._replace = replace
        if self.path.exists() and not self.path.is_file():
            raise OutputError(f"{self.path} is no regular file")
        if self.path.exists() and not replace:
            raise FileInTheWay(f"{self.path} is there already")
        self._part = self.path.with_name(f".{self.path.name[:_NAME]}.{secrets.token_hex(4)}.part")
        try:
            self._file = self._part.open("x", encoding="utf-8", errors="backslashreplace", newline="")
        except OSError as error:
            raise self._refused(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()  # writes what it still holds, which may fail once more
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def write(self, text: str) -> None:
        """Adds to the end."""
        try:
            self._file.write(text)
        except OSError as error:
            raise self._refused(error) from None

    def rewrite(self, text: str) -> None:
        """Writes over the beginning."""
        try:
            self._file.seek(0)
            self._file.write(text)
        except OSError as error:
            raise self._refused(error) from None

    def sync(self) -> None:
        """Returns when all that was written is on the disk."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._refused(error) from None

    def commit(self) -> None:
        """Puts the file into its place."""
        self.sync()
        try:
            self._file.close()
            if self._replace:
                self._part.replace(self.path)
            else:
                _move(self._part, self.path)
        except FileExistsError:
            raise FileInTheWay(f"{self.path} is there already") from None
        except OSError as error:
            raise self._refused(error) from None

    def _refused(self, error: OSError) -> OutputError:
        return OutputError(f"{self.path} cannot be written: {error.strerror}")


def _move(part: Path, path: Path) -> None:
    """Gives the file its name where there is none of that name. Raises `FileExistsError`."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError from None
        part.rename(path)
