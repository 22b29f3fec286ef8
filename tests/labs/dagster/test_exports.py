"""The file of `dagster debug export` shows what the server shows, event by event."""

from __future__ import annotations

from pathlib import Path

import pytest

from run_tui.model import RunEvent
from run_tui.sources import open_file, open_source
from run_tui.sources.base import Source
from tests.labs.dagster.lab import DagsterLab
from tests.labs.dagster.scenarios import SCENARIOS

NOT_ASKED_FOR = {"io_manager", "retried after"}
"""Metadata that only the file has: servers are not asked for kinds that nobody misses."""
UNDELIVERED = {"custom_level", "lone_surrogate"}


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - UNDELIVERED))
async def test_an_export_shows_what_the_server_shows(dagster_lab: DagsterLab, tmp_path: Path, name: str) -> None:
    run_id = dagster_lab.finished(name)
    path = tmp_path / "export.json"
    path.write_bytes(dagster_lab.export(run_id))
    server, file = open_source("dagster", dagster_lab.url), open_file(str(path))
    try:
        there, here = await _events(server, run_id), await _events(file, run_id)
        assert len(here) == len(there)
        for of_file, of_server in zip(here, there, strict=True):
            told = {entry.label: entry for entry in of_server.metadata}
            same = tuple(told.get(entry.label, entry) for entry in of_file.metadata)
            assert of_file.model_copy(update={"metadata": ()}) == of_server.model_copy(update={"metadata": ()})
            assert all(not entry.value or entry in of_file.metadata for entry in of_server.metadata)
            assert {entry.label for entry in same} - told.keys() <= NOT_ASKED_FOR
        assert await file.steps(run_id) == await server.steps(run_id)
        run = await server.run(run_id)
        assert (await file.run(run_id)).status == run.status
        assert (await file.run(run_id)).pipeline_name == run.pipeline_name
    finally:
        await server.aclose()
        await file.aclose()


async def _events(source: Source, run_id: str) -> list[RunEvent]:
    events: list[RunEvent] = []
    cursor, more = None, True
    while more:
        page = await source.page(run_id, cursor)
        events += page.as_list().items
        cursor, more = page.cursor, page.has_more
    return events
