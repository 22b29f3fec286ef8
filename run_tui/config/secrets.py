"""What must never be shown, and where it is kept: in the file itself, a variable, a keyring, or behind a command."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from run_tui.errors import ConfigError

COMMAND_SECONDS = 10.0
"""How long the command of a `token_command` may take."""

_TELLING = re.compile(r"TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|API_?KEY|_KEY$", re.IGNORECASE)
_COMPLAINT = 300


class Secret:
    """A text that only `reveal` shows: its `str` and `repr` are stars."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the request that needs it and for nothing else."""
        return self._text

    def __repr__(self) -> str:
        return "********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def secret(text: str, place: str) -> Secret:
    """The text as a secret that can go into a header. Raises `ConfigError` naming `place`, never showing the text."""
    text = text.strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ConfigError(f"{place}: empty or not plain text, so it cannot be sent.")
    return Secret(text)


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where a connection's token is: `way` is a setting of `WAYS`, `place` tells users of it, `value` is what it says.

    The value is a secret in every way: commands may hold one, too.
    """

    way: str
    value: Secret
    place: str

    def read(self, environ: Mapping[str, str] = os.environ) -> Secret:
        """The token. Raises `ConfigError`; a command is run, and may take `COMMAND_SECONDS`."""
        return WAYS[self.way](self.value.reveal(), self.place, environ)

    @property
    def variable(self) -> str | None:
        """The environment variable that holds the token, if one does."""
        return self.value.reveal() if self.way == "token_env" else None


def _as_written(text: str, place: str, _: Mapping[str, str]) -> Secret:
    return secret(text, place)


def _from_variable(name: str, place: str, environ: Mapping[str, str]) -> Secret:
    token = environ.get(name)
    if not token:
        raise ConfigError(f"{place}: the environment variable {name} is not set.")
    return secret(token, name)


def _from_command(command: str, place: str, environ: Mapping[str, str]) -> Secret:
    import shlex

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError(f"{place}: {error}.") from None
    if not words:
        raise ConfigError(f"{place}: no command.")
    code, output, complaint = _run(words, place, environ)
    if code != 0:
        said = _without(complaint, [output, *(value for name, value in environ.items() if _TELLING.search(name))])
        raise ConfigError(f"{place}: failed with {code}{f', saying: {said}' if said else ''}.")
    return secret(output, f"{place}: what the command prints")


def _run(words: list[str], place: str, environ: Mapping[str, str]) -> tuple[int, str, str]:
    """The command's exit code, and what it writes to stdout and to stderr."""
    from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

    try:
        process = Popen(words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=dict(environ))
    except OSError as error:
        raise ConfigError(f"{place}: cannot be run: {error.strerror}.") from None
    except ValueError:  # whose text may quote from the command
        raise ConfigError(f"{place}: cannot be run.") from None
    with process:
        try:
            output, complaint = process.communicate(timeout=COMMAND_SECONDS)
        except TimeoutExpired:
            # What it has started may go on, and hold the pipes: they are not read to their end.
            process.kill()
            raise ConfigError(f"{place}: the command did not end within {COMMAND_SECONDS:g} s.") from None
    return process.returncode, output.decode(errors="replace").strip(), complaint.decode(errors="replace").strip()


def _without(text: str, secrets: list[str]) -> str:
    """The text's end in one line, with stars for each line of `secrets`."""
    for hidden in sorted({line.strip() for each in secrets for line in each.splitlines()}, key=len, reverse=True):
        if len(hidden) > 3:
            text = text.replace(hidden, "********")
    return " ".join(text.split())[-_COMPLAINT:].rstrip(".")


def _from_keyring(entry: str, place: str, _: Mapping[str, str]) -> Secret:
    service, slash, user = entry.rpartition("/")
    if not (service and slash and user):
        raise ConfigError(f"{place}: SERVICE/USER is wanted here.")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise ConfigError(f"{place}: this needs the package keyring: pip install 'run-tui[keyring]'.") from None
    try:
        token = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError(f"{place}: the keyring does not open ({type(error).__name__}).") from None
    if token is None:
        raise ConfigError(f"{place}: the keyring has no such entry; keyring set {service} {user} makes one.")
    return secret(token, place)


WAYS: Mapping[str, Callable[[str, str, Mapping[str, str]], Secret]] = {
    "token": _as_written,
    "token_env": _from_variable,
    "token_command": _from_command,
    "token_keyring": _from_keyring,
}
"""The settings that say where a connection's token is; of these it may have one."""
