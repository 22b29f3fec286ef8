"""What stands in headers and in the errors of connections, checked and put into words."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from run_tui.errors import ConfigError

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with names in lower case, if HTTP can carry them; the message never shows a value."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ConfigError(f"{name!r} cannot be the name of an HTTP header")
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            raise ConfigError(f"the value for the HTTP header {name} has characters that HTTP cannot carry")
    return {name.lower(): value for name, value in headers.items()}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The `Retry-After` header, which is a number of seconds or a date; None if it is neither."""
    text = headers.get("retry-after", "")
    if text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None


def no_connection(where: str, error: BaseException) -> str:
    """Why no connection to `where` came about, as far as what `error` was caused by tells."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", None) or (cause.reason or "TLS failed").replace("_", " ").lower()
            return f"No secure connection to {where}: {reason}"
        if isinstance(cause, socket.gaierror):
            return f"The host name in {where} cannot be found"
        if isinstance(cause, ConnectionRefusedError):
            return f"Nothing is listening at {where}"
    return f"No connection to {where}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _causes(member)
        error = error.__cause__ or error.__context__
