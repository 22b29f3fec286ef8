"""Who may import whom: the map of the house, enforced."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "run_tui"

MAY_IMPORT: dict[str, set[str]] = {
    "acts": set(),
    "errors": {"acts"},
    "model": set(),
    "actions": set(),
    "garbage": set(),
    "hangup": set(),
    "input_order": {"widgets"},
    "demo": set(),
    "reach": set(),
    "escapes": set(),
    "config": {"errors", "reach"},
    "reopening": {"format"},
    "query": {"model", "errors", "escapes"},
    "format": {"model", "escapes"},
    "tables": {"model"},
    "archive": {"model", "errors", "format"},
    "store": {"model", "escapes"},
    "steps": {"model", "store"},
    "run_board": {"model", "format", "steps", "store"},
    "step_tree": {"model", "steps"},
    "gantt": {"steps", "format"},
    "comparing": {"model", "format", "store", "steps"},
    "view": {"model", "query", "store", "escapes"},
    "timeline": {"model", "query", "store", "view"},
    "output": {"model"},
    "failure": {"model", "format", "output", "timeline"},
    "finding": {"query", "format", "timeline", "view", "output"},
    "sources": {"model", "errors", "acts", "output", "reach", "archive"},
    "pace": {"errors"},
    "marks": {"model", "sources"},
    "cache": {"model", "archive", "marks", "sources", "store"},
    "pages": {"model", "errors", "marks", "sources"},
    "updates": {"model", "errors"},
    "feed": {"model", "errors", "marks", "pace", "pages", "sources", "updates"},
    "reading": {"model", "feed", "sources", "updates"},
    "once": set(),
    "together": {"model", "feed", "once", "pace", "sources", "store", "updates"},
    "output_feed": {"errors", "output", "pace", "sources"},
    "reasons": {"model", "errors", "failure", "sources", "timeline"},
    "connections": {"config", "errors", "sources", "demo"},
    "listing": {"model", "errors", "pace", "sources"},
    "watch": {"model", "errors", "pace", "sources"},
    "acting": {"model", "errors", "acts", "pace", "sources"},
    "run_config": {"acts"},
    "jobs": {"model", "errors", "acts", "sources"},
    "kin": {"model", "errors", "sources"},
    "desktop": set(),
    "widgets": {
        "model", "query", "format", "store", "timeline", "view", "steps", "step_tree", "gantt", "actions", "output",
        "failure", "finding", "tables", "reopening", "comparing",
    },
    "screens": {
        "acts", "model", "query", "format", "store", "timeline", "steps", "step_tree", "actions", "output",
        "failure", "finding", "widgets", "tables", "reopening", "run_board", "comparing",
    },
    "explorer": {
        "acts", "acting", "jobs", "run_config", "comparing", "reading",
        "model", "output", "errors", "format", "store", "actions", "sources", "feed", "together", "updates",
        "output_feed", "garbage", "input_order", "listing", "reasons", "watch", "kin", "desktop", "pace", "tables",
        "archive", "timeline", "widgets", "screens", "connections", "config", "reopening", "cache", "marks",
    },
    "app": {
        "query", "model", "sources", "hangup", "widgets", "screens", "explorer", "connections", "reopening", "cache",
    },
    "cli": {
        "model", "errors", "config", "query", "format", "sources", "feed", "once", "together",
        "updates", "app", "tables", "connections", "acts", "acting", "run_config", "jobs", "archive", "reopening",
        "run_board", "comparing", "reading", "kin", "steps", "store", "cache",
    },
    "__main__": {"cli"},
    "__init__": set(),
}  # fmt: skip
"""For each room, the rooms it may import from; the root package's version is everybody's."""

TEXTUAL = {"app", "explorer", "input_order", "actions", "screens", "widgets"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def rooms_behind(path: Path) -> set[str]:
    """The rooms that a file imports from, its own aside."""
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("run_tui.")}
    return (rooms & MAY_IMPORT.keys()) - {room(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    assert rooms_behind(path) <= MAY_IMPORT[room(path)]


def test_the_map_is_of_the_rooms_there_are_and_of_what_they_need() -> None:
    needed: dict[str, set[str]] = {room(path): set() for path in FILES}
    for path in FILES:
        needed[room(path)] |= rooms_behind(path)
    assert needed == MAY_IMPORT


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_textual_and_httpx_stay_in_their_rooms(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    assert "textual" not in roots or room(path) in TEXTUAL
    assert "httpx" not in roots or path == PACKAGE / "sources" / "_http.py"
