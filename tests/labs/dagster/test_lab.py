"""The lab's server and jobs do what the other tests rely on."""

from collections import Counter
from typing import Any

import pytest

from tests.labs.dagster.acme.odd_texts import ODD_TEXTS
from tests.labs.dagster.lab import DagsterLab, LabError
from tests.labs.dagster.recording import whole_run
from tests.labs.dagster.scenarios import DAY, SCENARIOS, resource


def of_type(events: list[dict[str, Any]], event_type: str) -> list[str | None]:
    """The steps that have an event of the type, in order."""
    return [event["stepKey"] for event in events if event["eventType"] == event_type]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_ends_as_it_says(dagster_lab: DagsterLab, name: str) -> None:
    assert dagster_lab.status(dagster_lab.finished(name)) == SCENARIOS[name].status


def test_a_failed_load_tells_its_causes_and_stops_what_depends_on_it(dagster_lab: DagsterLab) -> None:
    events = whole_run(dagster_lab, dagster_lab.finished("nightly_etl_strict"))["events"]
    error = next(event["error"] for event in events if event["eventType"] == "STEP_FAILURE")
    chain = []
    while error:
        chain.append(error["className"])
        error = error["cause"]
    assert chain == ["DagsterExecutionStepExecutionError", "WarehouseError", "SchemaError", "KeyError"]
    started = of_type(events, "STEP_START")
    assert "publish_dashboards" not in started
    assert "load_orders" in of_type(events, "STEP_SUCCESS")


def test_every_level_and_kind_of_metadata_occurs(dagster_lab: DagsterLab) -> None:
    events = whole_run(dagster_lab, dagster_lab.finished("nightly_etl"))["events"]
    assert {event["level"] for event in events} == {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
    entries = [entry for event in events for entry in event.get("metadataEntries", ())]
    assert len({entry["__typename"] for entry in entries}) == 19
    types = {event["eventType"] for event in events}
    assert types >= {"STEP_EXPECTATION_RESULT", "ASSET_CHECK_EVALUATION", "ASSET_OBSERVATION", "ASSET_MATERIALIZATION"}


def test_retries(dagster_lab: DagsterLab) -> None:
    healed = dagster_lab.events(dagster_lab.finished("sync_crm"))
    exhausted = dagster_lab.events(dagster_lab.finished("sync_billing"))
    assert of_type(healed, "STEP_UP_FOR_RETRY") == ["fetch_contacts"] * 2
    assert of_type(healed, "STEP_SUCCESS") == ["fetch_contacts", "upsert_contacts"]
    assert of_type(exhausted, "STEP_UP_FOR_RETRY") == ["fetch_invoices"] * 2
    assert of_type(exhausted, "STEP_FAILURE") == ["fetch_invoices"]


def test_skipping_and_fanning_out(dagster_lab: DagsterLab) -> None:
    skipped = dagster_lab.events(dagster_lab.finished("export_reports"))
    assert sorted(map(str, of_type(skipped, "STEP_SKIPPED"))) == ["mail_weekly", "render_weekly"]
    mapped = of_type(dagster_lab.events(dagster_lab.finished("ingest_uploads")), "STEP_SUCCESS")
    assert {"validate_upload[oslo]", "import_upload[oslo]", "summarize_uploads"} <= set(mapped)
    assert len(mapped) == 14


def test_resources_and_hooks_that_fail(dagster_lab: DagsterLab) -> None:
    resources = dagster_lab.events(dagster_lab.finished("nightly_features"))
    assert of_type(resources, "RESOURCE_INIT_FAILURE")
    assert of_type(dagster_lab.events(dagster_lab.finished("notify_partners")), "HOOK_ERRORED")


def test_partitioned_assets_and_their_check(dagster_lab: DagsterLab) -> None:
    events = whole_run(dagster_lab, dagster_lab.finished("sales_assets"))["events"]
    made = [event for event in events if event["eventType"] == "ASSET_MATERIALIZATION"]
    assert {event["partition"] for event in made} == {DAY}
    assert {event["assetKey"]["path"][1] for event in made} == {"raw_tickets", "daily_sales", "store_ranking"}
    (check,) = [event["evaluation"] for event in events if event["eventType"] == "ASSET_CHECK_EVALUATION"]
    assert check["success"] is False


def test_odd_texts_arrive_unchanged(dagster_lab: DagsterLab) -> None:
    events = dagster_lab.events(dagster_lab.finished("odd_texts"))
    assert tuple(event["message"] for event in events if event["eventType"] is None) == ODD_TEXTS


def test_poison_sits_amid_events_only_the_export_can_read(dagster_lab: DagsterLab) -> None:
    custom, surrogate = dagster_lab.finished("custom_level"), dagster_lab.finished("lone_surrogate")
    for run_id in (custom, surrogate):
        with pytest.raises(LabError, match="HTTP 500"):
            dagster_lab.events(run_id)
    levels = [event["level"] for event in dagster_lab.exported(custom)]
    assert levels.count(25) == 3
    assert 25 not in (levels[0], levels[-1])
    messages = [event["user_message"] for event in dagster_lab.exported(surrogate)]
    assert "feed 4: caf\ud83d" in messages[1:-1]


def test_a_parallel_run_outlives_the_server(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("clickstream_ingest", resource("stream", seconds=2, rate=10))
    dagster_lab.wait(run_id, "STARTED")
    dagster_lab.restart()
    assert dagster_lab.settle(run_id) == "SUCCESS"
    events = dagster_lab.events(run_id)
    assert events[-1]["message"].startswith("Process for run exited")
    assert of_type(events, "STEP_UP_FOR_RETRY") == ["consume_shard_2"]
    logged = Counter(event["stepKey"] for event in events if event["eventType"] is None)
    assert all(logged[f"consume_shard_{number}"] >= 20 for number in range(4))


def test_terminating(dagster_lab: DagsterLab) -> None:
    run_id = dagster_lab.launch("rebuild_search_index")
    dagster_lab.wait(run_id, "STARTED")
    dagster_lab.terminate(run_id)
    assert dagster_lab.settle(run_id) == "CANCELED"
    assert of_type(dagster_lab.events(run_id), "RUN_CANCELED")
