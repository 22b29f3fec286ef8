"""A stand-in for Dagster+: lets in whom it knows, over https, and hands on what they ask to a real Dagster server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

ORGANIZATION, DEPLOYMENT, BRANCH = "acme", "prod", "4f5a8b0c2d1e"
TOKEN, EXPIRED, FOREIGN = "user:t0ken-7353", "user:expired-8811", "user:f0reign-2207"
LIMIT_SECONDS = 7
SERVICE_NAMES = (
    "dagster.cloud", "*.dagster.cloud", "eu.dagster.cloud", "*.eu.dagster.cloud", "127.0.0.1", "localhost",
)  # fmt: skip

_LOGIN_PAGE = '<!doctype html><title>Log in to Dagster+</title><form><input name="password" type="password"></form>'


@dataclass
class Gateway:
    """Answers as the service does for one organization, whose every deployment is the server at `upstream`.

    Its endpoints are `/ORGANIZATION/graphql` and, at the organization's own host or any other, `/DEPLOYMENT/graphql`.
    `seen` keeps the headers of requests; the next `busy` ones are told to ask later; at a `login` gateway those
    without a token are sent to a page.
    """

    upstream: str
    deployments: tuple[str, ...] = (DEPLOYMENT, BRANCH)
    busy: int = 0
    login: bool = False
    seen: list[dict[str, str]] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        """The gateway as an ASGI app."""
        return Starlette(
            routes=[
                Route("/login", self._login_page, methods=["GET", "POST"]),
                Route("/{name}/graphql", self._answer, methods=["POST"]),
            ]
        )

    async def _login_page(self, _: Request) -> Response:
        return HTMLResponse(_LOGIN_PAGE)

    async def _answer(self, request: Request) -> Response:
        self.seen.append({"url": str(request.url), **request.headers})
        refused = self._refusal(request)
        return refused or await self._handed_on(request)

    def _refusal(self, request: Request) -> Response | None:
        headers, name = request.headers, request.path_params["name"]
        token, organization = headers.get("dagster-cloud-api-token"), headers.get("dagster-cloud-organization")
        deployment = headers.get("dagster-cloud-deployment")
        known = deployment in self.deployments and name in (ORGANIZATION, deployment)
        refusals = (
            (token is None, _refused(401, "no token") if not self.login else RedirectResponse("/login?next=/", 302)),
            (token == EXPIRED, _refused(401, "API token expired")),
            (token not in (TOKEN, FOREIGN), _refused(401, f"invalid token {token}")),
            (organization != ORGANIZATION, _refused(404, "organization not found")),
            (token == FOREIGN, _refused(403, "this token belongs to another organization")),
            (not known, _refused(404, "deployment not found")),
            (self.busy > 0, PlainTextResponse("slow down", 429, {"retry-after": str(LIMIT_SECONDS)})),
        )
        refused = next((response for applies, response in refusals if applies), None)
        self.busy -= refused is not None and refused.status_code == 429
        return refused

    async def _handed_on(self, request: Request) -> Response:
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            kind = {"content-type": request.headers["content-type"]}
            answer = await client.post(f"{self.upstream}/graphql", content=await request.body(), headers=kind)
        return Response(answer.content, answer.status_code, media_type=answer.headers["content-type"])


def _refused(status: int, reason: str) -> Response:
    return JSONResponse({"error": reason}, status)


@dataclass(frozen=True)
class Authority:
    """An authority of its own and its file; it issues certificates, good ones and others."""

    file: Path
    ca: trustme.CA

    @classmethod
    def below(cls, folder: Path) -> Authority:
        """A new one, which nobody trusts yet."""
        ca = trustme.CA()
        file = folder / "authority.pem"
        ca.cert_pem.write_to_path(str(file))
        return cls(file, ca)

    def certificate(self, *names: str, until: datetime | None = None) -> Path:
        """The file of a new certificate for these names, with its key; those of the service unless named."""
        since = None if until is None else until - timedelta(days=1)
        issued = self.ca.issue_cert(*(names or SERVICE_NAMES), not_before=since, not_after=until)
        file = self.file.with_name(f"{len(list(self.file.parent.iterdir()))}.pem")
        issued.private_key_and_cert_chain_pem.write_to_path(str(file))
        return file


@dataclass
class Proxy:
    """A proxy that connects whoever asks for whatever host with one server; with a `login` only those who have it."""

    target: tuple[str, int]
    login: str = ""
    status: str = "407 Proxy Authentication Required"
    asked: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.split()[1])
        if self.login and f"basic {self.login}".lower() not in head.lower():
            writer.write(f"HTTP/1.1 {self.status}\r\ncontent-length: 0\r\n\r\n".encode())
            return
        there, out = await asyncio.open_connection(*self.target)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with closing(out):
            await asyncio.gather(_pump(reader, out), _pump(there, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def _proxying(proxy: Proxy) -> AsyncIterator[str]:
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(OSError, asyncio.IncompleteReadError):
            await proxy.talk(reader, writer)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(talk(reader, writer))
        talks.add(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await asyncio.sleep(0)  # transports close one turn of the loop later


@contextmanager
def proxying(proxy: Proxy) -> Iterator[str]:
    """Runs the proxy in a thread of its own; yields its URL."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    done = asyncio.Event()
    urls: list[str] = []

    async def run() -> None:
        async with _proxying(proxy) as url:
            urls.append(url)
            ready.set()
            await done.wait()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
