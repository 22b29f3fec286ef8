"""Turns checked answers of a Dagster server into models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from graphlib import CycleError, TopologicalSorter

from run_tui.errors import BadAnswer
from run_tui.model import ErrorInfo, EventDetails, EventPage, MetadataEntry, Run, RunStatus, Step, iso_timestamp
from run_tui.output import Capture
from run_tui.sources import _dagster_wire as wire
from run_tui.sources._dagster_event import COMMON_FIELDS, AssetKey, Entry, Particulars, PythonError, TableSchema


def run_of(found: wire.WireRun) -> Run:
    """A run; what the query did not ask for stays at its default."""
    started, ended = found.get("startTime"), found.get("endTime")
    return Run(
        id=found["id"],
        status=RunStatus(found["status"]),
        created_at=iso_timestamp(found["creationTime"]),
        started_at=None if started is None else iso_timestamp(started),
        ended_at=None if ended is None else iso_timestamp(ended),
        pipeline_name=found.get("pipelineName"),
        mode=found.get("mode"),
        tags={tag["key"]: tag["value"] for tag in found.get("tags", ())},
        root_run_id=found.get("rootRunId"),
        parent_run_id=found.get("parentRunId"),
        config_yaml=found.get("runConfigYaml"),
        assets=tuple(map(_asset, found.get("assetSelection") or ())),
    )


def page_of(run_id: str, found: wire.EventConnection, run: Run | None) -> EventPage:
    """A page of events as columns, with the details of the few that have any."""
    events = found["events"]
    return EventPage(
        run_id=run_id,
        timestamps=[event["timestamp"] for event in events],
        levels=[event["level"] for event in events],
        types=[event.get("eventType") for event in events],
        steps=[event["stepKey"] for event in events],
        messages=[event["message"] or "" for event in events],
        details={
            index: details
            for index, event in enumerate(events)
            if len(event) > COMMON_FIELDS and (details := details_of(event))
        },
        cursor=found["cursor"],
        has_more=found["hasMore"],
        run=run,
    )


def steps_of(plan: wire.Plan) -> list[Step]:
    """The plan's steps, each after those it depends on. Raises `BadAnswer` for a plan that runs in a circle."""
    steps = {step["key"]: step for step in sorted(plan["steps"], key=lambda step: step["key"])}
    needs = {
        key: tuple(dict.fromkeys(output["key"] for input_ in step["inputs"] for output in input_["dependsOn"]))
        for key, step in steps.items()
    }
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise BadAnswer("the server's plan of steps runs in a circle") from error
    # A re-execution's plan may depend on steps that ran in the parent run and are not in it.
    return [Step(key=key, kind=steps[key]["kind"], depends_on=needs[key]) for key in order if key in steps]


def details_of(event: Particulars) -> EventDetails | None:
    """The error and the metadata of an event, where it has any."""
    error = event.get("error")
    metadata = tuple(_metadata(event))
    if error is None and not metadata:
        return None
    return EventDetails(error=None if error is None else _error(error), metadata=metadata)


def _error(error: PythonError) -> ErrorInfo:
    cause = error.get("cause")
    listed = reduce(_raised_from, reversed(error.get("causes", ())), None)
    return _raised_from(listed if cause is None else _error(cause), error)


def _raised_from(cause: ErrorInfo | None, error: PythonError) -> ErrorInfo:
    return ErrorInfo(
        class_name=error.get("className"),
        message=error["message"].rstrip(),
        stack=error.get("stack", ()),
        cause=cause,
    )


def _metadata(event: Particulars) -> Iterator[MetadataEntry]:
    """All that an event of any kind says beside its message and error, as labelled values."""
    if file_key := event.get("fileKey"):
        urls = event.get("externalStdoutUrl"), event.get("externalStderrUrl")
        yield from Capture(file_key, tuple(event.get("stepKeys") or ()), *urls).as_metadata()
    if key := event.get("assetKey"):
        yield MetadataEntry(label="asset", value=_asset(key))
    if partition := event.get("partition"):
        yield MetadataEntry(label="partition", value=partition)
    if description := event.get("description"):
        yield MetadataEntry(label="description", value=description)
    if (seconds := event.get("secondsToWait")) is not None:
        yield MetadataEntry(label="retried after", value=f"{seconds:g} s")
    if check := event.get("evaluation"):
        yield MetadataEntry(label="check", value=check["checkName"])
        yield MetadataEntry(label="asset", value=_asset(check["assetKey"]))
        yield MetadataEntry(label="passed", value=_yes(check["success"]))
        yield MetadataEntry(label="severity", value=check["severity"])
        yield from _described(check.get("description"), check.get("metadataEntries", ()))
    if expectation := event.get("expectationResult"):
        if expectation["label"]:
            yield MetadataEntry(label="expectation", value=expectation["label"])
        yield MetadataEntry(label="met", value=_yes(expectation["success"]))
        yield from _described(expectation.get("description"), expectation.get("metadataEntries", ()))
    if failure := event.get("failureMetadata"):
        yield from _described(None, failure.get("metadataEntries", ()))
    yield from _described(None, event.get("metadataEntries", ()))


def _described(description: str | None, entries: Iterable[Entry]) -> Iterator[MetadataEntry]:
    if description:
        yield MetadataEntry(label="description", value=description)
    for entry in entries:
        yield MetadataEntry(label=entry["label"], value=_value(entry), description=entry.get("description"))


def _value(entry: Entry) -> str:
    """An entry's value as text, "" for a kind that holds none or that this version does not know."""
    if "text" in entry:
        return entry["text"]
    if (truth := entry.get("boolValue")) is not None:
        return _yes(truth)
    if "timestamp" in entry:
        return iso_timestamp(entry["timestamp"])
    if "module" in entry:
        return f"{entry['module']}.{entry.get('name', '')}"
    if "assetKey" in entry:
        return _asset(entry["assetKey"])
    return "\n".join(_lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    """The lines of the kinds that need several."""
    if table := entry.get("table"):
        yield _columns(table["schema"])
        yield from table["records"]
    if schema := entry.get("schema"):
        yield _columns(schema)
    for column in entry.get("lineage", ()):
        sources = ", ".join(f"{_asset(source['assetKey'])}:{source['columnName']}" for source in column["columnDeps"])
        yield f"{column['columnName']} from {sources}"
    for place in entry.get("codeReferences", ()):
        line = place.get("lineNumber")
        yield place["text"] if line is None else f"{place['text']}:{line}"


def _columns(schema: TableSchema) -> str:
    return ", ".join(f"{column['name']}: {column['type']}" for column in schema["columns"])


def _asset(key: AssetKey) -> str:
    return "/".join(key["path"])


def _yes(truth: bool) -> str:
    return "true" if truth else "false"
