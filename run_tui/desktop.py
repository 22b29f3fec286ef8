"""What the machine before the user does for the program: its clipboard, browser, editor, notifications."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

CLIPBOARD_LIMIT = 3.0
"""Seconds after which a clipboard program that does not end is given up."""

_CLIPBOARDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-in")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("", ("clip.exe",)),
)
"""Programs that put their input on the clipboard, and the variable that tells them where that is."""


def is_remote(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the user sits at another machine than the one this program runs on."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def can_open_browser(environ: Mapping[str, str] = os.environ) -> bool:
    """Over SSH, or on a Linux machine without a display, a browser would open elsewhere or inside the terminal."""
    if is_remote(environ):
        return False
    return os.name != "posix" or os.uname().sysname == "Darwin" or bool(environ.get("DISPLAY"))


def clipboard_command(environ: Mapping[str, str] = os.environ) -> tuple[str, ...] | None:
    """The program that puts its input on the user's clipboard, with its options; None where there is none."""
    if is_remote(environ):
        return None
    for variable, (name, *options) in _CLIPBOARDS:
        program = shutil.which(name, path=environ.get("PATH"))
        if program is not None and (not variable or environ.get(variable)):
            return program, *options
    return None


async def copy(text: str, environ: Mapping[str, str] = os.environ, limit: float = CLIPBOARD_LIMIT) -> bool:
    """Puts a text on the clipboard by the program for that, in at most `limit` seconds; whether it worked."""
    command = clipboard_command(environ)
    if command is None:
        return False
    nowhere = asyncio.subprocess.DEVNULL
    try:
        # Some of these programs stay, to hand the text out: they must not hold our output open.
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
    except OSError:
        return False
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await process.communicate(text.encode("utf-16-le" if command[0].endswith(".exe") else "utf-8"))
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode == 0


def notification(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The control sequence that makes the user's terminal show a notification; "" for one that could print it.

    `text` must be harmless already. There are two such sequences and some terminals know both: one is sent.
    """
    term = environ.get("TERM", "")
    if term in ("", "dumb", "linux"):
        return ""
    text = text.replace(";", ",")
    if environ.get("VTE_VERSION") or term.startswith(("rxvt", "foot")):
        sequence = f"\x1b]777;notify;run-tui;{text}\x07"
    else:
        sequence = f"\x1b]9;run-tui: {text}\x07"
    if environ.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence


def edited(text: str, suffix: str, environ: Mapping[str, str] = os.environ) -> str:
    """What the user's editor makes of a text; it has the terminal meanwhile. Raises `OSError` where there is none.

    The text lies in a file that only the user can read, named with `suffix`, until the editor has ended.
    """
    command = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "vi")
    handle, name = tempfile.mkstemp(suffix, "run-tui-", text=True)
    file = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        subprocess.run([*command, name], check=False)
        return file.read_text("utf-8", errors="replace")
    finally:
        file.unlink(missing_ok=True)
