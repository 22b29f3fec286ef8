"""Opens a file with a run in it, whatever its form: plain or compressed, lines or one object, named or piped in."""

from __future__ import annotations

import re
from contextlib import ExitStack

from run_tui.errors import BadAnswer, RunNotFound, SourceError
from run_tui.sources._archive_content import Content
from run_tui.sources._archive_form import first_found
from run_tui.sources._archive_lines import Lines
from run_tui.sources._archive_saved import SavedRun
from run_tui.sources._archive_table import DOCUMENTED, EXPORTED, Table

_FIRST_KEY = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(\w*)"')
_MAY_BEGIN = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{?\s*(?:"\w*)?\Z')
_OF_TABLES = frozenset({b"__class__", b"version", b"run_id", b"pipeline_run", EXPORTED.encode(), DOCUMENTED.encode()})
"""The keys that a file of one single object may begin with; those of lines are others."""


def open_saved(path: str, name: str) -> SavedRun:
    """The run in a file, known by `name`. Raises `RunNotFound`, `BadAnswer` and other `SourceError`s."""
    try:
        content = Content(path)
    except FileNotFoundError:
        raise RunNotFound(f"There is no file {path}") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from None
    with ExitStack() as otherwise:
        otherwise.callback(content.close)
        saved = SavedRun(content, name, _form_of(content, name))
        otherwise.pop_all()
    return saved


def _form_of(content: Content, name: str) -> Lines | Table:
    if first_found(content, lambda text: text.strip() or None) is None:
        raise BadAnswer(f"{name} is empty")
    first = first_found(content, _first_key)
    if not first:
        raise BadAnswer(f"{name} holds no run: it is no JSON object")
    return Table(content, name) if first in _OF_TABLES else Lines(content, name)


def _first_key(text: bytes) -> bytes | None:
    """The first key; "" where there is none, None where more of the text has to come."""
    found = _FIRST_KEY.match(text)
    if found is None:
        return None if _MAY_BEGIN.match(text) else b""
    return found[1]
