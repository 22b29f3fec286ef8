"""No text of a server acts on a terminal: the real program at a real pseudo-terminal, every byte it sends looked at."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from run_tui.format import clean
from run_tui.query import typable
from tests.hostile import COPIED, EVERYTHING, PAYLOADS, HostileServer, unwanted
from tests.sources.servers import served
from tests.terminal import Screen, Terminal

SIZE = (340, 60)
WAIT = 30.0
QUIET = 0.02

ESCAPE, LEFT, RIGHT = "\x1b", "\x1b[D", "\x1b[C"
PALETTE, REFRESH, WRAP = "\x10", "\x12", "\x17"
CLICK = "\x1b[<0;{0};{1}M\x1b[<0;{0};{1}m"
NOTHING = re.compile(r"(?!)")
FAILURES = ("errors", "PythonError", "RunNotFoundError", "web page")
STATUS_COLOURS = re.compile(r"\x1b\[(?:0|3[1-4])m")
"""All that commands may send."""


@pytest.fixture(scope="module")
def server() -> HostileServer:
    return HostileServer()


@pytest.fixture(scope="module")
def environ(server: HostileServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUN_TUI_", "TEXTUAL"))}
    kept.pop("NO_COLOR", None)
    kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC", "SSH_CONNECTION": "a far away terminal"}
    with served(server.app) as url:
        yield kept | {"RUN_TUI_URL": url, "RUN_TUI_CONFIG": str(tmp_path_factory.mktemp("settings") / "config.toml")}


@pytest.fixture(autouse=True)
def _in_order(server: HostileServer) -> Iterator[None]:
    server.failure = None
    yield
    server.failure = None


class Explorer(Terminal):
    """The explorer in a pseudo-terminal; `output` is all it has sent since it started."""

    def __init__(self, environ: dict[str, str], *arguments: str) -> None:
        self.output = b""
        super().__init__([sys.executable, "-m", "run_tui", *arguments], SIZE, environ)

    def drained(self) -> Screen:
        """The screen as it is now."""
        with self._changed:
            reads, self.reads = self.reads, []
        for read in reads:
            self.output += read.content
            self.screen.feed(read.content)
        return self.screen

    def shows(self, *texts: str) -> None:
        """Waits until all the texts are on the screen."""
        assert self.settle(lambda: all(text in self.drained().text for text in texts), QUIET, WAIT), (
            f"{texts} not in:\n{self.screen.text}"
        )

    def press(self, keys: str, *texts: str, gone: str | None = None) -> None:
        """Types, and waits until the texts are on the screen, and `gone` is not."""
        self.send(keys)
        self.shows(*texts)
        if gone is not None:
            assert self.settle(lambda: gone not in self.drained().text, QUIET, WAIT), f"{gone} in:\n{self.screen.text}"

    def details(self, text: str) -> None:
        """Waits until the pane beside the log shows a text, on one line or over several."""

        def shown() -> bool:
            return text in " ".join(line.rpartition("│")[2].strip() for line in self.drained().lines)

        assert self.settle(shown, QUIET, WAIT), f"{text} not in:\n{self.screen.text}"

    def copied(self) -> list[bytes]:
        """What has been copied to the clipboard, decoded."""
        self.drained()
        return [base64.b64decode(found) for found in COPIED.findall(self.output)]

    def leave(self) -> None:
        """Ends the program; nothing that it has sent acts, and the window has no title."""
        self.send("q")
        self.wait(WAIT)
        self.drained()
        assert unwanted(self.output) == []
        assert self.screen.titles == ("", "")


def beginning(text: str, width: int = 6) -> str:
    return clean(text)[:width].rstrip()


def test_the_runs_and_what_is_known_of_each(environ: dict[str, str], server: HostileServer) -> None:
    with Explorer(environ) as explorer:
        explorer.shows(*map(beginning, PAYLOADS.values()), f"{len(PAYLOADS)} runs")
        for run in server.runs:
            explorer.press("r", f"Run {clean(run['id'])}", "Configuration", "Tags")
            explorer.send("j")
        explorer.press(ESCAPE, gone="Configuration")
        for operator in ("job", "tag"):
            explorer.press("/", "tab: status:")
            explorer.press(f"{operator}:", f" / {operator}:", "tab: ")
            for _ in PAYLOADS:
                explorer.press("\t", "Complete")
            explorer.press(ESCAPE, f"{len(PAYLOADS)} runs", gone="Complete")
        explorer.leave()


def test_a_run_its_events_and_its_steps(environ: dict[str, str], server: HostileServer) -> None:
    held = len(server.events)
    with Explorer(environ) as explorer:
        explorer.shows(f"{len(PAYLOADS)} runs")
        explorer.press("j\r", f"{held} events", "✗ failure", *(beginning(text, 4) for text in PAYLOADS.values()))
        explorer.press("g", f"1 of {held}")
        for number in range(2, held + 1):
            explorer.send("j")
            explorer.details(f"{number} of {held}")
        explorer.press("F" + WRAP + RIGHT + RIGHT + WRAP + LEFT + "r", "Configuration")
        explorer.press(ESCAPE, gone="Configuration")
        for line, key in enumerate(sorted(PAYLOADS.values()), 3):
            explorer.press(CLICK.format(5, line) * 2, f" / step:{typable(key, exact=True)[:20]}", f" of {held}")
        explorer.press(ESCAPE, f"{held} events · ")
        explorer.press("/", "tab: step:")
        explorer.press("type:", " / type:", "tab: ")
        for _ in PAYLOADS:
            explorer.press("\t", "Complete")
        explorer.press(ESCAPE, f"{held} events · ")
        explorer.press("?", "Go to the next error")
        explorer.press(ESCAPE, gone="Go to the next error")
        explorer.press(PALETTE, "Search for commands")
        explorer.press(ESCAPE, gone="Search for commands")
        explorer.leave()


def test_what_steps_have_written(environ: dict[str, str]) -> None:
    with Explorer(environ) as explorer:
        explorer.shows(f"{len(PAYLOADS)} runs")
        explorer.press("j\r", "✗ failure", "events · UTC")
        explorer.press("g", "1 of ")
        explorer.press("l", "attempt 2 of 2", "it is kept at", beginning(EVERYTHING))
        explorer.press("[", "attempt 1 of 2", *map(beginning, PAYLOADS.values()))
        explorer.press("\t", "stdout", *map(beginning, PAYLOADS.values()))
        explorer.press(WRAP + RIGHT + RIGHT + WRAP + LEFT)
        assert explorer.screen.invisible() == []
        explorer.press(ESCAPE, "events · UTC")
        explorer.press("i", "esc Log", "48 errors")
        explorer.press(ESCAPE, gone="esc Log")
        explorer.press("b", "▏")
        explorer.leave()


def test_what_is_copied_is_harmless_where_it_is_pasted(environ: dict[str, str], server: HostileServer) -> None:
    with Explorer(environ) as explorer:
        explorer.shows(f"{len(PAYLOADS)} runs")
        explorer.press("o", "Copied: open it")
        explorer.press("j\r", f"{len(server.events)} events", "✗ failure")
        explorer.press("g" + "yYj" * len(server.events))
        explorer.settle(lambda: len(explorer.copied()) > 2 * len(server.events), QUIET, WAIT)
        copied = explorer.copied()
        assert len(copied) == 1 + 2 * len(server.events)
        assert [text for text in copied if unwanted(text, NOTHING)] == []
        explorer.output = COPIED.sub(b"", explorer.output)
        explorer.leave()


@pytest.mark.parametrize("failure", FAILURES)
def test_what_the_server_says_of_its_failures(environ: dict[str, str], server: HostileServer, failure: str) -> None:
    said = "text/⟨9B⟩2j⟨9D⟩" if failure == "web page" else beginning(EVERYTHING, 20)
    with Explorer(environ) as explorer:
        explorer.shows(f"{len(PAYLOADS)} runs")
        number = f" of {len(server.events)}"
        explorer.press("j\r", number)
        server.failure = failure
        explorer.press(REFRESH, "cannot be read" if failure == "RunNotFoundError" else "next try in")
        explorer.press(ESCAPE, gone=number)
        explorer.press(ESCAPE, "next try in")
        explorer.press("r", said)
        explorer.leave()
    with Explorer(environ) as explorer:
        explorer.shows(said)
        explorer.leave()


def test_no_colour_of_a_message_hides_its_text(environ: dict[str, str], server: HostileServer) -> None:
    with Explorer(environ) as explorer:
        explorer.shows(f"{len(PAYLOADS)} runs")
        explorer.press("j\r", f"{len(server.events)} events", "redhiddenblack")
        assert explorer.screen.invisible() == []
        explorer.leave()


COMMANDS = (
    "run list",
    "run get some-run",
    "run-events get some-run",
    "run-events get some-run --follow",
    "run-events get some-run --filter level:debug",
)
CASES = [(command, None) for command in COMMANDS] + [("run-events get some-run", failure) for failure in FAILURES]


@pytest.mark.parametrize("option", ["", "--json"], ids=["text", "json"])
@pytest.mark.parametrize(("command", "failure"), CASES)
def test_commands_at_a_terminal_and_in_files(
    environ: dict[str, str], server: HostileServer, command: str, failure: str | None, option: str
) -> None:
    server.failure = failure
    line = [sys.executable, "-m", "run_tui", *command.split(), *option.split()]
    assert unwanted(at_terminal(line, environ), STATUS_COLOURS) == []
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ, check=False)
    assert unwanted(done.stdout, NOTHING) == []
    assert option or any(beginning(text).encode() in done.stdout for text in (*PAYLOADS.values(), "text/\x9b"))
    assert done.stdout.isascii() or not option


def at_terminal(line: Sequence[str], environ: dict[str, str]) -> bytes:
    """What a command sends to a terminal."""
    with Terminal(line, SIZE, environ) as terminal:
        terminal.wait(WAIT)
        return b"".join(read.content for read in terminal.reads)


def test_json_keeps_texts_exact(environ: dict[str, str], server: HostileServer) -> None:
    def answer(*command: str) -> Any:
        line = [sys.executable, "-m", "run_tui", *command, "--json"]
        return json.loads(subprocess.run(line, capture_output=True, env=environ, check=True).stdout)

    assert [run["pipeline_name"] for run in answer("run", "list")["items"]] == list(PAYLOADS.values())
    assert [run["tags"] for run in answer("run", "list")["items"]] == [{text: text} for text in PAYLOADS.values()]
    assert answer("run", "get", "some-run")["mode"] == PAYLOADS["c1"]
    events = answer("run-events", "get", "some-run")["events"]
    assert [event["message"] for event in events] == [event["message"] for event in server.events]
