"""GraphQL over HTTP: sends a query, reads the answer, and turns every failure into an error a user can act on."""

from __future__ import annotations

import json
import logging
import ssl
import sys
import zlib
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from run_tui import __version__
from run_tui.errors import (
    BadAnswer,
    ConfigError,
    ServerError,
    SourceError,
    TimedOut,
    TooLarge,
    Unreachable,
)
from run_tui.reach import USUAL, Reach
from run_tui.sources._body import ENCODINGS, LARGEST, Glance, checked_body, parsed, read_body
from run_tui.sources._http_words import checked_headers, is_tls, no_connection, proxy_of, proxy_refusal
from run_tui.sources._refusals import login_page, refusal, without_secrets

# httpx imports its own command line too, and with that rich and pygments: a third of the time it takes. None in its
# place makes that import fail, as it does where these are not installed, and httpx goes on without it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402

if sys.modules["httpx._main"] is None:
    del sys.modules["httpx._main"]

# At their lower levels they write URLs and headers, tokens among them, into any log that something else has set up.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

T = TypeVar("T")

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
_WRONG_URL_HINT = "Is this the right URL? It is the one the web page opens at, with or without /graphql."


class Crashed(ServerError):
    """A plain-text 500: the server broke down over the request before it could say why."""


class GraphQLClient:
    """Asks one server; each method raises only `SourceError`s and can be called again after one.

    `where` is the server as it may be shown: no login, no query string, no `/graphql`; the `name` for an `app`.
    Headers given by the caller carry tokens: they go to this server alone, never to where it redirects.
    A server on this machine is asked without a proxy, any other through that of the environment, if there is one.
    Raises `ConfigError` for a URL or a header that HTTP cannot carry, and for certificates that cannot be read.
    """

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
        base, self._endpoint, login = _addresses(url)
        self._headers = login | checked_headers(headers or {})
        self.where = str(base) if app is None or name is None else name
        self._hint = hint
        self._timeout = httpx.Timeout(reach.read_timeout, connect=reach.connect_timeout)
        self._transport = None if app is None else httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._tls = _tls(reach) if self._endpoint.scheme == "https" else True
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def query(
        self, text: str, variables: Mapping[str, object], shape: TypeAdapter[T], glance: Glance | None = None
    ) -> T:
        """The answer's whole body as `shape` has it; the body counts before the status, for errors come as HTTP 500.

        `glance` sees the beginning of a body as soon as it is there, whatever comes of the rest; perhaps of several.
        """
        body = json.dumps({"query": text, "variables": dict(variables)}).encode()
        try:
            response, content = await self._send(body, glance)
        except httpx.RequestError as error:
            raise self._no_answer(error) from error
        except httpx.InvalidURL as error:
            raise BadAnswer(f"{self.where} redirects to something that is no web address", _WRONG_URL_HINT) from error
        try:
            return checked_body(content, shape)
        except ValidationError as error:
            raise self._no_use(response, content, error) from error

    async def reconnect(self) -> None:
        """Drops every connection, for any may have died unnoticed; requests under way are sent again on new ones."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def aclose(self) -> None:
        """Closes the connections."""
        for client in self._clients.values():
            await client.aclose()

    async def _send(self, body: bytes, glance: Glance | None) -> tuple[httpx.Response, bytes]:
        url, headers = self._endpoint, self._headers
        for _ in range(_MAX_REDIRECTS):
            response, content = await self._post(url, body, headers, glance)
            if not response.has_redirect_location:
                return response, content
            target = _web_url(str(url.join(response.headers["location"])))
            if not _same_server(url, target):
                headers = {}
            url = target
        raise BadAnswer(f"{self.where} redirects in circles", _WRONG_URL_HINT)

    async def _post(
        self, url: httpx.URL, body: bytes, headers: Mapping[str, str], glance: Glance | None
    ) -> tuple[httpx.Response, bytes]:
        try:
            return await self._exchange(url, body, headers, glance)
        except _STALE:
            # The server had dropped the pooled connection; a query changes nothing, so it may be sent twice.
            return await self._exchange(url, body, headers, glance)

    async def _exchange(
        self, url: httpx.URL, body: bytes, headers: Mapping[str, str], glance: Glance | None
    ) -> tuple[httpx.Response, bytes]:
        """The answer and its whole body, which is not in the answer itself."""
        async with self._client(url.scheme).stream("POST", url, content=body, headers=headers) as response:
            try:
                return response, await read_body(response.aiter_raw(), response.headers, glance)
            except OverflowError:
                raise TooLarge(
                    f"{self._who(url)} sent an answer of more than {LARGEST >> 20} MB", _LARGE_HINT
                ) from None
            except zlib.error:
                raise BadAnswer(f"{self._who(url)} answered with a damaged compression", _WRONG_URL_HINT) from None

    def _client(self, scheme: str) -> httpx.AsyncClient:
        if scheme not in self._clients:
            self._clients[scheme] = httpx.AsyncClient(
                headers=_OWN_HEADERS,
                timeout=self._timeout,
                limits=_LIMITS,
                transport=self._transport,
                # Loading the authorities' certificates takes time; this client never sends to an https URL.
                verify=self._tls if scheme == "https" else False,
                mounts=_DIRECTLY,
            )
        return self._clients[scheme]

    def _no_answer(self, error: httpx.RequestError) -> SourceError:
        """What became of a request without an answer, in words; never the library's text, which may quote headers."""
        url = error.request.url
        who = self._who(url)
        match error:
            case httpx.ReadTimeout():
                return TimedOut(f"{who} did not answer in {self._timeout.read:g} s", self._hint)
            case httpx.ConnectTimeout():
                what = f"{who} did not accept a connection in {self._timeout.connect:g} s"
            case httpx.TimeoutException():
                what = f"{who} did not answer in {self._timeout.read:g} s"
            case httpx.ProxyError():
                return Unreachable(*proxy_refusal(who, proxy_of(url.scheme, url.host), str(error)))
            case _ if isinstance(error, httpx.ConnectError) or is_tls(error):
                what, hint = no_connection(who, error, self._proxy_of(url))
                return Unreachable(what, hint or self._hint)
            case _:
                what = f"{who} broke off the connection without a whole answer"
        return Unreachable(what, self._hint)

    def _proxy_of(self, url: httpx.URL) -> str:
        return "" if url.host in _HERE else proxy_of(url.scheme, url.host)

    def _no_use(self, response: httpx.Response, content: bytes, error: ValidationError) -> SourceError:
        """Why an answer is not the one asked for: by its status, the errors it lists, or what it is instead."""
        status, who, reply = response.status_code, self._who(response.url), _reply(response)
        sent = {name: value for name, value in self._headers.items() if name in response.request.headers}
        if refused := refusal(who, status, reply, response.headers, content, sent=sent):
            return refused
        listed = _listed_error(content)
        if listed is not None:
            told = without_secrets(listed, sent)
            return ServerError(told or f"{who} answered with an error ({reply})", status=status)
        if status == 407:
            return Unreachable(*proxy_refusal(who, self._proxy_of(response.url), "407"))
        return _no_graphql(response, content, who, error)

    def _who(self, url: httpx.URL) -> str:
        """The server as the user knows it and, where that one redirected, the one that was asked in the end."""
        if _same_server(self._endpoint, url):
            return self.where
        return f"{url.copy_with(userinfo=b'', query=None, fragment=None)}, where {self.where} redirects,"


def _addresses(url: str) -> tuple[httpx.URL, httpx.URL, dict[str, str]]:
    """The web page's URL, free of secrets, the one queries go to, and the login the URL held as a header."""
    try:
        given = _web_url(url)
        path = given.path.rstrip("/").removesuffix("/graphql").rstrip("/")
        bare = given.copy_with(userinfo=b"", fragment=None, path=path)
        endpoint = bare.copy_with(path=f"{path}/graphql")
    except httpx.InvalidURL:
        shown = "that" if "@" in url else repr(url)
        raise ConfigError(f"{shown} is not the URL of a server", _URL_HINT) from None
    login = {}
    if given.userinfo:
        token = b64encode(f"{given.username}:{given.password}".encode()).decode()
        login = {"authorization": f"Basic {token}"}
    return bare.copy_with(query=None), endpoint, login


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


def _no_graphql(response: httpx.Response, content: bytes, who: str, error: ValidationError) -> SourceError:
    """What answered instead of a GraphQL server."""
    status, reply = response.status_code, _reply(response)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/html":
        return login_page(str(response.url), reply, content, who) or BadAnswer(
            f"{who} answered with a web page ({reply}), not with GraphQL", _WRONG_URL_HINT
        )
    if status == 500 and kind == "text/plain":
        return Crashed(f"{who} broke down over the request ({reply})", status=status)
    if status >= 500:
        return ServerError(f"{who} failed ({reply})", status=status)
    if status < 400 and kind == "application/json":
        return BadAnswer(f"{who} answered with JSON that does not fit ({_first_problem(error)})", _WRONG_URL_HINT)
    return BadAnswer(f"{who} answered with {kind or 'nothing'} ({reply}), not with GraphQL", _WRONG_URL_HINT)


def _reply(response: httpx.Response) -> str:
    status = response.status_code
    return f"HTTP {status} {httpx.codes.get_reason_phrase(status)}".rstrip()


def _listed_error(body: bytes) -> str | None:
    """The first message of a GraphQL answer's `errors`, "" if it has none, None for what is no such answer."""
    answer = parsed(body)
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list) or not errors:
        return None
    message = errors[0].get("message") if isinstance(errors[0], dict) else errors[0]
    return message.strip() if isinstance(message, str) else ""


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
