"""Keeps secrets that were given as arguments out of the list of processes, which every user of a machine can read."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path

_SECRET = re.compile(
    rb"\0--token[=\0](?P<token>[^\0]*)"
    rb"|\0--url[=\0](?:[A-Za-z]+://)?(?P<login>[^\0/?#]*)@"
    rb"|\0[A-Za-z]+://(?P<page_login>[^\0/?#]*)@"
)
_PROCESS = Path("/proc/self")
_ARG_START = 45
"""The place in /proc/self/stat, counted after the program's name, of the address where the arguments begin."""


def hide_secrets() -> None:
    """Writes stars over tokens and logins among this process's arguments, where the system is Linux and lets us.

    They are to be seen until then: a start's first few hundredths of a second. The shell's history keeps them.
    """
    if sys.platform == "linux" and any("--token" in word or "@" in word for word in sys.argv):
        # A hardened system may forbid it, and there is no other way without help from outside of Python.
        with suppress(OSError):
            _overwrite()


def _overwrite() -> None:
    arguments = (_PROCESS / "cmdline").read_bytes()
    start = int((_PROCESS / "stat").read_text().rpartition(")")[2].split()[_ARG_START])
    with (_PROCESS / "mem").open("r+b", buffering=0) as memory:
        for found in _SECRET.finditer(arguments):
            name = found.lastgroup or ""
            memory.seek(start + found.start(name))
            memory.write(b"*" * len(found[name]))
