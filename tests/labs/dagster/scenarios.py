"""The finished runs a test can ask for, by name: which job, with what configuration, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DAY = "2026-11-21"


@dataclass(frozen=True)
class Scenario:
    """A job, what it is launched with, and the status its run ends in."""

    job: str
    status: str = "SUCCESS"
    config: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def resource(name: str, **config: Any) -> dict[str, Any]:
    """The run configuration that sets up one resource."""
    return {"resources": {name: {"config": config}}}


SCENARIOS = {
    "nightly_etl": Scenario("nightly_etl"),
    "nightly_etl_strict": Scenario("nightly_etl", "FAILURE", resource("warehouse", strict=True)),
    "sync_crm": Scenario("sync_crm"),
    "sync_billing": Scenario("sync_billing", "FAILURE"),
    "export_reports": Scenario("export_reports"),
    "ingest_uploads": Scenario("ingest_uploads"),
    "nightly_features": Scenario("nightly_features", "FAILURE"),
    "notify_partners": Scenario("notify_partners"),
    "import_catalog": Scenario("import_catalog", "FAILURE"),
    "sales_assets": Scenario("sales_assets", tags={"dagster/partition": DAY}),
    "odd_texts": Scenario("odd_texts"),
    "custom_level": Scenario("custom_level"),
    "lone_surrogate": Scenario("lone_surrogate"),
}
"""Run once per session by `seed.py`; jobs that go on for a while are launched by the tests that need them."""
