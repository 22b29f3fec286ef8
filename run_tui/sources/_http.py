"""HTTP: sends a request, reads the answer, and turns what comes between into an error a user can act on."""

from __future__ import annotations

import logging
import ssl
import sys
import zlib
from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from pydantic import ValidationError

from run_tui import __version__
from run_tui.errors import BadAnswer, BrokenOff, ConfigError, SourceError, TimedOut, TooLarge, Unreachable
from run_tui.reach import USUAL, Reach
from run_tui.sources._answer import Answer, media_type
from run_tui.sources._body import ENCODINGS, LARGEST, Glance, read_body
from run_tui.sources._http_words import (
    NO_AUTHORITIES,
    NO_PROXY,
    PROXY_HINT,
    TLS_HINT,
    checked_headers,
    is_tls,
    no_connection,
    proxy_of,
    proxy_refusal,
)

# httpx imports its own command line too, and with that rich and pygments: a third of the time it takes. None in its
# place makes that import fail, as it does where these are not installed, and httpx goes on without it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402

if sys.modules["httpx._main"] is None:
    del sys.modules["httpx._main"]

# At their lower levels they write URLs and headers, tokens among them, into any log that something else has set up.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]
]
"""An application that answers in this process, without a socket."""

_MAX_REDIRECTS = 5
# Dagster's own server drops connections idle for 5 s: letting go first spares a failed request.
_LIMITS = httpx.Limits(keepalive_expiry=4.0)
_OWN_HEADERS = {
    "content-type": "application/json",
    "accept": "application/json",
    "accept-encoding": ENCODINGS,
    "user-agent": f"run-tui/{__version__}",
}
_HERE = ("localhost", "127.0.0.1", "::1")
_DIRECTLY: Mapping[str, None] = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))
_STALE = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
_URL_HINT = "Write it like http://127.0.0.1:3000 or https://example.dagster.cloud/prod."
_LARGE_HINT = "Ask for less at once, with a --limit or a narrower filter."
_WRONG_URL_HINT = "Is this the right URL? It is the one the web page opens at"


class HttpClient:
    """Asks one server; each method raises only `SourceError`s and can be called again after one.

    `where` is the server as it may be shown: no login, no query string, no `endpoint`; the `name` for an `app`.
    Requests go below `endpoint`, whether the URL has it or not; `speaks` is how errors call what is spoken there.
    Headers given by the caller carry tokens: they go to this server alone, never to where it redirects.
    A server on this machine is asked without a proxy, any other through that of the environment, if there is one.
    Raises `ConfigError` for a URL or a header that HTTP cannot carry, and for certificates that cannot be read.
    """

    endpoint = ""
    speaks = "JSON"
    otherwise = ""
    """What may be the matter where the URL is right, a sentence."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        app: AsgiApp | None = None,
        name: str | None = None,
        hint: str = "",
        reach: Reach = USUAL,
    ) -> None:
        base, self._endpoint, login = _addresses(url, self.endpoint)
        self._headers = login | checked_headers(headers or {})
        self.where = str(base) if app is None or name is None else name
        self._hint = hint
        self._timeout = httpx.Timeout(reach.read_timeout, connect=reach.connect_timeout)
        self._transport = None if app is None else httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._tls = _tls(reach)
        self._clients: dict[tuple[str, bool], httpx.AsyncClient] = {}

    async def request(
        self,
        method: str,
        path: str = "",
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        glance: Glance | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """The answer to a request, whatever its status; one that is `repeatable` may be sent twice.

        `path` is below the endpoint, percent-encoded where it has to be. `glance` sees the beginning of a body as soon
        as it is there, whatever comes of the rest; perhaps of several.
        """
        url = _below(self._endpoint, path, params)
        try:
            return await self._send(method, url, body, glance, repeatable)
        except httpx.RequestError as error:
            raise self._no_answer(error) from error
        except httpx.InvalidURL as error:
            raise BadAnswer(f"{self.where} redirects to something that is no web address", self._url_hint) from error

    async def stream(
        self, path: str, kind: str, params: Mapping[str, str] | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The bytes of what lies at `path` as they come, of the media type `kind`; none where the server sends another.

        They end without an error only where the server ended them.
        """
        url = _below(self._endpoint, path, params)
        headers = {**self._headers, "accept": kind, "accept-encoding": "identity"}
        try:
            async with self._client(url).stream("GET", url, headers=headers) as response:
                if response.status_code == 200 and media_type(response.headers) == kind:
                    async for piece in response.aiter_raw():
                        yield piece
        except httpx.RequestError as error:
            raise self._no_answer(error) from error

    def no_use(self, answer: Answer, error: ValidationError | None = None) -> SourceError:
        """Why an answer, which is no refusal, is not one of this kind of server; `error` says what does not fit."""
        return answer.no_use(self.speaks, self._url_hint, error)

    async def reconnect(self) -> None:
        """Drops every connection, for any may have died unnoticed; requests under way are sent again on new ones."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def aclose(self) -> None:
        """Closes the connections."""
        for client in self._clients.values():
            await client.aclose()

    @property
    def _url_hint(self) -> str:
        hint = f"{_WRONG_URL_HINT}, with or without {self.endpoint}." if self.endpoint else f"{_WRONG_URL_HINT}."
        return f"{hint} {self.otherwise}".rstrip()

    async def _send(
        self, method: str, url: httpx.URL, body: bytes | None, glance: Glance | None, repeatable: bool
    ) -> Answer:
        headers = self._headers
        for _ in range(_MAX_REDIRECTS):
            try:
                response, content = await self._exchange(method, url, body, headers, glance)
            except _STALE:
                # The server had dropped the pooled connection; what changes nothing may be sent twice.
                if not repeatable:
                    raise
                response, content = await self._exchange(method, url, body, headers, glance)
            if not response.has_redirect_location:
                return self._answer(response, content)
            target = _web_url(str(url.join(response.headers["location"])))
            if not _same_server(url, target):
                headers = {}
            url = target
        raise BadAnswer(f"{self.where} redirects in circles", self._url_hint)

    def _answer(self, response: httpx.Response, content: bytes) -> Answer:
        status, url = response.status_code, response.url
        return Answer(
            status,
            f"HTTP {status} {httpx.codes.get_reason_phrase(status)}".rstrip(),
            response.headers,
            content,
            who=self._who(url),
            url=str(url),
            sent={name: value for name, value in self._headers.items() if name in response.request.headers},
            proxy=self._proxy_of(url),
        )

    async def _exchange(
        self, method: str, url: httpx.URL, body: bytes | None, headers: Mapping[str, str], glance: Glance | None
    ) -> tuple[httpx.Response, bytes]:
        """The answer and its whole body, which is not in the answer itself."""
        async with self._client(url).stream(method, url, content=body, headers=headers) as response:
            try:
                return response, await read_body(response.aiter_raw(), response.headers, glance)
            except OverflowError:
                raise TooLarge(
                    f"{self._who(url)} sent an answer of more than {LARGEST >> 20} MB", _LARGE_HINT
                ) from None
            except zlib.error:
                raise BadAnswer(f"{self._who(url)} answered with a damaged compression", self._url_hint) from None

    def _client(self, url: httpx.URL) -> httpx.AsyncClient:
        """The client for a URL; only that of this server has the connection's certificates."""
        own = _same_server(self._endpoint, url)
        if (url.scheme, own) not in self._clients:
            # Loading the authorities' certificates takes time, and the client for http never sends to an https URL.
            tls = url.scheme == "https" and (not own or self._tls)
            try:
                client = httpx.AsyncClient(
                    headers=_OWN_HEADERS,
                    timeout=self._timeout,
                    limits=_LIMITS,
                    transport=self._transport,
                    verify=tls,
                    mounts=_DIRECTLY,
                )
            except OSError as error:
                raise Unreachable(f"No secure connection to {self._who(url)}: {NO_AUTHORITIES}", TLS_HINT) from error
            except (ImportError, ValueError, httpx.InvalidURL) as error:  # whose text may quote from the proxy's URL
                raise Unreachable(f"No connection to {self._who(url)}: {NO_PROXY}", PROXY_HINT) from error
            self._clients[url.scheme, own] = client
        return self._clients[url.scheme, own]

    def _no_answer(self, error: httpx.RequestError) -> SourceError:
        """What became of a request without an answer, in words; never the library's text, which may quote headers."""
        url = error.request.url
        who = self._who(url)
        match error:
            case httpx.ConnectTimeout() | httpx.PoolTimeout():
                what = f"{who} did not accept a connection in {self._timeout.connect:g} s"
                return Unreachable(what, self._hint)
            case httpx.TimeoutException():
                return TimedOut(f"{who} did not answer in {self._timeout.read:g} s", self._hint)
            case httpx.ProxyError():
                return Unreachable(*proxy_refusal(who, self._proxy_of(url), str(error)))
            case _ if isinstance(error, httpx.ConnectError) or is_tls(error):
                what, hint = no_connection(who, error, self._proxy_of(url))
                kind = Unreachable if isinstance(error, httpx.ConnectError) else BrokenOff
                return kind(what, hint or self._hint)
            case _:
                return BrokenOff(f"{who} broke off the connection without a whole answer", self._hint)

    def _proxy_of(self, url: httpx.URL) -> str:
        return "" if url.host in _HERE else proxy_of(url.scheme, url.host)

    def _who(self, url: httpx.URL) -> str:
        """The server as the user knows it and, where that one redirected, the one that was asked in the end."""
        if _same_server(self._endpoint, url):
            return self.where
        return f"{url.copy_with(userinfo=b'', query=None, fragment=None)}, where {self.where} redirects,"


def _addresses(url: str, endpoint: str) -> tuple[httpx.URL, httpx.URL, dict[str, str]]:
    """The web page's URL, free of secrets, the one requests go to, and the login the URL held as a header."""
    try:
        given = _web_url(url)
        path = given.path.rstrip("/").removesuffix(endpoint).rstrip("/")
        bare = given.copy_with(userinfo=b"", fragment=None, path=path)
        asked = bare.copy_with(path=path + endpoint)
    except httpx.InvalidURL:
        shown = "that" if "@" in url else repr(url)
        raise ConfigError(f"{shown} is not the URL of a server", _URL_HINT) from None
    login = {}
    if given.userinfo:
        token = b64encode(f"{given.username}:{given.password}".encode()).decode()
        login = {"authorization": f"Basic {token}"}
    return bare.copy_with(query=None), asked, login


def _below(endpoint: httpx.URL, path: str, params: Mapping[str, str] | None) -> httpx.URL:
    """A place below the endpoint; the query string that the user gave stays."""
    base, mark, query = endpoint.raw_path.partition(b"?")
    url = endpoint.copy_with(raw_path=base + path.encode() + mark + query)
    return url.copy_merge_params(params) if params else url


def _tls(reach: Reach) -> ssl.SSLContext | bool:
    """What makes connections secure; whom to trust is the environment's matter where the connection does not say."""
    if not (reach.ca_bundle or reach.client_certificate):
        return True
    try:
        context = ssl.create_default_context(cafile=reach.ca_bundle) if reach.ca_bundle else httpx.create_ssl_context()
        if reach.client_certificate:
            # An empty password: nobody is there to be asked for one.
            context.load_cert_chain(reach.client_certificate, reach.client_key, password="")
    except OSError as error:
        files = ", ".join(str(file) for file in (reach.ca_bundle, reach.client_certificate, reach.client_key) if file)
        why = error.strerror if not isinstance(error, ssl.SSLError) else "no certificate and key in PEM, or encrypted"
        raise ConfigError(f"{files}: cannot be used: {why}") from None
    return context


def _web_url(text: str) -> httpx.URL:
    """Raises `httpx.InvalidURL` for what cannot be asked over HTTP."""
    url = httpx.URL(text.strip())
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > 65535:
        raise httpx.InvalidURL("not a web address")
    try:
        url.host.encode("idna")
    except UnicodeError:
        raise httpx.InvalidURL("not a host name") from None
    return url


def _same_server(url: httpx.URL, target: httpx.URL) -> bool:
    """Whether tokens meant for `url` may go to `target`: the same server, or the same host gone from http to https."""
    if url.host != target.host:
        return False
    same = (url.scheme, url.port) == (target.scheme, target.port)
    return same or (url.scheme, url.port, target.scheme, target.port) == ("http", None, "https", None)
