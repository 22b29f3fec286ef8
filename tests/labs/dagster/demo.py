"""The runs the built-in demo shows, recorded as they really went."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.labs.dagster.lab import DagsterLab, LabError
from tests.labs.dagster.recording import Neutral, compact, whole_run
from tests.labs.dagster.scenarios import DAY, Scenario, resource

_REAL_PACE = resource("pace", factor=1.0)["resources"]
_IN_PROCESS: dict[str, Any] = {"execution": {"config": {"in_process": {}}}}

DEMO = {
    "nightly_etl": Scenario("nightly_etl", config={"resources": _REAL_PACE}),
    "nightly_etl_failure": Scenario(
        "nightly_etl", "FAILURE", {"resources": _REAL_PACE | resource("warehouse", strict=True)["resources"]}
    ),
    "sync_crm": Scenario("sync_crm", config={"resources": _REAL_PACE}),
    "ingest_uploads": Scenario("ingest_uploads", config={"resources": _REAL_PACE}),
    "sales_assets": Scenario("sales_assets", config={"resources": _REAL_PACE}, tags={"dagster/partition": DAY}),
    "rebuild_search_index": Scenario("rebuild_search_index", "CANCELED", resource("stream", seconds=240.0, rate=1.5)),
    "warehouse_backfill": Scenario("warehouse_backfill", config=resource("backfill", parts=70)),
    "sync_billing": Scenario("sync_billing", "FAILURE"),
    "nightly_features": Scenario("nightly_features", "FAILURE", _IN_PROCESS),
    "notify_partners": Scenario("notify_partners", config=_IN_PROCESS),
    "import_catalog": Scenario("import_catalog", "FAILURE", config={"resources": _REAL_PACE, **_IN_PROCESS}),
    "train_ranker": Scenario("train_ranker", "FAILURE", config={"resources": _REAL_PACE}),
    "score_churn": Scenario("score_churn", "FAILURE", config={"resources": _REAL_PACE, **_IN_PROCESS}),
    "clickstream_ingest": Scenario("clickstream_ingest", config=resource("stream", seconds=55.0, rate=4.0)),
}
"""The last one is replayed on a clock: it is recorded alone, so that its timing is not disturbed."""


def record(lab: DagsterLab, folder: Path, names: Collection[str]) -> Iterator[tuple[Path, int]]:
    """Runs the demo's jobs, two at a time, and yields each file written with its number of events.

    With `names`, only these are run; the other files stay.
    """
    neutral = Neutral(lab)
    *together, alone = DEMO
    together = [name for name in together if not names or name in names]
    with ThreadPoolExecutor(2) as pool:
        ids = dict(zip(together, pool.map(lambda name: _run(lab, DEMO[name]), together), strict=True))
    if not names or alone in names:
        ids[alone] = _run(lab, DEMO[alone])
    for name, run_id in ids.items():
        recorded = json.loads(neutral.text(compact(whole_run(lab, run_id))))
        path = folder / f"{name}.json.gz"
        _write(path, gzip.compress(compact(recorded).encode(), mtime=0))
        yield path, len(recorded["events"])


def _run(lab: DagsterLab, scenario: Scenario) -> str:
    run_id = lab.launch(scenario.job, scenario.config, scenario.tags)
    if scenario.status == "CANCELED":
        lab.until_events(run_id, 60)
        lab.terminate(run_id)
    if (status := lab.settle(run_id, timeout=300)) != scenario.status:
        raise LabError(f"{scenario.job} ended as {status}, not {scenario.status}")
    return run_id


def _write(path: Path, content: bytes) -> None:
    """Replaces the file in one step: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
