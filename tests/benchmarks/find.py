"""What finding costs at a million events while all rows stay, and what rows around matches do, seen at the terminal."""

from __future__ import annotations

import argparse
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from run_tui.query import parse
from tests.benchmarks import yardsticks
from tests.benchmarks.dataset import Dataset
from tests.benchmarks.explorer import ESCAPE, wait_loaded
from tests.benchmarks.oracle import Oracle
from tests.benchmarks.processes import environment, product, served
from tests.benchmarks.report import Cell, Figures, middle, p95, table, worst
from tests.benchmarks.runview import RunView, await_view, read_view
from tests.benchmarks.server import RUN_ID
from tests.terminal import Terminal

HELP = "each key of a word to find at a million events: echo, first match, count; next match; rows around matches"

WORDS = {"rare": "deadlock", "common": "partition", "absent": "xylophone", "phrase": '"connection refused"'}
"""What is typed, letter by letter."""
YARDSTICK_WORDS = ("deadlock", "partition", "xylophone")
SIZE = (160, 50)
FIND, ENTER = "\x06", "\r"
STEPS = 10
"""Matches gone to, and back from."""
CONTEXTS = (("+", 1), ("+", 2), ("+", 3), ("+", 5), ("-", 3), ("-", 2), ("-", 1))
"""Keys, and how many rows around each match there are then."""
TIMEOUT = 30.0

_BAR = re.compile(r"(?:│|^) ?find +(?P<typed>.*?) *(?P<counts>(?:[\d,]+ (?:of|found)|nothing found).*?)? *$")
_POSITION = re.compile(r"[\d,]+ of ")


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at `time`: the find bar's text and counts, and the run."""

    time: float
    typed: str
    counts: str
    run: RunView


@dataclass
class Taken:
    """Milliseconds of one kind of word, key by key; `wrong` are texts that never showed what they were to."""

    echo: list[float] = field(default_factory=list)
    first_match: list[float] = field(default_factory=list)
    count: list[float] = field(default_factory=list)
    next: list[float] = field(default_factory=list)
    context: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--words", nargs="+", choices=WORDS, default=list(WORDS), help="only these")
    parser.add_argument("--no-yardsticks", action="store_true")


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    oracle = Oracle(args.events)
    with served(args.events) as server, Terminal(product("--url", server.url, RUN_ID), SIZE, environment()) as terminal:
        wait_loaded(terminal, server, args.events)
        terminal.send("g")
        await_view(terminal, lambda view: 0 in view.rows, timeout=TIMEOUT)
        kinds = {kind: _one_word(terminal, oracle, WORDS[kind]) for kind in args.words}
    figures: Figures = {
        "events": args.events,
        "wrong": _all(kinds).wrong,
        **_figures(_all(kinds)),
        "kinds": {kind: _figures(taken) for kind, taken in kinds.items()},
    }
    if not args.no_yardsticks:
        figures["yardsticks"] = yardsticks.searches(Dataset(args.events), YARDSTICK_WORDS)
    return _table(kinds), figures


_FIGURES: dict[str, Callable[[Taken], list[float]]] = {
    "key_echo": lambda taken: taken.echo,
    "first_match": lambda taken: taken.first_match,
    "count": lambda taken: taken.count,
    "next": lambda taken: taken.next,
    "context": lambda taken: taken.context,
}
_HOW = {"median": middle, "p95": p95, "max": worst}


def _figures(taken: Taken) -> Figures:
    return {
        f"{name}_ms_{how}": figure(values(taken)) for name, values in _FIGURES.items() for how, figure in _HOW.items()
    }


def _all(kinds: Mapping[str, Taken]) -> Taken:
    return Taken(
        **{
            part.name: [value for taken in kinds.values() for value in getattr(taken, part.name)]
            for part in fields(Taken)
        }
    )


def _one_word(terminal: Terminal, oracle: Oracle, word: str) -> Taken:
    taken = Taken()
    _find(terminal, oracle, word, taken)
    if len(rows := oracle.rows(parse(word).filter)):
        _around(terminal, word, len(rows), oracle.count, taken)
    return taken


def _find(terminal: Terminal, oracle: Oracle, word: str, taken: Taken) -> None:
    """The word is typed, then the cursor goes from match to match and, as it began, to the first row."""
    _type(terminal, FIND)
    text, rows = "", array("I")
    for letter in word:
        text += letter
        query = parse(text)
        before, rows = rows, array("I") if query.problems else oracle.rows(query.filter)
        done = _counted(text, len(rows)) if text != '"' else _shows(text)
        sent, seen = _press(terminal, letter, done)
        if not seen or not done(seen[-1]):
            taken.wrong.append(text)
            continue
        if letter != " ":
            taken.echo += _first(seen, _shows(text), sent)
        if rows != before:
            taken.first_match += _first(seen, _match(text, rows[0]), sent) if rows else []
            taken.count.append(_for_good(seen, done, sent))
    _type(terminal, ENTER)
    last = min(STEPS, len(rows) - 1)
    for key, position in [*(("n", at) for at in range(1, last + 1)), *(("N", at) for at in range(last - 1, -1, -1))]:
        done = _at(position, rows)
        sent, seen = _press(terminal, key, done)
        taken.next += _first(seen, done, sent)
        if not seen or not done(seen[-1]):
            taken.wrong.append(f"{key} to {position + 1} of {text}")
    _type(terminal, ESCAPE, "g")
    await_view(terminal, lambda view: 0 in view.rows, timeout=TIMEOUT)


def _around(terminal: Terminal, word: str, count: int, held: int, taken: Taken) -> None:
    """The rows around each match of the word as a filter: more, then fewer."""
    _type(terminal, "/", word)
    await_view(terminal, lambda view: view.shows_count(count, held), timeout=TIMEOUT)
    _type(terminal, ENTER)
    for key, lines in CONTEXTS:
        told = f"±{lines}"

        def done(sight: Sight, told: str = told) -> bool:
            return told in sight.run.counts.split(" · ") and sight.run.painted

        sent, seen = _press(terminal, key, done)
        taken.context += _first(seen, done, sent)
        if not any(map(done, seen)):
            taken.wrong.append(f"{told} of {word}")
    _type(terminal, "-", "/", ESCAPE)
    await_view(terminal, lambda view: view.shows_count(None, held) and not view.typed, timeout=TIMEOUT)
    _type(terminal, "g")
    await_view(terminal, lambda view: 0 in view.rows, timeout=TIMEOUT)


def _type(terminal: Terminal, *texts: str) -> None:
    """Types texts, each when all that the one before it led to is there."""
    for text in texts:
        terminal.send(text)
        terminal.wait_quiet(0.2, TIMEOUT)


def _press(terminal: Terminal, key: str, done: Callable[[Sight], bool]) -> tuple[float, list[Sight]]:
    """When the key was pressed, and what was seen until it was done and nothing more came out."""
    read_view(terminal.drained())
    sent = terminal.send(key)
    seen: list[Sight] = []

    def look() -> bool:
        seen.extend(_sight(terminal, time) for time in terminal.replay())
        return any(map(done, seen))

    terminal.settle(look, 0.15, TIMEOUT)
    return sent, seen


def _sight(terminal: Terminal, time: float) -> Sight:
    bar = next(filter(None, map(_BAR.search, reversed(terminal.screen.lines))), None)
    typed, counts = (bar["typed"], bar["counts"] or "") if bar else ("", "")
    return Sight(time, typed, counts, read_view(terminal.screen))


def _shows(text: str) -> Callable[[Sight], bool]:
    return lambda sight: sight.typed == text.rstrip()


def _counted(text: str, count: int) -> Callable[[Sight], bool]:
    """The text and the final count of its matches."""
    endings = (f"of {count:,}", f"{count:,} found") if count else ("nothing found",)
    return lambda sight: sight.typed == text.rstrip() and sight.counts.endswith(endings)


def _match(text: str, row: int) -> Callable[[Sight], bool]:
    """The text, and the cursor on its first match."""
    return lambda sight: (
        sight.typed == text.rstrip() and row in sight.run.rows and _POSITION.match(sight.counts) is not None
    )


def _at(position: int, rows: Sequence[int]) -> Callable[[Sight], bool]:
    """The cursor on one of the matches."""
    counts = f"{position + 1:,} of {len(rows):,}"
    return lambda sight: sight.counts == counts and rows[position] in sight.run.rows


def _first(seen: Sequence[Sight], condition: Callable[[Sight], bool], sent: float) -> list[float]:
    """Milliseconds until a condition was first true; [] where it never was."""
    return [(sight.time - sent) * 1000 for sight in seen if condition(sight)][:1]


def _for_good(seen: Sequence[Sight], condition: Callable[[Sight], bool], sent: float) -> float:
    """Milliseconds until a condition was true to stay so."""
    last = seen[-1].time
    for sight in reversed(seen):
        if not condition(sight):
            break
        last = sight.time
    return (last - sent) * 1000


def _table(kinds: Mapping[str, Taken]) -> str:
    rows: list[list[Cell]] = [
        [kind, *(middle(values(taken)) for values in _FIGURES.values()), worst(taken.count)]
        for kind, taken in {**kinds, "all": _all(kinds)}.items()
    ]
    return table(("find, ms a key", *(name.replace("_", " ") for name in _FIGURES), "count max"), rows)
