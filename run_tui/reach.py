"""How a server is reached: whose certificates are trusted, which is shown to it, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONNECT_TIMEOUT = 5.0
"""Seconds for a server to accept a connection."""
READ_TIMEOUT = 30.0
"""Seconds for a server to begin, and then to go on with, an answer: a page of 1,000 events takes it 0.1 s."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Files in PEM, and times in seconds; without a `ca_bundle` those count whom SSL_CERT_FILE or the system trusts.

    The `client_certificate` may hold its key, else that is the `client_key`.
    """

    ca_bundle: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    connect_timeout: float = CONNECT_TIMEOUT
    read_timeout: float = READ_TIMEOUT


USUAL = Reach()
"""How a server is reached where nothing is said about it."""
