"""The README tells the truth: its tables, its commands, its pictures."""

from __future__ import annotations

import re

from run_tui import __version__
from tests.readme import README, filled, tables

TEXT = README.read_text("utf-8")


def test_tables_are_those_of_the_program() -> None:
    assert all(f"<!-- {name} -->" in TEXT for name in tables())
    assert filled(TEXT) == TEXT, "python -m tests.readme writes the tables anew"


def test_files_it_names_exist() -> None:
    names = re.findall(r"\]\((?!https?://|#)([^)]+)\)", TEXT)
    assert names
    assert all((README.parent / name).exists() for name in names)


def test_the_changelog_has_this_version() -> None:
    assert f"### {__version__}" in TEXT.partition("## Changelog")[2]
