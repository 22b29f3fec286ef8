"""A real server's answer tells where the next page starts before it comes to the events."""

from run_tui.sources.dagster import DagsterSource
from tests.labs.dagster.lab import DagsterLab


async def test_a_page_tells_where_the_next_one_starts(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.finished("nightly_etl")
    told: list[str] = []

    async def ahead(cursor: str) -> None:
        told.append(cursor)

    source = DagsterSource(dagster_lab.url)
    first = await source.page(run_id, None, 20, with_run=False, ahead=ahead)
    last = await source.page(run_id, first.cursor, with_run=False, ahead=ahead)
    await source.aclose()
    assert (told, first.has_more, last.has_more) == ([first.cursor], True, False)
