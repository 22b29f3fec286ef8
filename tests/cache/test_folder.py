"""The folder of kept runs: whose they are, who may read them, and what goes when there is no room."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from run_tui.archive import Header
from run_tui.cache import Cache, Keep
from run_tui.marks import Marks
from run_tui.model import Run, RunStatus
from run_tui.store import EventStore
from tests.scripted import ScriptedSource, a_page, a_run

HERE = ScriptedSource(where="http://here")


def keep(cache: Cache, run: Run, source: ScriptedSource = HERE, messages: int = 3, used: float | None = None) -> Path:
    """Keeps a run with some messages that no compression makes much of; its file."""
    store, marks = EventStore(run.id), Marks()
    store.append(a_page([random.Random(run.id).randbytes(100).hex() for _ in range(messages)]))
    marks.add(messages, "c", 0)
    cache.keep(Keep(Header(run, system=source.system, where=source.where), marks, store), lambda: False)
    path = max(cache.folder.glob("*.run"), key=lambda path: path.stat().st_mtime_ns)
    if used is not None:
        os.utime(path, (used, used))
    return path


def finished(run_id: str = "r1", started_at: str | None = "2026-11-22T00:00:01.000Z") -> Run:
    return a_run(RunStatus.SUCCESS, run_id, started_at=started_at)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "made" / "when needed", 10**6)


def test_only_its_user_can_read_it_whatever_was_there(cache: Cache) -> None:
    cache.folder.mkdir(mode=0o755, parents=True)
    umask = os.umask(0)
    try:
        path = keep(cache, finished())
    finally:
        os.umask(umask)
    assert (cache.folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    assert list(cache.folder.iterdir()) == [path]


def test_a_run_is_found_under_its_server_and_its_start_only(cache: Cache) -> None:
    keep(cache, finished())
    assert cache.find(HERE, finished()) is not None
    assert cache.find(HERE, finished(started_at=None)) is not None
    assert cache.find(HERE, finished(started_at="2026-11-22T00:00:02.000Z")) is None
    assert cache.find(HERE, finished("r2")) is None
    assert cache.find(ScriptedSource(where="http://there"), finished()) is None
    assert cache.find(ScriptedSource(where="http://here", system="Another API"), finished()) is None


def test_of_an_id_that_was_used_again_the_run_used_last_is_named(cache: Cache) -> None:
    keep(cache, finished(), used=2000)
    keep(cache, finished(started_at="2026-11-23T00:00:00.000Z"), used=1000)
    kept = cache.named(HERE, "r1", whole=True)
    assert kept is not None
    assert kept.header.run == finished()
    assert cache.ids(HERE) == ["r1"]


@pytest.mark.parametrize("run_id", ["etl/2026-05-01/manual__2026-05-01T00:00:00+00:00", "..", "-a-b-", "größe %2F \n"])
def test_any_id_may_be_kept(cache: Cache, run_id: str) -> None:
    path = keep(cache, finished(run_id))
    assert path.parent == cache.folder
    assert cache.ids(HERE) == [run_id]
    assert cache.named(HERE, run_id, whole=True) is not None


def test_an_id_too_long_for_a_name_is_an_error_of_the_system(cache: Cache) -> None:
    with pytest.raises(OSError, match="name too long"):
        keep(cache, finished("x" * 300))
    assert not list(cache.folder.iterdir())
    assert cache.find(HERE, finished("x" * 300)) is None


def test_a_run_is_named_by_its_beginning_where_only_one_begins_so(cache: Cache) -> None:
    keep(cache, finished("9d38c7ea-1"))
    assert cache.named(HERE, "9d38c7ea", whole=False) is not None
    assert cache.named(HERE, "9d38c7ea", whole=True) is None
    keep(cache, finished("9d38c7ea-2"))
    assert cache.named(HERE, "9d38c7ea", whole=False) is None
    assert cache.ids(ScriptedSource(where="http://there")) == []


def test_the_runs_used_least_recently_make_room(cache: Cache) -> None:
    size = keep(cache, finished("r0"), messages=100, used=100).stat().st_size
    cache.limit = 3 * size + size // 2
    for number in (1, 2):
        keep(cache, finished(f"r{number}"), messages=100, used=100 + number)
    assert cache.find(HERE, finished("r0")) is not None  # which is a use
    keep(cache, finished("r3"), messages=100)
    assert set(cache.ids(HERE)) == {"r0", "r2", "r3"}
    assert sum(entry.size for entry in cache.entries()) <= cache.limit


def test_a_run_larger_than_all_may_be_is_not_kept(cache: Cache) -> None:
    cache.limit = 1000
    with pytest.raises(ValueError, match="empty"):
        keep(cache, finished(), messages=1000)
    assert not list(cache.folder.iterdir())


def test_what_is_stopped_leaves_nothing(cache: Cache) -> None:
    store = EventStore("r1")
    store.append(a_page(["a"]))
    cache.keep(Keep(Header(finished()), Marks(), store), lambda: True)
    assert not list(cache.folder.iterdir())


def test_what_is_no_kept_run_is_thrown_away(cache: Cache) -> None:
    path = keep(cache, finished())
    whole = path.read_bytes()
    for content in (whole[:-1], b"", b"something else"):
        path.write_bytes(content)
        assert cache.find(HERE, finished()) is None
        assert not path.exists()


def test_a_file_under_anothers_name_is_thrown_away(cache: Cache) -> None:
    path = keep(cache, finished())
    other = keep(cache, finished("r2"))
    path.replace(other)
    assert cache.find(HERE, finished("r2")) is None
    assert not other.exists()


def test_what_was_left_unfinished_long_ago_goes(cache: Cache) -> None:
    keep(cache, finished())
    old, new = cache.folder / ".old.part", cache.folder / ".new.part"
    for path in (old, new):
        path.write_bytes(b"?")
    os.utime(old, (1000, 1000))
    keep(cache, finished("r2"))
    assert (old.exists(), new.exists()) == (False, True)
    cache.clear()
    assert not list(cache.folder.iterdir())


def test_without_a_folder_there_is_nothing(cache: Cache) -> None:
    assert (cache.entries(), cache.ids(HERE), cache.named(HERE, "r1", whole=True)) == ([], [], None)
    cache.clear()
    assert not cache.folder.exists()
