"""`run-tui cache`: what is kept, and nothing any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from run_tui.cache import Cache
from run_tui.model import RunStatus
from tests.cache.test_folder import keep
from tests.cli.conftest import RunTui
from tests.scripted import ScriptedSource, a_run


@pytest.fixture
def cache(environ: dict[str, str]) -> Cache:
    return Cache(Path(environ["RUN_TUI_CACHE"]), 10**9)


def test_the_runs_are_shown_those_last_used_first(run_tui: RunTui, cache: Cache) -> None:
    source = ScriptedSource(where="http://here")
    for number, status in enumerate((RunStatus.SUCCESS, RunStatus.FAILURE)):
        keep(cache, a_run(status, f"r{number}\x1b[2J"), source, used=1000 + number)
    folder, runs, *lines = run_tui("cache", "show").stdout.splitlines()
    assert folder == f"Folder: {cache.folder}"
    assert runs.startswith("Runs:   2, ")
    assert runs.endswith(" kB of at most 1 GB")
    assert [line.split()[0][:2] for line in lines] == ["r1", "r0"]
    assert "✗ failure  etl  3 events" in lines[0]
    assert lines[0].endswith("http://here")
    assert "\x1b" not in "".join(lines)
    assert len(run_tui("cache", "show", "--limit", "1").stdout.splitlines()) == 3


def test_nothing_is_left_when_it_is_cleared(run_tui: RunTui, cache: Cache) -> None:
    keep(cache, a_run(RunStatus.SUCCESS))
    (cache.folder / "not ours").touch()
    assert run_tui("cache", "clear").stdout.startswith("Freed ")
    assert [path.name for path in cache.folder.iterdir()] == ["not ours"]
    assert run_tui("cache", "clear").stdout.startswith("Freed 0 bytes")
    assert "Runs:   0, 0 bytes" in run_tui("cache", "show").stdout


def test_the_settings_say_how_much_is_kept(run_tui: RunTui, cache: Cache, environ: dict[str, str]) -> None:
    assert f"Kept runs:     {cache.folder}" in run_tui("config", "show").stdout
    Path(environ["RUN_TUI_CONFIG"]).write_text('cache = "2.5 MB"')
    assert "at most 2.5 MB" in run_tui("config", "show").stdout
    Path(environ["RUN_TUI_CONFIG"]).write_text("cache = false")
    assert "Kept runs:     none" in run_tui("config", "show").stdout
    assert "no more are kept" in run_tui("cache", "show").stdout
