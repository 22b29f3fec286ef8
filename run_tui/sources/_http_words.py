"""What stands in headers and in the errors of connections, checked and put into words."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from run_tui.errors import ConfigError

PROXY_HINT = "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; NO_PROXY lists the servers to be asked without a proxy."
NO_PROXY = "the proxy that the environment names cannot be used, for only those of http and https can"
NO_AUTHORITIES = "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read"
TLS_HINT = (
    "If its certificate is your organization's own, name the authority's file: by ca_bundle in the connection, or by "
    "SSL_CERT_FILE."
)
_TLS_HINTS = (
    ("expired", "Tell those who run it, or check this machine's clock."),
    ("not yet valid", "Check this machine's clock."),
    ("mismatch", "Its certificate is for another name: check the URL."),
    ("not valid for", "Its certificate is for another name: check the URL."),
    ("wrong version number", "It may speak plain http at this port."),
    ("certificate required", "It wants a certificate of yours: client_certificate in the connection."),
)

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


def no_connection(where: str, error: BaseException, proxy: str = "") -> tuple[str, str]:
    """Why no connection to `where` came about, as far as what `error` was caused by tells, and what to do ("": ask us).

    `proxy` is the one that was asked to connect, "" for none.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", None) or (cause.reason or "TLS failed").replace("_", " ").lower()
            return f"No secure connection to {where}: {reason}", tls_hint(reason)
        if proxy and isinstance(cause, socket.gaierror | OSError):
            return f"The proxy {proxy} on the way to {where} does not answer", PROXY_HINT
        if isinstance(cause, socket.gaierror):
            return f"The host name in {where} cannot be found", ""
        if isinstance(cause, ConnectionRefusedError):
            return f"Nothing is listening at {where}", ""
    return f"No connection to {where}", ""


def is_tls(error: BaseException) -> bool:
    """Whether the failure is one of a secure connection, which may also show while an answer is read."""
    return any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def proxy_refusal(where: str, proxy: str, words: str) -> tuple[str, str]:
    """What a proxy's refusal means, `words` being its status and what it says, and what to do."""
    if words.startswith("407"):
        return (
            f"The proxy {proxy} on the way to {where} wants a login (HTTP 407)",
            "Write it into the proxy's variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT.",
        )
    status = f" (HTTP {words[:3]})" if words[:3].isdecimal() else ""
    return f"The proxy {proxy} on the way to {where} did not let the request pass{status}", PROXY_HINT


def tls_hint(reason: str) -> str:
    """What to do when a server's certificate, or what it speaks, will not do."""
    return next((hint for part, hint in _TLS_HINTS if part in reason), TLS_HINT)


def proxy_of(scheme: str, host: str) -> str:
    """The proxy that the environment has for this server, as it may be shown; "" for none."""
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return ""
    return urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _causes(member)
        error = error.__cause__ or error.__context__
