"""Tokens and logins are sent where they belong and shown nowhere: all that the real program writes is searched."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from run_tui import config
from run_tui.app import RunTuiApp
from run_tui.cache import KeptRun
from run_tui.config import Choice, Settings
from run_tui.connections import open_connection
from tests.config import keyrings
from tests.sources.servers import SELF_SIGNED, app_of, served
from tests.terminal import Terminal

TOKEN, PASSWORD = "t0ken-7353", "pa55-w0rd-9184"
LOGIN = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
RUN_ID = "9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"
COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
ESCAPE, PALETTE, REFRESH = "\x1b", "\x10", "\x12"
WAYS = (
    "--token", "RUN_TUI_TOKEN", "token", "token_env", "token_command", "token_keyring", "headers", "login", "page",
    "dg.toml", "older file", "DAGSTER_CLOUD_API_TOKEN",
)  # fmt: skip
TROUBLES = ("401", "repeated", "500", "broken down", "web page", "elsewhere", "refused", "no TLS", "untrusted")

RUN = {
    "__typename": "Run", "id": RUN_ID, "runId": RUN_ID, "status": "FAILURE", "pipelineName": "nightly", "tags": [],
    "creationTime": 1795307802.0, "mode": "default", "executionPlan": None,
}  # fmt: skip
EVENT = {"message": "hello", "timestamp": "1795307802079", "level": "INFO", "stepKey": None, "eventType": None}


@dataclass
class Server:
    """Answers like Dagster or as `trouble` says, and keeps the headers it was sent."""

    trouble: str = ""
    seen: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.seen.append(dict(request.headers))
        match self.trouble:
            case "401" | "500" as status:
                return Response("?", int(status))
            case "repeated":
                return JSONResponse({"error": f"who is {' '.join(request.headers.values())}?"}, 401)
            case "broken down":
                raise RuntimeError
            case "web page":
                return Response("<!doctype html>", 502, media_type="text/html")
            case "elsewhere":
                return RedirectResponse(f"http://ann:{PASSWORD}@localhost:9/login?token={TOKEN}")
        body = await request.json()
        query, is_read = body["query"], body["variables"].get("afterCursor") is not None
        answers = {
            "runsOrError": {"__typename": "Runs", "results": [RUN], "count": 1},
            "runOrError": RUN,
            "logsForRun": {
                "__typename": "EventConnection",
                "events": [] if is_read else [EVENT],
                "cursor": "c",
                "hasMore": False,
            },
        }
        return JSONResponse({"data": {name: answer for name, answer in answers.items() if name in query}})


@dataclass(frozen=True)
class Place:
    """Where the program runs: a server, arguments and an environment that hold secrets."""

    server: Server
    url: str
    arguments: tuple[str, ...]
    environ: dict[str, str]


@pytest.fixture
def place(tmp_path: Path) -> Callable[..., Any]:
    @contextmanager
    def made(way: str, trouble: str = "") -> Iterator[Place]:
        server = Server(trouble)
        with served(app_of(server.answer), tls=SELF_SIGNED if trouble == "untrusted" else None) as url:
            asked = (
                url.replace("http:", "https:") if trouble == "no TLS" else nowhere() if trouble == "refused" else url
            )
            yield Place(server, asked, *planted(way, asked, tmp_path))

    return made


def nowhere() -> str:
    """A URL at which nothing listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def planted(way: str, url: str, folder: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """Arguments and environment that lead to `url` with a secret given in this way."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUN_TUI_", "TEXTUAL"))}
    path = folder / "config.toml"
    environ = kept | {
        "RUN_TUI_CONFIG": str(path),
        "RUN_TUI_CACHE": str(folder / "cache"),
        "NO_PROXY": "*",
        "TERM": "xterm-256color",
        "PYTHONFAULTHANDLER": "1",
    }
    with_login = url.replace("//", f"//ann:{PASSWORD}@")
    match way:
        case "--token":
            return ("--url", url, f"--token={TOKEN}"), environ
        case "RUN_TUI_TOKEN":
            return (), environ | {"RUN_TUI_URL": with_login, "RUN_TUI_TOKEN": TOKEN}
        case "login":
            return ("--url", with_login), environ
        case "page":
            return (f"{with_login}/runs/{RUN_ID}",), environ
        case "dg.toml" | "older file" | "DAGSTER_CLOUD_API_TOKEN":
            return (), environ | logged_in(way, url, folder)
    settings = {
        "token": f"token = '{TOKEN}'",
        "token_env": "token_env = 'THE_TOKEN'",
        "token_command": f"token_command = 'printf %s {TOKEN}'",
        "token_keyring": "token_keyring = 'run-tui/lab'",
        "headers": f"headers = {{X-Token = '{TOKEN}'}}",
    }
    path.write_text(f"default = 'lab'\n[connections.lab]\nurl = '{url}'\n{settings[way]}\n")
    path.chmod(0o600)
    if way == "token_env":
        environ["THE_TOKEN"] = TOKEN
    if way == "token_keyring":
        (folder / "entries").write_text(json.dumps({"run-tui/lab": TOKEN}))
        backend = f"{keyrings.__name__}.FileKeyring"
        environ |= {"PYTHON_KEYRING_BACKEND": backend, "TEST_KEYRING": str(folder / "entries")}
    return (), environ


def logged_in(way: str, url: str, folder: Path) -> dict[str, str]:
    """An environment with a login to an organization of a Dagster+ at `url`, whose token is given in this way."""
    dg, older = folder / "dg.toml", folder / "config"
    token = "" if way == "DAGSTER_CLOUD_API_TOKEN" else TOKEN
    values = {"url": url, "organization": "acme", "default_deployment": "prod", "user_token": token}
    if way == "older file":
        older.write_text("".join(f"{key}: {value}\n" for key, value in values.items()))
    else:
        dg.write_text("[cli.plus]\n" + "".join(f"{key} = '{value}'\n" for key, value in values.items()))
    environ = {"DG_CLI_CONFIG": str(dg), "DAGSTER_CLOUD_CLI_CONFIG": str(older)}
    return environ if token else environ | {"DAGSTER_CLOUD_API_TOKEN": TOKEN}


def holds_none(*written: bytes) -> bool:
    """Whether no secret is in what was written, nor in what of it was for the clipboard."""
    texts = [*written, *(base64.b64decode(found) for text in written for found in COPIED.findall(text))]
    return not any(secret.encode() in text for text in texts for secret in (TOKEN, PASSWORD, LOGIN))


def run(place: Place, *command: str, python: tuple[str, ...] = ("-m", "run_tui")) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, *python, *command]
    return subprocess.run(line, capture_output=True, env=place.environ, timeout=60, check=False)


@pytest.mark.parametrize("way", WAYS)
def test_commands_send_what_they_never_show(place: Callable[..., Any], way: str) -> None:
    with place(way) as here:
        asking = ("run", "get", *here.arguments, *([RUN_ID] if way != "page" else []))
        dev = run(here, *asking, python=("-X", "dev", "-m", "run_tui"))
        assert dev.stdout.startswith(f"Run ID: {RUN_ID}".encode()), dev.stderr
        sent = here.server.seen[-1]
        assert TOKEN in sent.values() or f"Basic {LOGIN}" in sent.values()
        assert holds_none(dev.stdout, dev.stderr)
        if way != "page":
            shown = run(here, *here.arguments, "config", "show")
            assert b"********" in shown.stdout, shown.stderr
            assert holds_none(shown.stdout, shown.stderr)


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_commands_that_fail(place: Callable[..., Any], trouble: str, option: tuple[str, ...]) -> None:
    with place("RUN_TUI_TOKEN", trouble) as here:
        done = run(here, "run-events", "get", RUN_ID, *option)
        assert done.returncode in (1, 3, 5)
        assert done.stderr
        assert holds_none(done.stdout, done.stderr)
        page = here.environ["RUN_TUI_URL"]
        for text in (f"{page}/runs/{RUN_ID}", page):
            done = run(here, "run", "get", text, *option)
            assert done.returncode in (1, 2, 3, 5)
            assert holds_none(done.stdout, done.stderr)


@pytest.mark.parametrize(
    "text",
    [f"http://ann:{PASSWORD}", f"http://ann:{PASSWORD}@", f"http://ann:/{PASSWORD}@h", f"http://ann:{PASSWORD}@h:x",
     f"ftp://ann:{PASSWORD}@h", f"http://[{PASSWORD}@h", f"ann:{PASSWORD}@a b"],
)  # fmt: skip
def test_a_url_that_is_none(place: Callable[..., Any], text: str) -> None:
    with place("token") as here:
        done = run(here, "run", "list", "--url", text)
        assert done.returncode == 2
        assert holds_none(done.stderr)


def test_a_token_command_that_fails(place: Callable[..., Any], tmp_path: Path) -> None:
    with place("token") as here:
        here.environ["THE_TOKEN"] = TOKEN
        for command in (
            f"false {TOKEN}",
            f"/nonexistent/{TOKEN}",
            "sh -c 'echo no $THE_TOKEN >&2; exit 1'",
            f"'{TOKEN}",
        ):
            path = tmp_path / "config.toml"
            path.write_text(f'default = "lab"\n[connections.lab]\nurl = "{here.url}"\ntoken_command = "{command}"\n')
            done = run(here, "run", "list", python=("-X", "dev", "-m", "run_tui"))
            assert done.returncode == 2
            assert b"connections.lab.token_command: " in done.stderr
            assert holds_none(done.stdout, done.stderr)


def test_a_settings_file_that_cannot_be_read(place: Callable[..., Any], tmp_path: Path) -> None:
    with place("token") as here:
        for text in (f"token = '{TOKEN}", f"token = {TOKEN}", f"[connections.{TOKEN!r}\n", f"token = '{TOKEN}'"):
            (tmp_path / "config.toml").write_text(text)
            done = run(here, "run", "list")
            assert done.returncode == 2
            assert holds_none(done.stderr)


def test_a_log_of_everything_that_something_else_keeps(place: Callable[..., Any]) -> None:
    program = "import logging; logging.basicConfig(level=1); from run_tui.cli import main; main()"
    with place("RUN_TUI_TOKEN") as here:
        done = run(here, "run", "list", python=("-X", "dev", "-c", program))
        assert done.returncode == 0
        assert b"DEBUG:asyncio" in done.stderr
        assert holds_none(done.stderr)
    assert logging.getLogger("httpcore.http11").getEffectiveLevel() >= logging.WARNING


class Explorer(Terminal):
    """The explorer at a pseudo-terminal; `written` is all it has sent."""

    def __init__(self, place: Place, *arguments: str, python: tuple[str, ...] = ("-m", "run_tui")) -> None:
        self._all: list[bytes] = []
        line = [sys.executable, *python, *place.arguments, *arguments]
        super().__init__(line, (150, 40), place.environ)

    def press(self, keys: str, *texts: str, gone: str = "\n\n") -> None:
        """Types, and waits until the texts are on the screen, and `gone` is not."""
        self.send(keys)
        self.shows(*texts, gone=gone)

    def shows(self, *texts: str, gone: str = "\n\n") -> None:
        """Waits until the texts are on the screen, and `gone` is not."""

        def look() -> bool:
            seen = self.seen()
            return gone not in seen and all(text in seen for text in texts)

        assert self.settle(look, 0.02, 20), f"{texts} not in, or {gone!r} in:\n{self.seen()}"

    def seen(self) -> str:
        """The screen's text; what made it is kept."""
        with self._changed:
            reads, self.reads = self.reads, []
        for read in reads:
            self._all.append(read.content)
            self.screen.feed(read.content)
        return self.screen.text

    def leave(self) -> bytes:
        """All that was written until the program had ended."""
        self.process.wait(30)
        self._reader.join(30)
        self.seen()
        return b"".join(self._all)


def kept_in(folder: Path) -> list[bytes]:
    """The names and all content of the runs that were kept, packed and unpacked."""
    written: list[bytes] = []
    for path in (folder / "cache").glob("*.run"):
        kept = KeptRun(path)
        written += str(path).encode(), path.read_bytes(), repr(vars(kept)).encode()
        written += [block.text.tobytes() for number in range(kept.pieces) for block in kept.part(number).blocks]
    return written


@pytest.mark.parametrize("way", WAYS)
def test_the_explorer_and_what_its_processes_can_be_seen_by(
    place: Callable[..., Any], way: str, tmp_path: Path
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\nenv > '{tmp_path}/environment'\necho \"$@\" > '{tmp_path}/opened'\n")
    browser.chmod(0o700)
    with place(way) as here:
        here.environ.pop("SSH_CONNECTION", None)
        here.environ.update(BROWSER=f"{browser} %s", DISPLAY=":0")
        with Explorer(here) as explorer:
            explorer.shows("nightly" if way != "page" else "hello")
            if way != "page":
                explorer.press("r", "Server:", here.url.partition("//")[2])
                explorer.press(ESCAPE, gone="Server:")
                explorer.press("\r", "hello")
            assert explorer.settle(lambda: bool(kept_in(tmp_path)), 0.02, 30)
            explorer.press("yY", "opied")
            explorer.press("r", "Server:", here.url.partition("//")[2])
            explorer.press("o")
            assert explorer.settle((tmp_path / "opened").exists, 0.02, 30)
            explorer.press("?", "Go to the next error")
            explorer.press(ESCAPE, gone="Go to the next error")
            explorer.press(PALETTE, "Search for commands")
            explorer.press(ESCAPE, gone="Search for commands")
            assert holds_none(Path(f"/proc/{explorer.pid}/cmdline").read_bytes())
            explorer.send("q")
            assert holds_none(explorer.leave())
    assert holds_none((tmp_path / "opened").read_bytes(), (tmp_path / "environment").read_bytes())
    assert holds_none(*kept_in(tmp_path))


@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_explorer_in_trouble(place: Callable[..., Any], trouble: str) -> None:
    words = {"401": "did not accept", "refused": "Nothing is listening", "elsewhere": "redirects"}
    said = words.get(trouble, "next try")
    with place("RUN_TUI_TOKEN", trouble) as here, Explorer(here, RUN_ID) as explorer:
        explorer.shows(said)
        explorer.press(REFRESH, said)
        explorer.press("?", "All commands by name")
        explorer.press(ESCAPE, gone="All commands by name")
        explorer.send("q")
        assert holds_none(explorer.leave())


def test_a_defect_of_ours_while_requests_are_under_way(place: Callable[..., Any]) -> None:
    program = """
import run_tui.app
from run_tui.cli import main

def broken(self):
    headers = dict(next(iter(self._sources.values()))._client._headers)
    raise RuntimeError(f"broken amid {len(headers)} \\x1b[2J")

run_tui.app.RunTuiApp.action_help = broken
main()
"""
    with place("RUN_TUI_TOKEN") as here, Explorer(here, python=("-c", program)) as explorer:
        explorer.shows("nightly")
        explorer.send("?")
        written = explorer.leave()
        assert b"broken amid 2" in written
        assert b"in broken" in written
        assert holds_none(written)


def test_objects_that_know_secrets_do_not_tell() -> None:
    choice = Choice(config.OPTIONS, url=f"http://ann:{PASSWORD}@h", token=config.secret(TOKEN, "--token"))
    connection = config.resolve([choice], Settings(Path("none")), {})
    source: Any = open_connection(connection)
    told = [choice, connection, connection.token, connection.login, source, source._client, RunTuiApp(source, "lab")]
    assert holds_none(*(f"{each!r} {each}".encode() for each in told))
    assert holds_none(repr(source._client._client(source._client._endpoint)).encode())


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://dagster.acme.io", "the token goes to dagster.acme.io unencrypted"),
        ("http://10.0.0.7:3000/prod", "the token goes to 10.0.0.7:3000 unencrypted"),
        ("http://ann:x@h", "the login goes to h unencrypted"),
        ("https://dagster.acme.io", ""),
        ("http://localhost:3000", ""),
        ("http://lab.localhost", ""),
        ("http://127.0.0.2:3000", ""),
        ("http://[::1]:3000", ""),
    ],
)
def test_secrets_that_others_can_read_on_their_way_are_warned_of(url: str, told: str) -> None:
    token = None if "@" in url else config.secret(TOKEN, "--token")
    connection = config.resolve([Choice(config.OPTIONS, url=url, token=token)], Settings(Path("none")), {})
    assert [warning[: len(told)] for warning in connection.warnings] == ([told] if told else [])
    assert not config.resolve([Choice(config.OPTIONS, url="http://h")], Settings(Path("none")), {}).warnings


def test_the_warning_is_told_once_by_commands_and_by_the_explorer(place: Callable[..., Any]) -> None:
    with place("--token") as here:
        elsewhere = Place(here.server, here.url, ("--token", TOKEN, "--url", "http://far.invalid"), here.environ)
        for command in (("run", "list"), ("config", "show")):
            done = run(elsewhere, *elsewhere.arguments, *command)
            assert done.stderr.count(b"Warning: the token goes to far.invalid unencrypted") == 1
        with Explorer(elsewhere) as explorer:
            explorer.shows("The token goes to far.invalid unencrypted")
            explorer.send("q")
            assert holds_none(explorer.leave())
