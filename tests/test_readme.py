"""The README tells the truth: its tables, its commands, its pictures."""

from __future__ import annotations

import re

from run_tui import __version__
from tests.readme import README, filled, tables

TEXT = README.read_text("utf-8")
PACKAGE = README.parent / "run_tui"


def test_tables_are_those_of_the_program() -> None:
    assert all(f"<!-- {name} -->" in TEXT for name in tables())
    assert filled(TEXT) == TEXT, "python -m tests.readme writes the tables anew"


def test_files_it_names_exist() -> None:
    names = re.findall(r"\]\((?!https?://|#)([^)]+)\)", TEXT)
    assert names
    assert all((README.parent / name).exists() for name in names)


def test_its_map_names_every_room_and_no_file_that_is_not_there() -> None:
    drawn = TEXT.partition("```\nrun_tui/\n")[2].partition("\ntests/ ")[0]
    folder, named = PACKAGE, set()
    for line in drawn.splitlines():
        if found := re.match(r"  (\w+)/ ", line):
            folder = PACKAGE / found[1]
        elif re.match(r"  \w+\.py ", line):
            folder = PACKAGE
        files = re.findall(r"\w+\.(?:py|tcss)\b", line)
        assert all((folder / name).exists() or (PACKAGE / name).exists() for name in files), line
        named |= {folder.name, *(name.removesuffix(".py") for name in files)}
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert {room for room in rooms if not room.startswith("__")} <= named


def test_the_changelog_has_this_version() -> None:
    assert f"### {__version__}" in TEXT.partition("## Changelog")[2]
